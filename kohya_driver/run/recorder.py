"""Writes down what happens: each event into events.jsonl, into the snapshot, and on to whoever watches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from kohya_driver.events.model import Event, Record
from kohya_driver.events.snapshot import RunSnapshot, fold

OnEvent = Callable[[Record, RunSnapshot], None]


class Recorder:
    """Stamps events with the time and records them in order."""

    def __init__(self, path: Path, on_event: OnEvent | None = None) -> None:
        self.snapshot = RunSnapshot()
        self.started = time.time()
        self.lost = 0
        """Events that could not be written, because the disk was full: the training goes on without them."""
        self._path = path
        self._on_event = on_event
        self._mend = ""
        self._begin = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the run began; not moved by a clock that is set."""
        return time.monotonic() - self._begin

    def record(self, event: Event) -> None:
        record = Record(self.started + self.elapsed, self.elapsed, event)
        self.snapshot = fold(self.snapshot, record)
        self._write(json.dumps(record.to_json(), ensure_ascii=False) + "\n")
        if self._on_event:
            self._on_event(record, self.snapshot)

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
            # Half a line may stand there: it must not spoil the next one.
            self._mend = "\n"
