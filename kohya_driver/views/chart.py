"""Draws a curve with braille dots: two by four in each cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise

from rich.text import Text

from kohya_driver.events.parts import Point
from kohya_driver.views.console import human_loss

LABEL_WIDTH = 7
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))

Range = tuple[float, float]


def render_chart(points: Sequence[Point], width: int, height: int) -> list[Text]:
    """Lines of at most `width` cells, `height` of them: the average as a line, the losses themselves as dim dots.

    A dot is the mean of the steps that share its column. Values that are not finite leave a gap. The scale holds all
    averages and the middle nine tenths of the dots; dots outside of it are not drawn.
    """
    if width <= LABEL_WIDTH + 1 or height < 1:
        return [Text() for _ in range(max(0, height))]
    plot = width - LABEL_WIDTH - 1
    means = _means(points, plot * 2)
    scale = _scale([average for _, _, average in points], list(means.values()))
    line, dots = [[0] * plot for _ in range(height)], [[0] * plot for _ in range(height)]
    if scale is not None:
        _draw_line(line, points, scale)
        _draw_dots(dots, means, scale)
    labels = _labels(scale, height)
    return [_row(*row) for row in zip(labels, line, dots, strict=True)]


def _means(points: Sequence[Point], columns: int) -> dict[int, float]:
    """Mean loss of each column of dots that has any."""
    found: dict[int, list[float]] = {}
    for column, (_, loss, _) in zip(_columns(points, columns), points, strict=True):
        if math.isfinite(loss):
            found.setdefault(column, []).append(loss)
    return {column: sum(losses) / len(losses) for column, losses in found.items()}


def _scale(averages: Sequence[float], means: Sequence[float]) -> Range | None:
    """Lowest and highest value shown; None if there is nothing to show."""
    edge = len(means) // 20
    middle = sorted(means)[edge : len(means) - edge]
    values = [value for value in (*averages, *middle) if math.isfinite(value)]
    if not values:
        return None
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - abs(low) * 0.1 - 1e-9, high + abs(high) * 0.1 + 1e-9)


def _columns(points: Sequence[Point], columns: int) -> list[int]:
    """The column of dots of each point, by its step."""
    if not points:
        return []
    first, last = points[0][0], points[-1][0]
    if last == first:
        return [0] * len(points)
    return [round((step - first) / (last - first) * (columns - 1)) for step, _, _ in points]


def _level(value: float, scale: Range, rows: int) -> int:
    """The row of dots, 0 at the top."""
    return round((scale[1] - value) / (scale[1] - scale[0]) * (rows - 1))


def _draw_line(cells: list[list[int]], points: Sequence[Point], scale: Range) -> None:
    columns = _columns(points, len(cells[0]) * 2)
    rows = len(cells) * 4
    spots = [
        (column, _level(average, scale, rows)) if math.isfinite(average) else None
        for column, (_, _, average) in zip(columns, points, strict=True)
    ]
    if len(spots) == 1 and spots[0]:
        _set(cells, *spots[0])
    for start, end in pairwise(spots):
        if start and end:
            _connect(cells, start, end)


def _connect(cells: list[list[int]], start: tuple[int, int], end: tuple[int, int]) -> None:
    across, down = end[0] - start[0], end[1] - start[1]
    steps = max(abs(across), abs(down), 1)
    for i in range(steps + 1):
        _set(cells, start[0] + round(across * i / steps), start[1] + round(down * i / steps))


def _draw_dots(cells: list[list[int]], means: Mapping[int, float], scale: Range) -> None:
    for column, loss in means.items():
        if scale[0] <= loss <= scale[1]:
            _set(cells, column, _level(loss, scale, len(cells) * 4))


def _set(cells: list[list[int]], column: int, row: int) -> None:
    cells[row // 4][column // 2] |= _DOTS[row % 4][column % 2]


def _labels(scale: Range | None, height: int) -> list[str]:
    """The scale's ends beside the first and the last row."""
    labels = [""] * height
    if scale is not None:
        labels[-1] = human_loss(scale[0])
        if height > 1:
            labels[0] = human_loss(scale[1])
    return [label[:LABEL_WIDTH].rjust(LABEL_WIDTH) for label in labels]


def _row(label: str, line: Sequence[int], dots: Sequence[int]) -> Text:
    """A cell shows the line, or else the dots; neighbours of one style are one piece, which is far cheaper to draw."""
    row = Text(f"{label}│", style="dim")
    cells = zip(line, dots, strict=True)
    for is_line, run in groupby(cells, key=lambda cell: bool(cell[0])):
        piece = "".join(chr(0x2800 + (over or under)) if over or under else " " for over, under in run)
        row.append(piece, "cyan" if is_line else "dim")
    return row
