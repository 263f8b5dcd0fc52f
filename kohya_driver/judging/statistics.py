"""How noisy curves are compared. Pure functions of numbers.

The loss of one step depends on the time step that was drawn far more than on what was learnt, so that single losses say nothing
and even means of a hundred are rough. What a training changes is a factor that is common to all time steps, so logarithms are
compared: there that factor is a shift, and the few large losses do not outweigh all others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SURE = 1.96
"""Standard errors to each side within which the truth lies 95 times of 100."""
LEAST = 4
"""Values of which a spread can be told."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of a curve: mean of the logarithms, its standard error, how many values."""

    mean: float
    error: float
    count: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How a later piece of a curve stands to an earlier one."""

    ratio: float
    low: float
    """The ratio lies between `low` and `high`, 95 times of 100."""
    high: float
    z: float
    """In standard errors; negative: it fell."""

    @property
    def percent(self) -> float:
        return 100 * (self.ratio - 1)


def window(values: Sequence[float]) -> Window | None:
    """None where there are too few values that are numbers above 0."""
    logs = [math.log(value) for value in values if 0 < value < math.inf]
    if len(logs) < LEAST:
        return None
    mean = math.fsum(logs) / len(logs)
    variance = math.fsum((value - mean) ** 2 for value in logs) / (len(logs) - 1)
    return Window(mean, math.sqrt(variance / len(logs)), len(logs))


def shift(before: Sequence[float], after: Sequence[float]) -> Shift | None:
    """Welch's comparison of two means with unequal spreads, on logarithms."""
    first, last = window(before), window(after)
    if first is None or last is None:
        return None
    difference, error = last.mean - first.mean, math.hypot(first.error, last.error)
    return _shift(difference, error)


def trend(places: Sequence[float], values: Sequence[float]) -> Shift | None:
    """What a straight line through the logarithms changes from the first place to the last."""
    points = [
        (place, math.log(value)) for place, value in zip(places, values, strict=True) if 0 < value < math.inf
    ]
    if len(points) < LEAST:
        return None
    count = len(points)
    middle = math.fsum(place for place, _ in points) / count
    mean = math.fsum(value for _, value in points) / count
    spread = math.fsum((place - middle) ** 2 for place, _ in points)
    if not spread:
        return None
    slope = math.fsum((place - middle) * (value - mean) for place, value in points) / spread
    rest = math.fsum((value - mean - slope * (place - middle)) ** 2 for place, value in points)
    length = points[-1][0] - points[0][0]
    return _shift(slope * length, math.sqrt(rest / (count - 2) / spread) * length)


def _shift(difference: float, error: float) -> Shift:
    # A curve without any noise has no error; then every difference is sure.
    error = max(error, 1e-9)
    bounds = (_exp(difference - SURE * error), _exp(difference + SURE * error))
    return Shift(_exp(difference), *bounds, difference / error)


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))


def roughness(values: Sequence[float]) -> float:
    """The spread of a curve round its own way, as a share: from second differences, which a straight way has none of."""
    logs = [math.log(value) for value in values if 0 < value < math.inf]
    if len(logs) < LEAST:
        return 0.0
    bends = sorted(abs(a - 2 * b + c) for a, b, c in zip(logs, logs[1:], logs[2:], strict=False))
    # The median of |x| is 0.6745 of a normal spread; a second difference has √6 times that of a value.
    return bends[len(bends) // 2] / 0.6745 / math.sqrt(6)


def part(values: Sequence[float], begin: float, end: float) -> Sequence[float]:
    """The values between two shares of the way."""
    count = len(values)
    return values[round(begin * count) : round(end * count)]
