"""`kohya-driver export`: a preset's training as files for another program or machine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_sets

TARGETS = ("sd-scripts", "kohya_ss", "shell")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("preset", help=texts.say("cli.option.preset"))
    parser.add_argument(
        "--to", dest="target", choices=TARGETS, required=True, help=texts.say("cli.option.export_to")
    )
    parser.add_argument(
        "--output", metavar="FOLDER|FILE", type=Path, help=texts.say("cli.option.export_output")
    )
    parser.add_argument("--images", metavar="PATH", default="", help=texts.say("cli.option.export_images"))
    parser.add_argument("--base", metavar="PATH", default="", help=texts.say("cli.option.export_base"))
    parser.add_argument("--trigger", metavar="WORD", help=texts.say("cli.option.trigger"))
    add_sets(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.preset.load import load_preset

    preset = load_preset(arguments.preset, trigger=arguments.trigger, sets=arguments.sets)
    exported = api.export_preset(
        preset, arguments.target, output=arguments.output, images=arguments.images, base=arguments.base
    )
    if arguments.json:
        sys.stdout.write(files.dump_json(exported.to_json()))
        return 0
    from kohya_driver.views.exchange import print_exported
    from kohya_driver.views.findings import print_findings

    print_exported(exported)
    print_findings(exported.findings)
    return 0
