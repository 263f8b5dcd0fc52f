"""Which folders are in question, and what can be done in each: found out by doing it."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver import files
from kohya_driver.host import is_evicted
from kohya_driver.preset.load import load_preset

MOST_FILES = 20_000
"""Looked at in one folder."""

IsEvicted = Callable[[str, os.stat_result], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder, or a file, in question."""

    role: str
    """`home` (the driver's own), `current`, `project` (written into), `pictures` or `model` (read, all of it)."""
    path: Path

    @property
    def is_read_through(self) -> bool:
        return self.role in ("pictures", "model")


@dataclass(slots=True)
class Folder:
    """What a place is like."""

    place: Place
    exists: bool = True
    write_errno: int = 0
    """Why nothing can be written there; 0: something can."""
    files: int = 0
    evicted: int = 0
    """Files whose content is in iCloud only."""
    evicted_example: str = ""
    unreadable: dict[str, int] = field(default_factory=dict)
    """Path to why."""


def places(target: str | Path | None) -> tuple[Place, ...]:
    """The driver's folder, the current one, and those of a preset or one folder of pictures.

    Raises:
        PresetError: the target is neither a folder nor a preset.
    """
    found = [Place("home", files.home()), Place("current", Path.cwd())]
    if target is not None:
        folder = Path(target).expanduser().resolve()
        found += [Place("pictures", folder)] if folder.is_dir() else _of_preset(target)
    return tuple({place.path: place for place in reversed(found)}.values())[::-1]


def _of_preset(source: str | Path) -> Iterator[Place]:
    preset = load_preset(source)
    yield Place("project", preset.folder)
    if preset.saving.output_dir:
        yield Place("project", preset.saving.output_dir)
    for pictures in (preset.dataset.train_data_dir, preset.dataset.reg_data_dir):
        if pictures:
            yield Place("pictures", pictures)
    yield from (Place("pictures", subset.image_dir) for subset in preset.dataset.subsets)
    # A name on the Hub has stayed relative.
    if Path(preset.model.base).is_absolute():
        yield Place("model", Path(preset.model.base))


def look_at(place: Place, evicted: IsEvicted = is_evicted, most_files: int = MOST_FILES) -> Folder:
    """Try to write there; where it is to be read through, look for files in iCloud and read from one file of each folder."""
    folder = Folder(place, exists=_exists(place.path))
    if place.role != "model" and (folder.exists or place.role != "pictures"):
        folder.write_errno = _try_to_write(place.path)
    if folder.exists and place.is_read_through:
        _read_through(folder, evicted, most_files)
    return folder


def _exists(path: Path) -> bool:
    """Path.exists() raises where a folder above may not be looked into."""
    return os.access(path, os.F_OK)


def _try_to_write(path: Path) -> int:
    """Into the folder, or where it will be made; a file that has no name, so that nothing is left."""
    while not _exists(path) and path != path.parent:
        path = path.parent
    try:
        with tempfile.TemporaryFile(dir=path):
            return 0
    except OSError as failure:
        return failure.errno or errno.EIO


def _read_through(folder: Folder, evicted: IsEvicted, most_files: int) -> None:
    if folder.place.path.is_file():
        _look_at_files(folder, [folder.place.path], evicted)
        return

    def refused(failure: OSError) -> None:
        folder.unreadable[str(failure.filename)] = failure.errno or errno.EIO

    for parent, _, names in os.walk(folder.place.path, onerror=refused):
        _look_at_files(folder, [Path(parent, name) for name in sorted(names)], evicted)
        if folder.files >= most_files:
            return


def _look_at_files(folder: Folder, paths: list[Path], evicted: IsEvicted) -> None:
    """Of one folder. A file in iCloud is not opened: that would begin to download it."""
    folder.files += len(paths)
    opened = False
    for path in paths:
        try:
            if evicted(path.name, path.stat()):
                folder.evicted += 1
                folder.evicted_example = folder.evicted_example or str(path)
            elif not opened:
                opened = True
                with path.open("rb") as file:
                    file.read(1)
        except OSError as failure:
            folder.unreadable[str(path)] = failure.errno or errno.EIO
