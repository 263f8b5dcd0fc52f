"""What each lever of speed is worth by itself: a training as kohya-driver makes it, against the same with one of them taken back.

SD 1.5's size with random weights, 12 pictures of 128 pixels, eight steps, on the processor; until the first step is done, and a step's
median. Needs the installed engine; six minutes a round. ROUNDS=3 for medians of three. What the engine shows only on a Mac (workers that are
started anew, its own half precision, the emptying of MPS's cache) is not measured here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.first_lora import pictures
from benchmarks.measure import Row, keep, median, trained
from kohya_driver import files, quickstart
from kohya_driver.engine.install import require_engine
from kohya_driver.events.model import StepDone

ROUNDS = int(os.environ.get("ROUNDS", "1"))
PRESET = """
[dataset]
train_data_dir = "image"
resolution = 128
[network]
dim = 16
alpha = 1
[training]
max_train_steps = 8
[launch]
device = "cpu"
[safety]
notify = false
"""
TAKEN_BACK: Mapping[str, Sequence[str]] = {
    "no launcher": ("launch.launcher=accelerate",),
    "what is known kept, models not filled": ("launch.keep_caches=false",),
    "all threads": ("launch.num_cpu_threads_per_process=1",),
    "latents cached": ("training.cache_latents=false",),
    "sdpa": ("training.attention=plain",),
    "no gradient checkpointing": ("training.gradient_checkpointing=true",),
    "bf16, if the processor has it": ("precision.mixed_precision=no",),
}
"""Lever → the settings without it."""
ENCODING = ("launch.keep_caches=false", "training.vae_batch_size=1")
"""Against `launch.keep_caches=false` alone: with latents known nothing is encoded."""


@dataclass(frozen=True, slots=True)
class Trained:
    before: float
    """Seconds from the start of the run until its first step is done."""
    step: float
    memory: float
    """The highest of the largest process, in GB."""


def main() -> None:
    base = quickstart.random_base(require_engine())
    told: dict[tuple[str, ...], list[Trained]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures(folder / "image" / "1_ning")
        preset = folder / "preset.toml"
        files.write_text(preset, f'[model]\nbase = "{base}"\n{PRESET}')
        train(preset, ())  # so that what is kept is there
        for _ in range(ROUNDS):
            for sets in ((), *map(tuple, TAKEN_BACK.values()), ENCODING):
                told.setdefault(sets, []).append(train(preset, sets))
                print(f"{sets}: {told[sets][-1]}", file=sys.stderr, flush=True)
    rows = [row for lever, sets in TAKEN_BACK.items() for row in compared(lever, told[()], told[tuple(sets)])]
    kept_back = told[tuple(TAKEN_BACK["what is known kept, models not filled"])]
    keep("levers", [*rows, *compared("four pictures at once through the VAE", kept_back, told[ENCODING])])


def compared(lever: str, ours: Sequence[Trained], without: Sequence[Trained]) -> list[Row]:
    figures = (("until the first step", "before", "s"), ("a step", "step", "s"), ("memory", "memory", "GB"))
    return [
        Row(
            f"{lever}: {figure}",
            median(values(ours, field)),
            unit,
            "without it",
            median(values(without, field)),
            raw=values(ours, field),
        )
        for figure, field, unit in figures
    ]


def values(trained: Sequence[Trained], field: str) -> tuple[float, ...]:
    return tuple(getattr(one, field) for one in trained)


def train(preset: Path, sets: Sequence[str]) -> Trained:
    run, done = trained(preset, sets)
    first = next(record.elapsed for record in run.events() if isinstance(record.event, StepDone))
    snapshot = run.snapshot()
    assert snapshot.seconds_per_step
    return Trained(first, snapshot.seconds_per_step, done.memory / 1e9)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
