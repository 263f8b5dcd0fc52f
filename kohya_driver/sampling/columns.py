"""Which LoRA files a grid compares: the checkpoints of a run, as they were asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from kohya_driver.errors import RunError, UsageError
from kohya_driver.run.folder import Run
from kohya_driver.sampling.model import Lora, column_order

MOST_UNASKED = 5
"""Columns, where nobody said how many: each costs a picture for every weight."""
WITHOUT = Lora(None, "no LoRA")
_LAST = re.compile(r"last(?:[ :=]?(\d+))?")


def checkpoints_of(run: Run) -> tuple[Lora, ...]:
    """Every LoRA of a run that still stands, by step. The finished one comes last.

    Raises:
        RunError: `grid.no_checkpoints`.
    """
    found: dict[Path, Lora] = {}
    for one in run.snapshot().checkpoints:
        path = _where(run, Path(one.path))
        if path is not None:
            found[path] = Lora(path, f"step {one.step}", one.step, one.epoch)
    if not found:
        raise RunError("grid.no_checkpoints", run.folder)
    return column_order(_one_of_each_step(found.values()))


def _one_of_each_step(loras: Iterable[Lora]) -> list[Lora]:
    """What is saved at an epoch's end, and the finished one, may be of a step that was saved too."""
    return list({one.step: one for one in loras}.values())


def _where(run: Run, path: Path) -> Path | None:
    """A run's folder may have been moved since."""
    moved = run.folder / path.parent.name / path.name
    return next((one for one in (path, moved) if one.is_file()), None)


def choose(checkpoints: Sequence[Lora], wish: str) -> tuple[Lora, ...]:
    """Those that were asked for.

    Args:
        wish: `all`, `last`, `last:3`, steps such as `250,500`, or nothing: up to five, spread evenly, the last among them.

    Raises:
        UsageError: `grid.bad_checkpoints`, `grid.no_such_step`.
    """
    words = wish.strip().lower()
    if not words:
        return _spread(checkpoints, MOST_UNASKED)
    if words == "all":
        return tuple(checkpoints)
    if match := _LAST.fullmatch(words):
        return tuple(checkpoints[-max(1, int(match[1] or 1)) :])
    return tuple(_at_step(checkpoints, word) for word in re.split(r"[ ,]+", words))


def _at_step(checkpoints: Sequence[Lora], word: str) -> Lora:
    if not word.isdecimal():
        raise UsageError("grid.bad_checkpoints", given=word)
    for one in checkpoints:
        if one.step == int(word):
            return one
    known = ", ".join(str(one.step) for one in checkpoints)
    raise UsageError("grid.no_such_step", step=word, known=known)


def _spread(checkpoints: Sequence[Lora], most: int) -> tuple[Lora, ...]:
    count = len(checkpoints)
    if count <= most:
        return tuple(checkpoints)
    places = {round((count - 1) * number / (most - 1)) for number in range(most)}
    return tuple(checkpoints[place] for place in sorted(places))
