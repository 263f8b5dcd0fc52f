"""Finds presets/ and vendor/, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _data(name: str) -> Path:
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def presets() -> Path:
    """The folder of the shipped presets."""
    return _data("presets")


def vendor() -> Path:
    """The folder of the engine's pin: pin.toml, locks, options.json."""
    return _data("vendor") / "sd-scripts"


def assets() -> Path:
    """The folder of the requirements files, one wheel each, out of which single files are taken."""
    return _data("vendor") / "assets"


def report() -> Path:
    """The folder of the library that draws the report's curves."""
    return _data("vendor") / "report"
