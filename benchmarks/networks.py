"""Two steps of every kind of network on the real engine: numbers trained, file, memory, seconds a step, and whether diffusers loads it.

SD 1.5 with random weights at 64 pixels. `run.py networks` runs all; names as arguments of this file run those again. The rows are
kept in tests/golden/starts, from which docs/generate.py makes the tables of docs/networks.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import tables
from benchmarks.starts import INSIDE, Started, keep_row, make_project, plan_of, read_rows, starter
from kohya_driver import quickstart
from kohya_driver.engine.install import find_engine
from kohya_driver.engine.model import EMBEDDED_SCRIPTS
from kohya_driver.engine.weights import read_header
from kohya_driver.preset.network_types import TYPES

NAME = "networks"
NAMES = [name for name, one in TYPES.items() if one.starts]
CHECKPOINTING = "training.gradient_checkpointing={}".format


def main(names: Sequence[str] = NAMES) -> None:
    with tempfile.TemporaryDirectory() as folder:
        trained = train_all(Path(folder), names)
        loaded = load_in_diffusers([plain.final for plain, _ in trained.values()])
        for name, (plain, sparing) in trained.items():
            keep_row(NAME, row(name, plain, sparing, loaded[str(plain.final)]), NAMES)
            print(tables.network_row(read_rows(NAME)[name], 0), flush=True)


def train_all(folder: Path, names: Sequence[str]) -> dict[str, tuple[Started, Started]]:
    """Each type without and with gradient checkpointing."""
    preset, found = make_project(folder), {}
    with starter() as engine:
        for name in names:
            sets = (f"network.type={name}", f"saving.output_name={name}")
            plain = engine.train(plan_of(preset, (*sets, CHECKPOINTING("false"))))
            # One step shows how much it holds.
            once = (*sets, CHECKPOINTING("true"), "training.max_train_steps=1")
            sparing = engine.train(plan_of(preset, once))
            for started in (plain, sparing):
                assert started.succeeded and started.moved, f"{name}: {started.reason}"
            found[name] = (plain, sparing)
    return found


def row(name: str, started: Started, sparing: Started, loaded: dict[str, Any]) -> dict[str, Any]:
    tensors = read_header(started.final).tensors
    return {
        "name": name,
        "trained": started.trained,
        "layers": len({tensor.partition(".")[0] for tensor in tensors}),
        "file_bytes": started.file_bytes,
        "memory_bytes": started.memory_bytes,
        "memory_checkpointing_bytes": sparing.memory_bytes,
        "step_seconds": started.step_seconds,
        "diffusers_layers": loaded.get("layers", 0),
        "diffusers_changed": loaded.get("changed", 0.0),
        "diffusers_error": loaded.get("error", ""),
    }


def load_in_diffusers(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Which files its own pipeline loads, how many layers it takes, and how far the picture changes."""
    engine = find_engine()
    assert engine is not None
    environment = {
        **os.environ,
        "PYTHONPATH": str(EMBEDDED_SCRIPTS),
        "HF_HUB_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    tokenizer = next(engine.tokenizers.glob("openai*"))
    command = [
        engine.python,
        INSIDE / "load_in_diffusers.py",
        quickstart.random_base(engine),
        tokenizer,
        *paths,
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    main(sys.argv[1:] or NAMES)
