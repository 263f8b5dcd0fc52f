"""Finds presets/ and vendor/, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

from kohya_driver import files

_PACKAGE = Path(__file__).resolve().parent


def _data(name: str) -> Path:
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def presets() -> Path:
    """The folder of the shipped presets."""
    return _data("presets")


def vendor() -> Path:
    """The folder of the engine's pin, pin.toml, locks, options.json: this version's, or where the person has moved it."""
    moved = moved_vendor()
    return moved if (moved / "moved.json").is_file() and is_moved_from_here(moved) else shipped_vendor()


def shipped_vendor() -> Path:
    """The pin that this version of the package was tested with."""
    return _data("vendor") / "sd-scripts"


def moved_vendor() -> Path:
    """Where a pin that was moved (`engine update --ref`) stands."""
    return files.home() / "engine-pin"


def is_moved_from_here(moved: Path) -> bool:
    """Whether it was moved from this version's pin. With another version of the package the move has no say."""
    try:
        return bool(
            files.read_json(moved / "moved.json")["from"] == files.sha256(shipped_vendor() / "pin.toml")
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False


def assets() -> Path:
    """The folder of the requirements files, one wheel each, out of which single files are taken."""
    return _data("vendor") / "assets"


def report() -> Path:
    """The folder of the library that draws the report's curves."""
    return _data("vendor") / "report"
