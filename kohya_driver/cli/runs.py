"""`kohya-driver runs`: what has been trained on this machine, and what trains now."""

from __future__ import annotations

import argparse
import sys

from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import files
    from kohya_driver.run.detach import adopt_unwatched
    from kohya_driver.run.late import settle_ended
    from kohya_driver.run.overview import overviews
    from kohya_driver.run.registry import runs_here
    from kohya_driver.views.runs import print_adopted, print_runs

    adopted = adopt_unwatched()
    known = runs_here()
    for run in known:
        settle_ended(run)
    found = sorted(overviews(known), key=lambda item: item.changed, reverse=True)
    if arguments.json:
        sys.stdout.write(files.dump_json([item.to_json() for item in found]))
        return 0
    if adopted:
        print_adopted(adopted)
    print_runs(found)
    return 0
