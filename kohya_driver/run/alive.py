"""Whether a run lives and how it ended, from its folder alone. Loads little: `kohya-driver` without a command asks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.run.remote import read_mark


@dataclass(frozen=True, slots=True)
class Holder:
    """The run that trains on this machine, and its supervisor."""

    folder: str
    pid: int
    started: float
    """Of the supervisor, as `process.is_alive` wants it: the number alone is used again."""
    engine_pid: int = 0
    """0 until the engine is started."""

    def is_watched(self) -> bool:
        return process.is_alive(self.pid, self.started)

    def lives(self) -> bool:
        """An engine that has lost its supervisor still computes."""
        return self.is_watched() or engine_lives(Path(self.folder))


def holder_file() -> Path:
    """In which it is written who trains on this machine."""
    return files.home() / "training.json"


def read_holder() -> Holder | None:
    """Who was written down last, dead or alive; None also for a file that is torn or of another version."""
    try:
        return Holder(**files.read_json(holder_file()))
    except (OSError, ValueError, TypeError):
        return None


def is_watched(folder: Path) -> bool:
    """Whether the supervisor of the run in this folder lives; of one elsewhere, whether it did when it was last asked."""
    if remote := read_mark(folder):
        return remote.alive
    try:
        holder = files.read_json(folder / "supervisor.json")
        return process.is_alive(int(holder["pid"]), float(holder["started"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError):  # whatever a torn file holds
        return False


def engine_lives(folder: Path) -> bool:
    """Whether the engine of this run lives, watched or not."""
    return bool(process.marked(str(folder)))


def state_without_result(folder: Path) -> str:
    """`running`, `unwatched` (the engine lives, its supervisor does not) or `cut off`."""
    if is_watched(folder):
        return "running"
    return "unwatched" if engine_lives(folder) else "cut off"


def state_of(folder: Path) -> str:
    """As `Run.state`: one of the above, or the outcome."""
    try:
        return str(files.read_json(folder / "result.json")["outcome"])
    except (OSError, ValueError, KeyError, TypeError):
        return state_without_result(folder)
