"""`kohya-driver stop`: a running training saves and ends, from any terminal."""

from __future__ import annotations

import argparse

from kohya_driver import texts
from kohya_driver.cli.arguments import add_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    parser.add_argument("--no-wait", action="store_true", help=texts.say("cli.option.no_wait"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.cli.live import EXIT_CODES
    from kohya_driver.cloud.following import kept_in_step
    from kohya_driver.run.registry import find_run
    from kohya_driver.run.watching import wait_until_over
    from kohya_driver.views.result import print_result, print_said

    chosen = find_run(arguments.name)
    api.ask_to_stop(chosen)
    print_said("run.stop_asked", name=chosen.folder.name)
    if arguments.no_wait:
        return 0
    with kept_in_step(chosen):
        result = wait_until_over(chosen)
    if result is None:
        print_said("run.cut_off", name=chosen.folder.name)
        return EXIT_CODES["failed"]
    print_result(result)
    return 0
