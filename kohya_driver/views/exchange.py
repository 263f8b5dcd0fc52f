"""What became of every key of an import, and what was exported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.exchange.exporting import Exported
from kohya_driver.exchange.model import Claim, Fate, Imported
from kohya_driver.planning.model import Override
from kohya_driver.preset.model import label
from kohya_driver.views.console import cut_end, stdout_console

LONGEST = 48
"""Cells of a value."""
STYLES: dict[Fate, str] = {"taken": "green", "default": "dim", "plan": "cyan", "left": "yellow"}


def print_imported(imported: Imported, output: Path | None, console: Console | None = None) -> None:
    """Every key once, under its fate; then what the plan changes on this machine."""
    console = console or stdout_console()
    console.print(Text(texts.say(f"exchange_screen.format.{imported.format}"), style="bold"))
    for fate, style in STYLES.items():
        items = imported.of_fate(fate)
        if items:
            _heading(console, texts.say(f"exchange_screen.fate.{fate}", count=len(items)), style)
            console.print(_rows(_item(item) for item in items))
    if imported.assumed:
        _heading(console, texts.say("exchange_screen.fate.assumed"), "cyan")
        console.print(_rows((label(key), _short(value), "") for key, value in imported.assumed.items()))
    if imported.changes:
        _heading(console, texts.say("exchange_screen.changes"), "magenta")
        console.print(_rows(map(_change, imported.changes)))
    if output is not None:
        console.print(Text(texts.say("exchange_screen.written", path=output.absolute()), style="bold green"))
        console.print(Text(texts.say("exchange_screen.next", path=output)))


def print_exported(exported: Exported, console: Console | None = None) -> None:
    """The files, the command, what was filled in, what stays here."""
    console = console or stdout_console()
    for path in exported.files:
        console.print(Text(texts.say("exchange_screen.written", path=path.absolute()), style="bold green"))
    if exported.filled:
        _heading(console, texts.say("exchange_screen.filled"), "cyan")
        console.print(_rows(map(_change, exported.filled)))
    if exported.stays:
        _heading(console, texts.say("exchange_screen.stays"), "dim")
        console.print(Padding(Text("\n".join(map(label, exported.stays))), (0, 0, 0, 2), expand=False))
    console.print(Text(texts.say(f"exchange_screen.how.{exported.target}")))
    if exported.command:
        console.print(Padding(Text(exported.command, overflow="fold"), (0, 0, 0, 4), expand=False))


def _heading(console: Console, text: str, style: str) -> None:
    console.print()
    console.print(Text(text, style=f"bold {style}" if style != "dim" else style))


def _rows(rows: Iterable[tuple[str, str, str]]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _item(item: Claim) -> tuple[str, str, str]:
    return f"{item.key} = {_short(item.value)}", " ".join(_becomes(item)), item.reason


def _becomes(item: Claim) -> Iterator[str]:
    for dotted, value in item.sets.items():
        yield f"→ {label(dotted)} = {_short(value)}"


def _change(override: Override) -> tuple[str, str, str]:
    name = override.option.removeprefix("training.")
    return name, f"{_short(override.before)} → {_short(override.after)}", override.reason


def _short(value: Any) -> str:
    return "–" if value is None else cut_end(json.dumps(value, ensure_ascii=False, default=str), LONGEST)
