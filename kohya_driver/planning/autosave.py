"""The train states that are written by the clock: how often, and what a crash can cost with them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kohya_driver.planning.pace import TimeUse
from kohya_driver.preset.model import Safety


@dataclass(frozen=True, slots=True)
class Autosave:
    """Train states that are written by the clock, at the end of a step."""

    seconds: float
    """Work that a crash costs at the most; or one step, if that takes longer."""
    keep: int
    """How many are kept, the latest; one more while it is written."""
    step_seconds: float | None
    """Of one step, by estimate; None where nothing like it was measured."""
    reached: bool
    """False: by estimate the training is over before the first would be written."""

    @property
    def steps(self) -> int | None:
        """About so many lie between two of them."""
        return max(1, int(self.seconds / self.step_seconds)) if self.step_seconds else None

    @property
    def longer_step(self) -> float | None:
        """Seconds of one step where that alone takes longer than a crash is to cost."""
        return self.step_seconds if self.step_seconds and self.step_seconds > self.seconds else None

    @property
    def at_once(self) -> int:
        """The most that stand on the disk at a time."""
        return self.keep + 1 if self.reached else 0

    def to_json(self) -> dict[str, Any]:
        names = ("seconds", "steps", "step_seconds", "keep", "reached")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Autosave:
        return cls(data["seconds"], data["keep"], data["step_seconds"], data["reached"])


def autosave_of(safety: Safety, time: TimeUse | None) -> Autosave | None:
    """As the preset asks for it; None: never."""
    seconds = safety.autosave_minutes * 60
    if not seconds:
        return None
    reached = time is None or time.seconds_high > seconds
    return Autosave(seconds, safety.keep_states, time.step_seconds if time else None, reached)
