"""Where a run stands: one frozen value, made by folding events one after the other."""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import SimpleNamespace
from typing import Any

from kohya_driver.events.model import (
    Announced,
    BucketMade,
    CheckpointRemoved,
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LogMessage,
    MemorySampled,
    ModelSaved,
    Phase,
    PhaseChanged,
    ProcessExited,
    Progress,
    Record,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SampleSaved,
    SavingCheckpoint,
    StateSaved,
    StepDone,
    StopRequested,
    Traceback,
    TroubleSeen,
    Validated,
)
from kohya_driver.events.parts import (
    Bar,
    Checkpoint,
    LossCurve,
    MemoryUse,
    Message,
    Pace,
    Trouble,
    named_position,
)

MESSAGES_KEPT = 20
TROUBLES_KEPT = 20
TRAINING_BAR = "steps"


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """Everything that a screen or a report needs to know of a run, at one moment."""

    name: str = ""
    folder: str = ""
    base: str = ""
    device: str = ""
    network: str = ""
    pid: int | None = None
    started: float = 0.0
    """Unix seconds."""
    time: float = 0.0
    """Of the last event, in Unix seconds."""
    elapsed: float = 0.0
    """Of the last event, in seconds since the run began."""
    phase: Phase = Phase.STARTING
    attempt: int = 1
    """A run goes on in a further attempt after it was stopped or cut off."""
    step: int = 0
    """Optimizer steps done."""
    resumed_at: int = 0
    """The step from which the last attempt went on; 0 if it began at the beginning."""
    recoveries: int = 0
    """How often it was resumed by itself."""
    steps: int = 0
    """Optimizer steps in all; the plan's until the engine announces its own."""
    epoch: int = 0
    epochs: int = 0
    images: int = 0
    batches_per_epoch: int = 0
    buckets: tuple[tuple[int, int, int], ...] = ()
    """(width, height, count), in the engine's order."""
    loss: float | None = None
    average_loss: float | None = None
    validation_loss: float | None = None
    """The last one, on the pictures that are not trained on."""
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    losses: LossCurve = field(default_factory=LossCurve)
    pace: Pace = field(default_factory=Pace)
    bar: Bar | None = None
    memory: MemoryUse | None = None
    saving: str = ""
    """The file being written."""
    checkpoints: tuple[Checkpoint, ...] = ()
    states: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    """The latest warnings and errors, the latest last."""
    message_count: int = 0
    troubles: tuple[Trouble, ...] = ()
    """What the watchdog saw, the latest last."""
    awake: str = ""
    """What keeps the machine awake; empty if nothing does."""
    traceback: str = ""
    model_saved: bool = False
    stop_requested: str = ""
    """By whom; empty if nobody asked."""
    exit_status: int | None = None
    outcome: str = ""
    final: str = ""
    reason: str = ""
    left: str = ""
    """Why the engine was left from inside: `stopped`, `not_finite`, or empty."""

    @property
    def seconds_per_step(self) -> float | None:
        """Median of the recent steps, without the time for samples, saving and validation."""
        return self.pace.seconds_per_step

    @property
    def eta_seconds(self) -> float | None:
        """Until the last step, counted from the last event; None while nothing is known, 0 at the end."""
        if self.outcome or not self.steps:
            return 0.0 if self.outcome else None
        return self.pace.eta_seconds(max(0, self.steps - self.step))

    @property
    def is_over(self) -> bool:
        return bool(self.outcome)

    def to_json(self) -> dict[str, Any]:
        """With `seconds_per_step` and `eta_seconds` for those who read it elsewhere."""
        body: dict[str, Any] = _plain(asdict(self))
        return {**body, "seconds_per_step": self.seconds_per_step, "eta_seconds": self.eta_seconds}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunSnapshot:
        """Raises KeyError, TypeError or ValueError on what is not a snapshot of this version."""
        body = {known.name: data[known.name] for known in fields(cls)}
        for name, read in _READERS.items():
            body[name] = None if body[name] is None else read(body[name])
        return cls(**body)


