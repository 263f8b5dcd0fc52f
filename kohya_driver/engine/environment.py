"""The engine's own Python environment, built by uv from a hash-locked requirements file."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from kohya_driver.engine.pin import Recipe, locked_versions
from kohya_driver.errors import EngineError, Finding, error
from kohya_driver.process import run_tool

Line = Callable[[str], None]

# What of the caller's environment would lead uv or Python into another environment than ours.
FOREIGN = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "UV_PYTHON",
    "UV_PROJECT_ENVIRONMENT",
    "UV_SYSTEM_PYTHON",
    "UV_REQUIRE_HASHES",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
)
_INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_NO_INDEX")

# What uv 0.8 to 0.13 says, and what it means; the first that fits counts.
_REASONS = (
    (re.compile(r"no space left|disk quota|os error 28", re.IGNORECASE), "engine.no_space"),
    (re.compile(r"hash mismatch", re.IGNORECASE), "engine.hash_mismatch"),
    (
        re.compile(
            r"failed to fetch|error sending request|dns error|connect(ion)? error|timed out|could not connect"
            r"|network (connectivity|unreachable)|failed to download|tls|certificate",
            re.IGNORECASE,
        ),
        "engine.index_unreachable",
    ),
    (
        re.compile(r"no solution found|not found in the package registry|no wheels", re.IGNORECASE),
        "engine.no_package",
    ),
    (re.compile(r"no interpreter found", re.IGNORECASE), "engine.no_python"),
)
_LAST_LINES = 8


def uv_environment(
    mark: Mapping[str, str] | None = None, caller: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The environment for uv: the caller's, without what points at other environments.

    pip's index setting is honoured where uv has none of its own: many people in China have set one.
    """
    extra = {"UV_NO_PROGRESS": "1", "UV_HTTP_TIMEOUT": caller.get("UV_HTTP_TIMEOUT", "120"), **(mark or {})}
    if caller.get("PIP_INDEX_URL") and not any(caller.get(name) for name in _INDEXES):
        extra["UV_DEFAULT_INDEX"] = caller["PIP_INDEX_URL"]
    return {**{name: value for name, value in caller.items() if name not in FOREIGN}, **extra}


def run_uv(
    arguments: list[str | Path],
    *,
    cwd: Path,
    mark: Mapping[str, str] | None = None,
    on_line: Line | None = None,
    timeout_seconds: float | None = None,
) -> str:
    """Run uv to its end; returns all that it printed.

    Raises:
        EngineError: why it failed, as far as its output tells, with its last lines.
    """
    from uv import find_uv_bin

    command = [find_uv_bin(), "--color=never", *arguments]
    done = run_tool(
        command, cwd=cwd, env=uv_environment(mark), timeout_seconds=timeout_seconds, on_line=on_line
    )
    if done.status != 0:
        raise explain_uv(done.output, done.status)
    return done.output


def explain_uv(output: str, status: int) -> EngineError:
    """The error for what uv printed before it failed."""
    code = next((code for pattern, code in _REASONS if pattern.search(output)), "engine.environment_failed")
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    return EngineError(code, status=status, last_lines="\n".join(lines[-_LAST_LINES:]))


def choose_python(pythons: tuple[str, ...], running: tuple[int, int] = sys.version_info[:2]) -> str:
    """What to ask uv for: the Python that runs now if the locks serve it, else the newest that they serve.

    uv takes an installed one, and fetches one only if there is none.
    """
    return sys.executable if f"{running[0]}.{running[1]}" in pythons else pythons[-1]


def build_environment(
    recipe: Recipe,
    destination: Path,
    on_line: Line = lambda line: None,
    *,
    mark: Mapping[str, str] | None = None,
) -> None:
    """Make a virtual environment that can be moved, and put exactly the locked packages into it.

    Raises:
        EngineError: no network, wrong hash, no space, no package for this machine.
    """
    python = choose_python(recipe.pin.pythons)
    cwd = destination.parent
    venv: list[str | Path] = ["venv", "--relocatable", "--no-project", "--python", python, destination]
    run_uv(venv, cwd=cwd, mark=mark)
    # Compiled now, by all cores; otherwise by one of them while the first training starts: 2,900 files, eight seconds.
    sync: list[str | Path] = [
        "pip",
        "sync",
        "--require-hashes",
        "--compile-bytecode",
        "--python",
        destination / "bin" / "python",
    ]
    if recipe.build_constraints.is_file():
        sync += ["--build-constraints", recipe.build_constraints]
    run_uv([*sync, recipe.requirements], cwd=cwd, mark=mark, on_line=on_line)


class Downloads:
    """How far the downloads are, from what uv prints: a size when one begins, the name when it has come."""

    def __init__(self) -> None:
        self._announced: dict[str, float] = {}
        self._come: set[str] = set()

    def part(self, line: str) -> float | None:
        """The part of the bytes announced so far that has come, 0 to 1; None if the line is of something else."""
        begun = re.match(r"Downloading (\S+) \(([\d.]+)([KMG])iB\)", line)
        if begun:
            self._announced[begun[1]] = float(begun[2]) * 1024 ** "KMG".index(begun[3])
        elif line.startswith("Downloaded "):
            self._come.add(line.removeprefix("Downloaded ").strip())
        else:
            return None
        total = sum(self._announced.values())
        return (
            sum(size for name, size in self._announced.items() if name in self._come) / total
            if total
            else None
        )


def check_environment(python: Path, recipe: Recipe) -> tuple[Finding, ...]:
    """What differs between an environment and its lock: missing, added or other versions of packages."""
    if not python.exists():
        return (error("engine.environment_missing", python),)
    listed = run_uv(["pip", "freeze", "--python", python], cwd=python.parent, timeout_seconds=120)
    installed, locked = (
        locked_versions(listed),
        locked_versions(recipe.requirements.read_text(encoding="utf-8")),
    )
    differing = sorted(
        name for name in installed.keys() | locked.keys() if installed.get(name) != locked.get(name)
    )
    return tuple(
        error(
            "engine.package_differs",
            python.parents[1],
            package=name,
            found=installed.get(name, "–"),
            wanted=locked.get(name, "–"),
        )
        for name in differing
    )
