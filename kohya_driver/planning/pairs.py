"""Lists of "name=value", in which the engine takes the arguments of networks, optimizers and schedulers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from typing import Any

_CONSTANTS = {"true": "True", "false": "False", "none": "None"}


def pairs(entries: Iterable[str] | None) -> dict[str, str]:
    """`["a=1", "b=x=y"]` as `{"a": "1", "b": "x=y"}`."""
    return {name: value for name, _, value in (entry.partition("=") for entry in entries or ())}


def entries(values: dict[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in values.items()]


def literal(text: str) -> Any:
    """What the engine makes of an optimizer's or a scheduler's argument.

    Raises:
        ValueError: it is no Python literal; the engine would stop.
    """
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, MemoryError, RecursionError) as failure:
        raise ValueError(text) from failure


def as_literal(text: str) -> str:
    """`true`, `false` and `none` as Python has them; without a comma at the end, which would make a tuple of a number."""
    text = re.sub(r",\s*$", "", text.strip())
    return _CONSTANTS.get(text.lower(), text)
