"""The runs of this machine as a person reads them: those of one project under its folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.run.folder import Run
from kohya_driver.run.overview import Overview
from kohya_driver.views.console import human_bytes, human_duration, human_loss, sentence, stdout_console

_STYLES = {
    "succeeded": "green",
    "failed": "red",
    "cut off": "red",
    "unreadable": "red",
    "stopped": "yellow",
    "unwatched": "yellow",
    "running": "bold cyan",
}
_COLUMNS = ("run", "steps", "loss", "size", "started", "changed", "state")
WIDE = 100
"""From so many cells on there is room for when a run was started, too."""


def print_runs(
    overviews: Sequence[Overview],
    console: Console | None = None,
    now: float | None = None,
    *,
    any_known: bool = False,
) -> None:
    """Project by project: that of the first run first, and in it the runs in the order in which they are given.

    Args:
        any_known: there are runs, but none of those that were asked for.
    """
    console = console or stdout_console()
    if not overviews:
        console.print(Text(texts.say("runs.none_fits" if any_known else "runs.none"), overflow="fold"))
        return
    roots = list(dict.fromkeys(Path(item.folder).parent for item in overviews))
    ordered = sorted(overviews, key=lambda item: roots.index(Path(item.folder).parent))
    wide = console.width >= WIDE
    for root, group in groupby(ordered, key=lambda item: Path(item.folder).parent):
        console.print(Text(str(root), style="dim", overflow="fold"))
        table = _table(list(group), time.time() if now is None else now, wide=wide)
        console.print(Padding(table, (0, 0, 0, 2)))
    _print_total(overviews, console)


def _print_total(overviews: Sequence[Overview], console: Console) -> None:
    sizes = [item.size_bytes for item in overviews if item.size_bytes is not None]
    if len(sizes) > 1:
        text = texts.say("runs.total", count=len(overviews), size=human_bytes(sum(sizes)))
        console.print(Text(text, style="dim"))


def print_adopted(run: Run) -> None:
    stdout_console().print(Text(texts.say("runs.adopted", run=run.folder.name)), soft_wrap=True)


def print_line(item: Overview) -> None:
    """One run in one line, for a status bar or a script."""
    line = texts.say(
        "runs.line", run=item.label, state=state_words(item), step=item.step, steps=item.steps or "?"
    )
    stdout_console().print(Text(line), soft_wrap=True)


def _table(overviews: Sequence[Overview], now: float, *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in _COLUMNS:
        if wide or name != "started":
            table.add_column(
                texts.say(f"runs.{name}"),
                header_style="dim",
                no_wrap=name not in ("run", "state"),
                overflow="fold",
                justify="right" if name in ("steps", "loss", "size") else "left",
            )
    for item in overviews:
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(item.started))
        table.add_row(
            item.label,
            f"{item.step:,}/{item.steps:,}" if item.steps else "–",
            human_loss(item.loss),
            "–" if item.size_bytes is None else human_bytes(item.size_bytes),
            *((started,) if wide else ()),
            texts.say("runs.ago", duration=human_duration(now - item.changed)),
            Text(state_words(item), style=_STYLES.get(item.state, "")),
        )
    return table


def state_words(item: Overview) -> str:
    """The state, and why: after a failure, or where nobody but [safety] stopped it."""
    code = f"runs.state.{item.state.replace(' ', '_')}"
    words = texts.say(code) if texts.has(code) else item.state
    if item.state not in ("failed", "stopped") or item.reason == "run.stopped" or not texts.has(item.reason):
        return words
    return texts.say("runs.because", state=words, reason=sentence(item.reason, item.reason_values))
