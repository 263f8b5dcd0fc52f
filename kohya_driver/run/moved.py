"""A run's files name each other by whole paths. Where its folder was renamed, moved or copied since, they are read as if
they had been written where they stand now. Nothing in the folder is written for that, so that renaming one is a single step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


def relocated(value: Any, before: str, now: str) -> Any:
    """With each text that is `before`, or a path below it, where the folder is now. A path within a sentence stays."""
    if before == now or not before:
        return value
    if isinstance(value, str):
        if value == before or value.startswith(f"{before}/"):
            return now + value[len(before) :]
        return value
    if isinstance(value, Mapping):
        return {name: relocated(inner, before, now) for name, inner in value.items()}
    if isinstance(value, list):
        return [relocated(inner, before, now) for inner in value]
    return value


def here(body: Any, now: str) -> Any:
    """What plan.json or result.json says, which both name the folder in which they were written."""
    before = body.get("folder") if isinstance(body, dict) else None
    return relocated(body, before, now) if isinstance(before, str) else body


@dataclass(slots=True)
class EventsHere:
    """The events of a run, read in their order: each attempt tells the folder in which it was made."""

    now: str
    _before: str = ""

    def __call__(self, body: Any) -> Any:
        if isinstance(body, dict) and body.get("kind") == "run_started":
            self._before = str(body.get("folder", ""))
        return relocated(body, self._before, self.now)
