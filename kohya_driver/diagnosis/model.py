"""What is said of a log: what went wrong, the lines that show it, and whether trying again can help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kohya_driver import texts

VERSION = 1

UNKNOWN = "log.unknown"
"""It failed, and no signature says why."""
UNFINISHED = "log.unfinished"
"""The log stops: no failure in it, and no end."""

MEMORY = "memory"
"""Memory was short: again, with less of it."""
NAN = "nan"
"""The numbers were lost: again, more carefully."""
RETRY = "retry"
"""Passing trouble: again, as it was."""

_FILL = "…"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the log, cut to what can be shown. `number` counts from 1, as an editor does."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that was recognised in a log, and the lines that show it."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    evidence: tuple[Line, ...] = ()

    @property
    def code(self) -> str:
        """Of its sentences."""
        return f"diagnosis.{self.kind.replace('.', '_')}"

    @property
    def message(self) -> str:
        """What happened."""
        return self._say("")

    @property
    def why(self) -> str:
        return self._say(".why")

    @property
    def hint(self) -> str:
        """What to do."""
        return self._say(".hint")

    def _say(self, ending: str) -> str:
        code = self.code + ending
        return texts.say(code, **_Filled(self.values)) if texts.has(code) else ""


class _Filled(dict[str, str]):
    """The values of a sentence; `…` for those that the log does not tell."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(dict.fromkeys(VALUES, _FILL) | dict(values))


VALUES = ("name", "path", "value", "other", "option", "signal", "status", "error")
"""Every value that a sentence may name."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why the training of a log failed, if it did."""

    cause: Cause | None
    """None if nothing in the log is a failure."""
    finished: bool
    """The engine said that it saved the model."""
    recovery: str = ""
    """Whether trying again can help: `memory`, `nan`, `retry`, or empty for a mistake that would only fail again."""
    notes: tuple[Cause, ...] = ()
    """What else is worth knowing: warnings that explain a bad result, and what only looks bad."""
    phase: str = ""
    """How far it came, in the words of `Phase`."""
    status: int | None = None
    signal: str = ""
    traceback: str = ""
    """The engine's first."""
    error: str = ""
    """The last error that the engine logged."""
    last_lines: tuple[Line, ...] = ()
    line_count: int = 0

    @property
    def kind(self) -> str:
        """Such as `mps.oom`; empty if nothing is wrong, `log.unknown` if it cannot be said what is."""
        return self.cause.kind if self.cause else ""

    @property
    def failed(self) -> bool:
        return self.cause is not None and self.kind != UNFINISHED

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "kind": self.kind,
            "finished": self.finished,
            "recovery": self.recovery,
            "phase": self.phase,
            "status": self.status,
            "signal": self.signal,
            "cause": _cause_to_json(self.cause) if self.cause else None,
            "notes": [_cause_to_json(note) for note in self.notes],
            "traceback": self.traceback,
            "error": self.error,
            "last_lines": [asdict(line) for line in self.last_lines],
            "line_count": self.line_count,
        }


def _cause_to_json(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind,
        "message": cause.message,
        "why": cause.why,
        "hint": cause.hint,
        "values": dict(cause.values),
        "evidence": [asdict(line) for line in cause.evidence],
    }
