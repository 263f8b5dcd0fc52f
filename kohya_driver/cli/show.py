"""`kohya-driver show`: a run, from its folder, at any time."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json

if TYPE_CHECKING:
    from kohya_driver.run.folder import Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_folder", metavar="RUN", help=texts.say("cli.option.run"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.report.ending import ensure_report
    from kohya_driver.run.late import settle_ended
    from kohya_driver.views.result import print_run

    opened = api.open_run(arguments.run_folder)
    if settle_ended(opened):
        ensure_report(opened)
    if arguments.json:
        write_json(opened)
    else:
        print_run(opened)
    return 0


def write_json(run: Run) -> None:
    """A run at this moment."""
    from kohya_driver import files

    result = run.result()
    value = {
        "state": run.state(),
        "snapshot": run.snapshot().to_json(),
        "result": result.to_json() if result else None,
    }
    sys.stdout.write(files.dump_json(value))
