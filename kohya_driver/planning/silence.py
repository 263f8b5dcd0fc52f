"""Findings that the preset says may be ignored: [checks] silence, code to reason. An error is never among them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import replace

from kohya_driver import texts
from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.preset.model import Preset

AREAS = (
    "base", "dataset", "engine", "host", "learning", "machine", "memory", "network", "option", "plan", "saving",
)  # fmt: skip
"""Where a plan's findings come from."""


def silence(findings: Iterable[Finding], preset: Preset) -> tuple[Finding, ...]:
    """The findings, each with the reason why it may be ignored, and what is wrong with the reasons themselves."""
    wanted, found = preset.checks.silence, tuple(findings)
    marked = tuple(
        finding
        if finding.severity is Severity.ERROR
        else replace(finding, silenced=wanted.get(finding.code, ""))
        for finding in found
    )
    return (*marked, *_wrong_reasons(preset, {f.code for f in found if f.severity is Severity.ERROR}))


def _wrong_reasons(preset: Preset, errors: set[str]) -> Iterator[Finding]:
    for code, reason in preset.checks.silence.items():
        where = f"{preset.where('checks.silence')} {code}"
        if not is_check(code):
            yield _unknown(code, where)
        elif not reason.strip():
            yield error("plan.silence_without_reason", where, name=code)
        elif code in errors:
            yield warning("plan.silence_error", where, name=code)


def is_check(code: str) -> bool:
    """Whether there is a finding of this code."""
    return code.partition(".")[0] in AREAS and texts.has(code) and not code.endswith(".hint")


def check_codes() -> tuple[str, ...]:
    """Every code that a plan's finding can have."""
    return tuple(code for area in AREAS for code in texts.table(area) if is_check(code))


def _unknown(code: str, where: str) -> Finding:
    close = difflib.get_close_matches(code, check_codes(), n=1)
    if close:
        return error("plan.silence_unknown_close", where, name=code, close=close[0])
    return error("plan.silence_unknown", where, name=code)
