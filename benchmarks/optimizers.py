"""Two steps with every optimizer and scheduler of the engine's environment: whether it works, what it keeps, seconds a step, its rates.

First all of them outside a training, made by the engine's own functions (twenty seconds); then each in a training (a quarter of an hour).

A LoRA of rank 4 on the U-Net of SD 1.5 with random weights at 64 pixels. `run.py optimizers` runs all; names as arguments of this file
run those again, and `missing` those that have no row. Kept in tests/golden/starts, from which docs/generate.py
makes the tables of docs/optimizers.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.starts import (
    INSIDE,
    SMALL,
    Started,
    Starter,
    keep_row,
    keep_rows,
    make_project,
    plan_of,
    read_rows,
    starter,
)
from kohya_driver.engine.model import Engine
from kohya_driver.engine.networks import load_networks
from kohya_driver.host import probe_host
from kohya_driver.planning.build import build_draft
from kohya_driver.planning.checks.learning import SCHEDULERS
from kohya_driver.planning.checks.optimizer import OWN_NAMES
from kohya_driver.planning.checks.scheduler import NEED_OBJECTS
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.overrides.engine import D_ADAPTATION, is_schedule_free
from kohya_driver.preset.load import load_preset

SETS = (
    "network.train_unet_only=true",
    "network.dim=4",
    "network.alpha=2.0",
    "training.gradient_checkpointing=false",
)
BASES = ("Optimizer", "BaseOptimizer", "CoreOptimiser", "LRScheduler", "PolyScheduler")
"""Not meant to be named, but what others are made from."""

SCHEDULER_ARGUMENTS: Mapping[str, str] = {
    "piecewise_constant": "step_rules = '\"0.5:1,0.1\"'",
    "CosineAnnealingLR": "T_max = 2", "CosineAnnealingWarmRestarts": "T_0 = 1", "CyclicLR": "base_lr = 1e-5, max_lr = 1e-4, cycle_momentum = false",
    "ExponentialLR": "gamma = 0.9", "MultiStepLR": "milestones = [1, 2]", "OneCycleLR": "max_lr = 1e-4, total_steps = 3",
    "StepLR": "step_size = 1", "pytorch_optimizer.CosineAnnealingWarmupRestarts": "first_cycle_steps = 2",
    "pytorch_optimizer.REXScheduler": "total_steps = 2, max_lr = 1e-4",
}  # fmt: skip
"""What they need, in the words of a preset."""


def optimizer_names() -> list[str]:
    """As one writes them: the engine's own words first, then full names, each class once."""
    own = [spelling for spelling, _, _ in OWN_NAMES.values()]
    adapting = [name.rpartition(".")[2] for name in D_ADAPTATION.values()]
    seen = {f"{package}.{kind}" for _, package, kind in OWN_NAMES.values()} | set(D_ADAPTATION.values())
    found = []
    for package, kinds in load_networks().optimizers.items():
        for kind in kinds:
            name = kind if package == "torch.optim" else f"{package}.{kind}"
            # torch's Adafactor cannot be named: the engine takes that word for its own, in any spelling.
            taken = f"{package}.{kind}" in seen or name.lower() in OWN_NAMES
            if not taken and kind not in BASES and not _is_unseen(kind):
                found.append(name)
    return [*own, *adapting, *found]


def _is_unseen(kind: str) -> bool:
    """The engine would not see that it is a schedule-free one: the plan refuses it, and nothing is to be tried."""
    return "schedulefree" in kind.lower() and not is_schedule_free(kind)


def scheduler_names() -> list[str]:
    """The engine's words, then classes."""
    found = sorted(SCHEDULERS)
    for package, kinds in load_networks().schedulers.items():
        prefix = "" if package.startswith("torch") else f"{package}."
        found += [f"{prefix}{kind}" for kind in kinds if kind not in (*NEED_OBJECTS, *BASES)]
    return found


STEPPED = ("optimizer_type", "optimizer_args", "learning_rate", "lr_scheduler", "lr_scheduler_type", "lr_scheduler_args",
           "lr_warmup_steps", "lr_scheduler_num_cycles", "lr_scheduler_min_lr_ratio")  # fmt: skip
