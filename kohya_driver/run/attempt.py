"""The attempts of a run: each start of the engine for it, when, from where, and how it ended."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import HostError
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run
from kohya_driver.run.states import TrainState, newest_whole


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of the engine. `log_offset`, `metrics_offset`: where its part of these files begins, in bytes."""

    number: int
    started: float
    log_offset: int = 0
    metrics_offset: int = 0
    final_before: str = ""
    """`files.stamp` of the finished LoRA's place when the attempt began."""
    base: str = ""
    """`files.stamp` of the base model: a state is of no use on another one."""
    resumed_from: str = ""
    """The train state; empty for a beginning."""
    from_step: int = 0
    measures: tuple[str, ...] = ()
    """Ids of what was changed after the attempt before it failed."""
    ended: float | None = None
    outcome: str = ""
    reason: str = ""
    kind: str = ""
    """Of the failure, as diagnosed."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the sentences of both name."""
    step: int = 0
    """How far it came."""
    recovered: bool = False
    """The next attempt was made by itself."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attempt:
        return cls(**{**data, "measures": tuple(data["measures"])})


def read_attempts(run: Run) -> tuple[Attempt, ...]:
    """All of them, the first first; none where the run was never started or the file is damaged."""
    try:
        return tuple(Attempt.from_json(one) for one in files.read_json(run.attempts_file)["attempts"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def begin_attempt(run: Run, plan: Plan, state: TrainState | None, measures: tuple[str, ...] = ()) -> Attempt:
    """Write down that the engine is about to be started, and what it is to do beyond its config.

    Raises:
        HostError: the run's folder cannot be written.
    """
    earlier = read_attempts(run)
    attempt = Attempt(
        number=len(earlier) + 1,
        started=time.time(),
        log_offset=_size(run.log_file),
        metrics_offset=_size(run.metrics_file),
        final_before=files.stamp(plan.final),
        base=files.stamp(Path(plan.base)),
        resumed_from=str(state.path) if state else "",
        from_step=state.step if state else 0,
        measures=measures,
    )
    for path in (run.result_file, run.request_file, run.trainer_file):
        path.unlink(missing_ok=True)
    files.write_json(run.attempt_file, inside_settings(run, plan, state))
    _write(run, (*earlier, attempt))
    return attempt


def end_attempt(run: Run, attempt: Attempt, **ending: Any) -> Attempt:
    """With how it ended; that it cannot be written down (a full disk) ends nothing."""
    ended = replace(attempt, ended=time.time(), **ending)
    with contextlib.suppress(HostError):
        _write(run, (*read_attempts(run)[: attempt.number - 1], ended))
    return ended


def inside_settings(run: Run, plan: Plan, state: TrainState | None) -> dict[str, Any]:
    """What `engine/entry_loop.py` is told."""
    safety = plan.safety
    return {
        "resume": str(state.path) if state else "",
        "states": str(run.states_folder),
        "saved": str(run.saved_folder),
        "autosave_seconds": safety["autosave_minutes"] * 60,
        "keep_states": safety["keep_states"],
        "leave_when_not_finite": safety["nan"] != "warn",
        **({"alike": _alike(plan)} if plan.distribution.machines > 1 else {}),
    }


def _alike(plan: Plan) -> dict[str, Any]:
    """What must be the same on all machines that train together."""
    told = plan.training_config
    return {
        "device": plan.device,
        "engine": plan.engine_commit[:12],
        "family": plan.family,
        "pictures": plan.images,
        "batches": plan.batches_per_epoch,
        "steps": plan.steps,
        **{
            name: told.get(name)
            for name in (
                "seed",
                "network_module",
                "network_dim",
                "mixed_precision",
                "gradient_accumulation_steps",
            )
        },
    }


def newest_state(run: Run, plan: Plan) -> tuple[TrainState | None, tuple[Path, ...]]:
    """The state to go on from, of those written by the clock and those that the preset asks for; and what was passed over."""
    return newest_whole(run.states_folder, plan.output_dir)


def _write(run: Run, attempts: tuple[Attempt, ...]) -> None:
    files.write_json(run.attempts_file, {"version": 1, "attempts": [asdict(one) for one in attempts]})


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
