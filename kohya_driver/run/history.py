"""Reads what a run has written down: the steps from its values, the rest from its events. Damaged lines are counted."""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kohya_driver.events.model import (
    KINDS,
    MemorySampled,
    Record,
    Resumed,
    RunStarted,
    SampleSaved,
    StepDone,
    Validated,
)
from kohya_driver.events.parse import MetricsReader, read_body
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.run.curves import Curves, Memory
from kohya_driver.run.folder import Run
from kohya_driver.run.moved import EventsHere

_DAMAGED = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)
_STEP, _PROGRESS, _MEMORY = '{"kind": "step"', '{"kind": "progress"', '{"kind": "memory"'


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a run, as far as it can be read."""

    snapshot: RunSnapshot
    curves: Curves
    damaged: int = 0
    """Lines that are no whole records."""
    unknown: int = 0
    """Events of kinds that this version does not know: of a newer one."""
    drawn: tuple[Record, ...] = ()
    """What tells of starts and samples, as `run_samples` wants it."""
    has_values: bool = True
    """False: there is no metrics.jsonl, or nothing in it; the steps are those of the events."""


def read_history(run: Run) -> History:
    """From metrics.jsonl, and from events.jsonl; either may be missing, cut off or damaged."""
    values = _Steps()
    damaged = _read_values(run.metrics_file, values)
    has_values = bool(values.steps)
    steps = values if has_values else _Steps()
    reader = _EventReader(steps, has_values, EventsHere(run.place))
    for line in _lines(run.events_file):
        reader.feed(line)
    reader.finish()
    curves = replace(steps.curves(), memory=tuple(reader.memory), memory_total=reader.memory_total)
    damaged += reader.damaged
    return History(reader.snapshot, curves, damaged, reader.unknown, tuple(reader.drawn), has_values)


@dataclass(slots=True)
class _Steps:
    """The steps of all attempts together: what one has thrown away, the next one replaces."""

    steps: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    rates: dict[str, list[float]] = field(default_factory=dict)
    validations: list[tuple[int, float]] = field(default_factory=list)
    resumed: list[int] = field(default_factory=list)
    _breaks: set[int] = field(default_factory=set)
    """Steps before which the training stood still."""

    def feed(self, event: object, time: float) -> None:
        if isinstance(event, StepDone):
            self._add(event, time)
        elif isinstance(event, Validated):
            self.validations.append((int(event.step), float(event.loss)))
        elif isinstance(event, Resumed):
            self._cut(int(event.step) + 1)
            self.resumed.append(int(event.step))

    def _add(self, event: StepDone, time: float) -> None:
        step, loss = int(event.step), float(event.loss)
        if self.steps and step <= self.steps[-1]:
            if step in self.resumed[-1:] and step == self.steps[-1]:
                return  # an attempt that was resumed tells once more the step at which it was
            self._cut(step)
        count = len(self.steps)
        self.steps.append(step)
        self.times.append(float(time))
        self.losses.append(loss)
        for name, rate in event.learning_rates.items():
            column = self.rates.setdefault(str(name), [])
            column += [math.nan] * (count - len(column)) + [float(rate)]

    def _cut(self, step: int) -> None:
        """Drop everything from this step on: an attempt that went on from before it does it anew."""
        place = bisect_left(self.steps, step)
        del self.steps[place:]
        for column in (self.times, self.losses, *self.rates.values()):
            del column[place:]
        self.validations = [one for one in self.validations if one[0] < step]
        self.resumed = [one for one in self.resumed if one < step]
        self._breaks = {one for one in self._breaks if one < step} | {step}

    def curves(self) -> Curves:
        count = len(self.steps)
        rates = {name: (*column, *[math.nan] * (count - len(column))) for name, column in self.rates.items()}
        return Curves(
            tuple(self.steps), tuple(self.losses), tuple(self._seconds()), rates,
            tuple(self.validations), tuple(self.resumed),
        )  # fmt: skip

    def _seconds(self) -> Iterator[float]:
        """NaN for the first step, after a break, where steps are missing, and where the clock was set back."""
        before: tuple[int, float] | None = None
        for step, time in zip(self.steps, self.times, strict=True):
            took = (
                time - before[1]
                if before and before[0] == step - 1 and step not in self._breaks
                else math.nan
            )
            yield took if took >= 0 else math.nan
            before = step, time


def _read_values(path: Path, steps: _Steps) -> int:
    """Returns how many lines are damaged."""
    reader, damaged = MetricsReader(), 0
    for line in _lines(path):
        body = read_body(line)
        if body is None:
            damaged += 1
        elif event := reader.take(body):
            steps.feed(event, reader.time)
    return damaged


@dataclass(slots=True)
class _EventReader:
    """Folds events. Of the many steps between two other events only the last is looked at, if the values have them all."""

    steps: _Steps
    has_values: bool
    here: EventsHere
    snapshot: RunSnapshot = field(default_factory=RunSnapshot)
    memory: list[Memory] = field(default_factory=list)
    memory_total: int = 0
    drawn: list[Record] = field(default_factory=list)
    damaged: int = 0
    unknown: int = 0
    _passed: str = ""

    def feed(self, line: str) -> None:
        if self.has_values and line.startswith((_STEP, _PROGRESS)) and line.endswith("}"):
            if line.startswith(_STEP):
                self._passed = line
            return
        if not line.startswith(_MEMORY):  # there are many of these too, and nothing else depends on them
            self._take_passed()
        self._take(line)

    def finish(self) -> None:
        self._take_passed()
        if self.memory and self.memory[-1].elapsed > self.snapshot.elapsed:
            last = self.memory[-1].elapsed
            self.snapshot = replace(
                self.snapshot, elapsed=last, time=self.snapshot.time + last - self.snapshot.elapsed
            )

    def _take_passed(self) -> None:
        passed, self._passed = self._passed, ""
        if passed:
            self._take(passed)

    def _take(self, line: str) -> None:
        try:
            body = self.here(json.loads(line))
            if body["kind"] not in KINDS:
                self.unknown += 1
                return
            record = Record.from_json(body)
            if not (abs(record.time) < math.inf and abs(record.elapsed) < math.inf):
                raise ValueError("no time")
            if isinstance(record.event, MemorySampled):
                self._take_memory(record.elapsed, record.event)
                return
            self.snapshot = fold(self.snapshot, record)
            self._note(record)
        except _DAMAGED:
            self.damaged += 1

    def _take_memory(self, elapsed: float, event: MemorySampled) -> None:
        self.memory.append(Memory(float(elapsed), int(event.tree_bytes), int(event.available_bytes)))
        self.memory_total = max(self.memory_total, int(event.total_bytes))

    def _note(self, record: Record) -> None:
        if isinstance(record.event, RunStarted | SampleSaved):
            self.drawn.append(record)
        elif not self.has_values:
            self.steps.feed(record.event, record.time)


def _lines(path: Path) -> Iterable[str]:
    """Lines that are not empty; none of a file that is not there or cannot be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if text := line.strip():
                    yield text
    except OSError:
        return
