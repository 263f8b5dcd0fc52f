"""Writes down what happens: each event into events.jsonl, into the snapshot, and on to whoever watches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from kohya_driver import texts
from kohya_driver.events.model import Event, LogMessage, Record
from kohya_driver.events.snapshot import RunSnapshot, fold

DRIVER = "driver"
"""The source of messages that are our own."""

OnEvent = Callable[[Record, RunSnapshot], None]


class Recorder:
    """Stamps events with the time and records them in order.

    Args:
        before: the run's snapshot after its earlier attempts; its time goes on where it stood.
    """

    def __init__(
        self, path: Path, on_event: OnEvent | None = None, before: RunSnapshot | None = None
    ) -> None:
        self.snapshot = before or RunSnapshot()
        self.started = time.time()
        """Of this recorder, in Unix seconds; a run that goes on has an earlier one too."""
        self.lost = 0
        """Events that could not be written, because the disk was full: the training goes on without them."""
        self._lost_told = 0
        self._path = path
        self._on_event = on_event
        # Half a line may stand at the end: of a supervisor that was killed, or of a full disk.
        self._mend = "\n" if _ends_torn(path) else ""
        self._begin = time.monotonic()
        self._elapsed_before = self.snapshot.elapsed

    @property
    def elapsed(self) -> float:
        """Seconds that the run has been going, in all its attempts; not moved by a clock that is set."""
        return self._elapsed_before + self._here

    @property
    def _here(self) -> float:
        return time.monotonic() - self._begin

    @property
    def now(self) -> float:
        """Unix seconds; they do not jump when the clock is set meanwhile."""
        return self.started + self._here

    def record(self, event: Event) -> None:
        record = Record(self.now, self.elapsed, event)
        self.snapshot = fold(self.snapshot, record)
        self._write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")
        if self._on_event:
            self._on_event(record, self.snapshot)
        if self.lost > self._lost_told and not self._mend:  # there is room again
            lost, self._lost_told = self.lost - self._lost_told, self.lost
            self.record(LogMessage("warning", texts.say("run.events_lost", count=lost), DRIVER))

    def silence(self) -> None:
        """Tell nobody any more; go on writing."""
        self._on_event = None

    def _write(self, line: str) -> None:
        try:
            with self._path.open("a", encoding="utf-8", errors="replace") as file:
                file.write(self._mend + line)
            self._mend = ""
        except OSError:
            self.lost += 1
            self._mend = "\n"


def _ends_torn(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            file.seek(-1, 2)
            return file.read(1) != b"\n"
    except OSError:
        return False
