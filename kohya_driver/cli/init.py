"""`kohya-driver init`: from a folder of photos to a project that `train` runs as it is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Literal

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    say = texts.say
    parser.add_argument("project", metavar="NAME", help=say("cli.option.init_project"))
    parser.add_argument("--images", metavar="DIR", help=say("cli.option.init_images"))
    parser.add_argument("--trigger", metavar="WORD", help=say("cli.option.init_trigger"))
    parser.add_argument("--style", choices=("anime", "realistic"), help=say("cli.option.init_style"))
    parser.add_argument("--base", metavar="FILE", help=say("cli.option.init_base"))
    parser.add_argument(
        "--concept",
        dest="concepts",
        metavar="NAME=DIR",
        action="append",
        default=[],
        help=say("cli.option.init_concept"),
    )
    parser.add_argument("--reg", metavar="DIR", help=say("cli.option.init_reg"))
    parser.add_argument("--repeats", metavar="N|auto", help=say("cli.option.init_repeats"))
    parser.add_argument("--resolution", metavar="N", type=int, help=say("cli.option.init_resolution"))
    parser.add_argument("--fit", choices=("bucket", "crop", "pad", "none"), help=say("cli.option.init_fit"))
    parser.add_argument("--tag", metavar="MODEL|auto|none", help=say("cli.option.init_tag"))
    parser.add_argument(
        "--existing", choices=("skip", "merge", "overwrite"), help=say("cli.option.init_existing")
    )
    parser.add_argument(
        "--detector", choices=("yunet", "vision", "none"), help=say("cli.option.init_detector")
    )
    parser.add_argument("--dry-run", action="store_true", help=say("cli.option.init_dry_run"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.init import ProgressLine, print_init, print_waiting

    line = ProgressLine()
    project = Path(arguments.project).expanduser()
    try:
        report = api.init_project(
            project,
            images=arguments.images,
            trigger=arguments.trigger,
            style=arguments.style,
            base=arguments.base,
            concepts=[_concept(text) for text in arguments.concepts],
            reg=arguments.reg,
            repeats=_repeats(arguments.repeats),
            resolution=arguments.resolution,
            fit=arguments.fit,
            tag=arguments.tag,
            existing=arguments.existing,
            detector=arguments.detector,
            dry_run=arguments.dry_run,
            on_progress=line.show,
            on_wait=lambda: print_waiting(project),
        )
    finally:
        line.end()
    if arguments.json:
        sys.stdout.write(files.dump_json(report.to_json()))
    else:
        print_init(report)
    return 0


def _concept(text: str) -> tuple[str, str]:
    from kohya_driver.errors import UsageError

    name, separator, folder = text.partition("=")
    if not separator or not name.strip() or not folder.strip():
        raise UsageError("init.concept_empty", text)
    return name, folder


def _repeats(text: str | None) -> int | Literal["auto"] | None:
    from kohya_driver.errors import UsageError

    if text is None:
        return None
    if text == "auto":
        return "auto"
    try:
        return int(text)
    except ValueError:
        raise UsageError("init.repeats", text, most=999) from None
