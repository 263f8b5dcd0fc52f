"""Follows a running engine: its log, its values, its files and its memory, until it ends or is to be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.engine import weights
from kohya_driver.errors import DriverError, HostError
from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.model import (
    CheckpointSaved,
    Event,
    LogMessage,
    MemorySampled,
    Phase,
    ProcessExited,
    SaveRequested,
    SavingCheckpoint,
    StepDone,
    StopRequested,
)
from kohya_driver.events.parse import MetricsReader, Parser
from kohya_driver.host import read_memory
from kohya_driver.planning.model import Plan
from kohya_driver.process import Child, lives_marked, stop_child, sweep
from kohya_driver.run.attempt import Attempt
from kohya_driver.run.folder import Run
from kohya_driver.run.follow import Follower
from kohya_driver.run.recorder import DRIVER, Recorder
from kohya_driver.run.requests import ask_to_stop, read_request
from kohya_driver.run.samples import sample_saved
from kohya_driver.run.stop import Stop

LOOK_SECONDS = 0.2
OLDEST_SECONDS = 5.0
"""That a step can be told after it was done."""
MEMORY_SECONDS = 5.0
SAMPLES_SECONDS = 1.0
OPEN_STEP_BYTES = 1 << 16
"""Of metrics.jsonl, more than the micro-steps of one step take."""
REQUEST_SECONDS = 0.3
PATIENCE_SECONDS = 120.0
"""How long an engine that was asked to save and stop may say nothing; or ten of its steps, if they take longer."""
PATIENCE_STEPS = 10
_PNG_END = b"IEND\xaeB`\x82"
_SAVES_IN = (Phase.TRAINING, Phase.SAMPLING, Phase.SAVING)

Told = Mapping[str, int]
"""How many events of the log, and of the values, an earlier supervisor has recorded of this attempt."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended: the engine's exit status, and why it was left from inside, if it was."""

    status: int
    left: str


def standing(run: Run, output_dir: Path) -> dict[Path, str]:
    """LoRA files and samples in a run's folders, by `files.stamp`. An engine may write as soon as it is started."""
    folders = (output_dir, run.saved_folder, output_dir / "sample")
    return {path: files.stamp(path) for folder in folders for path in folder.glob("*")}


