"""The run's folder, which is the truth about a run: what was asked, what was planned, what happened, how it ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import RunError, StalledError, TrainingFailedError
from kohya_driver.events.model import MOST, Record
from kohya_driver.events.snapshot import RunSnapshot, fold_all
from kohya_driver.planning.model import Plan
from kohya_driver.run import alive, moved


@dataclass(frozen=True, slots=True)
class Recovery:
    """A failure after which the run was resumed by itself."""

    step: int
    """How far it had come."""
    reason: str
    """Code of what ended it."""
    kind: str = ""
    """Of the failure, as diagnosed; empty if nothing was."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the sentences of both name."""
    from_step: int = 0
    """Where the next attempt went on; 0: it began anew."""
    measures: tuple[str, ...] = ()
    """Ids of what was changed for it; each has a sentence `override.ID`."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Recovery:
        return cls(**{"step": 0, "reason": "", **_fitting(cls, data)})


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended."""

    outcome: str
    """`succeeded`, `failed` or `stopped`."""
    folder: str
    final: str
    """The finished LoRA; empty unless the run succeeded."""
    checkpoints: tuple[str, ...]
    """Every LoRA file that the run wrote and that still stood at the end."""
    steps: int
    seconds: float
    status: int | None
    """Exit status of what was started, the trainer or its launcher; negative: a signal."""
    reason: str = ""
    """Code of what went wrong, such as `run.no_data`."""
    reason_values: Mapping[str, Any] = field(default_factory=dict)
    """What its sentence names."""
    evidence: str = ""
    """The engine's first traceback, or its last lines."""
    engine_commit: str = ""
    started: float = 0.0
    ended: float = 0.0
    attempts: int = 1
    """How often the engine was started for this run."""
    state: str = ""
    """The newest whole train state, from which the run can go on; empty if there is none."""
    saved: tuple[str, ...] = ()
    """LoRA files that were asked for by `save` or `stop`."""
    recoveries: tuple[Recovery, ...] = ()
    """The failures after which it was resumed by itself, in order."""
    not_recovered: str = ""
    """Code of why it was not tried again after the failure that ended it."""
    diagnosis: Mapping[str, Any] = field(default_factory=dict)
    """What went wrong and why (`Diagnosis.to_json`); empty if nothing did."""

    def to_json(self) -> dict[str, Any]:
        lists = {name: list(getattr(self, name)) for name in _LISTS}
        return {"version": 1, **asdict(self), **lists, "recoveries": [asdict(one) for one in self.recoveries]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RunResult:
        """What a later version added is passed over, and so is a value of another type than it has here.

        Raises:
            TypeError: it is no result, or not a whole one.
        """
        if not isinstance(data, dict) or not isinstance(data.get("outcome"), str):
            raise TypeError("no result")
        if missing := _NOTHING.keys() - data.keys():
            raise TypeError(f"without {', '.join(sorted(missing))}")
        body = _fitting(cls, data)
        listed = data.get("recoveries")
        told = listed if isinstance(listed, list) else ()
        recoveries = tuple(Recovery.from_json(one) for one in told if isinstance(one, dict))
        return cls(**{**_NOTHING, **body, "recoveries": recoveries})

    def raise_for_failure(self) -> None:
        """Raises TrainingFailedError, or StalledError, unless the run succeeded or was stopped."""
        if self.outcome != "failed":
            return
        kind = StalledError if self.reason == "trouble.stall" else TrainingFailedError
        last = self.evidence.strip().rpartition("\n")[2]
        raise kind(self.reason or "run.engine_failed", last, **self.reason_values)


_LISTS = ("checkpoints", "saved")
_NOTHING: Mapping[str, Any] = {
    "folder": "", "final": "", "checkpoints": (), "steps": 0, "seconds": 0.0, "status": None,
}  # fmt: skip
"""What must stand in a result, and what is taken for a value of another type."""


def _fitting(kind: type[Recovery] | type[RunResult], data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose values have the type that they are read as; anybody may have written into the file."""
    found = {}
    for one in fields(kind):
        value = _READ[str(one.type)](data[one.name]) if one.name in data else None
        if value is not None:
            found[one.name] = value
    return found


def _whole(value: Any) -> int | None:
    return int(value) if _number(value) is not None else None


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and abs(value) < MOST else None


def _listed(value: Any) -> tuple[str, ...] | None:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else None


_READ: Mapping[str, Callable[[Any], Any]] = {
    "str": lambda value: value if isinstance(value, str) else None,
    "int": _whole,
    "int | None": _whole,
    "float": _number,
    "tuple[str, ...]": _listed,
    "tuple[Recovery, ...]": lambda value: None,
    "Mapping[str, Any]": lambda value: value if isinstance(value, Mapping) else None,
}
"""By the type of a field; None for what does not fit."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, read from its folder: while it runs, after it, after a restart of the machine."""

    folder: Path

    @property
    def preset_file(self) -> Path:
        """The preset as the person wrote it."""
        return self.folder / "preset.toml"

    @property
    def resolved_preset_file(self) -> Path:
        """A preset that stands alone; training it again repeats the run."""
        return self.folder / "resolved.toml"

    @property
    def plan_file(self) -> Path:
        return self.folder / "plan.json"

    @property
    def config_file(self) -> Path:
        return self.folder / "config.toml"

    @property
    def dataset_file(self) -> Path:
        return self.folder / "dataset.toml"

    @property
    def prompts_file(self) -> Path:
        return self.folder / "sample_prompts.txt"

    @property
    def accelerate_file(self) -> Path:
        return self.folder / "accelerate.yaml"

    @property
    def log_file(self) -> Path:
        """Everything that the engine printed, both streams, byte for byte."""
        return self.folder / "engine.log"

    @property
    def metrics_file(self) -> Path:
        return self.folder / "metrics.jsonl"

    @property
    def events_file(self) -> Path:
        return self.folder / "events.jsonl"

    @property
    def attempt_file(self) -> Path:
        """What the engine's attempt at hand is to do beyond its config: where to go on from, where to keep states."""
        return self.folder / "attempt.json"

    @property
    def attempts_file(self) -> Path:
        """Each start of the engine for this run: when, from where, and how it ended."""
        return self.folder / "attempts.json"

    @property
    def trainer_file(self) -> Path:
        """How the trainer itself ended; the launcher hides it."""
        return self.folder / "trainer.json"

    @property
    def request_file(self) -> Path:
        """What somebody asks of the training while it runs."""
        return self.folder / "request.json"

    @property
    def states_folder(self) -> Path:
        """Train states that are written by the clock."""
        return self.folder / "states"

    @property
    def saved_folder(self) -> Path:
        """LoRA files that were asked for by `save` or `stop`."""
        return self.folder / "saved"

    @property
    def grids_folder(self) -> Path:
        """Comparison grids that were drawn of it."""
        return self.folder / "grids"

    @property
    def reserve_file(self) -> Path:
        """Room on the disk for the result, while it trains."""
        return self.folder / ".reserve"

    @property
    def supervisor_log(self) -> Path:
        """What a supervisor without a terminal has to say."""
        return self.folder / "supervisor.log"

    @property
    def supervisor_file(self) -> Path:
        """Who watches over it, and the engine's process."""
        return self.folder / "supervisor.json"

    @property
    def report_file(self) -> Path:
        """Everything about the run on one page; made when it is over, and anew whenever it is asked for."""
        return self.folder / "report.html"

    @property
    def result_file(self) -> Path:
        """Written last. Without it, and without a living supervisor, the run was cut off."""
        return self.folder / "result.json"

    @property
    def place(self) -> str:
        """Its folder as a whole path; where its files name another one, it has been moved since."""
        return str(self.folder.absolute())

    def plan(self) -> Plan:
        return Plan.from_json(moved.here(files.read_json(self.plan_file), self.place))

    def result(self) -> RunResult | None:
        """How it ended; None while it runs, or if it was cut off."""
        if not self.result_file.exists():
            return None
        return RunResult.from_json(moved.here(files.read_json(self.result_file), self.place))

    def events(self) -> Iterator[Record]:
        """Everything that happened, in order; lines that are torn or of a newer version are passed over."""
        if not self.events_file.exists():
            return
        here = moved.EventsHere(self.place)
        with self.events_file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    yield Record.from_json(here(json.loads(line)))
                except (ValueError, KeyError, TypeError, RecursionError):
                    continue

    def snapshot(self) -> RunSnapshot:
        """Where it is now, or where it ended."""
        return fold_all(self.events())

    def is_running(self) -> bool:
        """Whether its supervisor lives."""
        return alive.is_watched(self.folder)

    def engine_alive(self) -> bool:
        """Whether the engine lives, watched or not."""
        return alive.engine_lives(self.folder)

    def state(self) -> str:
        """`running`, `unwatched` (the engine lives, its supervisor does not), `cut off`, or the outcome."""
        result = self.result()
        return result.outcome if result else alive.state_without_result(self.folder)


def next_folder(root: Path, name: str) -> Path:
    """`runs/<name>-001`, `-002` …: the first number above all that stand there."""
    safe = files.safe_name(name)
    numbers = [
        int(path.name.removeprefix(f"{safe}-"))
        for path in root.glob("*")
        if path.name.startswith(f"{safe}-") and path.name.removeprefix(f"{safe}-").isdecimal()
    ]
    return root / f"{safe}-{max(numbers, default=0) + 1:03d}"


def open_run(folder: str | Path) -> Run:
    """The run in this folder.

    Raises:
        RunError: `run.not_a_run` if there is none.
    """
    run = Run(Path(folder).expanduser().absolute())
    if not run.plan_file.is_file():
        raise RunError("run.not_a_run", run.folder)
    return run
