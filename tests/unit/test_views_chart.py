"""Curves of braille."""

from __future__ import annotations

import math

import pytest
from rich.cells import cell_len

from kohya_driver.events.parts import Point
from kohya_driver.views.chart import LABEL_WIDTH, render_chart


def line(*averages: float) -> list[Point]:
    return [(step, math.nan, average) for step, average in enumerate(averages, start=1)]


def plain(points: list[Point], width: int, height: int) -> list[str]:
    return [row.plain for row in render_chart(points, width, height)]


def test_a_falling_line() -> None:
    assert plain(line(1.0, 0.0), LABEL_WIDTH + 5, 2) == ["  1.000│⠑⢄  ", "  0.000│  ⠑⢄"]


def test_a_gap_where_a_value_is_no_number() -> None:
    (row,) = plain(line(1.0, 1.0, math.nan, math.inf, 1.0, 1.0), LABEL_WIDTH + 7, 1)
    curve = row.partition("│")[2]
    assert curve[0] != " "
    assert curve[-1] != " "
    assert " " in curve.strip()


def test_dots_where_losses_are() -> None:
    points = [(1, 0.0, math.nan), (2, 1.0, math.nan)]
    rows = plain(points, LABEL_WIDTH + 2, 1)
    assert rows == ["  0.000│⡈"]


@pytest.mark.parametrize(
    "points", [[], line(math.nan), line(math.nan, math.nan)], ids=("none", "one nan", "nans")
)
def test_nothing_to_show(points: list[Point]) -> None:
    assert plain(points, 20, 3) == [" " * LABEL_WIDTH + "│" + " " * 12] * 3


@pytest.mark.parametrize("value", [0.0, 1.0, -1.0, 1e-30, 1e30])
def test_a_level_line_is_drawn(value: float) -> None:
    assert any("⠉" <= cell <= "⣿" for row in plain(line(value, value, value), 20, 3) for cell in row)


@pytest.mark.parametrize("width", [0, 5, 8, 9, 40, 200])
@pytest.mark.parametrize("height", [0, 1, 3, 20])
def test_size(width: int, height: int) -> None:
    points = [(step, math.sin(step) + 2, 2 + 1 / step) for step in range(1, 600)]
    rows = plain(points, width, height)
    assert len(rows) == height
    assert all(cell_len(row) <= width for row in rows)
