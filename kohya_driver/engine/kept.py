"""What is kept between trainings because each would compute it anew (`entry_kept.py` writes it): where it is, and how much of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from kohya_driver import files

LIMIT_BYTES = 2 << 30
"""The latents of 16,000 pictures at 512 x 512."""


def kept_folder() -> Path:
    return files.home() / "kept"


def prune_kept(limit_bytes: int = LIMIT_BYTES) -> int:
    """Delete what was not used for longest, until no more than this is left; returns the bytes freed.

    A disk that refuses is no reason to fail: a training is about to start.
    """
    found = []
    for path in kept_folder().glob("*/*/*"):
        with contextlib.suppress(OSError):
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
