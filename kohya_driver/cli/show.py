"""`kohya-driver show`: a run, from its folder, at any time."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_folder", metavar="RUN", help=texts.say("cli.option.run"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.result import print_run

    opened = api.open_run(arguments.run_folder)
    if arguments.json:
        result = opened.result()
        value = {
            "state": opened.state(),
            "snapshot": opened.snapshot().to_json(),
            "result": result.to_json() if result else None,
        }
        sys.stdout.write(files.dump_json(value))
    else:
        print_run(opened)
    return 0
