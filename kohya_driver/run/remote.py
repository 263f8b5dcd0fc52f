"""The mark of a run that trains on another machine: where it is, and what was last heard of it.

Such a run has a folder here like any other; its files are fetched from there (`cloud/sync.py`), and the mark says what they
cannot: whether it still lives. Nothing on this machine's list of processes tells that.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from kohya_driver import files

MARK = "remote.json"
_HOST = re.compile(r"(?:[A-Za-z0-9][\w.@-]*)?", re.ASCII)
"""A run's folder may come from anybody: what begins with a dash would be an option."""


@dataclass(frozen=True, slots=True)
class Remote:
    """One training elsewhere."""

    host: str
    """As ssh knows it: the name of a SkyPilot cluster. Empty: the folder is reached from here, on a shared disk say."""
    folder: str
    """The run's folder there."""
    project: str
    """The folder there from which it was started."""
    machine: str = ""
    """What it trains on, as a person would say it."""
    alive: bool = True
    """When it was last asked."""
    synced: float = 0.0
    """When its files were last fetched; 0: never."""

    @property
    def name(self) -> str:
        """Of the machine, for a list."""
        return self.host or self.folder


def mark_file(folder: Path) -> Path:
    return folder / MARK


def read_mark(folder: Path) -> Remote | None:
    """None for a run of this machine's; also where the mark is torn, or names what is no host: it is said to ssh."""
    try:
        body = files.read_json(mark_file(folder))
        known = {one.name for one in fields(Remote)}
        found = Remote(**{name: value for name, value in body.items() if name in known})
        return found if _HOST.fullmatch(found.host) else None
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def write_mark(folder: Path, remote: Remote) -> None:
    """Raises HostError if it cannot be written."""
    files.write_json(mark_file(folder), {"version": 1, **asdict(remote)})
