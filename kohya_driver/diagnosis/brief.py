"""Why one of the engine's tools failed, in a line: the cause that its log tells, and the end of its traceback."""

from __future__ import annotations

from pathlib import Path

from kohya_driver.diagnosis.classify import diagnose_log
from kohya_driver.diagnosis.model import UNKNOWN

MOST = 600
"""Characters."""


def brief_reason(log: Path, status: int | None) -> str:
    """
    Args:
        status: the exit status; negative: a signal.
    """
    found = diagnose_log(log, status=status)
    last = found.traceback.strip().rpartition("\n")[2] or found.error
    known = found.cause is not None and found.cause.kind != UNKNOWN
    cause = f"{found.cause.message} {found.cause.hint}" if found.cause and known else ""
    return " ".join(part for part in (cause.strip(), last) if part)[:MOST] or f"exit status {status}"
