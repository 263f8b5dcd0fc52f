"""Looks through a folder for files and folders that may be base models. Bounded, and nothing is opened here.

Links are followed, each folder is entered once. What iCloud has taken off the disk is told by its status alone: opening it would
fetch it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from kohya_driver.host import is_evicted
from kohya_driver.models.places import Place

SUFFIXES = (".safetensors", ".ckpt")
INDEX = "model_index.json"
MOST_ENTRIES = 50_000
"""Of one place: more than any person has models, and a second's work."""
MOST_LEVELS = 8

Kind = Literal["file", "folder", "evicted"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a base model."""

    path: Path
    kind: Kind
    identity: tuple[int, int]
    """Device and number of the file itself: the same under all its names."""
    name: str
    """As it is shown."""


@dataclass(slots=True)
class Walk:
    """One place being looked through."""

    place: Place
    refused: list[Path] = field(default_factory=list)
    """Folders that could not be looked into."""
    is_cut: bool = False
    """Whether there was more than is looked at."""
    _left: int = MOST_ENTRIES
    _entered: set[tuple[int, int]] = field(default_factory=set)

    def candidates(self) -> Iterator[Candidate]:
        if self.place.program == "hub":
            yield from self._hub()
        else:
            yield from self._folder(self.place.folder, 0)

    def _hub(self) -> Iterator[Candidate]:
        """Of each repository the snapshot that was fetched last."""
        for repo in self._entries(self.place.folder):
            if not repo.name.startswith("models--"):
                continue
            snapshots = [
                Path(one.path) for one in self._entries(Path(repo.path) / "snapshots") if one.is_dir()
            ]
            if snapshots:
                newest = max(snapshots, key=lambda path: path.stat().st_mtime)
                named = repo.name.removeprefix("models--").replace("--", "/")
                for found in self._folder(newest, MOST_LEVELS - 2):
                    tail = found.path.relative_to(newest) if found.path != newest else None
                    name = f"{named}/{tail}" if tail else named
                    yield Candidate(found.path, found.kind, found.identity, name)

    def _folder(self, folder: Path, level: int) -> Iterator[Candidate]:
        entries = self._entries(folder)
        if any(entry.name == INDEX for entry in entries):
            status = folder.stat()
            yield Candidate(folder, "folder", (status.st_dev, status.st_ino), folder.name)
            # A whole checkpoint may lie beside the parts; the parts themselves are none.
            entries = [entry for entry in entries if not entry.is_dir()]
        for entry in entries:
            yield from self._entry(entry, level)

    def _entry(self, entry: os.DirEntry[str], level: int) -> Iterator[Candidate]:
        path = Path(entry.path)
        hidden = path.name.removeprefix(".").removesuffix(".icloud")
        try:
            status = entry.stat(follow_symlinks=False)
            if is_evicted(path.name, status) and hidden.lower().endswith(SUFFIXES):
                yield Candidate(path, "evicted", (status.st_dev, status.st_ino), hidden)
            elif path.name.startswith("."):
                return
            elif entry.is_dir():
                if self.place.is_deep and level < MOST_LEVELS and self._is_new(path):
                    yield from self._folder(path, level + 1)
            elif path.suffix.lower() in SUFFIXES:
                yield self._file(path)
        except OSError:
            self.refused.append(path)

    def _file(self, path: Path) -> Candidate:
        """Behind a link, the file that it leads to."""
        status = path.stat()
        kind: Kind = "evicted" if is_evicted(path.name, status) else "file"
        return Candidate(path, kind, (status.st_dev, status.st_ino), path.name)

    def _is_new(self, folder: Path) -> bool:
        status = folder.stat()
        identity = (status.st_dev, status.st_ino)
        known = identity in self._entered
        self._entered.add(identity)
        return not known

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        found = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if self._left == 0:
                        self.is_cut = True
                        break
                    self._left -= 1
                    found.append(entry)
        except FileNotFoundError:
            return []
        except OSError:
            self.refused.append(folder)
        return sorted(found, key=lambda entry: entry.name)
