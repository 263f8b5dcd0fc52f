"""Looks at what surrounds a training: the disks it writes to, files kept in iCloud, a token for the Hub."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kohya_driver import files
from kohya_driver.host import SF_DATALESS

Fault = Literal["not_a_folder", "not_writable"]


@dataclass(frozen=True, slots=True)
class Volume:
    """What a folder lies on; folders with the same `device` share the free bytes."""

    device: int
    free_bytes: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    volumes: Mapping[Path, Volume]
    """Of every folder that the training may write to, whether or not it exists yet."""
    faults: Mapping[Path, Fault]
    """Those of them that cannot be written to."""
    evicted: tuple[Path, ...]
    """Files whose contents are in iCloud only."""
    hub_token: bool
    """Somebody has logged in to the Hugging Face Hub here."""


def look_around(
    folders: Iterable[Path], contents: Iterable[Path], environment: Mapping[str, str]
) -> Surroundings:
    """Args: `folders` that may be written to, `contents` files that will be read."""
    wanted = tuple(dict.fromkeys(folders))
    faults = {folder: fault for folder in wanted if (fault := _fault(_existing(folder)))}
    return Surroundings(
        volumes={folder: _volume(folder) for folder in wanted},
        faults=faults,
        evicted=tuple(path for path in contents if _flags(path) & SF_DATALESS),
        hub_token=_has_token(environment),
    )


def _existing(path: Path) -> Path:
    """The path, or the nearest one above it that exists."""
    # Not Path.exists(), which raises where a folder above may not be looked into.
    while not os.access(path, os.F_OK) and path != path.parent:
        path = path.parent
    return path


def _fault(path: Path) -> Fault | None:
    if not path.is_dir():
        return "not_a_folder"
    return None if os.access(path, os.W_OK | os.X_OK) else "not_writable"


def _volume(folder: Path) -> Volume:
    there = _existing(folder)
    return Volume(there.stat().st_dev, files.free_bytes(there))


def _flags(path: Path) -> int:
    """The file's macOS flags; 0 where there are none, or no such file."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return int(getattr(found, "st_flags", 0)) if stat.S_ISREG(found.st_mode) else 0


def _has_token(environment: Mapping[str, str]) -> bool:
    """Where huggingface_hub looks for it."""
    if environment.get("HF_TOKEN") or environment.get("HUGGING_FACE_HUB_TOKEN"):
        return True
    home = environment.get("HF_HOME") or Path(environment.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(environment.get("HF_TOKEN_PATH") or Path(home) / "token").expanduser().is_file()
