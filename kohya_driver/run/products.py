"""What a run wrote and what of it still stands: LoRA files and train states, known by name from the run's own events."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver import files
from kohya_driver.events.model import (
    CheckpointRemoved,
    CheckpointSaved,
    ProcessExited,
    Record,
    RunFinished,
    RunStarted,
    StateSaved,
    StepDone,
    Validated,
)
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run
from kohya_driver.run.readable import read_run
from kohya_driver.run.states import MANIFEST

CLOCK_SECONDS = 5.0
"""How far the times of files and of events may be apart."""
_CUT_OFF = re.compile(r"\.step-\d{8}")


@dataclass(frozen=True, slots=True)
class Product:
    """A LoRA file or a train state that a run wrote, and that still stands."""

    path: Path
    kind: str
    """`final`, `checkpoint`, `saved` (by `save` or `stop`), `state`, or `rest`: of a state, cut off while it was written or removed."""
    step: int
    """Optimizer steps done when it was written."""
    size_bytes: int
    stamp: str
    """By which it is told from another one of its name (`files.stamp`)."""
    loss: float = math.nan
    """At that step: of validation, where there is any, else the engine's average."""

    @property
    def is_lora(self) -> bool:
        return self.kind in ("final", "checkpoint", "saved")


def products_of(run: Run) -> tuple[Product, ...]:
    """In the order of their steps. What another training has written over since is not this run's any more.

    Raises:
        RunError: as `read_run`.
    """
    plan, result = read_run(run)
    told = _Told(plan)
    for record in run.events():
        told.hear(record)
    told.end(told.time)
    finals = {str(plan.final), result.final if result else ""}
    found = [*_loras(run, told, finals), *_states(run, told), *_left_over(run, told)]
    return tuple(sorted(found, key=lambda one: (one.step, one.kind == "final", one.path.name)))


@dataclass(slots=True)
class _Written:
    step: int
    size_bytes: int | None
    """None: of a state, whose size nobody has told."""
    last: float = math.inf
    """The end of the attempt in which it was written, in Unix seconds."""


@dataclass(slots=True)
class _Told:
    """What the events say, after the last of them."""

    plan: Plan
    written: dict[str, _Written] = field(default_factory=dict)
    losses: dict[int, float] = field(default_factory=dict)
    validations: dict[int, float] = field(default_factory=dict)
    time: float = 0.0
    """Of the last event, in Unix seconds."""
    _step: int = 0
    _open: list[_Written] = field(default_factory=list)

    def hear(self, record: Record) -> None:
        event = record.event
        if isinstance(event, RunStarted):
            self.end(self.time)
            self._step = event.from_step
        self.time = record.time
        if isinstance(event, StepDone):
            self._step = event.step
            self.losses[event.step] = event.average_loss
        elif isinstance(event, Validated):
            self.validations[event.step] = event.loss
        elif isinstance(event, CheckpointSaved):
            self._add(event.path, _Written(self._step_of(event), event.size_bytes))
        elif isinstance(event, StateSaved):
            self._add(event.path, _Written(self._step, None))
        elif isinstance(event, CheckpointRemoved):
            self.written.pop(event.path, None)
        elif isinstance(event, ProcessExited | RunFinished):
            self.end(record.time)

    def _step_of(self, event: CheckpointSaved) -> int:
        """It may have been noticed only after the next step. Records of an earlier version say none."""
        return event.step or self.plan.step_named(event.path) or self._step

    def _add(self, path: str, one: _Written) -> None:
        self.written[path] = one
        self._open.append(one)

    def end(self, time: float) -> None:
        """Of an attempt: what it wrote is not younger than this."""
        for one in self._open:
            one.last = time
        self._open.clear()

    def loss_at(self, step: int) -> float:
        known = self.validations or self.losses
        if not known:
            return math.nan
        return known[min(known, key=lambda other: (abs(other - step), other))]


def _loras(run: Run, told: _Told, finals: set[str]) -> Iterator[Product]:
    for name, one in told.written.items():
        path = Path(name)
        if one.size_bytes is None or not files.is_file(path) or path.is_symlink():
            continue
        status = path.stat()
        if status.st_size != one.size_bytes or not _is_of(run, path, status.st_mtime, one):
            continue
        kind = "final" if name in finals else "saved" if path.parent == run.saved_folder else "checkpoint"
        yield Product(path, kind, one.step, status.st_size, files.stamp(path), told.loss_at(one.step))


def _states(run: Run, told: _Told) -> Iterator[Product]:
    for name, one in told.written.items():
        path, manifest = Path(name), Path(name) / MANIFEST
        if one.size_bytes is not None or not files.is_file(manifest) or path.is_symlink():
            continue
        if _is_of(run, path, manifest.stat().st_mtime, one):
            step = _step_in(manifest, one.step)
            yield Product(path, "state", step, files.tree_bytes(path), files.stamp(manifest))


def _step_in(manifest: Path, told: int) -> int:
    try:
        return int(files.read_json(manifest)["step"])
    except (OSError, ValueError, KeyError, TypeError):
        return told


def _is_of(run: Run, path: Path, modified: float, one: _Written) -> bool:
    """In the run's own folder nobody else writes; in one that several share, a later training may have taken the name."""
    return path.is_relative_to(run.folder) or modified <= one.last + CLOCK_SECONDS


def _left_over(run: Run, told: _Told) -> Iterator[Product]:
    """States that were cut off while they were written, in the folder where only the driver writes, or while they were removed."""
    removed = [set_aside(Path(name)) for name, one in told.written.items() if one.size_bytes is None]
    written = [path for path in run.states_folder.glob(".step-*") if _CUT_OFF.fullmatch(path.name)]
    for path in (*removed, *written):
        if files.exists(path) and path.is_dir() and not path.is_symlink():
            yield Product(path, "rest", 0, files.tree_bytes(path), files.stamp(path))


def set_aside(state: Path) -> Path:
    """The name under which a train state is emptied; nobody takes a folder of such a name for a state."""
    return state.with_name(f".pruned-{state.name}")
