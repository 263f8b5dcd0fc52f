"""The wish to stop, given from a signal handler or another thread."""

from __future__ import annotations


class Stop:
    """Asked once, a run saves and ends in order; asked again, it ends without saving; a third time, at once."""

    def __init__(self) -> None:
        self.by = ""
        """Who asked first: a signal's name, `command`, `api`, or the code of a trouble."""
        self.saves = True
        """Save first, if there is anything to save."""
        self.hurry = False
        """Do not wait for anything any more."""

    def ask(self, by: str = "api", *, saves: bool = True) -> None:
        """May be called from a signal handler: it takes no lock, which the interrupted code might hold."""
        if self.by and not self.saves:
            self.hurry = True
        self.saves = saves and not self.by
        self.by = self.by or by

    @property
    def asked(self) -> bool:
        return bool(self.by)
