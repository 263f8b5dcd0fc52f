"""How a run ended, in sentences of the language in use: made anew from codes and values, whatever language the run spoke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.diagnosis.model import Cause
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.report.model import Failure, Numbers, Recovered, Told
from kohya_driver.run.folder import Recovery, RunResult
from kohya_driver.wording import counted, human_duration, sentence

ENDS = ("succeeded", "failed", "stopped")
"""The outcomes that this version knows."""


def headline(state: str, numbers: Numbers, result: RunResult | None, snapshot: RunSnapshot) -> str:
    """The outcome in one sentence."""
    code = f"report_page.headline.{state.replace(' ', '_')}"
    if state == "stopped" and result and result.reason != "run.stopped":
        code = "report_page.headline.stopped_by"
    if state == "unknown" and result:
        code = "report_page.headline.ended"
    return counted(
        code,
        numbers.step,
        step=numbers.step,
        steps=numbers.steps,
        duration=human_duration(numbers.seconds),
        file=Path(result.final).name if result else "",
        reason=_reason(result, snapshot) if result else "",
    )


def failure(result: RunResult | None, snapshot: RunSnapshot) -> Failure | None:
    """Why it ended before its time; None if it did not, or on request."""
    if result is None or result.outcome not in ("failed", "stopped") or result.reason == "run.stopped":
        return None
    hint = sentence(f"{result.reason}.hint", _values(result, snapshot))
    return Failure(
        code=result.reason,
        message=_reason(result, snapshot),
        why=_of_cause(result, "why"),
        hint=_of_cause(result, "hint") or ("" if hint.endswith(".hint") else hint),
        evidence=result.evidence,
        not_recovered=sentence(result.not_recovered, {}) if result.not_recovered else "",
    )


def recoveries(result: RunResult | None) -> tuple[Recovered, ...]:
    return tuple(_recovered(result.recoveries)) if result else ()


def troubles(snapshot: RunSnapshot) -> tuple[Told, ...]:
    """What the watchdog saw, in order."""
    return tuple(
        Told(
            one.code,
            "warning" if one.policy == "warn" else "error",
            sentence(one.code, one.values),
            where=human_duration(one.elapsed),
        )
        for one in snapshot.troubles
    )


def _reason(result: RunResult, snapshot: RunSnapshot) -> str:
    """What was recognised in the engine's words, where that says more than that it failed; else what the code says."""
    recognised = "" if result.reason.startswith("trouble.") else _of_cause(result, "message")
    return recognised or sentence(result.reason, _values(result, snapshot))


def _values(result: RunResult, snapshot: RunSnapshot) -> Mapping[str, Any]:
    return {"step": snapshot.step, **result.reason_values}


def _of_cause(result: RunResult, name: str) -> str:
    """A sentence about what was recognised; the one that was kept if this version has none."""
    told = result.diagnosis.get("cause")
    if not isinstance(told, Mapping):
        return ""
    kind, values, kept = told.get("kind"), told.get("values"), told.get(name)
    cause = Cause(kind if isinstance(kind, str) else "", values if isinstance(values, Mapping) else {})
    said = getattr(cause, name) if texts.has(cause.code) else ""
    return str(said or (kept if isinstance(kept, str) else ""))


def _recovered(recovered: tuple[Recovery, ...]) -> Iterator[Recovered]:
    for one in recovered:
        code = "show.recovered_line" if one.from_step else "show.recovered_anew"
        why = sentence(one.reason, {"step": one.step, **one.values})
        changes = tuple(sentence(f"override.{measure}", {}) for measure in one.measures)
        yield Recovered(texts.say(code, step=one.step, reason=why, start=one.from_step), changes)
