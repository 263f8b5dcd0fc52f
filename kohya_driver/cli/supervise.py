"""`kohya-driver supervise`: what runs in the background for `--detach`, and for a training whose supervisor has died."""

from __future__ import annotations

import argparse
from pathlib import Path

from kohya_driver import texts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="RUN", type=Path, help=texts.say("cli.option.run"))
    parser.add_argument("--action", choices=("start", "adopt"), default="start", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver.cli.live import Wishes, exit_code, print_plain
    from kohya_driver.report.ending import ensure_report
    from kohya_driver.run.detach import supervise
    from kohya_driver.run.folder import Run, open_run
    from kohya_driver.views.findings import print_findings

    wishes = Wishes()
    with wishes.heard():
        result = supervise(
            open_run(arguments.folder), arguments.action, on_event=print_plain, stop=wishes.stop
        )
    failed = ensure_report(Run(Path(result.folder)))
    if failed:
        print_findings([failed])
    return exit_code(result)