_READERS: dict[str, Callable[[Any], Any]] = {
    "phase": Phase,
    "loss": float,
    "average_loss": float,
    "validation_loss": float,
    "learning_rates": lambda rates: {name: float(rate) for name, rate in rates.items()},
    "losses": LossCurve.from_json,
    "pace": Pace.from_json,
    "bar": lambda bar: Bar(**bar),
    "memory": lambda memory: MemoryUse(**memory),
    "buckets": lambda buckets: tuple((width, height, count) for width, height, count in buckets),
    "checkpoints": lambda items: tuple(Checkpoint(**item) for item in items),
    "messages": lambda items: tuple(Message(**item) for item in items),
    "troubles": lambda items: tuple(Trouble(**item) for item in items),
    "states": tuple,
    "samples": tuple,
}


def _plain(value: Any) -> Any:
    """JSON has no NaN: such numbers become the words that `float` reads back."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


Changes = dict[str, Any]


def fold(snapshot: RunSnapshot, record: Record) -> RunSnapshot:
    """The snapshot after one more event. Events of a kind that says nothing of where a run stands change the time only."""
    change = _CHANGES.get(type(record.event))
    changes = change(snapshot, record.event, record) if change else {}
    return replace(snapshot, time=record.time, elapsed=record.elapsed, **changes)


def fold_all(records: Iterable[Record]) -> RunSnapshot:
    """The snapshot after all of them: as `fold` one after the other, without a whole snapshot for each."""
    draft: Any = SimpleNamespace(**{one.name: getattr(_BLANK, one.name) for one in fields(RunSnapshot)})
    for record in records:
        change = _CHANGES.get(type(record.event))
        if change:
            draft.__dict__.update(change(draft, record.event, record))
        draft.time, draft.elapsed = record.time, record.elapsed
    return RunSnapshot(**draft.__dict__)


_BLANK = RunSnapshot()


def _run_started(snapshot: RunSnapshot, event: RunStarted, record: Record) -> Changes:
    names = ("name", "folder", "pid", "steps", "epochs", "images", "base", "device", "attempt")
    begun = {name: getattr(event, name) for name in names}
    if event.attempt == 1:
        return {"started": record.time - record.elapsed, **begun}
    at = {
        "step": event.from_step,
        "resumed_at": event.from_step,
        "losses": snapshot.losses.up_to(event.from_step),
    }
    return {**_AFRESH, **begun, **at, "pace": snapshot.pace.interrupt()}


_AFRESH: Changes = {
    "phase": Phase.STARTING, "bar": None, "saving": "", "buckets": (),
    "traceback": "", "model_saved": False, "stop_requested": "", "exit_status": None, "outcome": "", "final": "",
    "reason": "", "left": "", "awake": "",
}  # fmt: skip
"""What says nothing any more when a further attempt begins."""


def _resumed(snapshot: RunSnapshot, event: Resumed, record: Record) -> Changes:
    losses = snapshot.losses.up_to(event.step)
    return {"step": event.step, "resumed_at": event.step, "epoch": event.epoch, "losses": losses}


def _phase(snapshot: RunSnapshot, event: PhaseChanged, record: Record) -> Changes:
    phase = Phase(event.phase)
    pace = snapshot.pace if phase is Phase.TRAINING else snapshot.pace.interrupt()
    return {"phase": phase, "bar": None, "pace": pace}


_ANNOUNCED = ("device", "network", "images", "batches_per_epoch", "epochs", "steps")


def _announced(snapshot: RunSnapshot, event: Announced, record: Record) -> Changes:
    return {event.what: event.value} if event.what in _ANNOUNCED else {}


def _bucket(snapshot: RunSnapshot, event: BucketMade, record: Record) -> Changes:
    return {"buckets": (*snapshot.buckets, (event.width, event.height, event.count))}


def _progress(snapshot: RunSnapshot, event: Progress, record: Record) -> Changes:
    if event.bar != TRAINING_BAR:
        return {"bar": Bar(event.bar, event.done, event.total), "pace": snapshot.pace.interrupt()}
    pace = snapshot.pace.tick(event.done, record.elapsed, exact=False)
    changes: Changes = {
        "bar": None,
        "step": max(snapshot.step, event.done),
        "steps": event.total,
        "pace": pace,
    }
    if event.average_loss is not None and not pace.exact:
        changes["average_loss"] = event.average_loss
    return changes


def _step(snapshot: RunSnapshot, event: StepDone, record: Record) -> Changes:
    if event.step <= snapshot.losses.last_step:
        return {}  # an attempt that was resumed tells once more the step at which it was
    return {
        "step": max(snapshot.step, event.step),
        "loss": event.loss,
        "average_loss": event.average_loss,
        "learning_rates": event.learning_rates,
        "losses": snapshot.losses.add(event.step, event.loss, event.average_loss),
        "pace": snapshot.pace.tick(event.step, record.elapsed - event.age, exact=True),
    }


def _epoch(snapshot: RunSnapshot, event: EpochStarted, record: Record) -> Changes:
    return {"epoch": event.epoch, "epochs": event.of, "bar": None}


def _checkpoint(snapshot: RunSnapshot, event: CheckpointSaved, record: Record) -> Changes:
    """The file and its name tell step and epoch, for it may be noticed only after the next step."""
    step, epoch = named_position(event.path)
    saved = Checkpoint(
        event.path,
        event.size_bytes,
        event.step or step or snapshot.step,
        epoch or snapshot.epoch,
        record.time,
    )
    others = tuple(known for known in snapshot.checkpoints if known.path != event.path)
    return {"checkpoints": (*others, saved), "saving": ""}


def _removed(snapshot: RunSnapshot, event: CheckpointRemoved, record: Record) -> Changes:
    gone = posixpath.normpath(event.path)
    return {
        "checkpoints": tuple(kept for kept in snapshot.checkpoints if posixpath.normpath(kept.path) != gone),
        "states": tuple(kept for kept in snapshot.states if posixpath.normpath(kept) != gone),
    }


STATES_KEPT = 20


def _state(snapshot: RunSnapshot, event: StateSaved, record: Record) -> Changes:
    """The engine does not tell when those of the driver are removed; only the last few can be there."""
    others = tuple(path for path in snapshot.states if path != event.path)
    return {"states": (*others[-STATES_KEPT + 1 :], event.path), "pace": snapshot.pace.interrupt()}


def _message(snapshot: RunSnapshot, event: LogMessage, record: Record) -> Changes:
    message = Message(event.level, event.text, event.source, record.time)
    return {
        "messages": (*snapshot.messages[-MESSAGES_KEPT + 1 :], message),
        "message_count": snapshot.message_count + 1,
    }


def _trouble(snapshot: RunSnapshot, event: TroubleSeen, record: Record) -> Changes:
    trouble = Trouble(event.code, event.policy, event.values, record.time, record.elapsed)
    return {"troubles": (*snapshot.troubles[-TROUBLES_KEPT + 1 :], trouble)}


def _memory(snapshot: RunSnapshot, event: MemorySampled, record: Record) -> Changes:
    peak = max(event.tree_bytes, snapshot.memory.tree_peak if snapshot.memory else 0)
    use = MemoryUse(event.tree_bytes, peak, event.available_bytes, event.total_bytes, event.swap_bytes)
    return {"memory": use}


def _finished(snapshot: RunSnapshot, event: RunFinished, record: Record) -> Changes:
    return {
        "phase": Phase.FINISHED,
        "outcome": event.outcome,
        "final": event.final,
        "reason": event.reason,
        "bar": None,
    }


_CHANGES: dict[type[Event], Callable[[RunSnapshot, Any, Record], Changes]] = {
    RunStarted: _run_started,
    PhaseChanged: _phase,
    Announced: _announced,
    BucketMade: _bucket,
    Progress: _progress,
    StepDone: _step,
    EpochStarted: _epoch,
    Validated: lambda snapshot, event, record: {
        "validation_loss": event.loss,
        "pace": snapshot.pace.interrupt(),
    },
    SavingCheckpoint: lambda snapshot, event, record: {"saving": event.path},
    CheckpointSaved: _checkpoint,
    CheckpointRemoved: _removed,
    StateSaved: _state,
    Resumed: _resumed,
    Recovering: lambda snapshot, event, record: {"recoveries": snapshot.recoveries + 1},
    SampleSaved: lambda snapshot, event, record: {"samples": (*snapshot.samples, event.path)},
    LogMessage: _message,
    Traceback: lambda snapshot, event, record: {"traceback": event.text},
    ModelSaved: lambda snapshot, event, record: {"model_saved": True},
    MemorySampled: _memory,
    TroubleSeen: _trouble,
    KeptAwake: lambda snapshot, event, record: {"awake": event.by},
    StopRequested: lambda snapshot, event, record: {"stop_requested": event.by},
    ProcessExited: lambda snapshot, event, record: {"exit_status": event.status, "left": event.left},
    RunFinished: _finished,
}
