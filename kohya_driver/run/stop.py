"""The wish to stop, given from a signal handler or another thread."""

from __future__ import annotations

import threading


class Stop:
    """Asked once, a run ends in order; asked again, at once."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._hurry = False
        self.by = ""

    def ask(self, by: str = "api") -> None:
        """May be called from a signal handler."""
        if self._event.is_set():
            self._hurry = True
        self.by = self.by or by
        self._event.set()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    @property
    def hurry(self) -> bool:
        return self._hurry

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the first wish to stop."""
        self._event.wait(seconds)
