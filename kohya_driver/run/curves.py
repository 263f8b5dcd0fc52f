"""Everything that a run measured over its steps and its time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes at one moment: of the engine with all its processes, and what the machine had to spare."""

    elapsed: float
    tree: int
    available: int


@dataclass(frozen=True, slots=True)
class Curves:
    """Everything that was measured; of training that was thrown away after a stop, nothing."""

    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    """One for each of `steps`, as are `seconds` and each of `rates`; NaN where there is none."""
    seconds: tuple[float, ...] = ()
    """That the step took since the one before it, with whatever happened in between."""
    rates: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    validations: tuple[tuple[int, float], ...] = ()
    """(step, loss) on pictures that are not trained on."""
    resumed: tuple[int, ...] = ()
    """Steps from which a further attempt went on."""
    memory: tuple[Memory, ...] = ()
    memory_total: int = 0

    def highest_rates(self) -> tuple[float, ...]:
        """Of each step; NaN where none is finite."""
        columns = list(self.rates.values())
        steps = zip(*columns, strict=True)
        if all(all(map(math.isfinite, column)) for column in columns):  # as nearly always, and far quicker
            return tuple(map(max, steps))
        return tuple(max(filter(math.isfinite, rates), default=math.nan) for rates in steps)
