"""Follows a running engine: its log, its values, its files and its memory, until it ends or is to be stopped."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver.engine import weights
from kohya_driver.errors import DriverError
from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.model import (
    CheckpointSaved,
    Event,
    MemorySampled,
    ProcessExited,
    SampleSaved,
    SavingCheckpoint,
    StopRequested,
)
from kohya_driver.events.parse import MetricsReader, Parser
from kohya_driver.host import read_memory
from kohya_driver.process import Child, stop_child, sweep
from kohya_driver.run.folder import Run
from kohya_driver.run.follow import Follower
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.stop import Stop

LOOK_SECONDS = 0.1
MEMORY_SECONDS = 5.0
SAMPLES_SECONDS = 1.0
_PNG_END = b"IEND\xaeB`\x82"


@dataclass(slots=True)
class Supervisor:
    """One running engine and what follows it."""

    run: Run
    child: Child
    recorder: Recorder
    output_dir: Path
    stop: Stop
    _log: Follower = field(init=False)
    _metrics: Follower = field(init=False)
    _splitter: LineSplitter = field(default_factory=LineSplitter)
    _metric_lines: LineSplitter = field(default_factory=LineSplitter)
    _parser: Parser = field(default_factory=Parser)
    _reader: MetricsReader = field(default_factory=MetricsReader)
    _pending: list[Path] = field(default_factory=list)
    _samples: set[Path] = field(default_factory=set)
    _due: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._log = Follower(self.run.log_file)
        self._metrics = Follower(self.run.metrics_file)
        self._samples = set((self.output_dir / "sample").glob("*.png"))

    def follow(self) -> int:
        """Until the engine has ended and nothing of it is left; returns the launcher's exit status."""
        while self.child.poll() is None:
            self._look()
            if self.stop.asked:
                self.recorder.record(StopRequested(self.stop.by))
                stop_child(self.child, hurry=lambda: self.stop.hurry)
                break
            time.sleep(LOOK_SECONDS)
        # The launcher may be gone before the trainer is.
        sweep(self.child)
        self._look()
        self._finish()
        status = self.child.poll()
        assert status is not None
        self.recorder.record(ProcessExited(status))
        return status

    def _look(self) -> None:
        """Everything that is new."""
        self._read_metrics()
        while data := self._log.read():
            self._tell(event for line in self._splitter.feed(data) for event in self._parser.feed(line))
            self._read_metrics()
            if self.stop.asked and self.child.poll() is None:
                break  # an engine that prints without end must not outrun the wish to stop it
        self._check_pending()
        if self._is_due("samples", SAMPLES_SECONDS):
            self._check_samples()
        if self._is_due("memory", MEMORY_SECONDS):
            self._measure()

    def _finish(self) -> None:
        """What stands at the very end: lines without an end, files that the last look was too early for."""
        self._tell(event for line in self._splitter.flush() for event in self._parser.feed(line))
        self._tell(self._parser.flush())
        self._check_pending()
        self._check_samples()

    def _read_metrics(self) -> None:
        while data := self._metrics.read():
            lines = self._metric_lines.feed(data)
            self._tell(step for line in lines if (step := self._reader.feed(line)) is not None)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self.recorder.record(event)
            if isinstance(event, SavingCheckpoint):
                self._pending.append(Path(event.path))

    def _check_pending(self) -> None:
        """A checkpoint has landed when its header fits its length, and it is not an older file of that name."""
        for path in list(self._pending):
            try:
                weights.read_header(path)
                state = path.stat()
            except (DriverError, OSError):
                continue
            if state.st_mtime >= self.recorder.started - 1:  # some file systems keep whole seconds only
                self._pending.remove(path)
                self.recorder.record(CheckpointSaved(str(path), state.st_size))

    def _check_samples(self) -> None:
        for path in sorted(set((self.output_dir / "sample").glob("*.png")) - self._samples):
            if path.read_bytes()[-len(_PNG_END) :] == _PNG_END:
                self._samples.add(path)
                self.recorder.record(SampleSaved(str(path)))

    def _measure(self) -> None:
        memory = read_memory()
        self.recorder.record(
            MemorySampled(self.child.memory_bytes(), memory.available, memory.total, memory.swap_used)
        )

    def _is_due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._due.get(what, 0.0):
            return False
        self._due[what] = now + seconds
        return True
