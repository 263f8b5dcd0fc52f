"""A run in one line. Of a run that goes on only the end of its events is read, of one that is over only its result."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.run import machine
from kohya_driver.run.folder import Run
from kohya_driver.run.remote import read_mark

TAIL_BYTES = 64 << 10
UNREADABLE = "unreadable"
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(frozen=True, slots=True)
class Overview:
    """What a list of runs says of one of them."""

    folder: str
    state: str
    """As `Run.state`, or `unreadable` if its files are damaged."""
    step: int
    steps: int
    """Steps in all; 0 if nobody knows."""
    reason: str
    """Code of why it failed or was stopped; empty otherwise."""
    started: float
    """Unix seconds, as is `changed`."""
    changed: float
    reason_values: Mapping[str, Any] = field(default_factory=dict)
    """What the reason's sentence names."""
    base: str = ""
    """The base model, as the plan has it."""
    loss: float | None = None
    """The engine's average at the last step: over as many steps as an epoch has."""
    size_bytes: int | None = None
    """What the folder takes on the disk; None if nobody looked."""
    host: str = ""
    """Where it trains, if not on this machine."""

    @property
    def name(self) -> str:
        return Path(self.folder).name

    @property
    def label(self) -> str:
        """Its name, with where it trains if that is not here."""
        return f"{self.name} @{self.host}" if self.host else self.name

    def to_json(self) -> dict[str, Any]:
        fields = (
            "folder",
            "state",
            "step",
            "steps",
            "reason",
            "started",
            "changed",
            "base",
            "size_bytes",
            "host",
        )
        loss = self.loss if self.loss is not None and math.isfinite(self.loss) else None
        return {"name": self.name, **{name: getattr(self, name) for name in fields}, "loss": loss}


def overviews(runs: Iterable[Run]) -> list[Overview]:
    """Of many runs. Only the machine's training can be unwatched: all processes are looked through once, not for each."""
    holder = machine.holder()

    def state(run: Run) -> str:
        if run.is_running():
            return "running"
        return "unwatched" if run == holder else "cut off"

    return [overview(run, state) for run in runs]


def overview(run: Run, state_without_result: Callable[[Run], str] = Run.state) -> Overview:
    """A damaged file in one run's folder is told, and keeps nobody from seeing the others."""
    begun = _changed(run.plan_file)
    try:
        plan = files.read_json(run.plan_file)
        steps, base = int(plan["steps"]), str(plan.get("base", ""))
        result = run.result()
        state = result.outcome if result else state_without_result(run)
    except _DAMAGED:
        return Overview(str(run.folder), UNREADABLE, 0, 0, "", begun, begun)
    remote = read_mark(run.folder)
    host = remote.name if remote else ""
    step, loss = _last_step(run.events_file)
    if result:
        return Overview(
            str(run.folder), state, result.steps, steps, result.reason, result.started or begun, result.ended,
            result.reason_values, base, loss, host=host,
        )  # fmt: skip
    changed = max(begun, _changed(run.events_file))
    return Overview(str(run.folder), state, step, steps, "", begun, changed, base=base, loss=loss, host=host)


def _last_step(path: Path) -> tuple[int, float | None]:
    """The step at which it is, and the average loss there: exact, where the engine's own values were told."""
    seen: tuple[int, float | None] = (0, None)
    for event in _last_events(path):
        with contextlib.suppress(*_DAMAGED):
            if event["kind"] == "step":
                return max(seen[0], int(event["step"])), float(event["average_loss"])
            if event["kind"] == "progress" and event["bar"] == "steps" and not seen[0]:
                average = event.get("average_loss")
                seen = int(event["done"]), None if average is None else float(average)
    return seen


def _last_events(path: Path) -> Iterator[dict[str, Any]]:
    """Those that tell of steps, from the end of the file, the latest first; a torn line is passed over."""
    for line in reversed(files.read_tail(path, TAIL_BYTES).split(b"\n")):
        if b'"step"' in line or b'"progress"' in line:
            with contextlib.suppress(ValueError, RecursionError):
                yield json.loads(line)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
