"""Collects a Python traceback out of a log, line by line, in bounded memory."""

from __future__ import annotations

from collections import deque

HEADER = "Traceback (most recent call last):"
LINES_KEPT = 200
"""Kept of the beginning, and again of the end."""
LINE_LIMIT = 2000

_CHAINED = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)


class TracebackCollector:
    """One traceback with those chained to it, and the lines of its message.

    Nothing in the log says where a message of several lines ends: whoever feeds this ends it at the first line that
    means something else.
    """

    def __init__(self, *, harmless: bool = False) -> None:
        self.harmless = harmless
        """Python printed it and went on."""
        self._head: list[str] = [HEADER]
        self._tail: deque[str] = deque(maxlen=LINES_KEPT)
        self._last = ""

    @property
    def awaits_chained(self) -> bool:
        """The next header belongs to this traceback."""
        return self._last in _CHAINED

    def add(self, line: str) -> None:
        line = line.rstrip()[:LINE_LIMIT]
        self._last = line or self._last
        if len(self._head) < LINES_KEPT:
            self._head.append(line)
        else:
            self._tail.append(line)

    def text(self) -> str:
        return "\n".join([*self._head, *self._tail]).rstrip()
