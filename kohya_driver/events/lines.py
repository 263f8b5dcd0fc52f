"""Bytes in, in any pieces; whole lines of text out."""

from __future__ import annotations

import codecs
import re

LIMIT = 64 << 10
"""Characters of a line that are kept; the rest is passed over."""

# tqdm ends a bar with \r, so that it is drawn over.
_ENDS = re.compile(r"[\r\n]")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


class LineSplitter:
    """Lines of a log that comes in pieces. The same bytes give the same lines, wherever they were cut."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> list[str]:
        """The lines that end in this piece, without their ends and without terminal colours."""
        return self._split(self._decoder.decode(data))

    def flush(self) -> list[str]:
        """What is left when nothing more comes: at most one line."""
        lines = self._split(self._decoder.decode(b"", final=True))
        rest, self._rest = self._rest, ""
        return [*lines, _clean(rest)] if rest else lines

    def _split(self, text: str) -> list[str]:
        head, *others = _ENDS.split(text)
        line = (self._rest + head)[:LIMIT]
        if not others:
            self._rest = line
            return []
        self._rest = others.pop()[:LIMIT]
        return [_clean(line), *(_clean(other[:LIMIT]) for other in others)]


def _clean(line: str) -> str:
    return _ANSI.sub("", line) if "\x1b" in line else line
