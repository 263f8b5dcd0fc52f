"""The version stands in one place."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import kohya_driver

ROOT = Path(__file__).parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_version_is_the_packages_own() -> None:
    """And pyproject.toml reads it there."""
    assert "version" in PROJECT["project"]["dynamic"] and "version" not in PROJECT["project"]
    place = ROOT / PROJECT["tool"]["hatch"]["version"]["path"]
    found = re.findall(r'^__version__ = "(\d+\.\d+\.\d+\S*)"$', place.read_text(encoding="utf-8"), re.M)
    assert found == [kohya_driver.__version__]
    assert importlib.metadata.version("kohya-driver") == kohya_driver.__version__


def test_no_other_file_says_it() -> None:
    """Of those that somebody writes by hand; a release's heading in the changelog is its name."""
    said = re.compile(rf"(?<![\d.]){re.escape(kohya_driver.__version__)}(?![\d.])")
    sources = [
        *(ROOT / "kohya_driver").rglob("*.py"),
        ROOT / "pyproject.toml",
        *ROOT.glob(".github/**/*.yml"),
    ]
    quoting = [
        path.relative_to(ROOT).as_posix()
        for path in sources
        if any(
            f'"{found}"' in line
            for line in path.read_text(encoding="utf-8").splitlines()
            for found in said.findall(line)
        )
    ]
    assert quoting == ["kohya_driver/__init__.py"]


def test_what_the_index_shows_of_it() -> None:
    project = PROJECT["project"]
    assert project["license"] == "Apache-2.0" and (ROOT / project["license-files"][0]).is_file()
    assert (ROOT / project["readme"]).is_file() and project["description"]
    shown = importlib.metadata.metadata("kohya-driver")
    assert shown["License-Expression"] == "Apache-2.0" and shown["Requires-Python"] == ">=3.11"
