"""`kohya-driver report`: everything about a run on one page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts

if TYPE_CHECKING:
    from kohya_driver.run.folder import Run

FORMATS = ("html", "md", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="RUN", nargs="?", help=texts.say("cli.option.report_run"))
    parser.add_argument(
        "--format", choices=FORMATS, default="html", help=texts.say("cli.option.report_format")
    )
    parser.add_argument("--output", metavar="FILE", type=Path, help=texts.say("cli.option.report_output"))
    parser.add_argument("--open", action="store_true", help=texts.say("cli.option.report_open"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver.report.ending import make_report, write_report
    from kohya_driver.run.late import settle_ended
    from kohya_driver.views.result import print_said

    chosen = find(arguments.name)
    settle_ended(chosen)
    if arguments.format != "html" and not (arguments.output or arguments.open):
        sys.stdout.write(make_report(chosen, arguments.format))
        return 0
    path = write_report(chosen, arguments.format, arguments.output and arguments.output.expanduser())
    print_said("show.report", path=path.absolute())
    if arguments.open:
        open_in_browser(path.absolute())
    return 0


def find(name: str | None) -> Run:
    """The run that is meant; also one whose files are damaged, if its folder is named."""
    from kohya_driver.errors import RunError
    from kohya_driver.report.ending import damaged_run
    from kohya_driver.run.registry import find_run

    try:
        return find_run(name, "newest")
    except RunError as failure:
        if name is None or failure.code not in ("run.not_a_run", "run.unknown", "run.unknown_first"):
            raise
        if not Path(name).expanduser().is_dir():
            raise
        return damaged_run(Path(name))


def open_in_browser(path: Path) -> None:
    """In the browser; where that cannot be, it is said, and the file is there all the same."""
    from kohya_driver.errors import warning
    from kohya_driver.report.browser import open_page
    from kohya_driver.views.findings import print_findings

    if not open_page(path):
        print_findings([warning("report.cannot_open", path, path=path)])
