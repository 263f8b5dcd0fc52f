"""`kohya-driver runs`: what has been trained on this machine, and what trains now."""

from __future__ import annotations

import argparse
import sys

from kohya_driver.cli.arguments import add_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver import files
    from kohya_driver.run.overview import overview
    from kohya_driver.run.registry import runs_here
    from kohya_driver.views.runs import print_runs

    overviews = sorted(map(overview, runs_here()), key=lambda item: item.changed, reverse=True)
    if arguments.json:
        sys.stdout.write(files.dump_json([item.to_json() for item in overviews]))
    else:
        print_runs(overviews)
    return 0
