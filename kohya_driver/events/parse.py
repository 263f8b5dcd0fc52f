"""Turns lines of the engine's log, and of its values, into events."""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from kohya_driver.events.model import (
    MOST,
    Event,
    LatentsKept,
    LogMessage,
    Phase,
    PhaseChanged,
    Progress,
    Resumed,
    StateNotSaved,
    StateSaved,
    StepDone,
    TextsKept,
    Traceback,
    Validated,
)
from kohya_driver.events.rules import METAL_RULES, METAL_SIGNS, RULES, Events, Rule
from kohya_driver.events.traceback import HEADER, TracebackCollector

TRAINING_BAR = "steps"
MESSAGE_LINES = 20
"""Lines of one logged message that are kept."""
METAL_KINDS = 20
"""Different errors of the graphics part that are told."""

# tqdm: name, per cent, blocks, `done/total [time, rate, values]`. The next output may stand directly behind it.
_BAR = re.compile(r"\s{0,8}(?:([^|%:\s][^|%:]{0,200}): +)?\d+%\|[^|]*\| *(\d+)/(\d+) \[([^\]]*)\]")
_AVERAGE_LOSS = re.compile(r"avr_loss=([^,\s]+)")

# rich: a time or blanks, the level padded to eight, the message; the source stands at the right edge of its first line.
_LOGGED = re.compile(r"(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\s*) ?(DEBUG|INFO|WARNING|ERROR|CRITICAL) (.*)")
_SOURCE = re.compile(r"[\w.]+\.py:\d+")
_CONTINUED = " " * 29
# `2026-11-22 21:35:19|[LyCORIS]-INFO: Using rank adaptation algo: loha`, by lycoris-lora 3.2.0
_LYCORIS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\|\[LyCORIS\]-(WARNING|ERROR|CRITICAL): (.*)")
_LEVELS = {"WARNING": "warning", "ERROR": "error", "CRITICAL": "error"}

# Tracebacks that end nothing: Python prints them and goes on.
_HARMLESS = ("Exception ignored in", "--- Logging error ---")

# Every pattern begins with a plain character.
_RULES_BY_START = {
    start: tuple(rule for rule in RULES if rule.pattern.pattern[0] == start)
    for start in {rule.pattern.pattern[0] for rule in RULES}
}

_LAUNCHER = "accelerate/commands/launch.py"
_SIGNALLED = re.compile(r"died with <Signals\.(SIG\w+): \d+>")


