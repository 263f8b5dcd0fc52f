"""Presets in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.preset.describe import Description
from kohya_driver.preset.library import own_folder
from kohya_driver.preset.own import PresetInfo
from kohya_driver.views.console import SEPARATOR, stdout_console

GIB = 1 << 30


def print_presets(found: Iterable[PresetInfo], memory_bytes: int, console: Console | None = None) -> None:
    """The shipped ones by family, then one's own; what is taken by hand is in colour."""
    console = console or stdout_console()
    infos = tuple(found)
    shipped = [info for info in infos if info.origin == "shipped"]
    own = [info for info in infos if info.origin == "own"]
    console.print(Text(_say("shipped"), style="bold"))
    for family in dict.fromkeys(info.family for info in shipped):
        mine = [info for info in shipped if info.family == family]
        console.print(Text(f"  {_say(f'family_{family}')}", style="bold"))
        console.print(_rows((info.name, info.summary) for info in mine))
        console.print(Padding(Text(_sizes(mine[0], memory_bytes), style="dim"), (0, 0, 0, 4), expand=False))
    console.print(
        Text.assemble((_say("own"), "bold"), "  ", (_say("own_folder", folder=own_folder()), "dim"))
    )
    if own:
        console.print(_rows((info.name, SEPARATOR.join(_own_parts(info))) for info in own))
    else:
        console.print(Padding(Text(_say("none_own"), style="dim"), (0, 0, 0, 4), expand=False))


def _rows(rows: Iterable[tuple[str, str]]) -> Padding:
    """Names, and what is said to each beside them."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for name, said in rows:
        table.add_row(name, said)
    return Padding(table, (0, 0, 0, 4), expand=False)


def _own_parts(info: PresetInfo) -> Iterator[str]:
    if info.findings:
        yield _say("broken", name=info.name)
    else:
        yield _say(f"family_{info.family or 'any'}")
    if info.use and texts.has(f"preset_screen.use_{info.use}"):
        yield _say(f"use_{info.use}")
    if info.parent:
        yield _say("builds_on", parent=info.parent)
    if info.summary:
        yield info.summary
    if info.shadows:
        yield _say("shadows")


def _sizes(info: PresetInfo, memory_bytes: int) -> str:
    """The endings that stand behind each of a family's presets, and the one that suits this machine."""
    sizes = dict(info.sizes)
    endings = ", ".join(name.removeprefix(info.name) for name in sizes.values())
    gigabytes = round(memory_bytes / GIB)
    fitting = [size for size in sizes if size <= gigabytes]
    values = {"sizes": endings, "memory": f"{gigabytes} GB"}
    return (
        _say("sizes", example=sizes[max(fitting)], **values) if fitting else _say("sizes_too_small", **values)
    )


def print_new(name: str, path: Path, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("new_written", path=path)), soft_wrap=True)
    console.print(Text(_say("new_next", name=name), style="dim"))


def print_opened(name: str, path: Path, console: Console | None = None) -> None:
    (console or stdout_console()).print(Text(_say("opened", name=name, path=path)), soft_wrap=True)


def print_good(shown: Description, console: Console | None = None) -> None:
    (console or stdout_console()).print(Text(_say("good", name=shown.name, count=len(shown.settings))))


def _say(code: str, **values: object) -> str:
    return texts.say(f"preset_screen.{code}", **values)
