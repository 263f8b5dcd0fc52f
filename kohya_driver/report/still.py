"""Curves that stand still: drawn into the page for those who look at it where no script runs, such as a phone's preview."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from kohya_driver.report.curves import bounds, thin
from kohya_driver.report.markup import Markup, element, join

WIDTH, HEIGHT = 1000, 200
"""Of the drawing, which is stretched to its place; lines keep their width."""
MOST_POINTS = 240
"""Of one curve."""


@dataclass(frozen=True, slots=True)
class Line:
    """One curve. `values` has one for each place on the x axis; None is a gap."""

    values: Sequence[float | None]
    style: str
    colour: int


def still(
    xs: Sequence[float],
    lines: Sequence[Line],
    scale: tuple[float, float] | None,
    label: Callable[[float], str],
) -> Markup:
    """The curves with the ends of both axes; empty where there is nothing to draw."""
    scale = scale or bounds([value for line in lines for value in line.values if value is not None])
    if not xs or scale is None or scale[1] <= scale[0]:
        return Markup()
    paths = (
        element("path", d=way, class_=f"c{line.colour} {line.style}")
        for line in lines
        if (way := _way(xs, line, scale))
    )
    drawing = element("svg", join(paths), viewBox=f"0 0 {WIDTH} {HEIGHT}", preserveAspectRatio="none")
    upright = element("div", join(element("span", label(value)) for value in reversed(scale)))
    along = element("div", join(element("span", label(value)) for value in (xs[0], xs[-1])), class_="along")
    return element("div", join((upright, drawing, along)), class_="still")


def _way(xs: Sequence[float], line: Line, scale: tuple[float, float]) -> str:
    width, low, high = (xs[-1] - xs[0]) or 1.0, *scale

    def place(x: float, value: float) -> str:
        # What lies far outside is cut off at the edge anyway.
        up = min(2.0, max(-1.0, (value - low) / (high - low)))
        return f"{WIDTH * (x - xs[0]) / width:.0f} {HEIGHT * (1 - up):.1f}"

    if line.style == "dots":
        known = [(x, value) for x, value in zip(xs, line.values, strict=True) if value is not None]
        return "".join(f"M{place(x, value)}h0" for x, value in known)
    return "".join("M" + "L".join(place(x, value) for x, value in piece) for piece in _pieces(xs, line))


def _pieces(xs: Sequence[float], line: Line) -> Iterator[list[tuple[float, float]]]:
    """Between the gaps, each with as many points as are its share."""
    points = zip(xs, line.values, strict=True)
    for is_gap, found in groupby(points, key=lambda point: point[1] is None):
        piece = [(x, value) for x, value in found if value is not None]
        if not is_gap:
            most = max(4, MOST_POINTS * len(piece) // len(xs))
            yield [piece[kept] for kept in thin([value for _, value in piece], most)]
