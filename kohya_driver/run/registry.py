"""Which runs there are on this machine, and which one a person means."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Literal

from kohya_driver.errors import RunError
from kohya_driver.run import machine
from kohya_driver.run.folder import Run, open_run
from kohya_driver.run.noted import folders_in, noted_folders


def known_runs() -> list[Run]:
    """All runs that were started on this machine and whose folders are still there; the latest first."""
    return [Run(folder) for folder in noted_folders()]


def runs_here() -> list[Run]:
    """The known runs, then those in `runs` of the current folder that nobody has noted: a project that was copied here."""
    known = known_runs()
    places = {run.folder.resolve() for run in known}
    return [*known, *(run for run in _local() if run.folder.resolve() not in places)]


def find_run(text: str | None = None, default: Literal["running", "newest"] = "running") -> Run:
    """The run that a person means.

    Args:
        text: its folder, or the folder's name, such as `ningguang-003`.
        default: which one is meant if nothing is said; `newest`: the running one, else the latest.

    Raises:
        RunError: `run.not_a_run`, `run.unknown`, `run.ambiguous`; if nothing is said, `run.none_running` or `run.none`.
    """
    if text is not None:
        return _named(text)
    running = machine.holder()
    if running:
        return running
    if default == "running":
        raise RunError("run.none_running")
    for run in runs_here():
        return run
    raise RunError("run.none")


RESUMABLE = ("stopped", "failed", "cut off")


def find_resumable(text: str | None = None) -> Run:
    """The run to go on with; if nothing is said, the latest that was stopped, cut off or failed.

    Raises:
        RunError: as `find_run`; `run.none_to_resume`.
    """
    if text is not None:
        return _named(text)
    for run in runs_here():
        if run.state() in RESUMABLE:
            return run
    raise RunError("run.none_to_resume")


def _named(text: str) -> Run:
    path = Path(text).expanduser()
    if Run(path).plan_file.is_file():
        return open_run(path)
    if os.sep in text or path.is_dir():
        return open_run(path)
    runs = runs_here()
    found = [run for run in runs if run.folder.name == text]
    if len(found) > 1:
        raise RunError("run.ambiguous", text, folders=", ".join(str(run.folder) for run in found))
    if not found:
        names = dict.fromkeys(run.folder.name for run in runs)
        close = difflib.get_close_matches(text, names, n=5, cutoff=0.4)
        if not names:
            raise RunError("run.unknown_first", text)
        raise RunError("run.unknown", text, close=", ".join(close or list(names)[:5]))
    return found[0]


def _local() -> list[Run]:
    return [Run(folder) for folder in folders_in(Path("runs").absolute())]
