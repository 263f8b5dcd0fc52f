"""What another commit of sd-scripts changes, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.text import Text

from kohya_driver import texts
from kohya_driver.engine.changes import NetworkChange, OptionChange
from kohya_driver.engine.pin import Pin
from kohya_driver.moving import Moved
from kohya_driver.planning.touched import Touched
from kohya_driver.views.console import stdout_console

SHOWN = 12
"""So many presets are named; a changed default may concern all."""


def print_moved(moved: Moved) -> None:
    for line in moved_lines(moved):
        stdout_console().print(Text(line, overflow="fold"))


def moved_lines(moved: Moved) -> Iterator[str]:
    """Pure: every line of what is told."""
    say = texts.say
    yield say(
        "engine.moved",
        tag=moved.tag,
        commit=moved.commit[:12],
        before=moved.tag_before,
        commit_before=moved.commit_before[:12],
    )
    yield say("engine.moved_tried", count=moved.operations)
    yield from (f"  {_option(change)}" for change in moved.options)
    yield from (f"  {_network(change)}" for change in moved.networks)
    if not moved.options and not moved.networks:
        yield say("engine.moved_same_options")
    yield from (f"  {_requirement(*pair)}" for pair in moved.requirements)
    yield from _presets(moved.presets)
    yield say("engine.moved_not_measured")


def print_taken_back(moved: Pin | None, present: Pin, *, is_installed: bool) -> None:
    console = stdout_console()
    if moved is None:
        console.print(Text(texts.say("engine.never_moved", tag=present.tag, commit=present.commit[:12])))
        return
    code = "engine.taken_back" if is_installed else "engine.taken_back_missing"
    console.print(Text(texts.say(code, tag=present.tag, commit=present.commit[:12], moved=moved.tag)))


def _option(change: OptionChange) -> str:
    values = {
        "name": change.name,
        "scripts": ", ".join(change.scripts),
        "before": _value(change.before),
        "after": _value(change.after),
    }
    return texts.say(f"engine.option_{change.kind}", **values)


def _network(change: NetworkChange) -> str:
    what = "arguments" if change.arguments else "module"
    return texts.say(
        f"engine.network_{what}_{change.kind}", name=change.name, arguments=", ".join(change.arguments)
    )


def _requirement(before: str, after: str) -> str:
    code = (
        "engine.requirement_changed"
        if before and after
        else "engine.requirement_added"
        if after
        else "engine.requirement_removed"
    )
    return texts.say(code, before=before, after=after)


def _presets(touched: Iterable[Touched]) -> Iterator[str]:
    found = tuple(touched)
    refused = [one for one in found if one.refused]
    otherwise = [one for one in found if one.otherwise]
    if not found:
        yield texts.say("engine.moved_no_preset")
    for one in refused:
        yield texts.say("engine.preset_refused", preset=one.preset, options=", ".join(one.refused))
    by_options: dict[tuple[str, ...], list[str]] = {}
    for one in otherwise:
        by_options.setdefault(one.otherwise, []).append(one.preset)
    for options, names in by_options.items():
        more = " …" if len(names) > SHOWN else ""
        yield texts.say(
            "engine.preset_otherwise", options=", ".join(options), presets=", ".join(names[:SHOWN]) + more
        )


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(_value(one) for one in value)
    return "–" if value is None else str(value)
