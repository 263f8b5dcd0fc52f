"""Old model files, which are programs as much as data: what they would run, and what they hold, without running them."""

from __future__ import annotations

import logging
import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path

from kohya_driver.engine.families import Family, family_by_marks
from kohya_driver.errors import Finding, error, warning

SUFFIXES = frozenset({".ckpt", ".pt", ".pth", ".bin"})
_HEADS = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
SHOWN = 5
_LARGEST_INDEX_BYTES = 64 << 20  # of the part that names the tensors; a large model's has 1 MB
_MARKS: tuple[tuple[Family, str], ...] = (
    ("sdxl", "conditioner.embedders.1."),
    ("sdxl-refiner", "conditioner.embedders.0.model."),
    ("sd2", "cond_stage_model.model."),
    ("sd15", "cond_stage_model.transformer."),
)
"""The text encoders' names tell the families apart; a pickle's shapes are hard to tell without running it."""


def begins_as_pickle(head: bytes) -> bool:
    """Torch's zip, or a bare pickle of the protocols that it ever wrote."""
    return head.startswith(_HEADS)


def scan_pickle(path: Path) -> tuple[Finding, ...]:
    """What a pickle would call when it is loaded, as far as it is no tensor: `base.pickle_dangerous`,
    `base.pickle_suspicious`, `base.pickle_unreadable`, or nothing."""
    from picklescan.scanner import SafetyLevel, scan_file_path

    # It reports through logging, which would print.
    logging.getLogger("picklescan").disabled = True
    try:
        result = scan_file_path(str(path))
    # A file made to confuse raises anything; what cannot be scanned must not be loaded.
    except Exception as failure:
        return (
            error("base.pickle_unreadable", path=path, reason=str(failure)[:200] or type(failure).__name__),
        )
    named = {
        level: sorted(f"{found.module}.{found.name}" for found in result.globals if found.safety is level)
        for level in SafetyLevel
    }
    dangerous, suspicious = named[SafetyLevel.Dangerous], named[SafetyLevel.Suspicious]
    if dangerous or result.infected_files:
        return (error("base.pickle_dangerous", path=path, calls=", ".join(dangerous[:SHOWN])),)
    if result.scan_err or not result.scanned_files:
        return (error("base.pickle_unreadable", path=path, reason="picklescan"),)
    if suspicious:
        return (warning("base.pickle_suspicious", path=path, calls=", ".join(suspicious[:SHOWN])),)
    return ()


def pickle_family(path: Path) -> Family:
    """What an old checkpoint holds, by the names in it; `unknown` where they cannot be read."""
    try:
        names = list(_texts(path))
    except Exception:  # pickletools raises many kinds on what is no pickle
        return "unknown"
    for family, mark in _MARKS:
        if any(name.startswith(mark) for name in names):
            return family
    return family_by_marks(names)


def _texts(path: Path) -> Iterator[str]:
    """Every text in the part of torch's zip format that names the tensors. Read, not run."""
    with zipfile.ZipFile(path) as archive:
        entry = next(info for info in archive.infolist() if info.filename.endswith("data.pkl"))
        if entry.file_size > _LARGEST_INDEX_BYTES:
            return
        for _, value, _ in pickletools.genops(archive.read(entry)):
            if isinstance(value, str):
                yield value
