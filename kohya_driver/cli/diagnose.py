"""`kohya-driver diagnose`: why a training failed, from anybody's log."""

from __future__ import annotations

import argparse
import sys

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG", help=texts.say("cli.option.log"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files

    where = arguments.log
    diagnosis = api.diagnose_log(sys.stdin.buffer if where == "-" else where)
    if arguments.json:
        sys.stdout.write(files.dump_json(diagnosis.to_json()))
    else:
        from kohya_driver.views.diagnosis import print_diagnosis

        print_diagnosis(diagnosis)
    return 0
