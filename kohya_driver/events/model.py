"""What can happen in a run, as frozen values that go to JSON and back.

The parser makes events without a time; whoever records them stamps them (`Record`).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from types import UnionType
from typing import Any, ClassVar, get_args, get_origin, get_type_hints


class Phase(StrEnum):
    """Where a run is. The order is that of a run; sampling and saving interrupt training."""

    STARTING = "starting"
    LOADING = "loading"
    CACHING = "caching"
    PREPARING = "preparing"
    TRAINING = "training"
    SAMPLING = "sampling"
    SAVING = "saving"
    FINISHED = "finished"


KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    kind: ClassVar[str] = ""

    def __init_subclass__(cls, **options: Any) -> None:
        if cls.kind:  # dataclass(slots=True) makes each class twice; the later one is kept
            KINDS[cls.kind] = cls


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """The engine's process was started; the totals are the plan's."""

    kind: ClassVar[str] = "run_started"
    name: str
    folder: str
    pid: int
    steps: int
    epochs: int
    images: int
    base: str = ""
    device: str = ""
    attempt: int = 1
    """A run goes on in a further attempt after it was stopped or cut off."""
    from_step: int = 0
    """Of the train state that this attempt goes on from."""


@dataclass(frozen=True, slots=True)
class PhaseChanged(Event):
    kind: ClassVar[str] = "phase"
    phase: str


@dataclass(frozen=True, slots=True)
class Announced(Event):
    """A number that the engine prints of itself.

    `what` is one of device, network, images, validation_images, regularization_images, batches_per_epoch, epochs,
    batch_size, accumulation, steps; `device`, `network` and `batch_size` are text.
    """

    kind: ClassVar[str] = "announced"
    what: str
    value: str | int


@dataclass(frozen=True, slots=True)
class BucketMade(Event):
    kind: ClassVar[str] = "bucket"
    width: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """A bar moved. `bar` is `steps` for the training itself, else what the engine calls it (`caching latents` …)."""

    kind: ClassVar[str] = "progress"
    bar: str
    done: int
    total: int
    average_loss: float | None = None


@dataclass(frozen=True, slots=True)
class EpochStarted(Event):
    kind: ClassVar[str] = "epoch"
    epoch: int
    of: int


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """One optimizer step, exact: from the engine's own values, not from its bar."""

    kind: ClassVar[str] = "step"
    step: int
    loss: float
    average_loss: float
    learning_rates: Mapping[str, float] = field(default_factory=dict)
    age: float = 0.0
    """Seconds, by the engine's own clock, from when it was done until it was told."""


@dataclass(frozen=True, slots=True)
class Validated(Event):
    """The loss on the pictures that are not trained on, after this optimizer step; `divergence` is it less the average of training."""

    kind: ClassVar[str] = "validation"
    step: int
    loss: float
    divergence: float


@dataclass(frozen=True, slots=True)
class SavingCheckpoint(Event):
    """The engine is about to write this file."""

    kind: ClassVar[str] = "saving_checkpoint"
    path: str


@dataclass(frozen=True, slots=True)
class CheckpointSaved(Event):
    """The file stands there whole."""

    kind: ClassVar[str] = "checkpoint"
    path: str
    size_bytes: int
    step: int = 0
    """At which it was saved, as the file itself or its name says; 0: neither does."""


@dataclass(frozen=True, slots=True)
class CheckpointRemoved(Event):
    kind: ClassVar[str] = "checkpoint_removed"
    path: str


@dataclass(frozen=True, slots=True)
class StateSaved(Event):
    """A train state, the folder from which a run can be resumed, is being written."""

    kind: ClassVar[str] = "state"
    path: str


@dataclass(frozen=True, slots=True)
class LatentsKept(Event):
    """So many pictures' latents were known from an earlier training."""

    kind: ClassVar[str] = "latents_kept"
    pictures: int


@dataclass(frozen=True, slots=True)
class TextsKept(Event):
    """What the text encoders make of so many captions was known from an earlier training."""

    kind: ClassVar[str] = "texts_kept"
    captions: int


@dataclass(frozen=True, slots=True)
class StateNotSaved(Event):
    """A train state could not be written, because the disk is full, say; the training goes on."""

    kind: ClassVar[str] = "state_not_saved"
    step: int
    reason: str


@dataclass(frozen=True, slots=True)
class Resumed(Event):
    """The training stands where this train state was saved; what came after it in an earlier attempt does not count."""

    kind: ClassVar[str] = "resumed"
    step: int
    epoch: int
    path: str


@dataclass(frozen=True, slots=True)
class Recovering(Event):
    """An attempt ended by itself, and another one is made. `reason` is what ended it; `measures` are the ids of what is changed."""

    kind: ClassVar[str] = "recovering"
    reason: str
    state: str
    step: int
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleSaved(Event):
    """A picture stands there whole. The rest is what its name tells; None if it is not one of the engine's names."""

    kind: ClassVar[str] = "sample"
    path: str
    step: int | None = None
    epoch: int | None = None
    prompt: int | None = None
    """Which of the prompts, from 0."""


@dataclass(frozen=True, slots=True)
class LogMessage(Event):
    """A warning or an error that the engine logged. `level` is `warning` or `error`."""

    kind: ClassVar[str] = "log"
    level: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Traceback(Event):
    """An exception of the engine, whole; the launcher's own comes after it and does not count."""

    kind: ClassVar[str] = "traceback"
    text: str


