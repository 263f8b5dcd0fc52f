"""An installed engine that is none: the stand-in behind the interpreter's name, so that all of the driver runs as it is."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kohya_driver import process
from kohya_driver.engine.pin import load_recipe
from kohya_driver.engine.store import write_state
from kohya_driver.run.folder import Run

STAND_IN = Path(__file__).with_name("stand_in.py")
QUIET = """
[checks.silence]
"memory.busy" = "of this moment"
"memory.nothing_fits_now" = "of this moment"
"machine.disk_low" = "of this moment"
"""
"""For a preset: how much memory and disk are free just now is not told."""


def install_stand_in(home: Path) -> Path:
    """What `engine install` leaves, as far as `find_engine` looks; returns the home."""
    recipe = load_recipe()
    root = home / "engines" / recipe.folder_name
    for folder in ("sd-scripts", "tokenizers", "env/bin"):
        (root / folder).mkdir(parents=True)
    (root / "sd-scripts" / "train_network.py").touch()
    python = root / "env" / "bin" / "python"
    command = shlex.join([sys.executable, "-X", "utf8", "-S", str(STAND_IN)])
    python.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    write_state(root, commit=recipe.pin.commit, tag=recipe.pin.tag, lock=recipe.lock)
    return home


def environment(home: Path, **more: str) -> dict[str, str]:
    """This process's environment with another home, in English unless `more` says otherwise."""
    dropped = ("KOHYA_DRIVER_LANG", "LANG", "LC_ALL", "NO_COLOR", "FORCE_COLOR", "PYTHONWARNINGS", "STAND_IN")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "KOHYA_DRIVER_HOME": str(home), "LC_ALL": "C.UTF-8", **more}


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "kohya_driver", *map(str, arguments)]


def start(
    *arguments: str | Path, env: dict[str, str], cwd: Path, stdout: int | None = subprocess.PIPE
) -> subprocess.Popen[str]:
    """The real command line in a session of its own, as from a terminal window."""
    return subprocess.Popen(
        command(*arguments),
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def runs_below(project: Path) -> list[Run]:
    return [Run(path) for path in sorted((project / "runs").glob("*"))]


def left_over(folder: Path) -> Iterator[int]:
    """Processes of the runs below a folder, and whatever carries a path below it on its command line."""
    for run in runs_below(folder):
        yield from (living.pid for living in process.marked(str(run.folder)))
    yield from process.using(folder)
