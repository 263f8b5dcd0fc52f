"""Works on the queue: one training after another, through failures, and on from wherever an earlier worker was cut off."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from kohya_driver.errors import DriverError, Finding, RunError
from kohya_driver.run import machine, queue
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.late import settle_ended
from kohya_driver.run.noted import place_of
from kohya_driver.run.queue import Entry
from kohya_driver.run.stop import Stop

WAIT_SECONDS = 1.0
BUSY = ("run.machine_busy", "run.already_running")
"""Somebody was quicker: another training, or another supervisor of this one. It is waited for."""
_STATUS = {"succeeded": "done", "stopped": "stopped"}
_GOES_ON = ("running", "unwatched")


class Trainer(Protocol):
    """Does what the worker decides."""

    def train(self, entry: Entry, on_folder: Callable[[Path], None]) -> RunResult:
        """Plan and train it, and tell the run's folder as soon as it is known. Raises DriverError."""

    def resume(self, run: Run) -> RunResult:
        """Go on with a run that is over or was cut off. Raises RunError if it cannot go on."""

    def follow(self, run: Run) -> RunResult | None:
        """Wait for a run that somebody else watches over, or nobody yet; None if it is cut off."""


@dataclass(slots=True)
class QueueWorker:
    """Until nothing waits, or a run is stopped, or `stop` is asked."""

    trainer: Trainer
    stop: Stop
    on_entry: Callable[[Entry], None] = lambda entry: None
    """Told of each entry when it begins, and when it is over or has to wait again."""
    on_wait: Callable[[Run], None] = lambda run: None
    """Told once of a training from elsewhere that is waited for."""
    pause: Callable[[], object] = lambda: time.sleep(WAIT_SECONDS)
    _over: dict[int, Entry] = field(default_factory=dict)
    _was_stopped: bool = False
    """A run of this worker was stopped by somebody else, which means the queue too."""

    def work(self) -> list[Entry]:
        """Returns what became of those that this worker brought to an end.

        Raises:
            RunError: `queue.unreadable`.
            HostError: what became of one cannot be written down; the next worker looks at its run.
        """
        for entry in queue.entries():
            if entry.status == "running" and not self._is_to_end():
                self._recover(entry)
        while not self._is_to_end() and self._machine_is_free():
            following = queue.take_next()
            if following is None:
                break
            self._work_on(following)
        return list(self._over.values())

    def _is_to_end(self) -> bool:
        return self.stop.asked or self._was_stopped

    def _machine_is_free(self) -> bool:
        """Wait until it is; False if nothing waits any more, or the worker is to end."""
        told: Run | None = None
        while holder := machine.holder():
            if self._is_to_end() or not any(entry.status == "waiting" for entry in queue.entries()):
                return False
            if holder != told:
                self.on_wait(holder)
                told = holder
            self.pause()
        return not self._is_to_end()

    def _recover(self, entry: Entry) -> None:
        """An earlier worker left it as running: it was killed, or the machine was restarted."""
        run = _run_of(entry)
        result = run.result() if run else None
        if result:
            self._note(entry, _changes(result))
        else:
            self._work_on(entry)

    def _work_on(self, entry: Entry) -> None:
        """Whatever goes wrong with one entry, the next one has its turn."""
        self.on_entry(entry)
        try:
            changes = _changes(self._run(entry))
        except DriverError as failure:
            changes = _back() if failure.code in BUSY else _failure(failure.code, failure.findings)
        except KeyboardInterrupt:
            self._note(entry, _back())
            raise
        except Exception:
            changes = {**_failure("run.driver_failed"), "detail": traceback.format_exc().strip()}
        self._was_stopped = changes["status"] == "stopped"
        self._note(entry, changes)

    def _run(self, entry: Entry) -> RunResult | None:
        """If there is a run of it already: followed while its engine lives, else resumed; if that cannot be, made anew."""
        run = _run_of(entry)
        if run is None:
            return self._train(entry)
        while run.state() in _GOES_ON:
            result = self.trainer.follow(run)
            if result or self.stop.asked:
                return result
        settle_ended(run)
        result = run.result()
        if result and result.outcome == "succeeded":
            return result
        try:
            return self.trainer.resume(run)
        except RunError as failure:
            if failure.code in BUSY:
                raise
        return self._train(entry)

    def _train(self, entry: Entry) -> RunResult:
        def on_folder(folder: Path) -> None:
            queue.update(entry.id, run=str(folder))

        return self.trainer.train(entry, on_folder)

    def _note(self, entry: Entry, changes: Mapping[str, Any]) -> None:
        changed = queue.update(entry.id, **changes) or replace(entry, **changes)
        if changed.run and _run_of(changed) is None:  # it never came so far
            changed = queue.update(entry.id, run="") or replace(changed, run="")
        if changed.status in queue.OVER:
            self._over[changed.id] = changed
        self.on_entry(changed)


def _run_of(entry: Entry) -> Run | None:
    run = Run(place_of(Path(entry.run)))
    return run if entry.run and run.plan_file.is_file() else None


def _changes(result: RunResult | None) -> dict[str, Any]:
    """What is noted of a result; without one it was stopped while somebody else watched over it."""
    if result is None:
        return {"status": "stopped", "reason": "run.stopped", "ended": time.time()}
    return {
        "status": _STATUS.get(result.outcome, "failed"),
        "run": result.folder,
        "reason": result.reason,
        "detail": result.evidence.strip().rpartition("\n")[2],
        "ended": result.ended or time.time(),
    }


def _failure(reason: str, findings: Iterable[Finding] = ()) -> dict[str, Any]:
    told = tuple(finding.to_json() for finding in findings)
    return {"status": "failed", "reason": reason, "findings": told, "ended": time.time()}


def _back() -> dict[str, Any]:
    return {"status": "waiting", "started": None}
