"""`kohya-driver doctor`: what this machine, the engine and the network are like, and what to do about it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json
from kohya_driver.errors import HostError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="PRESET|FOLDER", nargs="?", help=texts.say("cli.option.doctor_target")
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help=texts.say("cli.option.quick"))
    how.add_argument("--train", action="store_true", help=texts.say("cli.option.trial"))
    parser.add_argument("--report", metavar="FILE", type=Path, help=texts.say("cli.option.report"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.views.doctor import print_diagnosis, print_report_written, print_step

    diagnosis = api.doctor(
        arguments.target,
        quick=arguments.quick,
        train=arguments.train,
        report=arguments.report,
        on_step=print_step,
    )
    if arguments.json:
        sys.stdout.write(files.dump_json(diagnosis.to_json()))
    else:
        print_diagnosis(diagnosis)
        if arguments.report:
            print_report_written(arguments.report)
    return HostError.exit_code if diagnosis.errors else 0
