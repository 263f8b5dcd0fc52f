"""Checks of the memory that a training needs against what the machine has."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, Severity
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.fit import Fit
from kohya_driver.planning.memory import MemoryUse
from kohya_driver.planning.needs import mildest_fit

ACCURACY = 1.15
"""How far the model may be wrong. What needs more than that beyond the machine's memory is an error on a processor; on MPS a
warning, because nobody has measured the model there, and macOS swaps before it ends anything."""


def _memory(subject: Subject) -> Iterator[Finding]:
    use = subject.memory
    if use is None or use.fits:
        return
    larger = use.peak_bytes > use.total_bytes
    refused = subject.draft.device == "cpu" and use.peak_bytes > use.total_bytes * ACCURACY
    fit = mildest_fit(subject.inputs, subject.draft)
    if fit:
        code = "memory.does_not_fit" if larger else "memory.busy"
    else:
        code = "memory.nothing_fits" if larger else "memory.nothing_fits_now"
    yield Finding(
        code, Severity.ERROR if refused else Severity.WARNING, values={**_sizes(use), **_changes(fit)}
    )
    for step in dict.fromkeys(fit.steps) if fit else ():
        yield Finding(f"memory.cost_{step}", Severity.INFO)


def _sizes(use: MemoryUse) -> dict[str, str]:
    return {
        "peak": _gigabytes(use.peak_bytes),
        "total": _gigabytes(use.total_bytes),
        "available": _gigabytes(use.room_bytes),
    }


def _changes(fit: Fit | None) -> dict[str, str]:
    if fit is None:
        return {}
    options = (f"{one.option.partition('.')[2]} = {_value(one.after)}" for one in fit.overrides)
    return {"changes": ", ".join(options), "fitted": _gigabytes(fit.peak_bytes)}


def _gigabytes(size: int) -> str:
    return f"{size / (1 << 30):.1f} GB"


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


CHECKS: tuple[Check, ...] = (_memory,)
