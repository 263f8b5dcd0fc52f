"""`engine install` against what the engine's README says (venv, pip): seconds and bytes moved with no package kept;
and once more with all of them (pip keeps what the index allows, which not every mirror does).

The same versions of torch and torchvision on both sides; the README's further requirements are its own. sd-scripts comes from
KOHYA_DRIVER_ENGINE_SOURCE on both sides, the README's by `git clone` (sparse, as ours is, so that it may be a folder without large files).
Needs 20 GB of disk and the package index; seven minutes; run by name. Bytes are all that this machine received meanwhile.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.measure import PYTHON, Row, keep
from kohya_driver.engine.install import require_engine
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_pin

ALONE = {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "PIP_CONSTRAINT": ""}
"""pip takes from the package index alone, as `engine install` does, whatever this machine has set up for it."""


@dataclass(frozen=True, slots=True)
class Installed:
    seconds: float
    received: float
    """Megabytes."""


def main() -> None:
    engine = require_engine()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        cold, by_hand = by_driver(folder), by_readme(engine, folder)
        warm, by_hand_warm = by_driver(folder), by_readme(engine, folder)
    peer = "git clone, venv and pip"
    rows = [
        Row("`engine install`, nothing kept", cold.seconds, "s", peer, by_hand.seconds),
        Row("its bytes", cold.received, "MB", peer, by_hand.received),
        Row("`engine install`, packages kept", warm.seconds, "s", peer, by_hand_warm.seconds),
        Row("its bytes, packages kept", warm.received, "MB", peer, by_hand_warm.received),
    ]
    keep("installing", rows)


def by_driver(folder: Path) -> Installed:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    environment = {"KOHYA_DRIVER_HOME": str(home), "UV_CACHE_DIR": str(folder / "uv-cache")}
    return measured([[PYTHON, "-m", "kohya_driver", "engine", "install"]], folder, environment)


def by_readme(engine: Engine, folder: Path) -> Installed:
    checkout, venv = folder / "sd-scripts", folder / "venv"
    for path in (checkout, venv):
        shutil.rmtree(path, ignore_errors=True)
    pin, git = load_pin(), ["git", "-C", str(checkout)]
    pip = [str(venv / "bin" / "pip"), "--cache-dir", str(folder / "pip-cache"), "install"]
    commands: list[list[str | Path]] = [
        [
            "git",
            "clone",
            "--quiet",
            "--no-checkout",
            os.environ.get("KOHYA_DRIVER_ENGINE_SOURCE") or pin.url,
            checkout,
        ],
        [*git, "sparse-checkout", "set", "--no-cone", *pin.sparse],
        [*git, "checkout", "--quiet", engine.commit],
        [engine.python, "-m", "venv", venv],
        [*pip, *(f"{name}=={version_of(engine, name)}" for name in ("torch", "torchvision"))],
        # It names the checkout itself, by ".".
        ["sh", "-c", 'cd "$0" && exec "$@"', checkout, *pip, "--upgrade", "-r", "requirements.txt"],
    ]
    return measured(commands, folder, ALONE)


def version_of(engine: Engine, package: str) -> str:
    told = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run(
        [engine.python, "-c", told], check=True, capture_output=True, text=True
    ).stdout.strip()


def measured(
    commands: Sequence[Sequence[str | Path]], folder: Path, environment: Mapping[str, str]
) -> Installed:
    before, begin = psutil.net_io_counters().bytes_recv, time.perf_counter()
    for command in commands:
        subprocess.run(
            [str(word) for word in command],
            cwd=folder,
            check=True,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
        )
    return Installed(time.perf_counter() - begin, (psutil.net_io_counters().bytes_recv - before) / 1_000_000)


if __name__ == "__main__":
    main()
