"""How the machine is while a training runs: free disk space, and whether it runs on its battery. Cheap to ask at any rate."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver.host import Power, read_power_source

DISK_SECONDS = 10.0
POWER_SECONDS = 60.0
"""A Mac is asked by starting a program."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look. None: not known."""

    disk_free: int | None = None
    """Bytes, on the fullest of the disks that the run writes to."""
    on_battery: bool | None = None
    battery_percent: int | None = None


@dataclass(slots=True)
class VitalsReader:
    """Looks at what is due, and remembers the rest. A machine that does not tell of its power is asked once."""

    folders: tuple[Path, ...]
    """The run's folder and where its LoRA files go."""
    power: Callable[[], Power] = read_power_source
    disk: Callable[[Iterable[Path]], int | None] = field(default_factory=lambda: free_bytes)
    _latest: Vitals = Vitals()
    _disk_due: float = float("-inf")
    _power_due: float = float("-inf")

    def read(self, now: float) -> Vitals | None:
        """What is known now, by any steady clock; None if nothing was due."""
        if now < min(self._disk_due, self._power_due):
            return None
        free = self._latest.disk_free
        if now >= self._disk_due:
            free, self._disk_due = self.disk(self.folders), now + DISK_SECONDS
        on_battery, percent = self._latest.on_battery, self._latest.battery_percent
        if now >= self._power_due:
            power = self.power()
            on_battery, percent = power.on_battery, power.battery_percent
            self._power_due = now + POWER_SECONDS if on_battery is not None else float("inf")
        self._latest = Vitals(free, on_battery, percent)
        return self._latest


def free_bytes(folders: Iterable[Path]) -> int | None:
    """On the fullest of the disks on which these folders lie; None if none of them can be asked."""
    found = []
    for folder in folders:
        try:
            found.append(shutil.disk_usage(folder).free)
        except OSError:
            continue
    return min(found, default=None)
