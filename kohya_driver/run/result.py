"""Judges how a run ended. Exit status 0 alone is no success: the engine exits so when it found no pictures."""

from __future__ import annotations

import re
from pathlib import Path

from kohya_driver.engine import lora
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.recorder import Recorder

LAST_LINES = 20
_DIED = re.compile(r"died with <Signals\.(SIG\w+): \d+>")


def judge(plan: Plan, run: Run, recorder: Recorder, status: int | None, *, stopped: bool) -> RunResult:
    """The outcome, from the exit status, what the engine said, and the final file itself."""
    snapshot = recorder.snapshot
    reason, evidence = _failure(plan, run, snapshot, recorder.started, status)
    outcome = "stopped" if reason and stopped else "failed" if reason else "succeeded"
    return RunResult(
        outcome=outcome,
        folder=str(run.folder),
        final="" if reason else str(plan.final),
        checkpoints=tuple(_standing(plan, snapshot)),
        steps=snapshot.step,
        seconds=round(recorder.elapsed, 1),
        status=status,
        reason="run.stopped" if outcome == "stopped" else reason,
        evidence="" if outcome != "failed" else evidence,
        engine_commit=plan.engine_commit,
        started=recorder.started,
        ended=recorder.started + recorder.elapsed,
    )


def _failure(
    plan: Plan, run: Run, snapshot: RunSnapshot, started: float, status: int | None
) -> tuple[str, str]:
    """Code and evidence of what went wrong; empty if nothing did."""
    tail = last_lines(run.log_file)
    if any("No data found" in line for line in tail):
        return "run.no_data", "\n".join(tail)
    if status != 0:
        said = (message.text for message in reversed(snapshot.messages))
        signalled = next((found[1] for text in said if (found := _DIED.search(text))), "")
        if (status is not None and status < 0) or (signalled and not snapshot.traceback):
            return "run.killed", signalled or "\n".join(tail)
        return "run.engine_failed", snapshot.traceback or "\n".join(tail)
    if not snapshot.model_saved:
        return "run.not_saved", "\n".join(tail)
    wrong = lora.check_lora(plan.final, not_before=started)
    return (wrong[0].code, str(plan.final)) if wrong else ("", "")


def last_lines(path: Path, count: int = LAST_LINES) -> list[str]:
    """The last lines of a log, as a person would read them: the final state of each bar only."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - (64 << 10)))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    lines = [line.rpartition("\r")[2].strip() for line in text.split("\n")]
    return [line[:400] for line in lines if line][-count:]


def _standing(plan: Plan, snapshot: RunSnapshot) -> list[str]:
    """Checkpoints that were written and are still there."""
    return [checkpoint.path for checkpoint in snapshot.checkpoints if Path(checkpoint.path).exists()]
