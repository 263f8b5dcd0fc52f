"""Caption files: what is written into one, and how: UTF-8 without a byte-order mark, one line, whole or not at all.

What is replaced is kept under `.kohya-driver/backup/` of the folder that was worked on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.tag_names import fold, split_tags, without_repeats
from kohya_driver.prepare.tag_policy import TagPolicy
from kohya_driver.wording import reason_of

BACKUP = Path(".kohya-driver", "backup")
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.\d+\.[0-9a-f]{8}\.tmp")


def compose(tags: Iterable[str], policy: TagPolicy, old: str = "") -> str:
    """A caption: trigger and prefix, what stood there before, the tags, suffix; each tag once.

    Args:
        old: a caption to be merged; its order stays.
    """
    fixed = {fold(name) for name in (*policy.front, *policy.suffix)}
    middle = [name for name in (*split_tags(old), *tags) if fold(name) not in fixed]
    return ", ".join([*policy.front, *without_repeats(middle), *policy.suffix])


def caption_path(picture: Path, extension: str) -> Path:
    return picture.with_suffix(extension)


def dotted(extension: str) -> str:
    return extension if extension.startswith(".") else f".{extension}"


def read_old(path: Path) -> bytes | None:
    """A caption's bytes; None if there is none, or only blanks, with which a training would learn nothing or stop.

    Raises:
        DatasetError: it cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as failure:
        raise DatasetError("captions.unreadable", path, reason=reason_of(failure)) from failure
    return data if data.removeprefix(b"\xef\xbb\xbf").strip() else None


def decode(data: bytes) -> str | None:
    """The text without a byte-order mark; None where it is no UTF-8."""
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8-sig")
    return None


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes captions below a folder, each after a copy of what it replaces."""

    root: Path
    backup: Path
    """Where copies go; made with the first one."""

    @classmethod
    def begin(cls, root: Path) -> Writer:
        parent = root / BACKUP
        name = time.strftime("%Y%m%d-%H%M%S")
        number = 1
        while (parent / (name if number == 1 else f"{name}-{number}")).exists():
            number += 1
        return cls(root, parent / (name if number == 1 else f"{name}-{number}"))

    def write(self, path: Path, text: str, old: bytes | None) -> bool:
        """Whether anything had to be written.

        Raises:
            HostError: the disk is full, or the folder may not be written; the caption is as it was.
        """
        new = text.encode("utf-8")
        if old == new:
            return False
        if old is not None:
            files.write_bytes(self.backup / self._inside(path), old)
        files.write_bytes(path, new)
        return True

    def _inside(self, path: Path) -> Path:
        try:
            return path.relative_to(self.root)
        except ValueError:  # behind a link
            return Path(path.name)

    @property
    def used(self) -> Path | None:
        """The backup's folder, if anything was replaced."""
        return self.backup if self.backup.exists() else None


def sweep(folders: Iterable[Path], extension: str) -> None:
    """Take away what a process that was killed while writing has left beside captions."""
    for folder in set(folders):
        with contextlib.suppress(OSError):
            for path in [*folder.iterdir()]:
                found = _TEMPORARY.fullmatch(path.name)
                if found and found["name"].endswith(extension):
                    path.unlink(missing_ok=True)


def work_lock(folder: Path) -> Path:
    """One process at a time works on the captions of a folder; the lock is not in it, so that it stays clean."""
    name = hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]
    return files.home() / "locks" / f"captions-{name}.lock"
