"""Trains while a person watches: signals to wishes, events to the screen, the outcome to an exit code."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType

from kohya_driver import api
from kohya_driver.errors import StoppedError, TrainingFailedError
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.preset.model import Preset
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.stop import Stop
from kohya_driver.views.console import stdout_console
from kohya_driver.views.dashboard import Dashboard
from kohya_driver.views.engine import print_install_event
from kohya_driver.views.plain import json_line, plain_line
from kohya_driver.views.result import print_result

EXIT_CODES = {
    "succeeded": 0,
    "failed": TrainingFailedError.exit_code,
    "stopped": StoppedError.exit_code,
}


def train_live(preset: Preset, *, strict: bool, source: str | None, plain: bool, json: bool) -> int:
    """Train with a dashboard, or with lines where there is no terminal; returns the exit code."""
    with _stop_on_signals() as stop, _sink(plain=plain, json=json) as on_event:
        result = api.train(
            preset,
            strict=strict,
            source=source,
            on_event=on_event,
            on_install=None if json else print_install_event,
            stop=stop,
        )
    if not json:
        print_result(result)
    return EXIT_CODES[result.outcome]


@contextlib.contextmanager
def _stop_on_signals() -> Iterator[Stop]:
    """Ctrl-C, a polite kill and a closed terminal all end the run in order; a second one at once."""
    stop = Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        stop.ask(signal.Signals(number).name)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _sink(*, plain: bool, json: bool) -> Iterator[OnEvent]:
    if json:
        yield lambda record, snapshot: _write(json_line(record))
    elif plain or not sys.stdout.isatty():
        yield _print_plain
    else:
        # It opens at the first event: findings and an installation are told on the ordinary screen.
        with Dashboard(stdout_console()) as dashboard:
            yield lambda record, snapshot: dashboard.update(snapshot)


def _print_plain(record: Record, snapshot: RunSnapshot) -> None:
    line = plain_line(record, snapshot)
    if line:
        _write(line)


def _write(line: str) -> None:
    """A terminal that has gone must not end the training."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
