"""Judges how a run ended. Exit status 0 alone is no success: the engine exits so when it found no pictures."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.diagnosis.classify import ONLY_STATUS, diagnose_log
from kohya_driver.diagnosis.model import UNFINISHED, UNKNOWN, Cause, Diagnosis
from kohya_driver.engine import lora
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.model import Plan
from kohya_driver.run.attempt import Attempt, newest_state, read_attempts
from kohya_driver.run.folder import Recovery, Run, RunResult
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.supervisor import Ended
from kohya_driver.run.vitals import free_bytes

LAST_LINES = 20
FULL_BYTES = 1 << 20
DISK_FULL = "save.disk_full"
UNTOLD = ("", UNKNOWN, UNFINISHED, ONLY_STATUS)
"""Kinds of a diagnosis that say only that it failed."""
_DIED = re.compile(r"died with <Signals\.(SIG\w+): \d+>")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an attempt ended. `reason` is a code of `texts/run.py`, or that of a trouble; empty if it succeeded."""

    outcome: str
    reason: str = ""
    evidence: str = ""
    diagnosis: Diagnosis | None = None
    not_recovered: str = ""
    """Code of why no further attempt is made after a failure."""

    @property
    def kind(self) -> str:
        """Of the failure, as diagnosed; empty if nothing was."""
        return self.diagnosis.kind if self.diagnosis and self.diagnosis.cause else ""


def judge(
    plan: Plan,
    run: Run,
    snapshot: RunSnapshot,
    attempt: Attempt,
    ended: Ended | None,
    *,
    stop: str,
    halt: str,
    in_order: bool = False,
) -> Verdict:
    """From the exit status, what the engine said, and the final file itself.

    Args:
        ended: None if the engine could not be started.
        stop: who asked it to stop (the trainer may have been asked itself, by a system that goes down); `halt`: the trouble for which it was ended; empty if nobody, if none.
        in_order: what was learnt until that trouble is sound, and the preset wants the training stopped for it.
    """
    reason, evidence = _failure(plan, run, snapshot, attempt, ended)
    if not reason:
        return Verdict("succeeded")
    left = ended.left if ended else ""
    if (stop or left == "stopped") and not halt:
        return Verdict("stopped", "run.stopped")
    if in_order:
        return Verdict("stopped", halt)
    if left == "not_finite":
        halt = "trouble.nan"
    status = ended.status if ended else None
    diagnosis = _diagnose(plan, run, attempt, status)
    return Verdict("failed", halt or reason, evidence, diagnosis)


def _diagnose(plan: Plan, run: Run, attempt: Attempt, status: int | None) -> Diagnosis | None:
    """Where the disk is full, the engine's own words had no room in the log either."""
    try:
        found = diagnose_log(run.log_file, start=attempt.log_offset, status=status)
    except OSError:
        return None
    if found.kind in UNTOLD and _is_full(run.folder, plan.output_dir):
        return replace(found, cause=Cause(DISK_FULL), recovery="")
    return found


def _is_full(*folders: Path) -> bool:
    free = free_bytes(folders)
    return free is not None and free < FULL_BYTES


def _failure(
    plan: Plan, run: Run, snapshot: RunSnapshot, attempt: Attempt, ended: Ended | None
) -> tuple[str, str]:
    """Code and evidence of what went wrong; empty if nothing did."""
    tail = last_lines(run.log_file)
    if any("No data found" in line for line in tail):
        return "run.no_data", "\n".join(tail)
    if ended is None or ended.status != 0:
        # The launcher's words may stand behind half a line of the trainer's; then only the log's end has them.
        said = (*(message.text for message in reversed(snapshot.messages)), *reversed(tail))
        signalled = next((found[1] for text in said if (found := _DIED.search(text))), _signal(ended))
        if (ended and ended.status < 0) or (signalled and not snapshot.traceback):
            return "run.killed", signalled or "\n".join(tail)
        return "run.engine_failed", snapshot.traceback or "\n".join(tail)
    if not plan.distribution.is_main:  # another machine writes the LoRA, and decides when all stop
        return ("run.stopped", "") if ended.left else ("", "")
    # On a full disk it was said in vain: then the file itself counts.
    if not snapshot.model_saved and not _is_full(run.folder):
        return "run.not_saved", "\n".join(tail)
    wrong = lora.check_lora(plan.final, attempt.final_before)
    return (wrong[0].code, str(plan.final)) if wrong else ("", "")


def _signal(ended: Ended | None) -> str:
    """Its name, where no launcher stands between."""
    return signal.Signals(-ended.status).name if ended and ended.status < 0 else ""


def result_of(plan: Plan, run: Run, recorder: Recorder, verdict: Verdict, status: int | None) -> RunResult:
    """What the run comes to, after its last attempt."""
    snapshot, attempts = recorder.snapshot, read_attempts(run)
    state, _ = newest_state(run, plan) if verdict.outcome != "succeeded" else (None, ())
    started = attempts[0].started if attempts else recorder.started
    return RunResult(
        outcome=verdict.outcome,
        folder=str(run.folder),
        final=str(plan.final) if not verdict.reason and plan.distribution.is_main else "",
        checkpoints=tuple(_standing(snapshot, saved=False, run=run)),
        steps=snapshot.step,
        seconds=round(recorder.elapsed, 1),
        status=status,
        reason=verdict.reason,
        evidence=verdict.evidence,
        engine_commit=plan.engine_commit,
        started=started,
        ended=max(started, recorder.now),
        attempts=max(1, len(attempts)),
        state=str(state.path) if state else "",
        saved=tuple(_standing(snapshot, saved=True, run=run)),
        reason_values=_values(verdict, snapshot),
        recoveries=tuple(_recoveries(attempts)),
        not_recovered=verdict.not_recovered,
        diagnosis=verdict.diagnosis.to_json() if verdict.diagnosis and verdict.outcome == "failed" else {},
    )


def last_lines(path: Path, count: int = LAST_LINES) -> list[str]:
    """The last lines of a log, as a person would read them: the final state of each bar only."""
    text = files.read_tail(path, 64 << 10).decode("utf-8", errors="replace")
    lines = [line.rpartition("\r")[2].strip() for line in text.split("\n")]
    return [line[:400] for line in lines if line][-count:]


def _standing(snapshot: RunSnapshot, *, saved: bool, run: Run) -> list[str]:
    """LoRA files that were written and are still there: those that were asked for (`saved`), or those of the preset."""
    paths = [Path(checkpoint.path) for checkpoint in snapshot.checkpoints]
    return [str(path) for path in paths if files.exists(path) and (path.parent == run.saved_folder) == saved]


def _recoveries(attempts: Sequence[Attempt]) -> Iterator[Recovery]:
    for failed, after in pairwise(attempts):
        if failed.recovered:
            yield Recovery(
                failed.step, failed.reason, failed.kind, failed.values, after.from_step, after.measures
            )


def values_of(verdict: Verdict, snapshot: RunSnapshot) -> Mapping[str, Any]:
    """What the sentences of the verdict's reason and of its cause name."""
    cause = verdict.diagnosis.cause if verdict.diagnosis else None
    return {**_values(verdict, snapshot), **(cause.values if cause else {})}


def _values(verdict: Verdict, snapshot: RunSnapshot) -> Mapping[str, Any]:
    """Of a trouble's sentence; the other reasons name nothing."""
    told = [trouble.values for trouble in snapshot.troubles if trouble.code == verdict.reason]
    return dict(told[-1]) if told else {"step": snapshot.step}
