"""`kohya-driver crop`: a folder of pictures cut to size, heads first."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json
from kohya_driver.errors import DatasetError

if TYPE_CHECKING:
    from kohya_driver.prepare.crop_report import CropReport

FITS = ("bucket", "crop", "pad", "none")
DETECTORS = ("yunet", "vision", "none")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", metavar="DIR", type=Path, help=texts.say("cli.option.pictures"))
    add("--out", metavar="DIR", type=Path, required=True, help=texts.say("cli.option.crop_out"))
    add("--resolution", metavar="N|WxH", default="512", help=texts.say("cli.option.crop_resolution"))
    add("--fit", choices=FITS, default="bucket", help=texts.say("cli.option.crop_fit"))
    add("--pad-fill", metavar="FILL", default="edge", help=texts.say("cli.option.pad_fill"))
    add("--max-upscale", metavar="X", type=float, default=1.25, help=texts.say("cli.option.max_upscale"))
    add("--overrides", metavar="FILE", type=Path, help=texts.say("cli.option.overrides"))
    add("--sheet", metavar="DIR", type=Path, help=texts.say("cli.option.sheet"))
    add("--detector", choices=DETECTORS, default="yunet", help=texts.say("cli.option.detector"))
    add("--strict", action="store_true", help=texts.say("cli.option.crop_strict"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.prepare.crop import CropConfig
    from kohya_driver.views.crop import CropProgress, print_report

    config = CropConfig(
        read_resolution(arguments.resolution),
        arguments.fit,
        pad_fill=arguments.pad_fill,
        max_upscale=arguments.max_upscale,
    )
    with CropProgress() as progress:
        report = api.crop(
            arguments.folder,
            arguments.out,
            config,
            overrides=arguments.overrides,
            sheet=arguments.sheet,
            detector=arguments.detector,
            on_progress=progress.cut,
            on_sheet=progress.drawn,
        )
    if arguments.json:
        sys.stdout.write(files.dump_json(report.to_json()))
    else:
        print_report(report)
    return _exit_code(report, strict=arguments.strict)


def _exit_code(report: CropReport, *, strict: bool) -> int:
    """A picture that cannot be read does not spoil the others, unless that is asked for or none is left."""
    if not report.kept:
        raise DatasetError("crop.nothing_left", report.source, count=len(report.pictures))
    return DatasetError.exit_code if strict and report.failures else 0


def read_resolution(text: str) -> tuple[int, int]:
    """`512` or `512x768`; raises DatasetError."""
    found = re.fullmatch(r"(\d{2,5})(?:[x×X*](\d{2,5}))?", text.strip())
    if found is None:
        raise DatasetError("crop.resolution_odd", text)
    return int(found[1]), int(found[2] or found[1])
