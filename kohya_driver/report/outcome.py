"""How a run ended, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.report.model import Failure, Numbers, Recovered, Told
from kohya_driver.run.folder import Recovery, RunResult
from kohya_driver.wording import human_duration, sentence


def headline(state: str, numbers: Numbers, result: RunResult | None, snapshot: RunSnapshot) -> str:
    """The outcome in one sentence."""
    code = f"report_page.headline.{state.replace(' ', '_')}"
    if state == "stopped" and result and result.reason != "run.stopped":
        code = "report_page.headline.stopped_by"
    if not texts.has(code):
        code = "report_page.headline.unknown"
    return texts.say(
        code,
        step=numbers.step,
        steps=numbers.steps,
        duration=human_duration(numbers.seconds),
        file=Path(result.final).name if result else "",
        reason=_reason(result, snapshot) if result else "",
    )


def failure(result: RunResult | None, snapshot: RunSnapshot) -> Failure | None:
    """Why it ended before its time; None if it did not, or on request."""
    if result is None or result.outcome == "succeeded" or result.reason == "run.stopped":
        return None
    raw = result.diagnosis.get("cause") if isinstance(result.diagnosis, Mapping) else None
    cause: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    values = {"step": snapshot.step, **result.reason_values}
    hint = sentence(f"{result.reason}.hint", values)
    return Failure(
        code=result.reason,
        message=_reason(result, snapshot),
        why=str(cause.get("why") or ""),
        hint=str(cause.get("hint") or "") or ("" if hint.endswith(".hint") else hint),
        evidence=str(result.evidence or ""),
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
    raw = result.diagnosis.get("cause") if isinstance(result.diagnosis, Mapping) else None
    if isinstance(raw, Mapping) and raw.get("message") and not result.reason.startswith("trouble."):
        return str(raw["message"])
    return sentence(result.reason, {"step": snapshot.step, **result.reason_values})


def _recovered(recovered: tuple[Recovery, ...]) -> Iterator[Recovered]:
    for one in recovered:
        code = "show.recovered_line" if one.from_step else "show.recovered_anew"
        why = sentence(one.reason, {"step": one.step, **one.values})
        changes = tuple(sentence(f"override.{measure}", {}) for measure in one.measures)
        yield Recovered(texts.say(code, step=one.step, reason=why, start=one.from_step), changes)
