"""One training at a time on a machine: who trains is written down, and a holder that is dead holds nothing."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.errors import RunError
from kohya_driver.run.alive import Holder, holder_file, read_holder
from kohya_driver.run.folder import Run


def take(folder: Path, pid: int | None = None, started: float | None = None, *, engine_pid: int = 0) -> None:
    """Write down that this run is the machine's training from now on.

    May be called again: to name the engine, by the holder for a process to which it hands over, and by a new supervisor
    of a run whose supervisor is dead.

    Args:
        pid, started: the supervisor; by default this process.

    Raises:
        RunError: `run.machine_busy` if another training lives, or this one under another supervisor.
    """
    pid = os.getpid() if pid is None else pid
    wanted = Holder(str(folder), pid, process.own_start() if started is None else started, engine_pid)
    with files.lock(_lock_file()):
        present = read_holder()
        if present and not _may_follow(present, wanted):
            raise RunError("run.machine_busy", present.folder, run=Path(present.folder).name)
        files.write_json(holder_file(), asdict(wanted))


def release(folder: Path, pid: int | None = None) -> None:
    """This run's supervisor is done with it. Nothing happens if another holds the machine by now."""
    with files.lock(_lock_file()):
        present = read_holder()
        if present and (present.folder, present.pid) == (str(folder), pid or os.getpid()):
            holder_file().unlink(missing_ok=True)


def check_is_free(folder: Path) -> None:
    """Raises RunError: `run.machine_busy` if another run than this one trains on this machine now."""
    running = holder()
    if running and running.folder != folder:
        raise RunError("run.machine_busy", running.folder, run=running.folder.name)


@contextlib.contextmanager
def keeping_from_starting() -> Iterator[None]:
    """No training can begin while this lasts: for what is done to a run's folder in a moment."""
    with files.lock(_lock_file()):
        yield


@contextlib.contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Be the machine's training while this lasts; raises RunError as `take` does."""
    take(folder)
    try:
        yield
    finally:
        release(folder)


def holder() -> Run | None:
    """The run that trains on this machine now, watched or not."""
    present = read_holder()
    return Run(Path(present.folder)) if present and present.lives() else None


def _may_follow(present: Holder, wanted: Holder) -> bool:
    if present.folder != wanted.folder:
        return not present.lives()
    return present.pid in (wanted.pid, os.getpid()) or not present.is_watched()


def _lock_file() -> Path:
    return files.home() / "training.lock"
