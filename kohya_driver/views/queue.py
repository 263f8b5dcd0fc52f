"""The queue as a person reads it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Finding
from kohya_driver.run.queue import Entry, Worker
from kohya_driver.views.console import human_duration, stdout_console

_STYLES = {"done": "green", "failed": "red", "stopped": "yellow", "running": "bold cyan", "left": "yellow"}


def print_queue(
    entries: Sequence[Entry], worker: Worker | None, console: Console | None = None, now: float | None = None
) -> None:
    """Every entry, and who works on them."""
    console = console or stdout_console()
    if not entries:
        _say("show.queue_empty", console)
        return
    console.print(_table(entries, is_worked_on=worker is not None))
    if worker:
        duration = human_duration((time.time() if now is None else now) - worker.since)
        _say("show.queue_worked_on", console, pid=worker.pid, duration=duration)
    elif any(entry.status in ("waiting", "running") for entry in entries):
        _say("show.queue_idle", console)


def print_summary(over: Sequence[Entry], waiting: int, console: Console | None = None) -> None:
    """What a worker has brought to an end."""
    console = console or stdout_console()
    if over:
        console.print(_table(over, is_worked_on=False))
    counts = {
        status: sum(entry.status == status for entry in over) for status in ("done", "failed", "stopped")
    }
    _say("show.queue_summary", console, waiting=waiting, **counts)


def print_added(entry: Entry, before: int, worker: Worker | None) -> None:
    _say("show.queue_added", number=entry.id, name=entry.name, steps=f"{entry.steps:,}", before=before)
    if worker:
        _say("show.queue_in_turn", pid=worker.pid)
    else:
        _say("show.queue_start_it")


def print_removed(entry: Entry) -> None:
    _say("show.queue_removed", number=entry.id, name=entry.name)


def print_cleared(count: int) -> None:
    _say("show.queue_cleared", count=count)


def print_nothing_waits() -> None:
    _say("show.queue_nothing_waits")


def print_detached(worker: Worker) -> None:
    _say("show.queue_detached", pid=worker.pid, log=worker.log)
    _say("show.queue_how_to_see")


def print_begins(entry: Entry) -> None:
    text = texts.say("show.queue_begins", number=entry.id, name=entry.name)
    stdout_console().print(Text(text, style="bold", overflow="fold"))


def print_waits(folder: object) -> None:
    _say("show.queue_waits", path=folder)


def _say(code: str, console: Console | None = None, **values: object) -> None:
    (console or stdout_console()).print(Text(texts.say(code, **values), overflow="fold"), soft_wrap=True)


def _table(entries: Sequence[Entry], *, is_worked_on: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in ("number", "name", "steps", "status", "about"):
        narrow = name in ("number", "steps")
        table.add_column(texts.say(f"show.queue_{name}"), no_wrap=narrow, overflow="fold")
    for entry in entries:
        status = "left" if entry.status == "running" and not is_worked_on else entry.status
        words = texts.say(f"show.queue_status.{status}", reason=_why(entry))
        state = Text(words, style=_STYLES.get(status, ""), overflow="fold")
        about = Text(entry.run or entry.preset, style="dim", overflow="fold")
        table.add_row(str(entry.id), entry.name, f"{entry.steps:,}", state, about)
    return table


def _why(entry: Entry) -> str:
    """In the reader's language; a sentence that has gaps is told with what was noted for them, else not at all."""
    if entry.findings:
        return Finding.from_json(entry.findings[0]).message
    area = entry.reason.partition(".")[0]
    if texts.has(entry.reason) and "{" not in texts.table(area)[entry.reason][0]:
        return texts.say(entry.reason)
    return entry.detail.rpartition("\n")[2] or entry.reason