class Parser:
    """Follows one log. Feed it line after line; `flush` when nothing more comes."""

    def __init__(self) -> None:
        self._phase = Phase.STARTING
        self._bar_name = ""
        self._bars: dict[str, Progress] = {}
        self._message: _Message | None = None
        self._traceback: TracebackCollector | None = None
        self._traceback_told = False
        self._previous = ""
        self._metal: set[Events] = set()

    def feed(self, line: str) -> Events:
        """What this line says, together with what it ends: a message or a traceback of several lines."""
        if found := _find_metal(line):
            rule, match = found
            before = line[: match.start()]
            return (*(self._feed(before) if before.strip() else ()), *self._on_metal(rule.make(match)))
        return self._feed(line)

    def _feed(self, line: str) -> Events:
        if self._traceback is not None and line == HEADER and self._traceback.awaits_chained:
            self._traceback.add(line)
            return ()
        events = self._read(line)
        self._previous = line.strip() or self._previous
        return events

    def flush(self) -> Events:
        """What was still open when the log ended."""
        return (*self._end_message(), *self._end_traceback())

    def _read(self, line: str) -> Events:
        if "%|" not in line or not (bar := _BAR.match(line)):
            return self._read_text(line)
        events: list[Event] = [*self.flush()]
        while bar is not None:
            events += self._on_bar(bar)
            line = line[bar.end() :].strip()
            bar = _BAR.match(line)
        return (*events, *self._read_text(line))

    def _read_text(self, line: str) -> Events:
        """A line, or the part of it that stands behind its bars."""
        if line.startswith(HEADER):
            return self._on_header()
        if logged := _LOGGED.match(line):
            return (*self.flush(), *self._on_logged(logged[1], logged[2]))
        if self._message is not None and line.startswith(_CONTINUED):
            self._message.add(line)
            return ()
        if found := _LYCORIS.match(line):
            return (*self.flush(), LogMessage(_LEVELS[found[1]], found[2], "lycoris"))
        return self._on_plain(line)

    def _on_plain(self, line: str) -> Events:
        """A printed line; while a traceback is open, whatever means nothing else belongs to it."""
        found = _find_rule(line)
        if found is not None:
            return (*self.flush(), *self._on_rule(*found))
        if self._traceback is not None:
            self._traceback.add(line)
            return ()
        return self._end_message()

    def _on_bar(self, bar: re.Match[str]) -> Events:
        name = bar[1] or self._bar_name
        loss = _AVERAGE_LOSS.search(bar[4]) if name == TRAINING_BAR else None
        progress = Progress(name, int(bar[2]), int(bar[3]), _number(loss[1]) if loss else None)
        if self._is_redrawn(progress):
            return ()
        self._bars = {TRAINING_BAR: self._bars[TRAINING_BAR]} if TRAINING_BAR in self._bars else {}
        self._bars[name] = progress
        if name != TRAINING_BAR:
            return (progress,)
        if progress.done:
            self._traceback_told = False  # it trains on: that traceback ended nothing
        return (*self._enter(Phase.TRAINING), progress)

    def _is_redrawn(self, progress: Progress) -> bool:
        """Bars are drawn again at every postfix, when a nested one closes, and once more when the process ends."""
        before = self._bars.get(progress.bar)
        if before is None:
            return False
        same = (before.done, before.total) == (progress.done, progress.total)
        return same and (
            progress.average_loss is None or repr(progress.average_loss) == repr(before.average_loss)
        )

    def _on_logged(self, level: str, rest: str) -> Events:
        text, source = _cut_source(rest)
        found = _find_rule(text)
        if found is not None:
            return self._on_rule(*found)
        if level in _LEVELS:
            self._message = _Message(_LEVELS[level], source, [text])
        return ()

    def _on_rule(self, rule: Rule, match: re.Match[str]) -> Events:
        self._bar_name = rule.bar or self._bar_name
        return (*(self._enter(rule.phase) if rule.phase else ()), *rule.make(match))

    def _on_metal(self, events: Events) -> Events:
        """Each kind once until the engine is started anew: a graphics part in trouble repeats itself thousands of times."""
        if events in self._metal or len(self._metal) >= METAL_KINDS:
            return ()
        self._metal.add(events)
        return events

    def _on_header(self) -> Events:
        events = self.flush()
        self._traceback = TracebackCollector(harmless=self._previous.startswith(_HARMLESS))
        return events

    def _enter(self, phase: Phase) -> Events:
        if phase == self._phase:
            return ()
        self._phase = phase
        if phase is Phase.LOADING:
            self._metal.clear()
        return (PhaseChanged(str(phase)),)

    def _end_message(self) -> Events:
        message, self._message = self._message, None
        return (message.event(),) if message else ()

    def _end_traceback(self) -> Events:
        """The first one tells what went wrong; the launcher's own tells no more than a signal."""
        collected, self._traceback = self._traceback, None
        if collected is None or collected.harmless:
            return ()
        text = collected.text()
        if _LAUNCHER in text:
            signalled = _SIGNALLED.search(text)
            return (LogMessage("error", signalled[0], "accelerate"),) if signalled else ()
        if self._traceback_told:
            return ()
        self._traceback_told = True
        return (Traceback(text),)


@dataclass(slots=True)
class _Message:
    """A logged message, of one line or more."""

    level: str
    source: str
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        if len(self.lines) < MESSAGE_LINES:
            self.lines.append(line.strip())

    def event(self) -> LogMessage:
        return LogMessage(self.level, "\n".join(self.lines).strip(), self.source)


def _find_rule(text: str) -> tuple[Rule, re.Match[str]] | None:
    for rule in _RULES_BY_START.get(text[:1], ()):
        if match := rule.pattern.match(text):
            return rule, match
    return None


def _find_metal(line: str) -> tuple[Rule, re.Match[str]] | None:
    if not any(sign in line for sign in METAL_SIGNS):
        return None
    found = ((rule, match) for rule in METAL_RULES if (match := rule.pattern.search(line)))
    return next(found, None)


