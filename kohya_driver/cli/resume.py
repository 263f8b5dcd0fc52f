"""`kohya-driver resume`: a run that was stopped, cut off or failed goes on where it was."""

from __future__ import annotations

import argparse

from kohya_driver.cli.arguments import add_going_on, add_output, add_run, add_sets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_run(parser)
    add_sets(parser)
    add_going_on(parser)
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import api
    from kohya_driver.cli.live import resume_live, tell_detached
    from kohya_driver.run.late import settle_ended
    from kohya_driver.run.registry import find_resumable, runs_here

    for known in runs_here():
        settle_ended(known)
    chosen = find_resumable(arguments.name)
    if arguments.detach:
        return tell_detached(api.resume_detached(chosen, sets=arguments.sets, recover=arguments.recover))
    return resume_live(
        chosen, sets=arguments.sets, recover=arguments.recover, plain=arguments.plain, json=arguments.json
    )
