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
from kohya_driver.views.console import human_duration, sentence, stdout_console

_STYLES = {
    "succeeded": "green",
    "failed": "red",
    "cut off": "red",
    "unreadable": "red",
    "stopped": "yellow",
    "unwatched": "yellow",
    "running": "bold cyan",
}


def print_runs(
    overviews: Sequence[Overview], console: Console | None = None, now: float | None = None
) -> None:
    """The latest project first, and in it the latest run."""
    console = console or stdout_console()
    if not overviews:
        console.print(Text(texts.say("runs.none"), overflow="fold"))
        return
    roots = list(dict.fromkeys(Path(item.folder).parent for item in overviews))
    ordered = sorted(overviews, key=lambda item: roots.index(Path(item.folder).parent))
    for root, group in groupby(ordered, key=lambda item: Path(item.folder).parent):
        console.print(Text(str(root), style="dim", overflow="fold"))
        console.print(Padding(_table(list(group), time.time() if now is None else now), (0, 0, 0, 2)))


def print_adopted(run: Run) -> None:
    stdout_console().print(Text(texts.say("runs.adopted", run=run.folder.name)), soft_wrap=True)


def print_line(item: Overview) -> None:
    """One run in one line, for a status bar or a script."""
    line = texts.say(
        "runs.line", run=item.name, state=state_words(item), step=item.step, steps=item.steps or "?"
    )
    stdout_console().print(Text(line), soft_wrap=True)


def _table(overviews: Sequence[Overview], now: float) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("run", "steps", "state", "started", "changed"):
        table.add_column(
            texts.say(f"runs.{name}"), header_style="dim", no_wrap=name != "state", overflow="fold"
        )
    for item in overviews:
        table.add_row(
            item.name,
            f"{item.step:,}/{item.steps:,}" if item.steps else "–",
            Text(state_words(item), style=_STYLES.get(item.state, "")),
            time.strftime("%Y-%m-%d %H:%M", time.localtime(item.started)),
            texts.say("runs.ago", duration=human_duration(now - item.changed)),
        )
    return table


def state_words(item: Overview) -> str:
    """The state, and why: after a failure, or where nobody but [safety] stopped it."""
    code = f"runs.state.{item.state.replace(' ', '_')}"
    words = texts.say(code) if texts.has(code) else item.state
    if item.state not in ("failed", "stopped") or item.reason == "run.stopped" or not texts.has(item.reason):
        return words
    return texts.say("runs.because", state=words, reason=sentence(item.reason, item.reason_values))
