"""The engine's options as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from kohya_driver import texts
from kohya_driver.engine.model import NAMES
from kohya_driver.planning.advice import OptionAdvice, kind_of, said_help
from kohya_driver.preset.model import label
from kohya_driver.views.console import stdout_console


def print_options(found: Iterable[OptionAdvice], console: Console | None = None) -> None:
    console = console or stdout_console()
    advices = tuple(found)
    for advice in advices:
        console.print(render_option(advice))
    console.print(Text(texts.say("show.option_count", count=len(advices)), style="dim"))


def render_option(advice: OptionAdvice) -> RenderableType:
    """Its name and type, the engine's help, and what we say to it."""
    option = advice.option
    head = Text.assemble((option.name, "bold cyan"), "  ", (_kind(kind_of(option)), "dim"))
    if option.default is not None and option.action == "store":
        head.append(f"  {texts.say('show.option_default', value=_value(option.default))}", style="dim")
    lines = [Text(" ".join(said_help(option).split()))] if option.help else []
    if option.choices:
        choices = ", ".join(map(_value, option.choices))
        lines.append(Text(texts.say("show.option_choices", choices=choices)))
    lines += [Text.assemble(("→ ", "green"), line) for line in _advice(advice)]
    return Group(head, *(Padding(line, (0, 0, 0, 4), expand=False) for line in lines))


def _kind(kind: str) -> str:
    """The engine's own names of types are the same in every language."""
    if kind == "switch":
        return texts.say("show.option_switch")
    one = kind.removeprefix("list of ")
    return kind if one == kind else texts.say("show.option_list", kind=one)


def _advice(advice: OptionAdvice) -> Iterator[str]:
    if advice.owned:
        yield texts.say("show.option_owned")
        return
    if advice.key is None:
        yield texts.say("show.option_engine", name=advice.option.name)
    elif advice.preset_default is None:
        yield texts.say("show.option_key", key=label(advice.key))
    else:
        default = _value(advice.preset_default)
        yield texts.say("show.option_key_default", key=label(advice.key), value=default)
    for name, values in advice.engines.items():
        if values:
            yield texts.say("show.option_values", engine=name, values=", ".join(map(_value, values)))
    if len(advice.engines) < len(NAMES):
        yield texts.say("show.option_engines", engines=", ".join(advice.engines))
    yield from (texts.say(f"override.{rule}") for rule in advice.rules)


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
