"""Measures this machine: a short real training with random weights, whose times are kept for later plans."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import api, files, quickstart
from kohya_driver.dataset.noise import noise_picture
from kohya_driver.errors import TrainingFailedError
from kohya_driver.planning.needs import work_of
from kohya_driver.planning.pace import Measured, history_file, measure
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.start import start_run
from kohya_driver.run.stop import Stop

FAMILIES = ("sd15", "sdxl")
STEPS = 6
PICTURES = 4

OnProgress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Benched:
    """What was measured, and where it is kept."""

    measured: Measured
    file: Path
    seconds: float


def bench(
    engine: api.Engine,
    *,
    family: str = "sd15",
    resolution: int = 512,
    steps: int = STEPS,
    batch: int = 1,
    on_event: OnEvent | None = None,
    on_progress: OnProgress = lambda share: None,
    stop: Stop | None = None,
) -> Benched | None:
    """Train for a few steps and keep what they took. None if it was stopped.

    Args:
        family: `sd15` or `sdxl`; its base model with random weights is made once, which takes some minutes.
        on_event: as for `api.train`.
        on_progress: told how much of the base model is made, 0 to 1.

    Raises:
        PlanError: this machine cannot train that at all.
        TrainingFailedError: the training failed.
        EngineError, HostError, RunError: as for `api.train`.
    """
    base = quickstart.random_base(engine, family, on_progress)
    with tempfile.TemporaryDirectory() as folder:
        preset = write_project(Path(folder), base, family, resolution, steps=steps, batch=batch)
        plan = api.plan(api.load_preset(preset))
        result = start_run(plan, on_event=on_event, stop=stop, source="bench")
        if result.outcome == "stopped":
            return None
        result.raise_for_failure()
        work = work_of(plan.family, plan.device, plan.training_config, plan.buckets)
        measured = measure("bench", work, api.open_run(result.folder).events())
    if measured is None:
        raise TrainingFailedError("memory.not_measured")
    return Benched(measured, history_file(plan.host, engine), result.seconds)


def write_project(folder: Path, base: Path, family: str, resolution: int, *, steps: int, batch: int) -> Path:
    """Pictures of noise with captions, and a preset; returns the preset."""
    for number in range(max(PICTURES, batch)):
        path = folder / "image" / "1_noise" / f"{number}.png"
        files.write_bytes(path, noise_picture(resolution, seed=number))
        files.write_text(path.with_suffix(".txt"), "noise, colours\n")
    values = {
        "model": {"base": str(base)},
        "dataset": {
            "trigger": "noise",
            "train_data_dir": "image",
            "resolution": resolution,
            "enable_bucket": False,
            "validation_split": 0.0,
        },
        "network": {"train_unet_only": family == "sdxl"},
        "training": {"max_train_steps": steps, "train_batch_size": batch},
        "saving": {"output_name": "bench"},
        "launch": {"keep_caches": False},  # what is kept takes no time, and the time of a picture is wanted
    }
    preset = folder / "preset.toml"
    files.write_text(preset, files.dump_toml(values))
    return preset
