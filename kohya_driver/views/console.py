"""Consoles, and numbers as people read them."""

from __future__ import annotations

import math
import string
import sys
from collections.abc import Iterable, Mapping

from rich.cells import cell_len, chop_cells
from rich.console import Console

from kohya_driver import texts

SEPARATOR = " · "
MINUTES_ONLY = 10
PLAIN_WIDTH = 100
"""Cells of a line where there is no terminal to ask."""
ERRORS_WIDTH = 10_000
"""The same for errors: in a log a path stays in one piece."""


def stdout_console() -> Console:
    """For what was asked for. Without colours where it is no terminal, or NO_COLOR is set."""
    return _console(stderr=False)


def stderr_console() -> Console:
    """For what is said besides: progress, warnings, errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else ERRORS_WIDTH if stderr else PLAIN_WIDTH
    return _Console(stderr=stderr, width=width, highlight=False, emoji=False)


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """rich would end the program here, in the middle of a training."""
        raise BrokenPipeError


def rewrite_line(console: Console, text: str) -> None:
    """Show this in place of the terminal's last line, for something that moves on; nothing where there is no terminal."""
    if console.is_terminal:
        # Not through rich, which drops the carriage return.
        console.file.write(f"\r{cut_end(text, console.width - 1)}\x1b[K")
        console.file.flush()


def clear_line(console: Console) -> None:
    """Take away what `rewrite_line` showed."""
    rewrite_line(console, "")
    if console.is_terminal:
        console.file.write("\r")


def human_bytes(size: float) -> str:
    """In units of 1024, as a Mac names its memory: `9.8 GB`."""
    for unit in ("B", "KB", "MB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GB"


def human_duration(seconds: float) -> str:
    """The two largest units: `1 h 12 min`, `2 min 5 s`; from ten minutes on no seconds."""
    whole = max(0, round(seconds))
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if days:
        return texts.say("view.duration.days", days=days, hours=hours % 24)
    if hours:
        return texts.say("view.duration.hours", hours=hours, minutes=minutes % 60)
    if minutes >= MINUTES_ONLY:
        return texts.say("view.duration.minutes_only", minutes=minutes)
    if minutes:
        return texts.say("view.duration.minutes", minutes=minutes, seconds=whole % 60)
    return texts.say("view.duration.seconds", seconds=whole)


def human_loss(loss: float | None) -> str:
    """Four significant digits, so that small losses can be told apart."""
    if loss is None:
        return "–"
    return f"{loss:#.4g}" if math.isfinite(loss) else str(loss)


def human_pace(seconds: float) -> str:
    """Seconds of a step, with three digits."""
    return f"{seconds:.3g}" if seconds < 100 else f"{seconds:.0f}"


def english_half(text: str) -> str:
    """The engine says most things twice, `English / 日本語`: the first half, on one line."""
    english, divider, rest = " ".join(text.split()).partition(" / ")
    return english if divider and not rest.isascii() else " ".join(text.split())


def cut_end(text: str, width: int) -> str:
    """At most this many cells, with … for what is missing at the end."""
    if cell_len(text) <= width:
        return text
    return (_first_cells(text, width - 1) + "…") if width > 0 else ""


def cut_middle(text: str, width: int, head_share: float = 1 / 3) -> str:
    """At most this many cells, with … for what is missing in the middle: a path keeps its beginning and its end."""
    if cell_len(text) <= width:
        return text
    if width < 3:
        return cut_end(text, width)
    head = int((width - 1) * head_share)
    tail = _first_cells(text[::-1], width - 1 - head)[::-1]
    return f"{_first_cells(text, head)}…{tail}"


def wrap(text: str, width: int, lines: int) -> list[str]:
    """At most so many lines; … for what does not fit. English is broken at blanks, Chinese anywhere."""
    rows: list[str] = []
    while len(rows) < lines - 1 and cell_len(text) > width > 1:
        head = _first_cells(text, width)
        if text[len(head)] in _CLOSING:
            head = head[:-1]
        before_word = head.rstrip(_LETTERS)
        if text[len(head)] in _LETTERS and len(before_word) > len(head) // 2:
            head = before_word
        rows.append(head.rstrip())
        text = text[len(head) :].lstrip()
    return [*rows, cut_end(text, width)]


_LETTERS = string.ascii_letters + string.digits + string.punctuation
_CLOSING = "，。；：）、"
"""None of these begins a line."""


def sentence(code: str, values: Mapping[str, object]) -> str:
    """What a code says; the code itself if it is of another version."""
    try:
        return texts.say(code, **values) if texts.has(code) else code
    except KeyError:
        return code


def fit(parts: Iterable[str], width: int) -> str:
    """The parts in one line; those that do not fit are left out from the end, but never the first."""
    first, *others = parts
    line = first
    for part in others:
        if cell_len(line) + cell_len(SEPARATOR) + cell_len(part) > width:
            break
        line += SEPARATOR + part
    return line


def _first_cells(text: str, width: int) -> str:
    return chop_cells(text, width)[0] if width > 0 and text else ""
