"""Runs side by side in a terminal: settings, results, curves over one another, where the samples are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.report.comparison import LETTERS, Comparison, smooth_losses
from kohya_driver.report.comparison_words import grouped, lettered, results
from kohya_driver.views.chart import COLOURS, render_curves
from kohya_driver.views.console import stdout_console

HEIGHT = 12
WIDTH = 100
NAME_WIDTH, NARROW_NAME_WIDTH = 30, 22
INDENT, GAP = 2, 2


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """What differs first, then results, curves and samples."""
    console = console or stdout_console()
    for place, (letter, name, state) in enumerate(lettered(comparison)):
        console.print(
            Text.assemble((letter, f"bold {COLOURS[place]}"), "  ", (name, "bold"), "  ", (state, "dim"))
        )
    console.print()
    _print_settings(comparison, console)
    _print_results(comparison, console)
    _print_curves(comparison, console)
    _print_samples(comparison, console)


def _print_settings(comparison: Comparison, console: Console) -> None:
    _head(console, "compare.settings.title")
    if comparison.differences:
        table = _table(comparison, console)
        for title, rows in grouped(comparison):
            table.add_row(Text(title, style="cyan"))
            _add_rows(table, rows, indent="  ")
        console.print(Padding(table, (0, 0, 0, INDENT)))
    else:
        console.print(Padding(Text(texts.say("compare.settings.none")), (0, 0, 0, 2)))
    console.print()


def _print_results(comparison: Comparison, console: Console) -> None:
    rows = list(results(comparison))
    if rows:
        _head(console, "compare.results.title")
        table = _table(comparison, console)
        _add_rows(table, rows)
        console.print(Padding(table, (0, 0, 0, INDENT)))
        console.print()


def _table(comparison: Comparison, console: Console) -> Table:
    """The same columns in each table; what is long goes on below."""
    count = len(comparison.runs)
    name_width = NAME_WIDTH if count < 4 else NARROW_NAME_WIDTH
    each = (console.width - INDENT - name_width - GAP) // count - GAP
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column("", overflow="fold", width=name_width)
    for place, letter in enumerate(LETTERS[:count]):
        table.add_column(letter, overflow="fold", max_width=each, header_style=f"bold {COLOURS[place]}")
    return table


def _add_rows(table: Table, rows: Iterable[tuple[str, Sequence[str]]], indent: str = "") -> None:
    for name, values in rows:
        table.add_row(f"{indent}{name}", *(Text(value, overflow="fold") for value in values))


def _print_curves(comparison: Comparison, console: Console) -> None:
    lines = [
        [(step, loss) for step, loss in zip(one.curves.steps, smooth_losses(one.curves), strict=True)]
        for one in comparison.runs
    ]
    if not any(math.isfinite(loss) for line in lines for _, loss in line):
        return
    _head(console, "compare.curves.loss")
    for row in render_curves(lines, LETTERS, min(console.width, WIDTH) - 2, HEIGHT):
        console.print(Padding(row, (0, 0, 0, 2)))
    console.print()


def _print_samples(comparison: Comparison, console: Console) -> None:
    """The last ones of each prompt."""
    last = {pair.prompt: pair for pair in comparison.samples}
    if not last:
        return
    _head(console, "compare.samples.title")
    for prompt, pair in last.items():
        if prompt:
            console.print(Padding(Text(prompt, style="cyan", overflow="fold"), (0, 0, 0, 2)))
        for letter, picture in zip(LETTERS, pair.pictures, strict=False):
            said = (
                texts.say("compare.samples.line", step=picture.step, path=picture.path)
                if picture
                else texts.say("compare.samples.none")
            )
            # The path stays in one piece, so that it can be copied.
            console.print(Text(f"    {letter}  {said}"), soft_wrap=True)


def _head(console: Console, code: str) -> None:
    console.print(Text(texts.say(code), style="bold"))
