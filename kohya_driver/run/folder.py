"""The run's folder, which is the truth about a run: what was asked, what was planned, what happened, how it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files, process
from kohya_driver.errors import RunError, TrainingFailedError
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.planning.model import Plan


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
    """Exit status of the launcher; negative: a signal."""
    reason: str = ""
    """Code of what went wrong, such as `run.no_data`."""
    evidence: str = ""
    """The engine's first traceback, or its last lines."""
    engine_commit: str = ""
    started: float = 0.0
    ended: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return {"version": 1, **asdict(self), "checkpoints": list(self.checkpoints)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RunResult:
        body = {name: value for name, value in data.items() if name != "version"}
        return cls(**{**body, "checkpoints": tuple(body["checkpoints"])})

    def raise_for_failure(self) -> None:
        """Raises TrainingFailedError unless the run succeeded or was stopped on request."""
        if self.outcome == "failed":
            raise TrainingFailedError(
                self.reason or "run.engine_failed", self.evidence.strip().rpartition("\n")[2]
            )


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
    def supervisor_file(self) -> Path:
        """Who watches over it, and the engine's process."""
        return self.folder / "supervisor.json"

    @property
    def result_file(self) -> Path:
        """Written last. Without it, and without a living supervisor, the run was cut off."""
        return self.folder / "result.json"

    def plan(self) -> Plan:
        return Plan.from_json(files.read_json(self.plan_file))

    def result(self) -> RunResult | None:
        """How it ended; None while it runs, or if it was cut off."""
        if not self.result_file.exists():
            return None
        return RunResult.from_json(files.read_json(self.result_file))

    def events(self) -> Iterator[Record]:
        """Everything that happened, in order; lines that are torn or of a newer version are passed over."""
        if not self.events_file.exists():
            return
        with self.events_file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    yield Record.from_json(json.loads(line))
                except (ValueError, KeyError, TypeError):
                    continue

    def snapshot(self) -> RunSnapshot:
        """Where it is now, or where it ended."""
        snapshot = RunSnapshot()
        for record in self.events():
            snapshot = fold(snapshot, record)
        return snapshot

    def is_running(self) -> bool:
        """Whether its supervisor lives."""
        try:
            holder = files.read_json(self.supervisor_file)
            return process.is_alive(holder["pid"], holder["started"])
        except (OSError, ValueError, KeyError):
            return False

    def state(self) -> str:
        """`running`, `cut off`, or the outcome."""
        result = self.result()
        if result:
            return result.outcome
        return "running" if self.is_running() else "cut off"


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