"""Options that make an optimizer and its scheduler."""


def step_all(engine: Engine, preset: Path) -> dict[str, dict[str, Any]]:
    """Two steps of every optimizer and scheduler outside a training, made by the engine's own functions from what the plan says."""
    wanted = {name: _config(preset, (*SETS, f"optimizer.type={name}")) for name in optimizer_names()}
    wanted |= {name: _config(preset, scheduler_sets(name)) for name in scheduler_names()}
    environment = {**os.environ, "PYTHONPATH": str(engine.checkout), "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1",
                   "OMP_NUM_THREADS": "1"}  # fmt: skip
    done = subprocess.run(
        [engine.python, INSIDE / "step_many.py"], cwd=engine.checkout, env=environment, input=json.dumps(wanted),
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _config(preset: Path, sets: Sequence[str]) -> dict[str, Any]:
    loaded = load_preset(preset, sets=[*SMALL, *sets])
    draft, _ = build_draft(read_inputs(loaded, probe_host(), preset.parent / "runs"))
    return {name: draft.training[name] for name in STEPPED if name in draft.training}


def main(names: Sequence[str] = ()) -> None:
    optimizers, schedulers = optimizer_names(), scheduler_names()
    missing = {*optimizers, *schedulers} - set(read_rows("optimizers")) - set(read_rows("schedulers"))
    wanted = missing if list(names) == ["missing"] else set(names or [*optimizers, *schedulers])
    with tempfile.TemporaryDirectory() as folder, starter() as engine:
        preset = make_project(Path(folder))
        stepped = step_all(engine.engine, preset)
        keep_rows("stepped", [{"name": name, **row} for name, row in stepped.items()], list(stepped))
        for name in optimizers:
            if name in wanted:
                print(say(try_optimizer(engine, preset, name, optimizers)), flush=True)
        for name in schedulers:
            if name in wanted:
                print(say(try_scheduler(engine, preset, name, schedulers)), flush=True)


def try_optimizer(engine: Starter, preset: Path, name: str, order: Sequence[str]) -> dict[str, Any]:
    plan = plan_of(preset, (*SETS, f"optimizer.type={name}"))
    started = engine.train(plan, refused=("learning.optimizer_does_not_train",))
    row = {
        **_row(name, started),
        "class": plan.training_config["optimizer_type"],
        "copies": round(started.kept / started.trained, 2) if started.trained else 0,
        "rate": plan.training_config["learning_rate"],
    }
    keep_row("optimizers", row, order)
    return row


def scheduler_sets(name: str) -> tuple[str, ...]:
    """What a preset says to try a scheduler."""
    key = "lr_scheduler" if name in SCHEDULERS else "lr_scheduler_type"
    sets = [*SETS, f"optimizer.{key}={name}", "optimizer.lr_warmup_steps=0"]
    if name in SCHEDULER_ARGUMENTS:
        sets.append(f"optimizer.lr_scheduler_args={{{SCHEDULER_ARGUMENTS[name]}}}")
    if name == "adafactor":
        sets += ["optimizer.type=AdaFactor", "optimizer.args={relative_step = true}"]
    return tuple(sets)


def try_scheduler(engine: Starter, preset: Path, name: str, order: Sequence[str]) -> dict[str, Any]:
    started = engine.train(plan_of(preset, scheduler_sets(name)))
    row = {**_row(name, started), "rates": started.rates, "arguments": SCHEDULER_ARGUMENTS.get(name, "")}
    keep_row("schedulers", row, order)
    return row


def _row(name: str, started: Started) -> dict[str, Any]:
    return {
        "name": name,
        "trains": started.succeeded,
        "moved": started.moved,
        "reason": started.reason,
        "memory_bytes": started.memory_bytes,
        "step_seconds": started.step_seconds,
        "seconds": started.seconds,
    }


def say(row: Mapping[str, Any]) -> str:
    ending = "trains" if row["trains"] else row["reason"]
    return (
        f"| {row['name']} | {row.get('copies', row.get('rates'))} | {row['step_seconds']:.2f} s | {ending} |"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
