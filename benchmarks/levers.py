"""What each lever of speed is worth by itself: a training as kohya-driver makes it, against the same with one of them taken back.

SD 1.5's size with random weights, 12 pictures of 128 pixels, eight steps, on the processor; until the first step is done, and a step's
median, whatever the lever can act on. The two trainings of a lever follow each other. Needs the installed engine; six minutes a round. ROUNDS=3 for medians
of three. What the engine shows only on a Mac (workers that are started anew, its own half precision, the emptying of MPS's cache) is not measured here.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.first_lora import pictures
from benchmarks.measure import Row, keep, trained
from kohya_driver import files, quickstart
from kohya_driver.engine.install import require_engine
from kohya_driver.events.model import MemorySampled, StepDone

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
FIGURES = {
    "before": ("until the first step", "s"),
    "step": ("a step", "s"),
    "memory": ("memory of all processes, in the steps", "GB"),
}
NOTHING_KEPT = "launch.keep_caches=false"


@dataclass(frozen=True, slots=True)
class Lever:
    name: str
    without: str
    """The setting that takes it back."""
    acts_on: tuple[str, ...]
    """Of FIGURES."""
    in_both: tuple[str, ...] = ()
    """Settings without which it could not be seen."""


LEVERS = (
    Lever("no launcher", "launch.launcher=accelerate", ("before", "memory")),
    Lever("what is known kept, models not filled", NOTHING_KEPT, ("before",)),
    Lever("all threads", "launch.num_cpu_threads_per_process=1", ("before", "step")),
    Lever("latents cached", "training.cache_latents=false", ("before", "step")),
    Lever("sdpa", "training.attention=plain", ("step",)),
    Lever("no gradient checkpointing", "training.gradient_checkpointing=true", ("step", "memory")),
    Lever("bf16, if the processor has it", "precision.mixed_precision=no", ("before", "step")),
    # With latents known nothing is encoded.
    Lever("four pictures at once through the VAE", "training.vae_batch_size=1", ("before",), (NOTHING_KEPT,)),
)


@dataclass(frozen=True, slots=True)
class Trained:
    before: float
    """Seconds from the start of the run until its first step is done."""
    step: float
    memory: float
    """The last that was seen of all processes together, in GB: the steps are long, and most of the memory is taken before."""


def main() -> None:
    base = quickstart.random_base(require_engine())
    told: dict[str, list[tuple[Trained, Trained]]] = {lever.name: [] for lever in LEVERS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures(folder / "image" / "1_ning")
        preset = folder / "preset.toml"
        files.write_text(preset, f'[model]\nbase = "{base}"\n{PRESET}')
        train(preset, ())  # so that what is kept is there
        for _ in range(ROUNDS):
            for lever in LEVERS:
                pair = train(preset, lever.in_both), train(preset, (*lever.in_both, lever.without))
                told[lever.name].append(pair)
                print(f"{lever.name}: {pair}", file=sys.stderr, flush=True)
    keep("levers", [row(lever, field, told[lever.name]) for lever in LEVERS for field in lever.acts_on])


def row(lever: Lever, field: str, pairs: Sequence[tuple[Trained, Trained]]) -> Row:
    ours, without = ([getattr(one, field) for one in each] for each in zip(*pairs, strict=True))
    figure, unit = FIGURES[field]
    return Row.of(f"{lever.name}: {figure}", ours, unit, "without it", without)


def train(preset: Path, sets: Sequence[str]) -> Trained:
    run, _ = trained(preset, sets)
    records = list(run.events())
    first = next(record.elapsed for record in records if isinstance(record.event, StepDone))
    memory = [record.event.tree_bytes for record in records if isinstance(record.event, MemorySampled)]
    pace = run.snapshot().seconds_per_step
    assert pace and memory
    return Trained(first, pace, memory[-1] / 1e9)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