def _cut_source(text: str) -> tuple[str, str]:
    """Message and `file.py:line`. Cut from the right, because a pattern over that many blanks would not be linear."""
    text = text.strip()
    message, _, source = text.rpartition(" ")
    return (message.rstrip(), source) if _SOURCE.fullmatch(source) else (text, "")


def _number(value: Any) -> float | None:
    """Of a text, too."""
    try:
        return float(value)
    except (ValueError, TypeError, OverflowError):
        return None


def read_body(line: str) -> Any:
    """What a line of JSON holds, four times as fast as json alone reads it; None if it is torn, or no JSON.

    Numbers may be the words NaN and Infinity.
    """
    try:
        return from_json(line)
    except ValueError:  # half a surrogate pair, for one, is text for json only
        try:
            return json.loads(line)
        except (ValueError, RecursionError):
            return None


def _note(body: Any) -> Event | None:
    """What entry.py notes of itself between the values; None if it is no such note."""
    try:
        return _NOTES[body["event"]](body)
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


def _step(value: Any) -> int:
    """Of a line that anybody may have written into.

    Raises:
        ValueError, TypeError, OverflowError: it is no number of a step.
    """
    step = int(value)
    if not 0 <= step < MOST:
        raise ValueError(value)
    return step


_NOTES: Mapping[str, Callable[[Mapping[str, Any]], Event]] = {
    "resumed": lambda note: Resumed(_step(note["step"]), _step(note["epoch"]), str(note["path"])),
    "state": lambda note: StateSaved(str(note["path"])),
    "latents_kept": lambda note: LatentsKept(_step(note["pictures"])),
    "texts_kept": lambda note: TextsKept(_step(note["captions"])),
    "not_saved": lambda note: StateNotSaved(_step(note["step"]), str(note["reason"])),
}


class MetricsReader:
    """Makes one event of the micro-steps of each optimizer step."""

    def __init__(self) -> None:
        self.time = 0.0
        """Of the last line with values, in Unix seconds."""
        self._sum = 0.0
        self._count = 0
        self._open: int | None = None
        """The step that the micro-steps summed so far belong to."""

    def feed(self, line: str) -> Event | None:
        """The step that this line ends, if it ends one, or what it notes. A step's loss is the mean over its micro-steps."""
        return self.take(read_body(line))

    def take(self, body: Any) -> Event | None:
        """The same of a line that has been read."""
        try:
            time, step, is_whole = float(body["time"]), _step(body["step"]), bool(body["sync"])
            values = body["values"]
            if not isinstance(values, dict):
                raise TypeError("no values")
            loss = float(values["loss/current"]) if "loss/current" in values else None
            average = float(values["loss/average"]) if "loss/average" in values else None
            rates = _learning_rates(values)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            return self._note(body)
        self.time = time
        if loss is None:
            return _validated(step, values)
        belongs = step if is_whole else step + 1
        if belongs != self._open:
            self._sum, self._count, self._open = 0.0, 0, belongs
        self._sum += loss
        self._count += 1
        if not is_whole:
            return None
        loss, self._open = self._sum / self._count, None
        return StepDone(step, loss, loss if average is None else average, rates)

    def _note(self, body: Any) -> Event | None:
        note = _note(body)
        if isinstance(note, Resumed) and note.step != self._open:
            # Of a step that was cut off. One that was done, but not told, is told now, and is the mean of all of it.
            self._open = None
        return note


def _validated(step: int, values: Mapping[str, Any]) -> Validated | None:
    """Of a line that tells of a validation: within an epoch (`step_…`) or at its end (`epoch_…`)."""
    for when in ("step", "epoch"):
        loss = _number(values.get(f"loss/validation/{when}_average"))
        if loss is not None:
            divergence = _number(values.get(f"loss/validation/{when}_divergence"))
            return Validated(step, loss, math.nan if divergence is None else divergence)
    return None


def _learning_rates(values: Mapping[str, Any]) -> dict[str, float]:
    """By name; the engine logs each a second time as group1, group2 … (train_network.py:113, `for … else`)."""
    return {name.removeprefix("lr/"): float(values[name]) for name in _rate_names(tuple(values))}


@functools.lru_cache(maxsize=16)
def _rate_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """They are the same at every step."""
    rates = tuple(name for name in names if name.startswith("lr/"))
    return tuple(name for name in rates if not re.fullmatch(r"lr/group\d+", name)) or rates
