"""`kohya-driver plan`: what a training would do, and what is wrong with it."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.options import add_json, add_preset
from kohya_driver.errors import PlanError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_preset(parser)
    add_json(parser)
    parser.add_argument("--host", metavar="FILE", help=texts.say("cli.option.host"))


def run(arguments: argparse.Namespace) -> int:
    from pathlib import Path

    from kohya_driver import api, files
    from kohya_driver.host import Host

    preset = api.load_preset(
        arguments.preset,
        images=arguments.images,
        base=arguments.base,
        trigger=arguments.trigger,
        sets=arguments.sets,
    )
    host = Host.from_json(files.read_json(Path(arguments.host))) if arguments.host else None
    plan = api.plan(preset, strict=arguments.strict, host=host)
    if arguments.json:
        sys.stdout.write(files.dump_json(plan.to_json()))
    else:
        from kohya_driver.views.plan import print_plan

        print_plan(plan)
    return PlanError.exit_code if plan.errors else 0
