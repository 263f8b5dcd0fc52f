"""Judges a training that came to its end while nobody watched over it, or whose result had no room on the disk."""

from __future__ import annotations

from kohya_driver import files
from kohya_driver.errors import DriverError
from kohya_driver.run.attempt import read_attempts
from kohya_driver.run.course import Course
from kohya_driver.run.detach import recorded
from kohya_driver.run.folder import Run
from kohya_driver.run.remote import read_mark


def settle_ended(run: Run) -> bool:
    """Write the result of such a run, as its supervisor would have; whether one was written.

    One that failed meanwhile is left as it is, cut off: `resume` goes on with it.
    """
    if not _is_to_settle(run):
        return False
    try:
        with files.lock(files.home() / "settle.lock"):
            if not _is_to_settle(run):
                return False
            attempt, told = read_attempts(run)[-1], recorded(run)
            Course(run, run.plan(), before=run.snapshot()).judge_ended(attempt, told)
    except (OSError, DriverError, ValueError, KeyError, TypeError, IndexError):
        return False
    return True


def _is_to_settle(run: Run) -> bool:
    if run.result_file.exists() or read_mark(run.folder):  # elsewhere, its own supervisor judges
        return False
    try:
        trainer = files.read_json(run.trainer_file)
        return trainer.get("status") == 0 and run.state() == "cut off"
    except (OSError, ValueError, AttributeError):
        return False
