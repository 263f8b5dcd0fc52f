"""The file in which it is noted where runs were started, and what they were renamed to. Loads nothing: a shell asks for names."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import HostError

PLAN = "plan.json"
"""Without it a folder is no run."""


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
    while not (place / PLAN).is_file() and str(place) in moves and place not in passed:
        passed.add(place)
        place = Path(moves[str(place)])
    return place if (place / PLAN).is_file() else folder


def _note(**facts: str) -> None:
    line = json.dumps({**facts, "time": round(time.time(), 3)}, ensure_ascii=False)
    with files.lock(files.home() / "runs.lock"):
        path = _registry_file()
        torn = path.exists() and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(("\n" if torn else "") + line + "\n")


def names_here() -> list[str]:
    """Of all runs that are known, and of those in `runs` of the current folder; the latest first."""
    noted = (folder.name for folder in noted_folders())
    return list(dict.fromkeys([*noted, *(folder.name for folder in folders_in(Path("runs").absolute()))]))


def noted_folders() -> list[Path]:
    """Of the runs that are still there, the latest first."""
    return [path for path in map(Path, reversed(_remembered())) if (path / PLAN).is_file()]


def folders_in(root: Path) -> list[Path]:
    """Of the runs in a folder, the one made last first."""
    found = [path for path in root.glob("[!.]*") if (path / PLAN).is_file()]
    return sorted(found, key=lambda path: (path / PLAN).stat().st_mtime, reverse=True)


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
