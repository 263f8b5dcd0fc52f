"""How long a training takes: from what earlier ones took on this machine, as a range with what it rests on.

`measure` reads a finished run's events, `remember` keeps the result in the user's data folder, one file for each machine,
engine and torch version, and `estimate` makes a range of seconds from such measurements. Without any it knows nothing.
"""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.engine.model import Engine
from kohya_driver.errors import HostError
from kohya_driver.events.model import (
    LatentsKept,
    Phase,
    PhaseChanged,
    Progress,
    Record,
    SampleSaved,
    StepDone,
)
from kohya_driver.host import Host

KEPT = 200
"""Measurements in one file; the oldest are dropped."""

FIXED_PIXELS = 16_000
"""What a step costs whatever its size, in pixels: a step with few is not quicker in proportion."""
RECOMPUTED = 4 / 3
"""Checkpointing goes forward twice: three passes (one forward, a backward of two) become four."""
SPREAD: Mapping[str, float] = {"run": 0.1, "bench": 0.15}
"""Of a range round the same work, measured before: a training by the hour, and a short one."""
SCALED_SPREAD = 0.15
SCALED_POWER = 0.15
"""How far the cost of other sizes may be from proportional, as a power: with four times the work a factor of 1.23."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the time of a step depends on."""

    family: str
    device: str
    precision: str
    checkpointing: bool
    unet_only: bool
    cached: bool
    """Latents are cached, so that a step does not encode pictures."""
    pixels: int
    """Of a picture, on average over the buckets."""
    batch: int
    accumulation: int
    base_width: int = 0
    """Of a base smaller than any real one, the channels of its first block; 0 for a real one."""
    processes: int = 1
    """That train together; each adds the time in which it waits for the others."""

    @property
    def cost(self) -> float:
        """Proportional to the time of one step."""
        passes = RECOMPUTED if self.checkpointing else 1.0
        return self.accumulation * (FIXED_PIXELS + self.batch * self.pixels * passes)

    def is_like(self, other: Work) -> bool:
        """Whether one's time says something of the other's."""
        return self._kind == other._kind

    @property
    def _kind(self) -> tuple[str, str, str, int, int]:
        return self.family, self.device, self.precision, self.base_width, self.processes


@dataclass(frozen=True, slots=True)
class Measured:
    """What one training took, in seconds."""

    source: str
    """`run` or `bench`."""
    work: Work
    start: float
    """From its start to its first step, without caching."""
    picture: float | None
    """Of caching, for each picture; None if nothing was cached."""
    step: float
    """The median."""
    sample: float | None
    """For each picture drawn."""
    save: float
    """For each LoRA written, and the end."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Measured:
        """Raises KeyError or TypeError on what is no measurement of this version."""
        return cls(**{**data, "work": Work(**data["work"])})


@dataclass(frozen=True, slots=True)
class Amount:
    """How much a training has to do."""

    steps: int
    pictures: int
    """To be encoded."""
    samples: int
    saves: int
    passes: int = 0
    """Batches of a validation."""


@dataclass(frozen=True, slots=True)
class TimeUse:
    """Seconds from the start of the engine to its end; `basis` is the code of the sentence that says what they rest on."""

    seconds_low: float
    seconds_high: float
    basis: str
    step_seconds: float | None = None
    """Of one step, in the middle of the range; None in a plan of an earlier version."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TimeUse:
        return cls(**data)


def estimate(work: Work, amount: Amount, history: Sequence[Measured]) -> TimeUse | None:
    """None if nothing like it was measured on this machine.

    The same work before any other, runs before benches, later before earlier; otherwise the nearest in cost.
    """
    like = [one for one in reversed(history) if one.work.is_like(work)]
    if not like or not amount.steps:
        return None
    same = [one for one in like if one.work == work]
    if same:
        best = min(same, key=lambda one: one.source != "run")
        return _range(best, amount, 1.0, SPREAD[best.source], f"memory.time_{best.source}")
    best = min(like, key=lambda one: (_distance(one.work, work), one.source != "run"))
    return _range(best, amount, work.cost / best.work.cost, SCALED_SPREAD, "memory.time_scaled")


def _distance(one: Work, other: Work) -> float:
    return max(one.cost, other.cost) / min(one.cost, other.cost)


