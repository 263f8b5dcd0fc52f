"""Sees what goes wrong while a training runs. Pure: it is told of everything, on the run's own clock, and touches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kohya_driver.events.model import Record, RunStarted, TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.disk import state_bytes
from kohya_driver.planning.model import Plan
from kohya_driver.run.signs import (
    MemorySign,
    MetalSign,
    NumbersSign,
    SlowSign,
    StallSign,
    Values,
    gigabytes,
)
from kohya_driver.run.vitals import Vitals

LOOK_SECONDS = 1.0
"""It may be asked at any rate; it looks so often."""
DISK_MARGIN = 500 << 20
"""The system wants some of its disk for itself."""
ROOM_AGAIN = 1.5
BATTERY_LOW, BATTERY_WELL = 10, 15
"""Per cent."""


class Watchdog:
    """Tells each trouble once, and again only after it had gone.

    Args:
        safety: the plan's `safety`: what is done about each trouble.
        disk_needed: bytes that the next files need, see `disk_needed`; 0: never mind.
        now: the run's clock, in seconds, as in `Record.elapsed`.
    """

    def __init__(self, safety: Mapping[str, Any], *, disk_needed: int = 0, now: float = 0.0) -> None:
        self._safety = safety
        self._disk_needed = disk_needed
        self._told: set[str] = set()
        self._numbers, self._metal = NumbersSign(), MetalSign()
        self._stall, self._memory, self._slow = StallSign(last=now, looked=now), MemorySign(), SlowSign()
        self._was_on_mains = False
        self._due = now

    def feed(self, record: Record) -> None:
        """Something happened. To be told of every record."""
        if isinstance(record.event, RunStarted):
            self.restart(record.elapsed)
        self._numbers.feed(record.event)
        self._metal.feed(record.event)
        self._stall.feed(record)
        self._memory.feed(record)

    def heard(self, now: float) -> None:
        """The engine printed something, whatever it was."""
        self._stall.heard(now)

    def look(self, snapshot: RunSnapshot, vitals: Vitals | None, now: float) -> tuple[TroubleSeen, ...]:
        """What has gone wrong since the last look. `vitals` may be None: nothing new is known."""
        if now < self._due or snapshot.is_over:
            return ()
        self._due = now + LOOK_SECONDS
        self._slow.look(snapshot.pace, now)
        return tuple(self._troubles(snapshot, vitals, now))

    def restart(self, now: float) -> None:
        """The engine is started anew: what the old one said is past; what was learned of machine and pace stays."""
        self._numbers.restart()
        self._metal.restart()
        self._stall.restart(now)
        self._slow.since = None
        self._told -= {"trouble.nan", "trouble.metal_error", "trouble.stall"}

    def _troubles(self, snapshot: RunSnapshot, vitals: Vitals | None, now: float) -> Iterator[TroubleSeen]:
        yield from self._weigh("trouble.nan", self._numbers.trouble(), well=self._numbers.is_well())
        yield from self._weigh("trouble.metal_error", self._metal.trouble(), well=False)
        stall = self._stall.trouble(snapshot, now)
        if not snapshot.stop_requested:
            yield from self._weigh("trouble.stall", stall, well=stall is None)
        yield from self._weigh("trouble.memory", self._memory.trouble(), well=self._memory.is_well())
        slow = self._slow.trouble(snapshot.pace, now)
        yield from self._weigh("trouble.slow", slow, well=self._slow.is_well())
        if vitals is not None:
            yield from self._disk(vitals)
            yield from self._power(vitals)

    def _disk(self, vitals: Vitals) -> Iterator[TroubleSeen]:
        free, needed = vitals.disk_free, self._disk_needed
        if free is None or not needed:
            return
        sizes: Values = {"free": gigabytes(free), "needed": gigabytes(needed)}
        yield from self._weigh(
            "trouble.disk", sizes if free < needed else None, well=free > ROOM_AGAIN * needed
        )

    def _power(self, vitals: Vitals) -> Iterator[TroubleSeen]:
        if vitals.on_battery is None:
            return
        lost: Values | None = {} if vitals.on_battery and self._was_on_mains else None
        self._was_on_mains |= not vitals.on_battery
        yield from self._weigh("trouble.power", lost, well=not vitals.on_battery)
        percent = vitals.battery_percent
        if percent is not None:
            low: Values | None = {"percent": percent} if vitals.on_battery and percent < BATTERY_LOW else None
            well = not vitals.on_battery or percent >= BATTERY_WELL
            yield from self._weigh("trouble.battery", low, well=well)

    def _weigh(self, code: str, values: Values | None, *, well: bool) -> Iterator[TroubleSeen]:
        """Between bad and well nothing changes, or a value at the limit would be told again and again."""
        if code in self._told:
            self._told -= {code} if well else set()
        elif values is not None:
            self._told.add(code)
            # Losing the power does no harm as long as the battery lasts.
            yield TroubleSeen(code, str(self._safety.get(code.removeprefix("trouble."), "warn")), values)


def disk_needed(plan: Plan) -> int:
    """Bytes without which the next LoRA file and train state cannot be written."""
    return plan.disk.lora + state_bytes(plan.family, plan.training_config) + DISK_MARGIN
