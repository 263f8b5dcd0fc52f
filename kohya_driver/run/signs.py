"""The signs of each trouble, learned from what a run tells of itself. Pure; times are seconds on the run's own clock."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from kohya_driver.events.model import (
    Announced,
    BucketMade,
    CheckpointRemoved,
    CheckpointSaved,
    EpochStarted,
    Event,
    LogMessage,
    MemorySampled,
    ModelSaved,
    Phase,
    PhaseChanged,
    Progress,
    Record,
    RunStarted,
    SampleSaved,
    SavingCheckpoint,
    StateSaved,
    StepDone,
    Traceback,
)
from kohya_driver.events.parts import INTERVALS, Pace
from kohya_driver.events.rules import METAL
from kohya_driver.events.snapshot import TRAINING_BAR, RunSnapshot

Values = dict[str, str | int | float]


@dataclass(slots=True)
class NumbersSign:
    """Losses that are no number, or infinite."""

    STEPS = 2
    """One may be a single bad batch, whose step a gradient scaler leaves out; after two the weights are spoilt."""
    WELL_AGAIN = 20

    bad: int = 0
    good: int = 0
    first_bad: int = 0
    last_good: int = 0
    step: int = 0
    exact: bool = False

    def feed(self, event: Event) -> None:
        """The bar shows an average, in which one bad loss stays for an epoch: it counts where nothing else is told."""
        if isinstance(event, StepDone):
            self.exact = True
            self._count(event.step, event.loss)
        elif self.exact or not isinstance(event, Progress) or event.bar != TRAINING_BAR:
            return
        elif event.average_loss is not None and event.done != self.step:
            self._count(event.done, event.average_loss)

    def _count(self, step: int, loss: float) -> None:
        self.step = step
        if math.isfinite(loss):
            self.bad, self.good, self.last_good = 0, self.good + 1, step
        else:
            self.first_bad = self.first_bad if self.bad else step
            self.bad, self.good = self.bad + 1, 0

    def trouble(self) -> Values | None:
        """`good_step` is the last step whose loss was a number: a train state saved before it is sound."""
        if self.bad < self.STEPS:
            return None
        # After a restart the last good one may lie ahead.
        return {"step": self.first_bad, "good_step": min(self.last_good, self.first_bad - 1)}

    def is_well(self) -> bool:
        return self.good >= self.WELL_AGAIN

    def restart(self) -> None:
        self.bad = self.good = self.step = 0


@dataclass(slots=True)
class MetalSign:
    """What the Mac's graphics part has reported since the engine was started."""

    text: str = ""

    def feed(self, event: Event) -> None:
        if isinstance(event, LogMessage) and event.source == METAL:
            # The cause comes a line or two behind the bare fact.
            self.text = event.text if not self.text or "(0" in event.text else self.text

    def trouble(self) -> Values | None:
        return {"text": self.text.rstrip(".")} if self.text else None

    def restart(self) -> None:
        self.text = ""


MINUTE = 60.0
SIGNS_OF_LIFE = (
    RunStarted, PhaseChanged, Announced, BucketMade, Progress, EpochStarted, StepDone, SavingCheckpoint,
    CheckpointSaved, CheckpointRemoved, StateSaved, SampleSaved, ModelSaved, Traceback,
)  # fmt: skip
"""What the engine does. Messages are none, or one that repeats itself for ever would pass for work."""

SILENCES = {
    Phase.STARTING: 20 * MINUTE,
    Phase.LOADING: 30 * MINUTE,
    Phase.CACHING: 30 * MINUTE,
    Phase.PREPARING: 30 * MINUTE,
    Phase.SAMPLING: 20 * MINUTE,
    Phase.SAVING: 15 * MINUTE,
}
"""Silence that is ordinary in each phase, whatever the machine: a base is loaded and hashed without a word."""
FIRST_STEP = 30 * MINUTE
SHORTEST = 5 * MINUTE
STEPS = 10
LONGER = 3
SLEPT = MINUTE
"""Nobody looked for so long: the machine slept, or this program was held. Then the engine was too."""


