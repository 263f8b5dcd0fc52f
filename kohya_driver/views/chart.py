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

COLOURS = ("cyan", "yellow", "magenta", "green", "blue", "red")
"""Of several curves, in their order."""

Range = tuple[float, float]
Line = Sequence[tuple[int, float]]


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


def render_curves(lines: Sequence[Line], names: str, width: int, height: int) -> list[Text]:
    """Several curves over one another, lines of at most `width` cells; a letter stands where each ends, for want of colours.

    What shares a column of dots is drawn as its mean. The scale holds the middle nine tenths of all values; what lies
    outside, and what is not finite, leaves a gap.

    Args:
        lines: of each curve its steps and values.
        names: a letter for each.
    """
    plot = width - LABEL_WIDTH - 1 - len(lines)
    steps = [step for line in lines for step, value in line if math.isfinite(value)]
    if plot < 2 or height < 1 or not steps:
        return []
    across = (min(steps), max(steps))
    columns = [_by_column(line, across, plot * 2) for line in lines]
    scale = _scale((), [value for one in columns for value in one.values()])
    assert scale is not None
    drawn = [_draw_curve(one, scale, plot, height) for one in columns]
    ends = [_end_row(one, scale, height) for one in columns]
    rows = [
        _curves_row(label, number, drawn, ends, names) for number, label in enumerate(_labels(scale, height))
    ]
    return [*rows, _steps_row(across, plot)]


def _by_column(line: Line, across: tuple[int, int], columns: int) -> dict[int, float]:
    """The mean of what is finite in each column of dots."""
    span, found = max(1, across[1] - across[0]), dict[int, list[float]]()
    for step, value in line:
        if math.isfinite(value):
            found.setdefault(round((step - across[0]) / span * (columns - 1)), []).append(value)
    return {column: sum(values) / len(values) for column, values in found.items()}


def _draw_curve(columns: Mapping[int, float], scale: Range, plot: int, height: int) -> list[list[int]]:
    cells = [[0] * plot for _ in range(height)]
    spots = [
        (column, _level(value, scale, height * 4)) if scale[0] <= value <= scale[1] else None
        for column, value in columns.items()
    ]
    for spot in spots:
        if spot:
            _set(cells, *spot)
    for start, end in pairwise(spots):
        if start and end:
            _connect(cells, start, end)
    return cells


def _end_row(columns: Mapping[int, float], scale: Range, height: int) -> int:
    """The row of cells in which the curve ends, or the nearest to it; -1 if there is none."""
    if not columns:
        return -1
    last = min(scale[1], max(scale[0], list(columns.values())[-1]))
    return _level(last, scale, height * 4) // 4


def _curves_row(
    label: str, number: int, drawn: Sequence[Sequence[Sequence[int]]], ends: Sequence[int], names: str
) -> Text:
    """Where curves meet in a cell, all their dots are shown, in the colour of the last."""
    row = Text(f"{label}│", style="dim")
    for column in range(len(drawn[0][number])):
        here = [(curve[number][column], place) for place, curve in enumerate(drawn) if curve[number][column]]
        dots = 0
        for cell, _ in here:
            dots |= cell
        row.append(chr(0x2800 + dots) if dots else " ", COLOURS[here[-1][1]] if here else "")
    for place, end in enumerate(ends):
        row.append(names[place] if end == number else " ", f"bold {COLOURS[place]}")
    return row


def _steps_row(across: tuple[int, int], plot: int) -> Text:
    """The first and the last step, below the ends."""
    first, last = f"{across[0]:,}", f"{across[1]:,}"
    return Text(" " * (LABEL_WIDTH + 1) + first + last.rjust(max(1, plot - len(first))), style="dim")


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
