"""A traceback taken apart: where it was raised, and what was said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kohya_driver.diagnosis.model import Line
from kohya_driver.events.traceback import HEADER

SHOWN = 400
"""Characters of a line that are shown."""

_LAUNCHERS_OWN = ("subprocess.CalledProcessError:", "CalledProcessError:")
_INTERRUPT = re.compile(r"^KeyboardInterrupt\b", re.M)


@dataclass(frozen=True, slots=True)
class Trace:
    """The exceptions of one traceback, those chained to it included."""

    text: str
    numbers: tuple[int, ...]
    """Of its first lines in the log."""
    frames: str
    messages: str
    """What the exceptions say, one under the other; the last one ended the program."""

    @property
    def is_launchers(self) -> bool:
        """The launcher tells that the training ended; the reason stands elsewhere."""
        return self.messages.startswith(_LAUNCHERS_OWN)

    @property
    def is_interrupt(self) -> bool:
        return _INTERRUPT.search(self.messages) is not None

    def shown(self) -> str:
        """The whole text; of lines that hold a whole model's names their beginning."""
        return "\n".join(line[:SHOWN] for line in self.text.split("\n"))

    def line_at(self, position: int) -> Line:
        """The line of `messages` in which this character stands, as it is in the log."""
        begin = self.messages.rfind("\n", 0, position) + 1
        said = self.messages[begin:].partition("\n")[0]
        lines = self.text.split("\n")
        index = lines.index(said) if said in lines else 0
        return Line(self.numbers[index if index < len(self.numbers) else 0], said[:SHOWN])

    def last_said(self) -> Line:
        """The exception that ended the program: the last line that looks like one."""
        found = [match.start() for match in _EXCEPTION.finditer(self.messages)]
        return self.line_at(found[-1] if found else 0)


_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]{0,200}(?::|$)", re.M)


def read_trace(text: str, numbers: Sequence[int]) -> Trace:
    """Frames are indented; what an exception says begins at the left edge and goes on to the next header."""
    frames, messages, inside = [], [], False
    for line in text.split("\n"):
        if line.endswith(HEADER):
            inside = True
        elif inside and line.startswith("  "):
            frames.append(line)
        else:
            inside = False
            messages.append(line)
    return Trace(text, tuple(numbers), "\n".join(frames), "\n".join(messages).strip("\n"))


_BARE = re.compile(
    r"(?:[A-Za-z_]\w{0,60}\.){0,6}[A-Z]\w{0,60}(?:Error|Exception|Invalid|Interrupt|NotFound|Exit)(?:: |$)"
)


def is_bare(line: str) -> bool:
    """The end of a traceback, as people quote it without the rest."""
    return _BARE.match(line) is not None and not line.startswith(_LAUNCHERS_OWN)
