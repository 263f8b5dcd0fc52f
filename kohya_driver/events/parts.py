"""The parts of a snapshot; loss curve and pace keep what matters of a long history in bounded memory."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

POINTS = 600
"""Of the loss curve at most; when it is full, neighbours are merged and each point stands for twice the steps."""
INTERVALS = 31
"""Recent times between two steps that the pace is the median of."""

OUTLIER = 3.0
"""A step that took so many times longer than usual had a pause in it, such as the start of an epoch's workers."""

Point = tuple[int, float, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar that moves now, if it is not the training's own."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes. `tree` is the engine with all its processes, the rest is the machine's."""

    tree: int
    tree_peak: int
    available: int
    total: int
    swap: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A LoRA that stands on the disk, whole; `step` and `epoch` as of when it was saved."""

    path: str
    size_bytes: int
    step: int
    epoch: int
    time: float


_NAMED = re.compile(r"-(?:step(\d{8})|(\d{6}))\.\w+$")


def named_position(path: str) -> tuple[int, int]:
    """Step and epoch that the engine writes into a checkpoint's name (train_util.py:90); 0 where the name has none."""
    found = _NAMED.search(path)
    return (int(found[1] or 0), int(found[2] or 0)) if found else (0, 0)


@dataclass(frozen=True, slots=True)
class Message:
    """A warning or an error of the engine."""

    level: str
    text: str
    source: str
    time: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong while it ran: the text's code, what is done about it, and the text's values."""

    code: str
    policy: str
    values: Mapping[str, str | int | float]
    time: float
    elapsed: float


@dataclass(frozen=True, slots=True)
class LossCurve:
    """Loss over the steps. A point is (last step of its group, mean loss, last average loss)."""

    points: tuple[Point, ...] = ()
    stride: int = 1
    """Steps of a point."""
    open_sum: float = 0.0
    open_count: int = 0
    lowest_average: float | None = None
    last_step: int = 0
    """The last that was added."""

    def add(self, step: int, loss: float, average: float) -> LossCurve:
        """With one more step."""
        total, count = self.open_sum + loss, self.open_count + 1
        lowest = _lower(self.lowest_average, average)
        if count < self.stride:
            return LossCurve(self.points, self.stride, total, count, lowest, step)
        points = (*self.points, (step, total / count, average))
        if len(points) <= POINTS:
            return LossCurve(points, self.stride, 0.0, 0, lowest, step)
        return LossCurve(_merge(points), self.stride * 2, 0.0, 0, lowest, step)

    def up_to(self, step: int) -> LossCurve:
        """Without what came after this step; the lowest average stays, as it was reached."""
        if self.last_step <= step:
            return self
        kept = tuple(point for point in self.points if point[0] <= step)
        return LossCurve(kept, self.stride, 0.0, 0, self.lowest_average, step)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LossCurve:
        points = tuple((int(step), float(loss), float(average)) for step, loss, average in data["points"])
        lowest = data["lowest_average"]
        return cls(
            points,
            data["stride"],
            float(data["open_sum"]),
            data["open_count"],
            None if lowest is None else float(lowest),
            int(data["last_step"]),
        )


def _lower(lowest: float | None, average: float) -> float | None:
    """What is not a number is no lowest."""
    if math.isnan(average) or (lowest is not None and lowest <= average):
        return lowest
    return average


def _merge(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Pairs of neighbours become one; of an odd number the first stands alone, so that the last is the last."""
    odd = len(points) % 2
    pairs = zip(points[odd::2], points[odd + 1 :: 2], strict=True)
    return points[:odd] + tuple((b[0], (a[1] + b[1]) / 2, b[2]) for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it trains, and how much time goes into other things meanwhile (samples, saving, validation)."""

    intervals: tuple[float, ...] = ()
    """Seconds a step took with nothing known in between, the latest last."""
    step: int | None = None
    elapsed: float = 0.0
    """When the last step was counted, in seconds since the run began."""
    exact: bool = False
    """Counted by the engine's own values; then its bar, which tells the same a little later, no longer counts."""
    interrupted: bool = True
    """Something else happened since the last step. The first step of all warms up, so it does not count either."""
    counted_steps: int = 0
    pause_seconds: float = 0.0

    @property
    def seconds_per_step(self) -> float | None:
        if not self.intervals:
            return None
        return sorted(self.intervals)[len(self.intervals) // 2]

    def eta_seconds(self, steps_left: int) -> float | None:
        """Pauses are expected to come as often as until now."""
        seconds = self.seconds_per_step
        if seconds is None:
            return None
        return steps_left * (seconds + self.pause_seconds / max(1, self.counted_steps))

    def interrupt(self) -> Pace:
        return self if self.interrupted else replace(self, interrupted=True)

    def tick(self, step: int, elapsed: float, *, exact: bool) -> Pace:
        """After a step; unchanged if this step is counted already, or counted better by other means."""
        if self.exact and not exact:
            return self
        if self.step is None or step < self.step or exact != self.exact:
            return Pace(self.intervals, step, elapsed, exact, True, self.counted_steps, self.pause_seconds)
        if step == self.step:
            return self
        steps = step - self.step
        interval = max(0.0, elapsed - self.elapsed) / steps
        intervals, pause = self.intervals, self.pause_seconds
        usual = self.seconds_per_step or interval
        if not self.interrupted:
            intervals = (*intervals[-INTERVALS + 1 :], interval)
        if self.interrupted or interval > OUTLIER * usual:
            pause += max(0.0, interval - usual) * steps
        return Pace(intervals, step, elapsed, exact, False, self.counted_steps + steps, pause)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Pace:
        return cls(**{**data, "intervals": tuple(data["intervals"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
