"""Makes runs as they stand in their folders, for reports: any length, without an engine."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver import api, files
from kohya_driver.events.model import (
    CheckpointSaved,
    Event,
    MemorySampled,
    PhaseChanged,
    ProcessExited,
    Record,
    RunFinished,
    RunStarted,
    SampleSaved,
    StepDone,
    Validated,
)
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run, RunResult
from tests.project import GIB, MAC, write_picture, write_project, write_safetensors

NOW = 1_795_000_000.0
PRESET = """
[training]
max_train_epochs = 8
[sampling]
prompts = ["{trigger}, 1girl, upper body, smile", "{trigger}, 1girl, full body, standing on a bridge at night"]
every_n_epochs = 2
[saving]
every_n_epochs = 2
"""
SHAPES = {"lora_unet_x.lora_up.weight": (4, 8), "lora_unet_x.lora_down.weight": (8, 4)}


def make_plan(folder: Path, extra: str = PRESET, **changes: Any) -> Plan:
    """A real plan for a small project in `folder`, with `runs/ning-001` as the run's folder."""
    preset = load_preset(write_project(folder, extra=extra))
    plan = api.plan(preset, host=MAC, folder=folder / "runs" / "ning-001")
    return replace(plan, **changes)


def make_run(
    folder: Path,
    *,
    steps: int = 0,
    seconds: float = 1.0,
    validate_every: int = 0,
    outcome: str = "succeeded",
    extra: str = PRESET,
    picture_size: tuple[int, int] = (64, 64),
    seed: int = 1,
) -> Run:
    """A run of so many steps (by default as planned) that saved and drew what its preset asks for."""
    plan = make_plan(folder, extra)
    plan = replace(plan, steps=steps, steps_per_epoch=math.ceil(steps / plan.epochs)) if steps else plan
    run = Run(plan.folder)
    files.write_text(run.preset_file, plan.preset_text)
    files.write_text(run.resolved_preset_file, plan.resolved_preset)
    files.write_json(run.plan_file, plan.to_json())
    dice = random.Random(seed)
    with run.events_file.open("w", encoding="utf-8") as events, run.metrics_file.open("w") as metrics:
        for record in happened(plan, run, dice, seconds, validate_every, outcome, picture_size):
            events.write(json.dumps(record.to_json()) + "\n")
            for line in _values(record, plan):
                metrics.write(json.dumps(line) + "\n")
    if outcome:
        files.write_json(run.result_file, _result(plan, run, outcome, seconds).to_json())
    return run


def happened(
    plan: Plan,
    run: Run,
    dice: random.Random,
    seconds: float,
    validate_every: int,
    outcome: str,
    picture_size: tuple[int, int],
) -> Iterator[Record]:
    """Everything that such a run records, in order."""
    at = 20.0

    def record(event: Event) -> Record:
        return Record(NOW + at, at, event)

    yield record(
        RunStarted(plan.name, str(run.folder), 1, plan.steps, plan.epochs, plan.images, "base", "mps")
    )
    yield record(PhaseChanged("training"))
    average, next_memory = 0.16, 0.0
    for step in range(1, plan.steps + 1):
        at += seconds * dice.uniform(0.92, 1.08)
        loss = (0.09 + 0.06 * math.exp(-4 * step / plan.steps)) * dice.lognormvariate(0, 0.45)
        average += (loss - average) / 50
        yield record(StepDone(step, loss, average, rates(step, plan.steps)))
        if at >= next_memory:
            next_memory = at + 5
            tree = int((7.2 + dice.uniform(0, 0.3)) * GIB)
            yield record(MemorySampled(tree, int(40 * GIB + dice.uniform(0, GIB)), 64 * GIB, 0))
        if validate_every and step % validate_every == 0:
            unseen = 0.115 + 0.03 * math.exp(-3 * step / plan.steps) + 0.02 * (step / plan.steps) ** 2
            yield record(Validated(step, unseen, unseen - average))
        if step % plan.steps_per_epoch == 0 or step == plan.steps:
            epoch = math.ceil(step / plan.steps_per_epoch)
            at += 12 * seconds
            for event in _saved(plan, run, epoch, picture_size):
                yield record(event)
    yield record(ProcessExited(0))
    if outcome:
        yield record(RunFinished(outcome, str(plan.final) if outcome == "succeeded" else ""))


def rates(step: int, steps: int) -> dict[str, float]:
    warm = min(1.0, step / (steps * 0.1))
    rate = 1e-4 * warm * 0.5 * (1 + math.cos(math.pi * step / steps))
    return {"textencoder": rate / 2, "unet": rate}


def _saved(plan: Plan, run: Run, epoch: int, size: tuple[int, int]) -> Iterator[Event]:
    training = plan.training_config
    every, drawn = training.get("save_every_n_epochs"), training.get("sample_every_n_epochs")
    name = training["output_name"]
    is_last = epoch >= plan.epochs
    if is_last or (every and epoch % every == 0):
        path = plan.output_dir / (f"{name}.safetensors" if is_last else f"{name}-{epoch:06d}.safetensors")
        write_safetensors(path, SHAPES)
        yield CheckpointSaved(str(path), path.stat().st_size)
    if drawn and epoch % drawn == 0:
        for index in range(plan.sample_prompts.count("\n")):
            stem = f"{name}_e{epoch:06d}_{index:02d}_20261125215231_42.png"
            picture = write_picture(plan.output_dir / "sample" / stem, size, None)
            yield SampleSaved(str(picture))


def _values(record: Record, plan: Plan) -> Iterator[dict[str, Any]]:
    event = record.event
    if isinstance(event, StepDone):
        values = {"loss/current": event.loss, "loss/average": event.average_loss}
        values |= {f"lr/{name}": rate for name, rate in event.learning_rates.items()}
        yield {"time": record.time, "step": event.step, "sync": True, "values": values}
    elif isinstance(event, Validated):
        values = {
            "loss/validation/epoch_average": event.loss,
            "loss/validation/epoch_divergence": event.divergence,
        }
        yield {"time": record.time, "step": event.step, "sync": True, "values": values}


def _result(plan: Plan, run: Run, outcome: str, seconds: float) -> RunResult:
    done = outcome == "succeeded"
    length = 20 + plan.steps * seconds
    return RunResult(
        outcome, str(run.folder), str(plan.final) if done else "",
        tuple(str(path) for path in sorted(plan.output_dir.glob("*.safetensors"))), plan.steps, length, 0 if done else 1,
        "" if done else "run.stopped" if outcome == "stopped" else "run.engine_failed",
        evidence="" if done else "Traceback (most recent call last):\nRuntimeError: MPS backend out of memory",
        engine_commit=plan.engine_commit, started=NOW, ended=NOW + length,
    )  # fmt: skip
