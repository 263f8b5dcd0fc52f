"""The terminal's second screen while something is shown on it: only lines that have changed are written."""

from __future__ import annotations

import contextlib
import contextvars
import threading
import time
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.control import Control
from rich.segment import ControlType, Segment, Segments
from rich.text import Text

LOOK_SECONDS = 0.25
"""So soon a window that has changed its size is noticed."""
DRAW_SECONDS = 1.0
"""Between two drawings in a window of one size: whoever watches for hours must not take a share of the machine."""
ALL_SECONDS = 15.0
"""Every line is written so often: another program may have written over them."""

Draw = Callable[[int, int], Sequence[Text]]
"""The lines for a width and a height. Called in a thread of the frame's own, in the language of who made the frame."""
Line = tuple[str, tuple[object, ...], object]

_CLEAR = Control(ControlType.CLEAR, ControlType.HOME)
_ERASE = Control((ControlType.ERASE_IN_LINE, 2)).segment


class Frame:
    """Takes the terminal's second screen, and gives it back. Whoever writes to a terminal that has gone is told nothing."""

    def __init__(self, console: Console, draw: Draw) -> None:
        self._console = console
        self._draw = draw
        self._context = contextvars.copy_context()
        self._thread: threading.Thread | None = None
        self._over = threading.Event()
        self._size = (0, 0)
        self._shown: dict[int, Line] = {}
        self._drawn_at = self._all_at = 0.0

    def open(self) -> None:
        """Draw at once, and from then on once a second."""
        if self._console.is_dumb_terminal:
            return
        with contextlib.suppress(OSError):
            self._console.set_alt_screen(True)
            self._console.show_cursor(False)
            self._refresh()
        self._thread = threading.Thread(target=self._go, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Give the terminal back."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._over.set()
        thread.join()
        # tmux takes lines of a resized second screen into the scrollback when it is left: leave it empty.
        for leave in (
            lambda: self._console.control(_CLEAR),
            lambda: self._console.set_alt_screen(False),
            lambda: self._console.show_cursor(True),
        ):
            with contextlib.suppress(OSError):
                leave()

    def _go(self) -> None:
        with contextlib.suppress(OSError):
            while not self._over.wait(LOOK_SECONDS):
                self._refresh()

    def _refresh(self) -> None:
        now, size = time.monotonic(), self._console.size
        if size == self._size and now - self._drawn_at < DRAW_SECONDS:
            return
        self._drawn_at = now
        lines = self._context.copy().run(self._draw, *size)
        with self._console:  # what is written in here goes out in one piece
            if size != self._size or now - self._all_at >= ALL_SECONDS:
                self._size, self._all_at, self._shown = size, now, {}
            self._write(lines[: size[1]], size[1])

    def _write(self, lines: Sequence[Text], height: int) -> None:
        blank, changed = Text(), list[Segment]()
        for row in range(height):
            line = lines[row] if row < len(lines) else blank
            known = (line.plain, tuple(line.spans), line.style)
            if self._shown.get(row) != known:
                self._shown[row] = known
                # Erased before it is written: behind a full line the cursor still stands on the last cell.
                changed += [Control.move_to(0, row).segment, _ERASE, *line.render(self._console)]
        # Printed as one: each print by itself costs more than making the line.
        self._console.print(Segments(changed), end="", crop=False)
