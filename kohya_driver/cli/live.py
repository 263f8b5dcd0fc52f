"""Trains while a person watches: signals to wishes, events to the screen, the outcome to an exit code."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from kohya_driver import api
from kohya_driver.cli.signals import heard
from kohya_driver.cli.streams import mute
from kohya_driver.errors import Severity, StalledError, StoppedError, TrainingFailedError
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.preset.model import Preset
from kohya_driver.report.ending import ensure_report
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.stop import Stop
from kohya_driver.views.console import stdout_console
from kohya_driver.views.dashboard import Dashboard
from kohya_driver.views.engine import print_install_event
from kohya_driver.views.findings import print_findings
from kohya_driver.views.plain import json_line, plain_line
from kohya_driver.views.result import print_result, print_said

EXIT_CODES = {
    "succeeded": 0,
    "failed": TrainingFailedError.exit_code,
    "stopped": StoppedError.exit_code,
}


def exit_code(result: RunResult) -> int:
    """Of how a run ended; one that hung has its own."""
    if result.outcome == "failed" and result.reason == "trouble.stall":
        return StalledError.exit_code
    return EXIT_CODES[result.outcome]


def train_live(
    preset: Preset, *, strict: bool, source: str | None, plain: bool, json: bool, fit: bool = False
) -> int:
    """Train with a dashboard, or with lines where there is no terminal; returns the exit code."""
    wishes = Wishes()
    with wishes.heard(), attended(wishes, plain=plain, json=json) as live:
        result = api.train(
            preset,
            strict=strict,
            fit=fit,
            source=source,
            on_plan=live.on_plan,
            on_event=live.on_event,
            on_install=live.on_install,
            stop=wishes.stop,
        )
    tell_result(result, json=json)
    return exit_code(result)


def resume_live(
    run: api.Run,
    *,
    plain: bool,
    json: bool,
    sets: Sequence[str] = (),
    preset: Preset | None = None,
    recover: bool = True,
) -> int:
    """Go on with a run, shown in the same way; returns the exit code."""
    wishes = Wishes()
    with wishes.heard(), attended(wishes, plain=plain, json=json) as live:
        result = api.resume(
            run,
            sets=sets,
            preset=preset,
            recover=recover,
            on_plan=live.on_plan,
            on_event=live.on_event,
            stop=wishes.stop,
        )
    tell_result(result, json=json)
    return exit_code(result)


def tell_detached(run: api.Run) -> int:
    """A training goes on in the background; returns the exit code."""
    print_said("run.detached", name=run.folder.name, folder=run.folder)
    return 0


@dataclass(frozen=True, slots=True)
class Live:
    """What a training calls so that a person sees it."""

    wishes: Wishes
    show: OnEvent
    json: bool

    def on_plan(self, plan: api.Plan) -> None:
        """Before the dashboard covers the screen."""
        tell_warnings(plan)

    def on_install(self, event: api.InstallEvent) -> None:
        self.wishes.installing = True
        if not self.json:
            print_install_event(event)

    def on_event(self, record: Record, snapshot: RunSnapshot) -> None:
        self.wishes.installing = False
        # A terminal that has gone must not end the training.
        with contextlib.suppress(OSError):
            self.show(record, snapshot)


@contextlib.contextmanager
def attended(wishes: Wishes, *, plain: bool, json: bool) -> Iterator[Live]:
    """Show one training while this lasts, with a dashboard or with lines where there is no terminal."""
    with _sink(plain=plain, json=json) as show:
        yield Live(wishes, show, json)


def tell_warnings(plan: api.Plan) -> None:
    """What is not wrong enough to stop; on stderr, beside any JSON."""
    warnings = [f for f in plan.findings if f.severity is Severity.WARNING and not f.silenced]
    with contextlib.suppress(OSError):
        print_findings(warnings)


def tell_result(result: RunResult, *, json: bool) -> None:
    """How it ended, unless it was told as JSON; and where its report is, or why there is none."""
    failed = ensure_report(Run(Path(result.folder)))
    try:
        if not json:
            print_result(result)
        if failed:
            print_findings([failed])
    except OSError:
        mute(sys.stdout)


@dataclass(slots=True)
class Wishes:
    """Ctrl-C, a polite kill and a closed terminal end the run in order, a second one at once; an installation at once."""

    stop: Stop = field(default_factory=Stop)
    installing: bool = False

    def heard(self) -> contextlib.AbstractContextManager[None]:
        """While this lasts."""
        return heard(self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.installing:
            raise KeyboardInterrupt
        self.stop.ask(signal.Signals(number).name)


@contextlib.contextmanager
def _sink(*, plain: bool, json: bool) -> Iterator[OnEvent]:
    if json:
        yield lambda record, snapshot: _write(json_line(record))
    elif plain or not sys.stdout.isatty():
        yield print_plain
    else:
        # It opens at the first event: findings and an installation are told on the ordinary screen.
        with Dashboard(stdout_console()) as dashboard:
            yield lambda record, snapshot: dashboard.update(snapshot)


def print_plain(record: Record, snapshot: RunSnapshot) -> None:
    line = plain_line(record, snapshot)
    if line:
        _write(line)


def _write(line: str) -> None:
    """A reader that has gone must not end the training."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        mute(sys.stdout)
