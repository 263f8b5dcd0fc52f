"""Works on the queue while a person watches, or without a terminal."""

from __future__ import annotations

import contextlib
import json as json_module
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import api, files, process, texts
from kohya_driver.cli.live import EXIT_CODES, Wishes, attended, tell_result
from kohya_driver.cli.streams import mute
from kohya_driver.errors import DriverError, RunError
from kohya_driver.events.model import Record, RunStarted
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.preset.model import Preset
from kohya_driver.run import detach, queue
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.queue import Entry
from kohya_driver.run.requests import ask_to_stop
from kohya_driver.run.watching import follow_records
from kohya_driver.run.worker import BUSY, QueueWorker
from kohya_driver.views import queue as view
from kohya_driver.views.findings import print_findings

DETACH_SECONDS = 20.0


def work(*, plain: bool, json: bool, log: str = "") -> int:
    """Until nothing waits; returns 0 if everything succeeded, else the exit code of the worst."""
    wishes = Wishes()
    tell = _Teller(json)
    trainer = _LiveTrainer(wishes, plain=plain, json=json)
    with wishes.heard(), queue.working(log):
        over = QueueWorker(trainer, wishes.stop, tell.entry, tell.wait).work()
    waiting = sum(entry.status == "waiting" for entry in queue.entries())
    if not json:
        _quietly(lambda: view.print_summary(over, waiting))
    statuses = {entry.status for entry in over}
    if "stopped" in statuses or wishes.stop.asked:
        return EXIT_CODES["stopped"]
    return EXIT_CODES["failed" if "failed" in statuses else "succeeded"]


def start_detached(log: Path) -> int:
    """A worker of its own session, whose output goes into the log.

    Raises:
        RunError: `queue.worked_on`, or `queue.not_started`.
    """
    with queue.working():
        pass  # refused at once if somebody works on it
    log.parent.mkdir(parents=True, exist_ok=True)
    pid = process.start_detached(
        [sys.executable, "-m", "kohya_driver", "queue", "start", "--lang", texts.language()],
        cwd=files.home(),
        env=process.clean_environment({}),
        log=log,
    )
    end = time.monotonic() + DETACH_SECONDS
    while time.monotonic() < end:
        last = queue.last_worker()
        if last and last.pid == pid:
            view.print_detached(last)
            return 0
        time.sleep(0.1)
    raise RunError("queue.not_started", log)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says what the worker does between two trainings."""

    json: bool

    def entry(self, entry: Entry) -> None:
        if self.json:
            self._line({"kind": "queue_entry", **entry.to_json()})
        elif entry.status == "running":
            _quietly(lambda: view.print_begins(entry))

    def wait(self, run: Run) -> None:
        if self.json:
            self._line({"kind": "queue_waits", "run": str(run.folder)})
        else:
            _quietly(lambda: view.print_waits(run.folder))

    def _line(self, value: object) -> None:
        text = json_module.dumps(value, ensure_ascii=False) + "\n"
        _quietly(lambda: (sys.stdout.write(text), sys.stdout.flush()))


def _quietly(say: Callable[[], object]) -> None:
    """A terminal or a reader that has gone must not end the queue."""
    try:
        say()
    except OSError:
        mute(sys.stdout)


@dataclass(frozen=True, slots=True)
class _LiveTrainer:
    """Trains on this terminal."""

    wishes: Wishes
    plain: bool
    json: bool

    def train(self, entry: Entry, on_folder: Callable[[Path], None]) -> RunResult:
        try:
            preset = load(entry)
            with attended(self.wishes, plain=self.plain, json=self.json) as live:

                def on_plan(plan: api.Plan) -> None:
                    live.on_plan(plan)
                    on_folder(plan.folder)

                def on_event(record: Record, snapshot: RunSnapshot) -> None:
                    if isinstance(record.event, RunStarted):
                        on_folder(
                            Path(record.event.folder)
                        )  # another number, if the first was taken meanwhile
                    live.on_event(record, snapshot)

                result = api.train(
                    preset,
                    strict=entry.strict,
                    fit=entry.fit,
                    on_plan=on_plan,
                    on_event=on_event,
                    on_install=live.on_install,
                    stop=self.wishes.stop,
                )
        except DriverError as failure:
            if failure.code not in BUSY:
                findings = failure.findings
                _quietly(lambda: print_findings(findings))
            raise
        tell_result(result, json=self.json)
        return result

    def resume(self, run: Run) -> RunResult:
        with attended(self.wishes, plain=self.plain, json=self.json) as live:
            result = api.resume(run, on_plan=live.on_plan, on_event=live.on_event, stop=self.wishes.stop)
        tell_result(result, json=self.json)
        return result

    def follow(self, run: Run) -> RunResult | None:
        """As `watch` does; but here Ctrl-C stops it."""
        snapshot, asked = RunSnapshot(), False
        with attended(self.wishes, plain=self.plain, json=self.json) as live:
            for record in follow_records(run, on_unwatched=detach.adopt):
                if record:
                    snapshot = fold(snapshot, record)
                    live.on_event(record, snapshot)
                if self.wishes.stop.asked and not asked:
                    asked = True
                    ask_to_stop(run)
        result = run.result()
        if result:
            tell_result(result, json=self.json)
        return result


def load(entry: Entry) -> Preset:
    """The preset as it is now, read where it was queued.

    Raises:
        PresetError: it is not there any more, or has faults.
        RunError: `queue.folder_gone`.
    """
    try:
        with contextlib.chdir(entry.folder):
            return api.load_preset(
                entry.preset, images=entry.images, base=entry.base, trigger=entry.trigger, sets=entry.sets
            )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as failure:
        raise RunError("queue.folder_gone", entry.folder) from failure
