"""`kohya-driver save`: a running training saves what it has learnt so far, and goes on."""

from __future__ import annotations

import argparse

from kohya_driver import texts
from kohya_driver.cli.arguments import add_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--sample", action="store_true", help=texts.say("cli.option.sample"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.run.registry import find_run
    from kohya_driver.views.result import print_said

    chosen = find_run(arguments.name)
    api.ask_to_save(chosen, sample=arguments.sample)
    print_said("run.save_asked", name=chosen.folder.name, folder=chosen.saved_folder)
    return 0
