"""The runs that a person asks for: of which project, in which state, since when, in which order."""

from __future__ import annotations

import fnmatch
import math
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from kohya_driver.errors import UsageError
from kohya_driver.run.folder import Run
from kohya_driver.run.late import settle_ended
from kohya_driver.run.overview import Overview, overviews
from kohya_driver.run.registry import runs_here

_UNITS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs are listed, and in which order."""

    states: tuple[str, ...] = ()
    """Of `asked.STATES`; none: any."""
    name: str = ""
    """A pattern such as `ning*`, or a part of the name; as is `base`, of the base model's file."""
    base: str = ""
    since: float = 0.0
    """Unix seconds of the last change."""
    sort: str = "time"
    """Of `asked.SORTS`."""
    limit: int | None = None


def list_wanted(wanted: Wanted, folder: str | Path | None = None) -> list[Overview]:
    """The runs in this order. One that came to its end while nobody watched is judged first.

    Args:
        folder: only those of this project, or of this `runs` folder; None: all of this machine, and those of the current folder.

    Raises:
        UsageError: `kept.no_folder`.
    """
    runs = runs_here() if folder is None else runs_in(folder)
    for run in runs:
        settle_ended(run)
    found = [one for one in overviews(runs) if _is_wanted(one, wanted)]
    if wanted.sort != "size":
        found = _ordered(found, wanted)
    sized = [replace(one, size_bytes=size_of(Path(one.folder))) for one in found]
    return _ordered(sized, wanted) if wanted.sort == "size" else sized


def runs_in(folder: str | Path) -> list[Run]:
    """The runs of one project: those in its `runs`, in the folder itself, and what else is known below it.

    Raises:
        UsageError: `kept.no_folder`.
    """
    root = Path(folder).expanduser().absolute()
    if not root.is_dir():
        raise UsageError("kept.no_folder", root)
    below = {
        path.parent for pattern in ("[!.]*/plan.json", "runs/[!.]*/plan.json") for path in root.glob(pattern)
    }
    real = root.resolve()
    known = {run.folder for run in runs_here() if run.folder.resolve().is_relative_to(real)}
    places = {path.resolve(): path for path in (*known, *below)}
    return [Run(path) for path in places.values()]


def size_of(folder: Path) -> int:
    """Bytes that would be free if the folder were gone. A file that has another name elsewhere, as a base model may, is not counted."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    total += size_of(Path(entry.path))
                else:
                    status = entry.stat(follow_symlinks=False)
                    total += status.st_size if status.st_nlink == 1 else 0
    except OSError:
        pass  # it is read by nobody, or was removed just now
    return total


def read_since(text: str, now: float | None = None) -> float:
    """`7d`, `12h`, `2w`, `2026-11-01` or `2026-11-01 20:30` as Unix seconds.

    Raises:
        UsageError: `kept.bad_since`.
    """
    span = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([mhdw])", text.strip())
    if span:
        return (time.time() if now is None else now) - float(span[1]) * _UNITS[span[2]]
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError) as failure:
        raise UsageError("kept.bad_since", text) from failure


def _is_wanted(one: Overview, wanted: Wanted) -> bool:
    return (
        (not wanted.states or _state(one) in wanted.states)
        and fits(one.name, wanted.name)
        and fits(Path(one.base).name, wanted.base)
        and one.changed >= wanted.since
    )


def _state(one: Overview) -> str:
    return {"cut off": "cut-off", "unwatched": "running"}.get(one.state, one.state)


def fits(name: str, pattern: str) -> bool:
    """Whether a pattern with `*`, `?` or `[…]` is this name, or words without one are a part of it; capitals do not count."""
    name, pattern = name.casefold(), pattern.casefold()
    if re.search(r"[*?\[]", pattern):
        return fnmatch.fnmatchcase(name, pattern)
    return pattern in name


_KEYS: dict[str, Callable[[Overview], float]] = {
    "time": lambda one: -one.changed,
    "loss": lambda one: one.loss if one.loss is not None and math.isfinite(one.loss) else math.inf,
    "size": lambda one: -(one.size_bytes or 0),
    "steps": lambda one: -one.step,
}


def _ordered(found: Iterable[Overview], wanted: Wanted) -> list[Overview]:
    """Of two alike the later one first."""
    by_time = sorted(found, key=_KEYS["time"])
    return sorted(by_time, key=_KEYS[wanted.sort])[: wanted.limit]
