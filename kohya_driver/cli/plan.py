"""`kohya-driver plan`: what a training would do, and what is wrong with it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json, add_preset, read_preset
from kohya_driver.errors import PlanError, UsageError
from kohya_driver.wording import reason_of

if TYPE_CHECKING:
    from kohya_driver.host import Host


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_preset(parser)
    add_json(parser)
    parser.add_argument("--host", metavar="FILE", help=texts.say("cli.option.host"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files

    preset = read_preset(arguments)
    host = _read_host(Path(arguments.host)) if arguments.host else None
    plan = api.plan(preset, strict=arguments.strict, fit=arguments.fit, host=host)
    if arguments.json:
        sys.stdout.write(files.dump_json(plan.to_json()))
    else:
        from kohya_driver.views.plan import print_plan

        print_plan(plan)
    return PlanError.exit_code if plan.errors else 0


def _read_host(path: Path) -> Host:
    """Raises UsageError: `cli.host_unreadable`."""
    from kohya_driver import files
    from kohya_driver.host import Host

    try:
        return Host.from_json(files.read_json(path))
    except (OSError, ValueError, TypeError) as failure:
        raise UsageError("cli.host_unreadable", path, reason=reason_of(failure)) from failure
