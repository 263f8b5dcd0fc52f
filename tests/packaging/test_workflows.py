"""The workflows on GitHub, which nobody can run here: what they call exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from uv import find_uv_bin

from kohya_driver.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path: Path) -> str:
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])


def test_there_is_one_for_each_purpose() -> None:
    assert [path.stem for path in WORKFLOWS] == ["build", "release", "test"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_it_calls_exists(path: Path) -> None:
    text = steps(path)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    for line in re.findall(r"^make (.*)", text, re.M):
        words = [word for word in line.split() if "=" not in word]
        assert all(word in targets or word == ".venv/.installed" for word in words), line
    for name in re.findall(r"(?:release|tests|docs)/[\w/.]+\.(?:py|sh)", text):
        assert (ROOT / name).is_file(), name
    for word in re.findall(r"kohya-driver (?!/)([a-z][\w-]*)", text):
        assert word in COMMANDS, word


def test_tests_run_on_a_mac() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))["jobs"][
        "test"
    ]["strategy"]
    assert {"macos-14", "macos-15", "ubuntu-24.04"} == {one["os"] for one in matrix["matrix"]["include"]}


@pytest.mark.long
def test_they_are_what_github_takes() -> None:
    """By its schema. actionlint says more, but gets its program from GitHub."""
    command = [
        find_uv_bin(),
        "tool",
        "run",
        "check-jsonschema",
        "--builtin-schema",
        "vendor.github-workflows",
    ]
    done = subprocess.run([*command, *WORKFLOWS], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")
