"""What a report says, as one frozen value. Sentences in it are in the language that was in use when it was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver.planning.prompts import Prompt
from kohya_driver.report.curves import thin
from kohya_driver.run.curves import Curves

VERSION = 1
JSON_POINTS = 600
"""Of a curve in the report's JSON; metrics.jsonl has them all."""


@dataclass(frozen=True, slots=True)
class Told:
    """A finding, said. `severity` is `error`, `warning` or `info`."""

    code: str
    severity: str
    message: str
    hint: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A run in numbers; 0, or None, where nothing is known."""

    step: int = 0
    steps: int = 0
    epoch: int = 0
    epochs: int = 0
    images: int = 0
    seconds: float = 0.0
    started: float = 0.0
    """Unix seconds, as is `ended`."""
    ended: float = 0.0
    attempts: int = 1
    loss: float | None = None
    """The last, smoothed."""
    validation_loss: float | None = None
    """The last."""
    seconds_per_step: float | None = None
    memory_peak: int = 0
    memory_total: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run did not come to its end, and what can be done."""

    code: str
    message: str
    why: str = ""
    hint: str = ""
    evidence: str = ""
    """The engine's own words."""
    not_recovered: str = ""
    """Why it was not tried again."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A failure after which the run went on by itself."""

    message: str
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A LoRA file that the run wrote."""

    path: Path
    step: int
    epoch: int
    size_bytes: int
    time: float
    kind: str
    """`final`, `step`, `epoch`, or `asked` for one that `save` or `stop` wrote."""
    exists: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One sample, with a small copy of it to show."""

    path: Path
    step: int
    epoch: int
    prompt_index: int
    seed: int | None
    width: int = 0
    height: int = 0
    thumb: bytes = b""
    """A JPEG; empty if the file cannot be read, or if there are too many to show them all."""
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """One time at which samples were drawn."""

    step: int
    epoch: int
    checkpoint: Path | None
    """The LoRA as it was then, if it was kept."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples: prompts down, steps across."""

    prompts: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    """The same as the preset has them, before the trigger word was filled in; empty where that is not known."""
    settings: tuple[Prompt | None, ...] = ()
    """What was asked for with each of the prompts."""
    columns: tuple[Column, ...] = ()
    pictures: tuple[Picture, ...] = ()
    left_out: int = 0
    """Times that are not shown, because there are more than a page can hold."""

    def at(self, prompt_index: int, column: Column) -> Picture | None:
        wanted = prompt_index, column.step, column.epoch
        found = (one for one in self.pictures if (one.prompt_index, one.step, one.epoch) == wanted)
        return next(found, None)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was chosen for this machine, or changed, as the plan tells it."""

    id: str
    option: str
    before: str
    """Empty if the preset leaves it open."""
    after: str
    """Empty if the option was left out."""
    reason: str


@dataclass(frozen=True, slots=True)
class Usage:
    """How the trained file is used."""

    file: Path
    exists: bool
    size_bytes: int
    trigger: str
    family: str
    prompt: str
    """To try in webui."""
    weights: tuple[float, ...]
    """To try, the one to begin with first."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """With what it was trained: enough to do it again."""

    driver: str = ""
    engine: str = ""
    """`sd-scripts` or `embedded`."""
    engine_commit: str = ""
    engine_tag: str = ""
    python: str = ""
    packages: Mapping[str, str] = field(default_factory=dict)
    host: Mapping[str, Any] = field(default_factory=dict)
    device: str = ""
    base: str = ""
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """One piece of advice. `kind` is `good`, `look` or `change`."""

    kind: str
    title: str
    text: str = ""
    evidence: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    confidence: str = ""
    gaps: tuple[str, ...] = ()
    """What was missing to judge by."""
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What the remedies change in a preset: dotted key → new value; None takes it out."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """Everything that is told of a run."""

    language: str
    made: float
    name: str
    folder: Path
    state: str
    """`running`, `unwatched`, `cut off`, `succeeded`, `failed`, `stopped`, or `unknown` where nothing can be read."""
    headline: str
    """The outcome in one sentence."""
    numbers: Numbers = Numbers()
    failure: Failure | None = None
    recoveries: tuple[Recovered, ...] = ()
    troubles: tuple[Told, ...] = ()
    """What the watchdog saw."""
    can_resume: bool = False
    resumes_at: int | None = None
    """The step of the newest train state; None: there is none, and to go on is to begin anew."""
    usage: Usage | None = None
    curves: Curves = field(default_factory=Curves)
    samples: Samples = Samples()
    grids: tuple[Path, ...] = ()
    """Pages of the comparison grids that were drawn of it."""
    checkpoints: tuple[CheckpointRow, ...] = ()
    advice: tuple[Remark, ...] = ()
    warnings: tuple[Told, ...] = ()
    """What the plan warned of."""
    changes: tuple[Change, ...] = ()
    preset: str = ""
    """As the person wrote it."""
    resolved: str = ""
    """The one that repeats the run."""
    is_masked: bool = False
    """Whether secrets were hidden in either of them."""
    surroundings: Surroundings = Surroundings()
    missing: tuple[Told, ...] = ()
    """What could not be read, or is not there."""

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/report.md. Pictures are named, not held."""
        body = plain(self)
        body["curves"] = _curves(self.curves)
        for picture in body["samples"]["pictures"]:
            del picture["thumb"]
        return {"version": VERSION, **body}


def plain(value: Any) -> Any:
    """Of frozen values what JSON knows: paths are text, and what is no number is null."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bytes):
        return ""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [plain(inner) for inner in value]
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


def _curves(curves: Curves) -> dict[str, Any]:
    kept = thin(curves.losses, JSON_POINTS)
    times = thin([float(one.tree) for one in curves.memory], JSON_POINTS)
    columns = {"steps": curves.steps, "losses": curves.losses, "seconds": curves.seconds}
    return {
        **{name: plain([column[place] for place in kept]) for name, column in columns.items()},
        "rates": {name: plain([rates[place] for place in kept]) for name, rates in curves.rates.items()},
        "steps_in_all": len(curves.steps),
        "validations": plain(curves.validations),
        "resumed": list(curves.resumed),
        "memory": [plain(curves.memory[place]) for place in times],
        "memory_total": curves.memory_total,
    }
