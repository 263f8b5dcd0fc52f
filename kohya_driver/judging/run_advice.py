"""The advice on one run."""

from __future__ import annotations

from kohya_driver.judging.advice import judge
from kohya_driver.judging.model import Advice
from kohya_driver.judging.read import read_course
from kohya_driver.run.folder import Run
from kohya_driver.run.history import History


def advise(run: Run, history: History | None = None) -> Advice:
    """From the run's folder: while it runs, after it, and where files of it are missing or damaged. Raises nothing for those.

    Args:
        history: where somebody has read it already.
    """
    read = read_course(run, history)
    return judge(read.course, read.ask, read.gaps)
