"""Says why a training failed, from its log: the one place that decides.

The order: asked to stop; what spoils a run that goes on (Metal, NaN); what ends it as if all were well; the first traceback
and lines that explain it; a signal; the launcher's word alone; nothing known.
"""

from __future__ import annotations

import signal as signals
from collections.abc import Iterable, Iterator
from pathlib import Path

from kohya_driver.diagnosis.lines import read_chunks
from kohya_driver.diagnosis.model import (
    MEMORY,
    NAN,
    RETRY,
    UNFINISHED,
    UNKNOWN,
    Cause,
    Diagnosis,
    Line,
)
from kohya_driver.diagnosis.scan import LogFacts, scan
from kohya_driver.diagnosis.signature import Signature, Stage
from kohya_driver.diagnosis.signatures import SIGNATURES

NAN_LOSS = "train.nan_loss"
STOPPED = "proc.sigterm_int"
ONLY_STATUS = "acc.exit_status"

_ASKED = ("SIGINT", "SIGTERM", "SIGHUP")
_DEATHS = {"SIGKILL": ("proc.sigkill", MEMORY), "SIGABRT": ("proc.sigabrt", RETRY)}
_CRASH = ("proc.sigsegv", RETRY)
# Windows has no signals; these are its words for the same.
_WINDOWS = {0xC0000005: "SIGSEGV", 0xC000013A: "SIGINT", 0xC0000409: "SIGABRT", 0xC000001D: "SIGILL"}

Answer = tuple[Cause, str]
"""What it was, and the recovery that fits."""


def diagnose_log(
    path: str | Path, *, start: int = 0, status: int | None = None, stopped: bool = False
) -> Diagnosis:
    """Why the training of a log failed, if it did. The log may be of any size, and of another program such as kohya_ss.

    Args:
        path: the log. Of several trainings in it, the last counts.
        start: the byte at which to begin.
        status: the exit status of what was started, if it is known; negative: a signal.
        stopped: somebody asked the training to stop.

    Raises:
        OSError: the log cannot be read.
    """
    return diagnose_chunks(read_chunks(Path(path), start), status=status, stopped=stopped)


def diagnose_text(text: str, *, status: int | None = None, stopped: bool = False) -> Diagnosis:
    """The same for a text."""
    return diagnose_chunks([text.encode("utf-8", "replace")], status=status, stopped=stopped)


def diagnose_chunks(
    chunks: Iterable[bytes], *, status: int | None = None, stopped: bool = False
) -> Diagnosis:
    """The same for bytes that come in pieces."""
    return classify(scan(chunks), status=status, stopped=stopped)


def classify(facts: LogFacts, *, status: int | None = None, stopped: bool = False) -> Diagnosis:
    """The diagnosis of what a log says; `status` and `stopped` as for `diagnose_log`."""
    status = facts.status if status is None else status
    signal = facts.signal or _signal(status)
    answers = _answers(facts, status, signal, stopped)
    cause, recovery = next(answers, (None, ""))
    beside = [*_fatal(facts)] if cause is not None else []
    notes = [found for found, _ in (*beside, *_matching(facts, Stage.NOTE))]
    return Diagnosis(
        cause=cause,
        finished=facts.finished,
        recovery=recovery,
        notes=tuple(_others(notes, cause)),
        phase=facts.phase,
        status=status,
        signal=signal,
        traceback=facts.trace.shown() if facts.trace else "",
        error=facts.error.text if facts.error else "",
        last_lines=facts.last_lines,
        line_count=facts.line_count,
    )


def _answers(facts: LogFacts, status: int | None, signal: str, stopped: bool) -> Iterator[Answer]:
    """Everything that it can have been, the most certain first."""
    if stopped or _was_asked(facts, signal):
        yield Cause(STOPPED, {"signal": signal or "SIGINT"}, _ending(facts, facts.interrupted)), ""
    yield from _fatal(facts)
    if facts.trace is None:
        yield from _matching(facts, Stage.SILENT)
    if facts.finished and not facts.trace and not signal and not status:
        return
    yield from _matching(facts, Stage.FAILURE)
    if facts.trace is None and signal:
        kind, recovery = _DEATHS.get(signal, _CRASH)
        yield Cause(kind, {"signal": signal}, _ending(facts)), recovery
    if facts.trace is None and facts.error is None and status:
        yield Cause(ONLY_STATUS, {"status": str(status)}, _ending(facts)), ""
    if facts.trace or facts.error or status:
        yield _unknown(facts), ""
    yield Cause(UNFINISHED, {}, _ending(facts)), ""


def _was_asked(facts: LogFacts, signal: str) -> bool:
    """By Ctrl-C or a polite signal; a crash before it counts more."""
    if facts.trace:
        return facts.trace.is_interrupt
    return signal in _ASKED or facts.interrupted is not None


def _fatal(facts: LogFacts) -> Iterator[Answer]:
    """What spoils a run without ending it. If it was finished with a loss that is a number, it was not spoilt."""
    if facts.finished and facts.not_finite is None:
        return
    yield from _matching(facts, Stage.FATAL)
    if facts.not_finite:
        yield Cause(NAN_LOSS, {}, (facts.not_finite,)), NAN


def _matching(facts: LogFacts, stage: Stage) -> Iterator[Answer]:
    for sign in SIGNATURES:
        if sign.stage is stage and (cause := _match(sign, facts)):
            yield cause, sign.recovery


def _match(sign: Signature, facts: LogFacts) -> Cause | None:
    """The cause, if everything that the signature names is there."""
    values: dict[str, str] = dict(sign.given)
    lines: list[Line] = []
    if sign.words:
        seen = facts.seen.get(sign)
        if seen is None:
            return None
        values |= seen.values
        lines += seen.lines
    if sign.error:
        trace = facts.trace
        found = sign.error.search(trace.messages) if trace else None
        if trace is None or found is None or (sign.frame and not sign.frame.search(trace.frames)):
            return None
        values |= {name: value for name, value in found.groupdict().items() if value}
        lines.append(trace.line_at(found.start()))
    return Cause(sign.kind, values, tuple(lines))


def _unknown(facts: LogFacts) -> Cause:
    line = facts.trace.last_said() if facts.trace else facts.error
    return Cause(UNKNOWN, {"error": line.text if line else ""}, _ending(facts, line))


def _others(notes: Iterable[Cause], cause: Cause | None) -> Iterator[Cause]:
    """Each kind once, and the cause itself not again."""
    told = {cause.kind if cause else ""}
    for found in notes:
        if found.kind not in told:
            told.add(found.kind)
            yield found


def _ending(facts: LogFacts, line: Line | None = None) -> tuple[Line, ...]:
    """The line that tells how the process ended; the last one if none does."""
    line = line or facts.signal_line or facts.status_line
    return (line,) if line else facts.last_lines[-1:]


def _signal(status: int | None) -> str:
    """The name of the signal behind an exit status: `-9`, a shell's `137`, or what Windows says."""
    if status is None or status in _WINDOWS:
        return _WINDOWS.get(status or 0, "")
    number = -status if status < 0 else status - 128
    return signals.Signals(number).name if number in {known.value for known in signals.Signals} else ""
