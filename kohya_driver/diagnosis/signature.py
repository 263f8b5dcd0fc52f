"""How a failure is recognised: by the message of the first traceback, where it was raised, and lines of the log.

Everything that a signature names must be there. All expressions are linear: they have no nested repetitions, and a
repetition of any character is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """When a signature is asked."""

    FATAL = "fatal"
    """It spoils a run that goes on as if nothing had happened: asked first."""
    SILENT = "silent"
    """It ends a run as if all were well: nothing was trained."""
    FAILURE = "failure"
    """It ends a run: asked if the run did not end well."""
    NOTE = "note"
    """It ends nothing: told beside."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One way in which a failure shows. A kind may have several."""

    kind: str
    stage: Stage
    error: re.Pattern[str] | None = None
    """In the messages of the first traceback."""
    frame: re.Pattern[str] | None = None
    """In its frames: `File "…", line N, in function` and the code under each."""
    words: tuple[str, ...] = ()
    """One of these stands in a line of the log. Found first, as that is fast."""
    line: re.Pattern[str] | None = None
    """In that line too; for its values."""
    recovery: str = ""
    given: tuple[tuple[str, str], ...] = ()
    """Values that are known when it matches, beside those of the named groups."""


def error(
    kind: str, pattern: str, *, frame: str = "", recovery: str = "", words: str = "", **given: str
) -> Signature:
    """A message of the first traceback; with `frame`, only if it was raised there; with `words`, only if a line has them."""
    return Signature(
        kind,
        Stage.FAILURE,
        re.compile(pattern),
        re.compile(frame) if frame else None,
        (words,) if words else (),
        None,
        recovery,
        tuple(given.items()),
    )


def line(
    kind: str, *words: str, pattern: str = "", stage: Stage = Stage.FAILURE, recovery: str = ""
) -> Signature:
    """A line anywhere in the log."""
    return Signature(
        kind,
        stage,
        words=words,
        line=re.compile(pattern) if pattern else None,
        recovery=recovery,
    )


def explained(kind: str, words: str, pattern: str, *, error: str = "", frame: str = "") -> Signature:
    """A line that says more than the traceback that follows it."""
    return Signature(
        kind,
        Stage.FAILURE,
        re.compile(error or "."),
        re.compile(frame) if frame else None,
        (words,),
        re.compile(pattern) if pattern else None,
    )


def silent(kind: str, *words: str, pattern: str = "") -> Signature:
    return line(kind, *words, pattern=pattern, stage=Stage.SILENT)


def note(kind: str, *words: str, pattern: str = "") -> Signature:
    return line(kind, *words, pattern=pattern, stage=Stage.NOTE)


def fatal(kind: str, *words: str, pattern: str = "", recovery: str) -> Signature:
    return line(kind, *words, pattern=pattern, stage=Stage.FATAL, recovery=recovery)
