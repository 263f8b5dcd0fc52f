"""Goes through a log once, in bounded memory, and keeps what a diagnosis needs."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kohya_driver.diagnosis.lines import Numbered, Unboxer, numbered
from kohya_driver.diagnosis.model import Line
from kohya_driver.diagnosis.signature import Signature
from kohya_driver.diagnosis.signatures import SIGNATURES
from kohya_driver.diagnosis.trace import SHOWN, Trace, is_bare, read_trace
from kohya_driver.events.model import Event, LogMessage, ModelSaved, Phase, PhaseChanged, Progress, Traceback
from kohya_driver.events.parse import TRAINING_BAR, Parser
from kohya_driver.events.traceback import HEADER, LINES_KEPT

LAST_LINES = 20
SEEN_AT_MOST = 3
"""Lines that are kept for one signature."""
BARE_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """Lines in which a signature's words stand, and the values of the first."""

    lines: tuple[Line, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What a log says, whatever its size."""

    trace: Trace | None = None
    """The first traceback after which nothing was trained any more."""
    seen: Mapping[Signature, Seen] = field(default_factory=dict)
    not_finite: Line | None = None
    """The average loss is no number any more."""
    signal: str = ""
    signal_line: Line | None = None
    status: int | None = None
    status_line: Line | None = None
    interrupted: Line | None = None
    finished: bool = False
    phase: str = ""
    error: Line | None = None
    last_lines: tuple[Line, ...] = ()
    line_count: int = 0


def scan(chunks: Iterable[bytes]) -> LogFacts:
    return scan_lines(numbered(chunks))


def scan_lines(lines: Numbered) -> LogFacts:
    """The last training of the log: what stands before the start of another does not count."""
    scanner, unbox, tail, number = _Scanner(), Unboxer(), _Tail(), 0
    for number, raw in lines:
        tail.add(number, raw)
        if "Loading settings from " in raw and scanner.has_ended:
            scanner = _Scanner()
        for line in unbox.feed(raw):
            scanner.feed(number, line)
    return scanner.facts(tail.lines(), number)


# The launcher's words, those of shells, and those of Python's own fault handler.
_DIED = re.compile(r"died with <Signals\.(SIG[A-Z]{2,8}): \d{1,3}>")
_STATUS = re.compile(r"returned non-zero exit status (-?\d{1,12})")
_SHELL = re.compile(
    r"(?:[^\s:]{1,200}: line \d{1,9}: {1,20}\d{1,9} |\w{1,20}sh: |Fatal Python error: )?"
    r"(Killed|killed|Aborted|Abort trap|abort|Segmentation fault|segmentation fault|Bus error|bus error"
    r"|Illegal instruction|illegal hardware instruction|Trace/BPT trap|trace trap|Terminated|terminated)"
    r"(?:: \d{1,3})?(?: {2,}.*| \(core dumped\).*)?$"
)
_SHELL_SIGNALS = {
    "killed": "SIGKILL", "abort": "SIGABRT", "segmen": "SIGSEGV", "bus er": "SIGBUS", "illega": "SIGILL",
    "trace/": "SIGTRAP", "trace ": "SIGTRAP", "termin": "SIGTERM",
}  # fmt: skip
_CHAINED = ("another exception occurred:", "direct cause of the following exception:")
_LOST = re.compile(r"\b(?:avr_)?loss=(?:nan|-?inf)\b", re.I)


class _Scanner:
    """Follows one training."""

    def __init__(self) -> None:
        self._parser = Parser()
        self._logged = _Logged()
        self._wanted = [(word, sign) for sign in SIGNATURES for word in sign.words]
        self._seen: dict[Signature, Seen] = {}
        self._trace: Trace | None = None
        self._previous = ""
        self._numbers: list[int] = []
        self._done = self._trace_done = 0
        self._not_finite: Line | None = None
        self._signal: tuple[str, Line] | None = None
        self._status: tuple[int, Line] | None = None
        self._interrupted: Line | None = None
        self._bare: list[Line] = []
        self._error: Line | None = None
        self._finished = False
        self._phase = ""

    @property
    def has_ended(self) -> bool:
        return bool(self._finished or self._trace or self._signal or self._status or self._interrupted)

    def feed(self, number: int, line: str) -> None:
        for event in self._parser.feed(line):
            self._on_event(number, event)
        if HEADER in line and not self._previous.endswith(_CHAINED):
            self._numbers = [number]
        elif len(self._numbers) < LINES_KEPT:
            self._numbers.append(number)
        self._previous = line.rstrip() or self._previous
        if "%|" in line:
            self._look_at_bar(number, line)
            line = _behind_bars(line)
        for found in self._logged.feed(number, line) if line else self._logged.flush():
            self._look(*found)

    def _on_event(self, number: int, event: Event) -> None:
        match event:
            case Traceback():
                if self._trace is None:
                    self._trace, self._trace_done = (
                        read_trace(event.text, self._numbers or [number]),
                        self._done,
                    )
            case Progress(bar=bar) if bar == TRAINING_BAR:
                self._done = event.done
                if event.average_loss is not None and math.isfinite(event.average_loss):
                    self._not_finite = None
                if event.done > self._trace_done:  # it trains on: that traceback ended nothing
                    self._trace, self._bare = None, []
            case PhaseChanged():
                self._phase = event.phase
            case ModelSaved():
                self._finished, self._trace, self._phase = True, None, str(Phase.FINISHED)
            case LogMessage(level="error") if event.source != "accelerate":
                self._error = Line(number, event.text[:SHOWN])

    def _look_at_bar(self, number: int, line: str) -> None:
        if "loss=" in line and self._not_finite is None and _LOST.search(line):
            self._not_finite = Line(number, line.strip()[:SHOWN])

    def _look(self, number: int, line: str) -> None:
        """At a whole message, or at a line that belongs to none."""
        for word, sign in self._wanted:
            if word in line:
                self._on_words(number, line, word, sign)
        if "died with <" in line and (died := _DIED.search(line)):
            self._signal = (died[1], Line(number, died[0]))
        elif "non-zero exit status" in line and (status := _STATUS.search(line)):
            self._status = (int(status[1]), Line(number, status[0]))
        elif line.startswith("KeyboardInterrupt"):
            self._interrupted = Line(number, line[:SHOWN])
        elif shell := _SHELL.match(line):
            self._signal = (_SHELL_SIGNALS[shell[1].lower()[:6]], Line(number, line[:SHOWN]))
        elif len(self._bare) < BARE_AT_MOST and is_bare(line):
            self._bare.append(Line(number, line))

    def _on_words(self, number: int, line: str, word: str, sign: Signature) -> None:
        found = sign.line.search(line) if sign.line else None
        if sign.line and not found:
            return
        before = self._seen.get(sign, Seen((), found.groupdict("") if found else {}))
        shown = (
            line.strip()[: max(SHOWN, found.end() if found else 0)][-SHOWN:] if found else _around(line, word)
        )
        self._seen[sign] = Seen((*before.lines, Line(number, shown)), before.values)
        if len(before.lines) + 1 >= SEEN_AT_MOST:
            self._wanted = [(other, wanted) for other, wanted in self._wanted if wanted is not sign]

    def facts(self, last_lines: tuple[Line, ...], line_count: int) -> LogFacts:
        for event in self._parser.flush():
            self._on_event(line_count, event)
        for found in self._logged.flush():
            self._look(*found)
        trace = self._trace if self._trace and not self._trace.is_launchers else None
        if trace is None and self._bare and not self._finished:
            said = "\n".join(line.text for line in self._bare)
            trace = Trace(said, tuple(line.number for line in self._bare), "", said)
        return LogFacts(
            trace=trace,
            seen=self._seen,
            not_finite=self._not_finite,
            signal=self._signal[0] if self._signal else "",
            signal_line=self._signal[1] if self._signal else None,
            status=self._status[0] if self._status else None,
            status_line=self._status[1] if self._status else None,
            interrupted=self._interrupted,
            finished=self._finished,
            phase=self._phase,
            error=self._error,
            last_lines=last_lines,
            line_count=line_count,
        )


_BAR = re.compile(r"\d%\|[^|]{0,400}\| {0,20}\S{1,40} \[[^\]]{0,400}\]|\dit \[[^\]]{0,400}\]")


def _behind_bars(line: str) -> str:
    """Other output may stand directly behind a bar."""
    end = 0
    for bar in _BAR.finditer(line):
        end = bar.end()
    return line[end:]


def _around(line: str, word: str) -> str:
    """The part of a long line in which the word stands."""
    begin = max(0, line.index(word) - SHOWN // 2)
    return line[begin : begin + SHOWN].strip()


_LEVEL = re.compile(
    r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d-\d{1,6}|\[\d\d/\d\d/\d\d \d\d:\d\d:\d\d\]|\s{0,40})"
    r" ?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) {1,8}(?P<text>.*)"
)
_SOURCE = re.compile(r"[\w.]{1,80}\.py:\d{1,7}")
_INDENT = " " * 20
_BROKEN_PATH = re.compile(r"[/\\]\S")
"""A path is broken at one of its strokes, and put together again."""


class _Logged:
    """Joins the lines over which `rich` spreads one message; other lines pass."""

    def __init__(self) -> None:
        self._number = 0
        self._parts: list[str] = []

    def feed(self, number: int, line: str) -> Iterable[tuple[int, str]]:
        if self._parts and line.startswith(_INDENT) and not _LEVEL.match(line):
            if len(self._parts) < SEEN_AT_MOST * 10:
                self._parts.append(_without_source(line))
            return ()
        ended = self.flush()
        logged = _LEVEL.match(line)
        if not logged:
            return (*ended, (number, line))
        self._number, self._parts = number, [_without_source(logged["text"])]
        return ended

    def flush(self) -> tuple[tuple[int, str], ...]:
        """The message that was open."""
        if not self._parts:
            return ()
        text = "".join(part if _BROKEN_PATH.match(part) else f" {part}" for part in self._parts if part)
        self._parts = []
        return ((self._number, text.strip()),)


def _without_source(text: str) -> str:
    """Without the `file.py:line` that stands at the right edge."""
    text = text.strip()
    message, _, last = text.rpartition(" ")
    return message.rstrip() if _SOURCE.fullmatch(last) else text


class _Tail:
    """The last lines as a person would see them: of a bar its last state only."""

    def __init__(self) -> None:
        self._lines: deque[tuple[int, str]] = deque(maxlen=LAST_LINES)

    def add(self, number: int, line: str) -> None:
        if not line or line.isspace():
            return
        if self._lines and self._lines[-1][0] == number:
            self._lines.pop()
        self._lines.append((number, line))

    def lines(self) -> tuple[Line, ...]:
        return tuple(Line(number, text.rstrip()[:SHOWN]) for number, text in self._lines)