@dataclass(frozen=True, slots=True)
class ModelSaved(Event):
    """The engine says that the final file is written."""

    kind: ClassVar[str] = "model_saved"


@dataclass(frozen=True, slots=True)
class MemorySampled(Event):
    kind: ClassVar[str] = "memory"
    tree_bytes: int
    available_bytes: int
    total_bytes: int
    swap_bytes: int


@dataclass(frozen=True, slots=True)
class TroubleSeen(Event):
    """Something goes wrong while it runs. `code` is the text that says what, `policy` what is done about it."""

    kind: ClassVar[str] = "trouble"
    code: str
    policy: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeptAwake(Event):
    """The machine will not fall asleep while the engine lives. `by` is the program that sees to it."""

    kind: ClassVar[str] = "awake"
    by: str


@dataclass(frozen=True, slots=True)
class StopRequested(Event):
    """`by` is the signal's name, `command`, `api`, or the code of a trouble. `saves`: it saves first, at the end of the step."""

    kind: ClassVar[str] = "stop_requested"
    by: str
    saves: bool = False


@dataclass(frozen=True, slots=True)
class SaveRequested(Event):
    """Somebody asks for a LoRA and a train state at the end of the step; `sample`: and for the prompts to be drawn."""

    kind: ClassVar[str] = "save_requested"
    sample: bool


@dataclass(frozen=True, slots=True)
class ProcessExited(Event):
    """Exit status of the engine; negative: the number of the signal that ended it.

    `left` is why the engine was left from inside: `stopped`, `not_finite`, or empty.
    """

    kind: ClassVar[str] = "process_exited"
    status: int
    left: str = ""


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """`outcome` is succeeded, failed or stopped."""

    kind: ClassVar[str] = "run_finished"
    outcome: str
    final: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """An event with its time: `time` in Unix seconds, `elapsed` in seconds since the run began (monotonic)."""

    time: float
    elapsed: float
    event: Event

    def to_json(self) -> dict[str, Any]:
        body = {name: _plain(value) for name, value in asdict(self.event).items()}
        return {
            "kind": self.event.kind,
            "time": round(self.time, 3),
            "elapsed": round(self.elapsed, 3),
            **body,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Raises KeyError, TypeError or ValueError on what is not a record of this version."""
        if data["kind"] == StepDone.kind and len(data) == _STEP_ITEMS and (record := _step_record(data)):
            return record
        body = dict(data)
        kind, time, elapsed = KINDS[body.pop("kind")], body.pop("time"), body.pop("elapsed")
        for name, value in body.items():
            if name in _NUMBERS:
                body[name] = _number(value)
            elif isinstance(value, list):
                body[name] = tuple(value)
        event = kind(**body)
        for name, hint in _hints(kind.kind):
            if not _fits(getattr(event, name), hint):
                raise TypeError(name)
        return cls(_moment(time), _moment(elapsed), event)


def _step_record(data: Mapping[str, Any]) -> Record | None:
    """Nearly all of a long run's, in one look; None for one with anything unusual in it."""
    step, loss, average, age = data["step"], data["loss"], data["average_loss"], data["age"]
    rates, time, elapsed = data["learning_rates"], data["time"], data["elapsed"]
    if not (type(step) is int and type(rates) is dict and {*map(type, rates.values())} <= _FLOATS):
        return None
    if not (type(loss) is type(average) is type(age) is type(time) is type(elapsed) is float):
        return None
    if not (-MOST < step < MOST and -MOST < time < MOST and -MOST < elapsed < MOST):
        return None
    return Record(time, elapsed, StepDone(step, loss, average, dict(rates), age))


_FLOATS = {float}
_STEP_ITEMS = 8
"""Kind, time and elapsed, and the five of a step."""
_NUMBERS = ("loss", "average_loss", "divergence", "learning_rates")
_NUMBER = (float, int)
MOST = 1 << 53
"""Of a number in a run's files, which anybody may have written into: what is larger was neither counted nor measured."""


@functools.cache
def _hints(kind: str) -> tuple[tuple[str, Any], ...]:
    """Names and types of an event's fields."""
    hints = get_type_hints(KINDS[kind])
    return tuple((one.name, hints[one.name]) for one in fields(KINDS[kind]))


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value out of a file is what its field holds; whoever reads events relies on it."""
    if hint is float:
        return type(value) is float or _fits(value, int)
    if hint is int:
        return type(value) is int and abs(value) < MOST
    if get_origin(hint) is UnionType:
        return any(_fits(value, one) for one in get_args(hint))
    if get_origin(hint) is Mapping:
        _, inner = get_args(hint)
        return isinstance(value, dict) and all(_fits(one, inner) for one in value.values())
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(_fits(one, get_args(hint)[0]) for one in value)
    return isinstance(value, hint)


def _moment(value: Any) -> float:
    """Of a record, in seconds.

    Raises:
        ValueError: it is no time.
    """
    if type(value) not in _NUMBER or not abs(value) < MOST:
        raise ValueError("no time")
    moment: float = value
    return moment


_NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _plain(value: Any) -> Any:
    """JSON has no NaN: such numbers become the words that JavaScript has for them."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _number(value: Any) -> Any:
    if type(value) is float:
        return value
    if isinstance(value, str):
        return _NOT_FINITE[value]
    if isinstance(value, dict):
        return {name: _number(inner) for name, inner in value.items()}
    return value
