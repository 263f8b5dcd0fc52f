"""Which runs there are on this machine, and which one a person means."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from kohya_driver import files
from kohya_driver.errors import HostError, RunError
from kohya_driver.run import machine
from kohya_driver.run.folder import Run, open_run


def remember_run(folder: Path) -> None:
    """Note that this run was started or goes on. A run is not ended because that cannot be written down."""
    with contextlib.suppress(OSError, HostError):
        _note(folder=str(folder))


def remember_move(before: Path, now: Path) -> None:
    """Note that this run is about to stand in another folder, and is as old as before. Raises OSError."""
    _note(folder=str(now), was=str(before))


def place_of(folder: Path) -> Path:
    """Where the run is that was in this folder: there, or where it was renamed to."""
    moves = {line["was"]: line["folder"] for line in _lines() if "was" in line}
    place, passed = folder, set[Path]()
    while not Run(place).plan_file.is_file() and str(place) in moves and place not in passed:
        passed.add(place)
        place = Path(moves[str(place)])
    return place if Run(place).plan_file.is_file() else folder


def _note(**facts: str) -> None:
    line = json.dumps({**facts, "time": round(time.time(), 3)}, ensure_ascii=False)
    with files.lock(files.home() / "runs.lock"):
        path = _registry_file()
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(("\n" if torn else "") + line + "\n")


def known_runs() -> list[Run]:
    """All runs that were started on this machine and whose folders are still there; the latest first."""
    runs = [Run(Path(folder)) for folder in reversed(_remembered())]
    return [run for run in runs if run.plan_file.is_file()]


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
        raise RunError("run.unknown", text, close=", ".join(close or list(names)[:5]) or "–")
    return found[0]


def _local() -> list[Run]:
    runs = [Run(path) for path in Path("runs").absolute().glob("[!.]*") if Run(path).plan_file.is_file()]
    return sorted(runs, key=lambda run: run.plan_file.stat().st_mtime, reverse=True)


def _remembered() -> list[str]:
    """Folders in the order in which they were noted last; one that was renamed stands beside its old name."""
    folders: dict[str, None] = {}
    for line in _lines():
        folder, was = line["folder"], line.get("was")
        folders.pop(folder, None)
        if was in folders:
            names = list(folders)
            names.insert(names.index(was) + 1, folder)
            folders = dict.fromkeys(names)
        else:
            folders[folder] = None
    return list(folders)


def _lines() -> Iterator[dict[str, str]]:
    """A line that is torn is passed over."""
    with contextlib.suppress(OSError):
        for text in _registry_file().read_text(encoding="utf-8", errors="surrogateescape").split("\n"):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                line = json.loads(text)
                moved = {"was": str(line["was"])} if "was" in line else {}
                yield {"folder": str(line["folder"]), **moved}


def _registry_file() -> Path:
    return files.home() / "runs.jsonl"
