"""What is kept between trainings because each would compute it anew (`entry_kept.py` writes it): where it is, and how much of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from kohya_driver import files
from kohya_driver.engine.entry_kept import ROOM_BYTES
from kohya_driver.engine.model import Engine

LIMIT_BYTES = 2 << 30
"""The latents of 16,000 pictures at 512 x 512."""


def kept_folder(engine: Engine) -> Path:
    """Of this engine: other versions of its packages may compute something else."""
    return _kept() / engine.root.name


def prune_kept(limit_bytes: int = LIMIT_BYTES - ROOM_BYTES) -> int:
    """Delete what was not used for longest, of all engines, until no more than this is left; returns the bytes freed.

    By itself it makes room for what one more training may keep. A disk that refuses is no reason to fail: a training is about to start.
    """
    found = []
    for path in _kept().rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                state = path.stat()
                found.append((state.st_mtime, state.st_size, path))
    excess = sum(size for _, size, _ in found) - limit_bytes
    freed = 0
    for _, size, path in sorted(found):
        if freed >= excess:
            break
        with contextlib.suppress(OSError):
            path.unlink()
            freed += size
    return freed


def _kept() -> Path:
    return files.home() / "kept"
