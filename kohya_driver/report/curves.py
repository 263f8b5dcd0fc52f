"""How a long curve becomes smooth, and short enough for a page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

MOST_POINTS = 1500
"""Of one curve on a page: more than a screen has columns of dots."""
MEDIAN_STEPS = 21
"""Over so many steps the time of a step is smoothed."""


def smoothing_span(count: int) -> int:
    """How many steps a loss is smoothed over: a thirtieth of the curve, so that what is left is its way."""
    return max(5, min(500, count // 30))


def smooth(values: Sequence[float], span: int) -> list[float]:
    """An exponential average over about `span` values, without the pull of its beginning; NaN where a value is none."""
    keep = 1 - 2 / (span + 1)
    total = weight = 0.0
    found = []
    for value in values:
        if not math.isfinite(value):
            found.append(math.nan)
            continue
        total, weight = total * keep + value, weight * keep + 1
        found.append(total / weight)
    return found


def medians(values: Sequence[float], places: Iterable[int], span: int = MEDIAN_STEPS) -> list[float]:
    """At each of these places the middle one of the values around it; a pause in one step does not move it."""
    half = span // 2
    found = []
    for place in places:
        found.append(quantile(values[max(0, place - half) : place + half + 1], 0.5))
    return found


def quantile(values: Iterable[float], share: float) -> float:
    """The value below which this share of the finite ones lies; NaN of none."""
    return quantiles(values, share)[0]


def quantiles(values: Iterable[float], *shares: float) -> list[float]:
    """The same for several shares."""
    ordered = sorted(filter(math.isfinite, values)) or [math.nan]
    return [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in shares]


def highest(values: Iterable[float]) -> float:
    """Of the finite ones; NaN of none."""
    return max(filter(math.isfinite, values), default=math.nan)


def thin(values: Sequence[float], most: int = MOST_POINTS) -> list[int]:
    """Places of at most `most` values that show the same curve: the lowest and the highest of each group.

    The first and the last are always among them.
    """
    count = len(values)
    if count <= most:
        return list(range(count))
    groups = max(1, (most - 2) // 2)
    edges = [1 + round((count - 2) * group / groups) for group in range(groups + 1)]
    places = {0, count - 1}
    # What is not a number stands out least.
    order = [value if math.isfinite(value) else 0.0 for value in values].__getitem__
    for start, end in pairwise(edges):
        group = range(start, end)
        if group:
            places.add(min(group, key=order))
            places.add(max(group, key=order))
    return sorted(places)


def bounds(shown: Sequence[float], scattered: Sequence[float] = ()) -> tuple[float, float] | None:
    """The scale of a chart: all of `shown`, and all but the outermost hundredth of what is only `scattered` around it."""
    low, high = quantiles(scattered, 0.005, 0.995)
    finite = [value for value in (*shown, low, high) if math.isfinite(value)]
    if not finite:
        return None
    least, most = min(finite), max(finite)
    room = (most - least) * 0.06 or abs(most) * 0.1 or 1.0
    return least - room, most + room
