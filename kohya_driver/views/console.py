"""Consoles, lines cut to a width, and numbers as people read them (`wording`)."""

from __future__ import annotations

import string
import sys
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells
from rich.console import Console

from kohya_driver.wording import human_bytes as human_bytes
from kohya_driver.wording import human_duration as human_duration
from kohya_driver.wording import human_loss as human_loss
from kohya_driver.wording import human_pace as human_pace
from kohya_driver.wording import sentence as sentence

SEPARATOR = " · "
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
