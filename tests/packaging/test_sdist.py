"""What the sdist is told to hold: all of it is there, and all that its tests read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
_BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
SDIST = [place.removeprefix("/") for place in _BUILD["targets"]["sdist"]["include"]]
ALWAYS = {"pyproject.toml", "README.md", "LICENSE"}
"""The builder takes these anyway."""


def test_all_of_it_is_there() -> None:
    assert [place for place in SDIST if not (ROOT / place).exists()] == []


def test_what_its_tests_read_is_in_it() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("*.py"))
    read = {place.split("/")[0] for place in re.findall(r'ROOT / "([\w./]+)"', tests)}
    assert {"release", ".github"} <= read and read <= {*SDIST, *ALWAYS}
