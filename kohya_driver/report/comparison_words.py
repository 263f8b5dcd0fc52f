"""A comparison in words: the names and values that page and terminal both show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from kohya_driver import texts
from kohya_driver.planning.settings import Difference
from kohya_driver.report.comparison import LETTERS, Comparison, Result
from kohya_driver.wording import human_bytes, human_duration, human_loss, human_pace

BYTES = ("memory", "lora_bytes", "run_bytes")
LOSSES = ("loss_end", "loss_common", "loss_lowest", "validation")


def lettered(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    """Letter, name and state of each run."""
    for letter, one in zip(LETTERS, comparison.runs, strict=False):
        yield letter, one.name, texts.say(f"report_page.state.{one.state.replace(' ', '_')}")


def grouped(comparison: Comparison) -> Iterator[tuple[str, list[tuple[str, list[str]]]]]:
    """Title of each group of settings that differ, with names and values."""
    for group in dict.fromkeys(one.group for one in comparison.differences):
        title = f"compare.group.{group}"
        rows = [(setting_name(one), [_value(one, value) for value in one.values])
                for one in comparison.differences if one.group == group]  # fmt: skip
        yield (texts.say(title) if texts.has(title) else f"[{group}]"), rows


def setting_name(one: Difference) -> str:
    code = f"compare.setting.{one.group}.{one.name}"
    return texts.say(code) if texts.has(code) else one.name


def _value(one: Difference, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if one.name == "memory_bytes":
        return human_bytes(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def results(comparison: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Name and values of each result."""
    for one in comparison.results:
        first, last = one.steps or (0, 0)
        name = texts.say(f"compare.result.{one.name}", first=first, last=last)
        yield name, [_number(one, value) for value in one.values]


def _number(one: Result, value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    if one.name in LOSSES:
        return human_loss(value)
    if one.name in BYTES:
        return human_bytes(value)
    if one.name == "seconds":
        return human_duration(value)
    return texts.say("compare.pace", seconds=human_pace(value)) if one.name == "pace" else f"{value:,.0f}"
