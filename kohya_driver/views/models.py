"""Base models in a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.models.catalogue import ModelCatalogue
from kohya_driver.models.find import FoundModel, FoundModels
from kohya_driver.models.get import Download
from kohya_driver.views.console import (
    SEPARATOR,
    clear_line,
    human_bytes,
    rewrite_line,
    stderr_console,
    stdout_console,
)

EVERY_SECONDS = 0.2
"""How often a line that moves on is drawn."""


def print_models(found: FoundModels, console: Console | None = None) -> None:
    """What can be trained on, then what cannot with the reason."""
    console = console or stdout_console()
    usable = [model for model in found.models if model.is_usable]
    others = [model for model in found.models if not model.is_usable]
    if usable:
        console.print(Text(_say("usable"), style="bold"))
        console.print(_rows(usable))
    if others:
        console.print(Text(_say("not_usable"), style="bold"))
        console.print(_rows(others))
    if not found.models:
        console.print(Text(_say("none" if found.places else "no_places")))
    if found.others:
        console.print(Text(_say("others", count=found.others), style="dim"))
    if found.places:
        places = SEPARATOR.join(f"{_program(place.program)} {_short(place.folder)}" for place in found.places)
        console.print(Text(_say("places", places=places), style="dim"))


def _rows(models: Iterable[FoundModel]) -> Padding:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan")
    for _ in range(4):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold", style="dim")
    for model in models:
        size = human_bytes(model.size_bytes) if model.size_bytes else "–"
        kind = model.dtype or model.format or "–"
        table.add_row(model.name, model.family or "–", size, kind, _program(model.program), _beside(model))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _beside(model: FoundModel) -> str:
    """Where it lies; what is wrong with it comes first."""
    also = [_say("also", path=_short(path)) for path in model.also]
    return "\n".join((*(finding.message for finding in model.findings), _short(model.path), *also))


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) and path != home else str(path)


def _program(program: str) -> str:
    return _say(f"program_{program}")


def print_catalogue(catalogue: ModelCatalogue, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("catalogue", date=catalogue.as_of), style="bold"))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for model in catalogue.models.values():
        licence = model.licence or _say("licence_open")
        table.add_row(
            model.name, model.family, Text.assemble(model.about, "\n", (f"{model.repo} · {licence}", "dim"))
        )
    console.print(Padding(table, (0, 0, 0, 2), expand=False))


def print_plan(wanted: Download, console: Console | None = None) -> None:
    """What would be got."""
    console = console or stdout_console()
    values = {"size": human_bytes(wanted.total_bytes), "needed": human_bytes(wanted.needed_bytes)}
    console.print(Text(_say("would_get", repo=wanted.repo, path=wanted.target, **values)), soft_wrap=True)
    for file in wanted.files:
        console.print(Text(f"  {file.name}  {human_bytes(file.size)}", style="dim"), soft_wrap=True)
    _print_licence(wanted, console)


def print_start(wanted: Download, console: Console | None = None) -> None:
    console = console or stderr_console()
    size = human_bytes(wanted.total_bytes)
    console.print(Text(_say("getting", size=size, repo=wanted.repo, path=wanted.target)), soft_wrap=True)
    if wanted.here_bytes:
        console.print(Text(_say("going_on", here=human_bytes(wanted.here_bytes)), style="dim"))
    _print_licence(wanted, console)


def _print_licence(wanted: Download, console: Console) -> None:
    code = "licence" if wanted.licence else "licence_missing"
    console.print(Text(_say(code, licence=wanted.licence, page=wanted.page), style="dim"), soft_wrap=True)


def print_got(got: Download, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("got", path=got.target)), soft_wrap=True)
    if not got.findings:
        console.print(Text(_say("use", path=got.target), style="dim"), soft_wrap=True)


def print_interrupted(console: Console | None = None) -> None:
    console = console or stderr_console()
    clear_line(console)
    console.print(Text(_say("interrupted")))


class Progress:
    """One line that moves on, where there is a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or stderr_console()
        self._next = 0.0

    def bytes(self, name: str, here: int, total: int) -> None:
        if here < total and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY_SECONDS
        share = round(100 * here / total) if total else 0
        shown = {"here": human_bytes(here), "total": human_bytes(total), "share": share}
        rewrite_line(self._console, _say("progress", name=name, **shown))

    def looked(self, count: int) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY_SECONDS
            rewrite_line(self._console, _say("looking", count=count))

    def done(self) -> None:
        clear_line(self._console)


def _say(code: str, **values: object) -> str:
    return texts.say(f"models_screen.{code}", **values)