@dataclass(slots=True)
class StallSign:
    """Silence, against the longest that this run has lived through in the same phase."""

    last: float = 0.0
    looked: float = 0.0
    phase: Phase = Phase.STARTING
    trains: bool = False
    """The first step is done."""
    longest: dict[Phase, float] = field(default_factory=dict)

    def feed(self, record: Record) -> None:
        event = record.event
        if isinstance(event, SIGNS_OF_LIFE):
            self._live(record.elapsed)
        if isinstance(event, PhaseChanged):
            self.phase = Phase(event.phase)
        self.trains |= isinstance(event, StepDone) or _is_step(event)

    def heard(self, now: float) -> None:
        """The engine printed something. While it trains only steps count."""
        if self.phase is not Phase.TRAINING:
            self._live(now)

    def _live(self, now: float) -> None:
        if now - self.looked < SLEPT and (self.trains or self.phase is not Phase.TRAINING):
            self.longest[self.phase] = max(self.longest.get(self.phase, 0.0), now - self.last)
        self.last = max(self.last, now)

    def limit(self, seconds_per_step: float | None) -> float:
        learned = LONGER * self.longest.get(self.phase, 0.0)
        if self.phase is not Phase.TRAINING:
            return max(learned, SILENCES.get(self.phase, math.inf))
        if not self.trains:
            return FIRST_STEP
        return max(learned, SHORTEST, STEPS * (seconds_per_step or 0.0))

    def trouble(self, snapshot: RunSnapshot, now: float) -> Values | None:
        if self.phase is Phase.STARTING and snapshot.phase is not Phase.STARTING:
            # Another program watched until now.
            self.phase, self.trains = snapshot.phase, snapshot.step > 0
        if now - self.looked > SLEPT:
            self.last = now
        self.looked = now
        silent = now - self.last
        if silent <= self.limit(snapshot.seconds_per_step):
            return None
        return {"minutes": round(silent / MINUTE), "phase": str(self.phase)}

    def restart(self, now: float) -> None:
        self.last = self.looked = now
        self.phase, self.trains = Phase.STARTING, False


def _is_step(event: Event) -> bool:
    return isinstance(event, Progress) and event.bar == TRAINING_BAR and event.done > 0


@dataclass(slots=True)
class MemorySign:
    """Little memory left while more and more is moved to the disk; or next to none left at all."""

    LOW, ENOUGH, NONE = 0.08, 0.12, 0.025
    """Shares of the machine's memory that are left."""
    GROWN = 0.02
    """Share by which swap grew within the window."""
    WINDOW = 2 * MINUTE
    SAMPLES = 3

    samples: deque[tuple[float, MemorySampled]] = field(default_factory=deque)

    def feed(self, record: Record) -> None:
        if isinstance(record.event, MemorySampled):
            self.samples.append((record.elapsed, record.event))
            while self.samples[0][0] < record.elapsed - self.WINDOW:
                self.samples.popleft()

    def trouble(self) -> Values | None:
        if len(self.samples) < self.SAMPLES:
            return None
        latest = self.samples[-1][1]
        total, left = latest.total_bytes, latest.available_bytes
        grown = latest.swap_bytes - min(sample.swap_bytes for _, sample in self.samples)
        recent = [self.samples[-i][1].available_bytes for i in range(1, self.SAMPLES + 1)]
        if (left < self.LOW * total and grown > self.GROWN * total) or max(recent) < self.NONE * total:
            return {"free": gigabytes(left), "total": gigabytes(total)}
        return None

    def is_well(self) -> bool:
        latest = self.samples[-1][1] if self.samples else None
        return latest is not None and latest.available_bytes > self.ENOUGH * latest.total_bytes


@dataclass(slots=True)
class SlowSign:
    """The pace, against the best that this run has kept up."""

    SLOWER, WELL_AGAIN = 1.8, 1.4
    SECONDS = 2 * MINUTE
    PAUSES = 3
    """So many of the longest steps of a window are left out."""

    best: float | None = None
    pace: float | None = None
    since: tuple[float, int] | None = None
    """Time and step from which on it was slow."""
    window_end: int = 0

    def look(self, pace: Pace, now: float) -> None:
        """Whole windows only. A mean, as steps of two lengths by turns would move a median about."""
        if len(pace.intervals) < INTERVALS or pace.step is None:
            return
        kept = sorted(pace.intervals)[: -self.PAUSES]
        self.pace = sum(kept) / len(kept)
        if pace.counted_steps >= self.window_end + INTERVALS:
            self.window_end = pace.counted_steps
            self.best = min(self.best or self.pace, self.pace)
        if self.best is None or self.pace <= self.SLOWER * self.best:
            self.since = None
        elif self.since is None:
            self.since = (now, pace.counted_steps)

    def trouble(self, pace: Pace, now: float) -> Values | None:
        if self.since is None or self.pace is None or not self.best:
            return None
        if now - self.since[0] < self.SECONDS or pace.counted_steps - self.since[1] < INTERVALS:
            return None
        return {
            "seconds": round(self.pace, 2),
            "usual": round(self.best, 2),
            "times": round(self.pace / self.best, 1),
        }

    def is_well(self) -> bool:
        return bool(self.pace and self.best and self.pace < self.WELL_AGAIN * self.best)


def gigabytes(size: float) -> float:
    return round(size / (1 << 30), 1)
