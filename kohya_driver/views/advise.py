"""Advice in a terminal: what is the matter, what that rests on, what to change, what was missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kohya_driver import texts
from kohya_driver.judging.model import Advice, Judgement
from kohya_driver.preset.describe import toml_pair
from kohya_driver.preset.model import label
from kohya_driver.views.console import stdout_console

GOOD, LOOK = "healthy", ("unclear", "suspected")


def print_advice(advice: Advice, console: Console | None = None) -> None:
    console = console or stdout_console()
    for judgement in advice.judgements:
        _print_judgement(judgement, console)
    _print_list("next", (remedy.sentence for remedy in advice.remedies), console, mark="→ ")
    if advice.changes:
        console.print(Text(texts.say("advise_screen.changes"), style="bold"))
        for line in lines(advice.changes):
            console.print(Padding(Text(line, style="cyan", overflow="fold"), (0, 0, 0, 2), expand=False))
    _print_list("gaps", (texts.say(f"advice.gap.{gap}") for gap in advice.gaps), console, style="dim")


def _print_judgement(judgement: Judgement, console: Console) -> None:
    colour = "green" if judgement.kind == GOOD else "blue" if judgement.kind in LOOK else "yellow"
    sure = texts.say(f"advice.confidence_{judgement.confidence}")
    console.print(Text.assemble((judgement.title, f"bold {colour}"), "  ", (sure, "dim")))
    console.print(Padding(Text(judgement.text), (0, 0, 0, 2), expand=False))
    _print_list("evidence", (one.sentence for one in judgement.evidence), console, style="dim")


def _print_list(
    title: str, items: Iterable[str], console: Console, *, mark: str = "· ", style: str = ""
) -> None:
    found = tuple(items)
    if found:
        console.print(Text(texts.say(f"advise_screen.{title}"), style="bold"))
    for item in found:
        console.print(Padding(Text.assemble((mark, "green"), (item, style)), (0, 0, 0, 2), expand=False))


def lines(changes: Mapping[str, Any]) -> Iterable[str]:
    """As they stand in a preset."""
    for key, value in changes.items():
        unset = f"{label(key)}: {texts.say('advise_screen.unset')}"
        yield unset if value is None else toml_pair(label(key), value)
