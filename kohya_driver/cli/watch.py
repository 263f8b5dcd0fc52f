"""`kohya-driver watch`: a run's live screen from its folder. Whoever watches may leave; the training does not notice."""

from __future__ import annotations

import argparse
import contextlib
import errno
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from kohya_driver import texts
from kohya_driver.cli.arguments import add_output
from kohya_driver.cli.signals import heard
from kohya_driver.cli.streams import mute

if TYPE_CHECKING:
    from kohya_driver.events.model import Record
    from kohya_driver.events.snapshot import RunSnapshot
    from kohya_driver.run.folder import Run

    Show = Callable[[Record | None, RunSnapshot], None]


_GONE = (errno.EPIPE, errno.EIO)
"""What writing to a reader or a terminal says that is not there any more: there is nobody to watch for."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="RUN", nargs="?", help=texts.say("cli.option.watch_run"))
    add_output(parser)
    parser.add_argument("--once", action="store_true", help=texts.say("cli.option.once"))


def run(arguments: argparse.Namespace) -> int:
    from kohya_driver.run.registry import find_run

    chosen = find_run(arguments.name, "newest")
    if arguments.once:
        return _print_once(chosen, plain=arguments.plain, json=arguments.json)
    leaving = _Leaving()
    try:
        with leaving.heard():
            code = watch(chosen, leaving, plain=arguments.plain, json=arguments.json)
    except KeyboardInterrupt:
        code = None
    except OSError as failure:
        if failure.errno not in _GONE:
            raise
        mute(sys.stdout)
        return 0
    if code is not None:
        return code
    if not arguments.json:
        _say_left(chosen)
    return 0


def _say_left(run: Run) -> None:
    from kohya_driver.views.result import print_left

    try:
        print_left(run)
    except OSError:
        mute(sys.stdout)


@dataclass(slots=True)
class _Leaving:
    """A Ctrl-C, a polite kill and a closed terminal are heard between two looks, so that the screen is given back whole."""

    asked: bool = False

    def heard(self) -> contextlib.AbstractContextManager[None]:
        """While this lasts."""
        return heard(self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


def watch(run: Run, leaving: _Leaving, *, plain: bool, json: bool) -> int | None:
    """Show a run until it is over; returns the exit code that `train` would, or None if the person has left before."""
    from kohya_driver.cloud.following import kept_in_step
    from kohya_driver.events.snapshot import fold
    from kohya_driver.report.ending import ensure_report
    from kohya_driver.run.detach import adopt
    from kohya_driver.run.late import settle_ended
    from kohya_driver.run.watching import first_snapshot, follow_records, is_over
    from kohya_driver.views.result import print_run

    settle_ended(run)
    if is_over(run) and not json and not plain and sys.stdout.isatty():
        print_run(run)
        return _exit_code(run)
    snapshot = first_snapshot(run)
    with kept_in_step(run), _sink(plain=plain, json=json) as show:
        for record in follow_records(run, on_unwatched=adopt):
            if leaving.asked:
                return None
            snapshot = fold(snapshot, record) if record else snapshot
            show(record, snapshot)
    settle_ended(run)
    if run.result():
        ensure_report(run)
    if not json:
        _print_end(run)
    return _exit_code(run)


def _print_end(run: Run) -> None:
    from kohya_driver.views.result import print_cut_off, print_result

    result = run.result()
    if result:
        print_result(result)
    else:
        print_cut_off(run)


def _print_once(run: Run, *, plain: bool, json: bool) -> int:
    from kohya_driver.cli.show import write_json
    from kohya_driver.run.overview import overview
    from kohya_driver.views.result import print_run
    from kohya_driver.views.runs import print_line

    if json:
        write_json(run)
    elif plain:
        print_line(overview(run))
    else:
        print_run(run)
    return 0


def _exit_code(run: Run) -> int:
    from kohya_driver.cli.live import exit_code
    from kohya_driver.errors import RunError

    result = run.result()
    return exit_code(result) if result else RunError.exit_code


@contextlib.contextmanager
def _sink(*, plain: bool, json: bool) -> Iterator[Show]:
    from kohya_driver.views.console import stdout_console
    from kohya_driver.views.dashboard import Dashboard

    if json or plain or not sys.stdout.isatty():
        yield _write_json if json else _write_plain
    else:
        with Dashboard(stdout_console(), keys="view.keys_watch") as dashboard:
            yield lambda record, snapshot: dashboard.update(snapshot)


def _write_json(record: Record | None, snapshot: RunSnapshot) -> None:
    from kohya_driver.views.plain import json_line

    if record:
        _write(json_line(record))


def _write_plain(record: Record | None, snapshot: RunSnapshot) -> None:
    from kohya_driver.views.plain import plain_line

    line = plain_line(record, snapshot) if record else None
    if line:
        _write(line)


def _write(line: str) -> None:
    """At once: it is followed as it happens."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
