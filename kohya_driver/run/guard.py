"""Acts on what the watchdog sees: tells it, and ends the attempt where the preset's [safety] says so."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kohya_driver.events.model import Record, TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.stop import Stop
from kohya_driver.run.vitals import VitalsReader
from kohya_driver.run.watchdog import Watchdog, disk_needed

SAVES_FIRST = ("trouble.memory", "trouble.disk", "trouble.slow", "trouble.power", "trouble.battery")
"""Troubles in which what was learnt is sound; in the others, saving would keep what is spoilt, or wait for the dead."""

RECOVERY = {
    "trouble.nan": "nan",
    "trouble.metal_error": "retry",
    "trouble.stall": "retry",
    "trouble.memory": "memory",
}
"""What helps against each, in the words of `Diagnosis.recovery`."""


@dataclass(slots=True)
class Guard:
    """Watches over one run, in all its attempts."""

    plan: Plan
    recorder: Recorder
    on_trouble: Callable[[TroubleSeen], None] = lambda trouble: None
    halt: Stop = field(default_factory=Stop)
    """Asked when a trouble is to end the attempt."""
    recovers: bool = False
    """Whether another attempt is wished for the trouble that ended this one."""
    _watchdog: Watchdog = field(init=False)
    _vitals: VitalsReader = field(init=False)

    def __post_init__(self) -> None:
        run = Run(self.plan.folder)
        self._watchdog = Watchdog(
            self.plan.safety, disk_needed=disk_needed(self.plan), now=self.recorder.elapsed
        )
        self._vitals = VitalsReader((run.folder, self.plan.output_dir))

    def begin(self) -> None:
        """Another attempt."""
        self.halt, self.recovers = Stop(), False

    @property
    def stops_in_order(self) -> bool:
        """Whether the preset ends the training for something that is no fault of it: it saves, and is stopped."""
        return self.halt.asked and not self.recovers and self.halt.by in SAVES_FIRST

    def see(self, record: Record, snapshot: RunSnapshot) -> None:
        self._watchdog.feed(record)

    def look(self, idle_seconds: float) -> None:
        """Args: `idle_seconds` since the engine said anything."""
        now = self.recorder.elapsed
        self._watchdog.heard(now - idle_seconds)
        vitals = self._vitals.read(time.monotonic())
        for trouble in self._watchdog.look(self.recorder.snapshot, vitals, now):
            self.recorder.record(trouble)
            self.on_trouble(trouble)
            self._act(trouble)

    def _act(self, trouble: TroubleSeen) -> None:
        if trouble.policy == "warn" or self.halt.asked:
            return
        self.recovers = trouble.policy == "recover"
        self.halt.ask(trouble.code, saves=trouble.code in SAVES_FIRST)
