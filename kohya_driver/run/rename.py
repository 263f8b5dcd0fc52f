"""Gives a run another name: its folder's, in one step. Its files are read as if they had always stood there (`run/moved.py`)."""

from __future__ import annotations

from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import RunError, UsageError
from kohya_driver.run.folder import Run
from kohya_driver.run.idle import standing_still
from kohya_driver.run.noted import remember_move


def rename_run(run: Run, name: str) -> Run:
    """The run under its new name; the names of its LoRA files stay.

    Raises:
        UsageError: `kept.bad_name`.
        RunError: `kept.name_taken`; it runs or is queued, or is not there any more.
        HostError: the system refuses it; nothing is changed.
    """
    before, now = run.folder, new_folder(run, name)
    if now == before:
        return run
    with standing_still(run):
        try:
            # First, so that whoever is cut off between the two is left with a run that is known by either name.
            remember_move(before, now)
            before.rename(now)
        except OSError as failure:
            raise files.host_error(failure, before) from failure
    return Run(now)


def new_folder(run: Run, name: str) -> Path:
    """Raises UsageError and RunError as `rename_run` does."""
    safe = files.safe_name(name, "")
    if safe != name or not safe:
        raise UsageError("kept.bad_name", name, better=safe or run.folder.name)
    now = run.folder.with_name(name)
    # On a disk that does not tell capitals from small letters, Ning and ning are one folder.
    if (now.exists() or now.is_symlink()) and not _is_same(now, run.folder):
        raise RunError("kept.name_taken", now, name=name)
    return now


def _is_same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)
