"""Runs with everything that a training leaves, made without one."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kohya_driver import api, files
from kohya_driver.events.model import (
    CheckpointSaved,
    Event,
    Record,
    RunFinished,
    RunStarted,
    StateSaved,
    StepDone,
    Validated,
)
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.noted import remember_run
from kohya_driver.run.prepare import prepare_folder
from kohya_driver.run.states import MANIFEST
from tests.project import MAC, write_project

STEPS = 36
NOW = time.time()


def make_plan(project: Path, *sets: str, output_dir: Path | None = None) -> Plan:
    preset = project / "preset.toml"
    if not preset.exists():
        write_project(project, extra="[training]\nmax_train_epochs = 2\n")
    saying = [*sets, *([f"saving.output_dir={output_dir}"] if output_dir else [])]
    return api.plan(load_preset(preset, sets=saying), host=MAC)


def make_run(
    plan: Plan,
    *,
    outcome: str = "succeeded",
    checkpoints: Sequence[int] = (9, 18, 27),
    saved: Sequence[int] = (),
    states: Sequence[int] = (),
    validations: Sequence[tuple[int, float]] = (),
    ended: float = NOW - 60,
) -> Run:
    """A run of 36 steps with LoRA files and train states of these steps; an outcome that is empty: cut off."""
    run = prepare_folder(plan)
    begun = ended - 3600
    events: list[tuple[int, Event]] = [(0, RunStarted("ning", str(run.folder), 1, STEPS, 2, 3))]
    events += [(step, StepDone(step, 1 / step, 1 / step, {"unet": 1e-4})) for step in range(1, STEPS + 1)]
    events += [(step, Validated(step, loss, 0.0)) for step, loss in validations]
    loras = [(step, plan.output_dir / f"ning-step{step:08d}.safetensors") for step in checkpoints]
    loras += [(step, run.saved_folder / f"ning-step{step:08d}.safetensors") for step in saved]
    loras += [(STEPS, plan.final)] if outcome == "succeeded" else []
    for step, path in loras:
        files.write_bytes(path, bytes(1000 + step))
        os.utime(path, (begun + step, begun + step))
        events.append((step, CheckpointSaved(str(path), 1000 + step)))
    events += [
        (step, StateSaved(str(make_state(run.states_folder / f"step-{step:08d}", step)))) for step in states
    ]
    events += [(STEPS, RunFinished(outcome, str(plan.final)))] if outcome else []
    lines = [
        json.dumps(Record(begun + step, step, event).to_json(), ensure_ascii=False)
        for step, event in sorted(events, key=lambda one: one[0])
    ]
    files.write_text(run.events_file, "".join(f"{line}\n" for line in lines))
    if outcome:
        final = str(plan.final) if outcome == "succeeded" else ""
        paths = tuple(str(path) for _, path in loras)
        result = RunResult(outcome, str(run.folder), final, paths, STEPS, 3600, 0, started=begun, ended=ended)
        files.write_json(run.result_file, replace(result, reason="" if final else "run.stopped").to_json())
    for path in (run.plan_file, run.events_file):
        os.utime(path, (ended, ended))
    remember_run(run.folder)
    return run


def make_state(folder: Path, step: int) -> Path:
    """A whole train state."""
    files.write_bytes(folder / "network.bin", bytes(5000))
    kept = {"size": 5000, "sha256": files.sha256(folder / "network.bin")}
    facts = {"version": 1, "kind": "step", "step": step, "time": float(step), "files": {"network.bin": kept}}
    files.write_json(folder / MANIFEST, facts)
    return folder
