"""Numbered lines out of a log of any size and encoding, and tracebacks in frames made plain again."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from kohya_driver.errors import UsageError
from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.traceback import HEADER
from kohya_driver.wording import reason_of

CHUNK_BYTES = 1 << 20
BEGINNING = 4096
"""Bytes by which it is told whether a file is a text."""

Numbered = Iterator[tuple[int, str]]

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_chunks(path: Path, start: int = 0) -> Iterator[bytes]:
    """The bytes of a file from there on, piece by piece. Raises OSError."""
    with path.open("rb") as file:
        file.seek(start)
        yield from _pieces(file)


def open_log(log: Path | BinaryIO) -> Iterator[bytes]:
    """The bytes of a log that a person names, piece by piece.

    Raises:
        UsageError: `diagnosis.no_file`, `diagnosis.unreadable`, `diagnosis.empty`, `diagnosis.not_text`.
    """
    try:
        pieces = read_chunks(log) if isinstance(log, Path) else _pieces(log)
        first = next(pieces, b"")
    except FileNotFoundError:
        raise UsageError("diagnosis.no_file", log) from None
    except OSError as failure:
        raise UsageError("diagnosis.unreadable", log, reason=reason_of(failure)) from failure
    where = log if isinstance(log, Path) else "-"
    if not first.strip():
        raise UsageError("diagnosis.empty", where)
    # A log that a crash of the machine cut off may end in zeros; only other kinds of file begin with them.
    if b"\0" in first[:BEGINNING] and not first.startswith(tuple(mark for mark, _ in _MARKS)):
        raise UsageError("diagnosis.not_text", where)
    return chain([first], pieces)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while data := file.read(CHUNK_BYTES):
        yield data


def numbered(chunks: Iterable[bytes]) -> Numbered:
    """The lines, each with the number that an editor gives it: those that a bar draws over each other share one."""
    splitter, number, held = LineSplitter(), 1, b""
    for chunk in _utf8(chunks):
        *whole, rest = (held + chunk).split(b"\n")
        for piece in whole:
            for line in splitter.feed(piece.removesuffix(b"\r") + b"\n"):
                yield number, line
            number += 1
        held = b"\r" if rest.endswith(b"\r") else b""  # the \n that belongs to it may come next
        for line in splitter.feed(rest.removesuffix(b"\r")):
            yield number, line
    for line in splitter.feed(held):
        yield number, line
    for line in splitter.flush():
        yield number, line


def _utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """PowerShell writes UTF-16, Notepad a mark before UTF-8; the first bytes tell."""
    pieces = iter(chunks)
    first = b""
    for piece in pieces:
        first += piece
        if len(first) >= len(codecs.BOM_UTF8):
            break
    encoding = next((name for mark, name in _MARKS if first.startswith(mark)), "")
    if not encoding:
        return chain([first], pieces)
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    return (decoder.decode(piece).encode("utf-8", "replace") for piece in chain([first], pieces))


_BOX_TOP = re.compile(r"\s{0,8}[╭┌+].{0,200}Traceback \(most recent call last\)")
_BOX_END = re.compile(r"\s{0,8}[╰└+][─-]")
_BOX_FRAME = re.compile(r"(?P<file>\S.{0,400}?\.py):(?P<line>\d{1,7}) in (?P<name>\S{0,200})")
_BOX_CODE = re.compile(r"❱ *\d{1,7} ?[│ ]*(?P<code>.*)")


class Unboxer:
    """`rich`, which older launchers switch on, draws tracebacks in a frame: this makes them what Python prints."""

    def __init__(self) -> None:
        self._inside = False

    def feed(self, line: str) -> tuple[str, ...]:
        if not self._inside:
            self._inside = "Traceback (most" in line and _BOX_TOP.match(line) is not None
            return (HEADER,) if self._inside else (line,)
        if _BOX_END.match(line):
            self._inside = False
            return ()
        text = line.strip().strip("│|").strip()
        if frame := _BOX_FRAME.match(text):
            return (f'  File "{frame["file"]}", line {frame["line"]}, in {frame["name"]}',)
        code = _BOX_CODE.match(text)
        return (f"    {code['code']}",) if code else ()
