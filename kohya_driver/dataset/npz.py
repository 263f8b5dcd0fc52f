"""The engine's cache files: which there are, their shape, whether the numbers are any good. No array is loaded.

Sources: library/strategy_sd.py:152 and strategy_sdxl.py:236 (names), library/strategy_base.py:475-545 (names inside),
numpy's format description (NEP 1).
"""

from __future__ import annotations

import re
import struct
import zipfile
from ast import literal_eval
from collections.abc import Collection, Iterable
from pathlib import Path

from kohya_driver.dataset.model import CacheFile, CacheHead, LatentsFile, Size

TEXT_CACHE = "_te_outputs.npz"
_LATENTS = re.compile(r"(?P<stem>.+)_(?P<width>\d+)x(?P<height>\d+)(?P<suffix>_sdxl|_sd)\.npz")
_HEAD_BYTES = 512
_FORMATS = {"<f4": "f", "<f2": "e", "<f8": "d"}


def find_latents(folder: Path, names: Iterable[str], suffix: str) -> tuple[LatentsFile, ...]:
    """Latents files of one family."""
    found: list[LatentsFile] = []
    for name in names:
        match = _LATENTS.fullmatch(name) if name.endswith(suffix) else None
        if match:
            size = int(match["width"]), int(match["height"])
            found.append(LatentsFile(folder / name, match["stem"], _modified(folder / name), *size))
    return tuple(found)


def find_caches(
    folder: Path, names: Iterable[str], ending: str, stems: Collection[str]
) -> tuple[CacheFile, ...]:
    """Files of these pictures with this ending."""
    found = ((name, name.removesuffix(ending)) for name in names if name.endswith(ending))
    return tuple(
        CacheFile(folder / name, stem, _modified(folder / name)) for name, stem in found if stem in stems
    )


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def read_cache_head(path: Path) -> CacheHead:
    """What can be known of an .npz without its data. Numbers gone wrong in 16 bit fill a whole picture's latents,
    so that the first few tell."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("latents.npy") as member:
            return _latents_head(member.read(_HEAD_BYTES))
    except KeyError:
        return CacheHead()
    except (OSError, ValueError, SyntaxError, struct.error, zipfile.BadZipFile):
        return CacheHead(is_broken=True)


def _latents_head(head: bytes) -> CacheHead:
    """A .npy file: magic, version, length of the header, a Python dict, the numbers."""
    start, size = (10, "<H") if head[6] == 1 else (12, "<I")
    (length,) = struct.unpack_from(size, head, 8)
    header = literal_eval(head[start : head.index(b"}") + 1].decode("latin-1"))
    shape: tuple[int, ...] = header["shape"]
    return CacheHead(_pixels(shape), has_nan=_has_nan(head[start + length :], header["descr"]))


def _pixels(shape: tuple[int, ...]) -> Size:
    return shape[-1] * 8, shape[-2] * 8


def _has_nan(data: bytes, kind: str) -> bool:
    letter = _FORMATS.get(kind)
    if letter is None:
        return False
    count = len(data) // struct.calcsize(letter)
    return any(value != value for value in struct.unpack_from(f"<{count}{letter}", data))
