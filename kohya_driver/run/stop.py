"""The wish to stop, given from a signal handler or another thread."""

from __future__ import annotations


class Stop:
    """Asked once, a run ends in order; asked again, at once."""

    def __init__(self) -> None:
        self.by = ""
        """Who asked first: a signal's name, or `api`."""
        self.hurry = False

    def ask(self, by: str = "api") -> None:
        """May be called from a signal handler: it takes no lock, which the interrupted code might hold."""
        if self.by:
            self.hurry = True
        self.by = self.by or by

    @property
    def asked(self) -> bool:
        return bool(self.by)