def _range(base: Measured, amount: Amount, ratio: float, spread: float, basis: str) -> TimeUse:
    doubt = max(ratio, 1 / ratio) ** SCALED_POWER
    fixed = base.start + amount.saves * base.save
    varying = base.step * amount.steps + (base.picture or 0.0) * amount.pictures
    # A pass of a validation is a batch's way forward; the way back takes about twice as long.
    varying += amount.passes * base.step / base.work.accumulation / 3
    # A sample was never drawn: some twenty steps forward, with and without the prompt, are about as many of training.
    varying += amount.samples * (base.sample if base.sample is not None else 15 * base.step)
    return TimeUse(
        round((fixed + varying * ratio / doubt) * (1 - spread), 1),
        round((fixed + varying * ratio * doubt) * (1 + spread), 1),
        basis,
        round(base.step * ratio, 3),
    )


def measure(source: str, work: Work, records: Iterable[Record]) -> Measured | None:
    """What a finished run took; None if it made too few steps to tell.

    Args:
        records: its events, in order.
    """
    clock = _Clock()
    for record in records:
        clock.see(record)
    return clock.read(source, work)


class _Clock:
    """Adds up where the time of one run went."""

    def __init__(self) -> None:
        self._phase: str = Phase.STARTING
        self._since = 0.0
        self._last_step: float | None = None
        self._first_step = 0.0
        self._intervals: list[float] = []
        self._spent: dict[str, float] = {}
        self._samples = self._saves = self._cached = self._known = 0
        self._end = 0.0

    def see(self, record: Record) -> None:
        event, self._end = record.event, record.elapsed
        if isinstance(event, PhaseChanged):
            self._enter(event.phase, record.elapsed)
        elif isinstance(event, StepDone):
            self._step(record.elapsed)
        elif isinstance(event, SampleSaved):
            self._samples += 1
        elif isinstance(event, LatentsKept):
            self._known = event.pictures
        elif isinstance(event, Progress) and event.bar == "caching latents":
            self._cached = max(self._cached, event.total)

    def _enter(self, phase: str, elapsed: float) -> None:
        self._spent[self._phase] = self._spent.get(self._phase, 0.0) + elapsed - self._since
        self._phase, self._since = phase, elapsed
        self._saves += phase == Phase.SAVING
        if phase != Phase.TRAINING:
            self._last_step = None

    def _step(self, elapsed: float) -> None:
        if self._last_step is not None:
            self._intervals.append(elapsed - self._last_step)
        self._first_step = self._first_step or elapsed
        self._last_step = elapsed

    def read(self, source: str, work: Work) -> Measured | None:
        if not self._intervals:
            return None
        self._enter(Phase.FINISHED, self._end)
        step, caching = statistics.median(self._intervals), self._spent.get(Phase.CACHING, 0.0)
        sampling, saving = self._spent.get(Phase.SAMPLING, 0.0), self._spent.get(Phase.SAVING, 0.0)
        return Measured(
            source,
            work,
            start=round(max(0.0, self._first_step - step - caching), 2),
            # Where some were known, it says nothing of those that are not.
            picture=round(caching / self._cached, 3) if self._cached and not self._known else None,
            step=round(step, 3),
            sample=round(sampling / self._samples, 2) if self._samples else None,
            save=round(saving / max(1, self._saves), 2),
        )


def history_file(host: Host, engine: Engine) -> Path:
    """Where the measurements of this machine with this engine and its torch are kept."""
    machine = re.sub(r"[^a-z0-9]+", "-", f"{host.chip}-{host.memory_bytes >> 30}gb".lower()).strip("-")
    return files.home() / "bench" / f"{machine}-{engine.commit[:12]}-torch{torch_version(engine)}.json"


def torch_version(engine: Engine) -> str:
    """Of the engine's environment; where that is not there, what it was built from."""
    found = engine.root.glob("env/lib/python*/site-packages/torch-*.dist-info")
    return next((path.name.split("-")[1].removesuffix(".dist") for path in found), engine.lock[:12])


def read_history(path: Path) -> tuple[Measured, ...]:
    """Oldest first; what cannot be read is as if it had never been measured."""
    try:
        return tuple(Measured.from_json(one) for one in files.read_json(path)["measured"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def remember(path: Path, measured: Measured) -> None:
    """Add a measurement. A disk that refuses it is no reason to fail: a training has just succeeded."""
    try:
        with files.lock(path.with_suffix(".lock")):
            kept = [one.to_json() for one in (*read_history(path), measured)][-KEPT:]
            files.write_json(path, {"version": 1, "measured": kept})
    except (OSError, HostError):
        return
