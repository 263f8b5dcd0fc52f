"""`kohya-driver advise`: what a run's curves and weights say about it, and what to change for the next."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kohya_driver import texts
from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="RUN", nargs="?", help=texts.say("cli.option.report_run"))
    parser.add_argument("--apply", metavar="FILE", type=Path, help=texts.say("cli.option.advise_apply"))
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api, files
    from kohya_driver.cli.report import find
    from kohya_driver.run.late import settle_ended
    from kohya_driver.views.advise import print_advice
    from kohya_driver.views.result import print_said

    chosen = find(arguments.name)
    settle_ended(chosen)
    advice = api.advise(chosen)
    if arguments.json:
        sys.stdout.write(files.dump_json(advice.to_json()))
    else:
        print_advice(advice)
    if arguments.apply:
        path = api.apply_advice(chosen, advice, arguments.apply)
        if not arguments.json:
            print_said("advise_screen.written", path=path)
    return 0