@dataclass(slots=True)
class Supervisor:
    """One running engine and what follows it.

    Args:
        stop: what a person wishes; `halt`: what is decided when something goes wrong.
        before: what stood in its folders before it was started (`standing`).
        told: for an engine whose supervisor has died: what that one has recorded is not recorded again.
        on_look: called each time.
    """

    run: Run
    child: Child
    recorder: Recorder
    output_dir: Path
    stop: Stop
    halt: Stop
    attempt: Attempt
    before: Mapping[Path, str]
    told: Told = field(default_factory=dict)
    on_look: Callable[[], None] = lambda: None
    _log: Follower = field(init=False)
    _metrics: Follower = field(init=False)
    _splitter: LineSplitter = field(default_factory=LineSplitter)
    _metric_lines: LineSplitter = field(default_factory=LineSplitter)
    _parser: Parser = field(default_factory=Parser)
    _reader: MetricsReader = field(default_factory=MetricsReader)
    _skip: dict[str, int] = field(init=False)
    _pending: list[Path] = field(default_factory=list)
    _samples: set[Path] = field(default_factory=set)
    _plan: Plan | None = None
    """Read when the first file is there."""
    _due: dict[str, float] = field(default_factory=dict)
    _heeded: int = 0
    _stopping: bool = False
    _can_save: bool = False
    _moved: float = field(default_factory=time.monotonic)
    orphan: int = 0
    """The trainer, once it goes on without its launcher."""

    def __post_init__(self) -> None:
        self._log = Follower(self.run.log_file, self.attempt.log_offset)
        self._metrics = Follower(self.run.metrics_file, self.attempt.metrics_offset)
        if self.attempt.resumed_from:
            # Of a step that an attempt was cut off in, some micro-steps stand there.
            before = files.read_tail(self.run.metrics_file, OPEN_STEP_BYTES, self.attempt.metrics_offset)
            for line in before.decode("utf-8", "replace").split("\n"):
                self._reader.feed(line)
        self._skip = dict(self.told)
        self._samples = (
            {Path(path) for path in self.recorder.snapshot.samples} if self.told else set(self.before)
        )

    def follow(self) -> Ended:
        """Until the engine has ended and nothing of it is left."""
        while self._lives():
            self._look()
            self._heed_request()
            self.on_look()
            if (self.stop.asked or self.halt.asked) and not self._ends_in_order():
                stop_child(self.child, hurry=lambda: self.stop.hurry)
                break
            time.sleep(LOOK_SECONDS)
        sweep(self.child)
        self._look()
        self._finish()
        ended = self._ending()
        self.recorder.record(ProcessExited(ended.status, ended.left))
        return ended

    @property
    def idle_seconds(self) -> float:
        """Since anything new was seen of the engine."""
        return time.monotonic() - self._moved

    # --- whether it lives

    def _lives(self) -> bool:
        """The launcher may be gone before the trainer is; then the trainer alone counts."""
        if self.child.poll() is None:
            return True
        trainer = self._trainer()
        if "status" in trainer or not lives_marked(int(trainer.get("pid", 0)), self.child.mark):
            return False
        if not self.orphan:
            self.orphan = int(trainer["pid"])
            self.recorder.record(LogMessage("warning", texts.say("run.launcher_died"), DRIVER))
        return True

    def _trainer(self) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = files.read_json(self.run.trainer_file)
            return found
        except (OSError, ValueError):
            return {}

    def _ending(self) -> Ended:
        """The trainer's own word counts more than the launcher's, which may have died before it."""
        trainer, status = self._trainer(), self.child.poll()
        if "status" in trainer and isinstance(trainer["status"], int):
            return Ended(trainer["status"], str(trainer.get("left", "")))
        assert status is not None
        return Ended(status, "")

    # --- what is asked of it

    def _heed_request(self) -> None:
        if not self._is_due("request", REQUEST_SECONDS):
            return
        request = read_request(self.run)
        if request is None or request.id <= self._heeded:
            return
        self._heeded = request.id
        if request.stop:
            if not self.stop.asked:
                self.stop.ask("command")
        elif request.save:
            self.recorder.record(SaveRequested(request.sample))

    def _ends_in_order(self) -> bool:
        """Whether it is still waited for: it saves, and ends by itself."""
        wish = self.stop if self.stop.asked else self.halt
        saves = wish.saves and self.recorder.snapshot.phase in _SAVES_IN
        if not self._stopping:
            self._stopping = True
            self._moved = time.monotonic()
            self.recorder.record(StopRequested(wish.by, saves))
            self._can_save = saves and self._ask_to_stop()
        return saves and self._can_save and self.idle_seconds < self._patience()

    def _ask_to_stop(self) -> bool:
        """False if it cannot be asked, because the disk is full and it has not begun."""
        try:
            self._heeded = max(self._heeded, ask_to_stop(self.run))
        except HostError:
            return False
        return True

    def _patience(self) -> float:
        return max(PATIENCE_SECONDS, PATIENCE_STEPS * (self.recorder.snapshot.seconds_per_step or 0.0))

    # --- what is new of it

    def _look(self) -> None:
        """Everything that is new."""
        self._read_metrics()
        while data := self._log.read():
            self._moved = time.monotonic()
            self._tell(
                "log", (event for line in self._splitter.feed(data) for event in self._parser.feed(line))
            )
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
        while data := self._log.read():
            self._tell(
                "log", (event for line in self._splitter.feed(data) for event in self._parser.feed(line))
            )
        self._tell("log", (event for line in self._splitter.flush() for event in self._parser.feed(line)))
        self._tell("log", self._parser.flush())
        self._check_pending()
        self._check_samples()

    def _read_metrics(self) -> None:
        while data := self._metrics.read():
            self._moved = time.monotonic()
            lines = self._metric_lines.feed(data)
            self._tell("metrics", (event for line in lines if (event := self._reader.feed(line)) is not None))

    def _tell(self, source: str, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, SavingCheckpoint):
                self._pending.append(Path(event.path))
            elif isinstance(event, StepDone):
                age = self.recorder.now - self._reader.time  # whose clock may have been set
                event = replace(event, age=round(min(max(0.0, age), OLDEST_SECONDS), 3))
            if self._skip.get(source, 0):
                self._skip[source] -= 1
            else:
                self.recorder.record(event)

    def _check_pending(self) -> None:
        """A checkpoint has landed when its header fits its length, and it is not an older file of that name."""
        for path in list(self._pending):
            try:
                header = weights.read_header(path)
                state = path.stat()
            except (DriverError, OSError):
                continue
            if files.stamp(path) != self.before.get(path):
                self._pending.remove(path)
                if self.told and any(known.path == str(path) for known in self.recorder.snapshot.checkpoints):
                    continue
                # The engine may have gone on since.
                told = header.metadata.get("ss_steps", "")
                step = int(told) if told.isdecimal() else self.plan.step_named(path.name)
                self.recorder.record(CheckpointSaved(str(path), state.st_size, step))

    @property
    def plan(self) -> Plan:
        self._plan = self._plan or self.run.plan()
        return self._plan

    def _check_samples(self) -> None:
        for path in sorted(set((self.output_dir / "sample").glob("*.png")) - self._samples):
            if path.read_bytes()[-len(_PNG_END) :] == _PNG_END:
                self._samples.add(path)
                self.recorder.record(sample_saved(path, self.plan))

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
