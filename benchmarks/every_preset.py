"""That a shipped preset is not slower than the engine as its documentation starts it: the same preset, with all that makes it fast taken back.

What a preset learns with is the same on both sides (network, optimizer, rates, batch, steps); 128 pixels, 12 pictures, 12 steps, the processor,
whole processes, with latents kept on neither side. By default every preset of SD 1.5, every size of memory of one of them, and one preset of
SD 2.x and of SDXL each; names as arguments of this file for others, beside which the day's earlier ones stay. Needs the installed engine;
two minutes a preset, more for SDXL.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.by_hand import run_by_hand
from benchmarks.first_lora import pictures
from benchmarks.measure import PYTHON, Row, keep, wall_seconds
from kohya_driver import api, quickstart
from kohya_driver.engine.install import require_engine
from kohya_driver.preset.library import family_of, shipped_presets, sized_names

ALIKE = (
    "dataset.resolution=128", "dataset.validation_split=0.0", "dataset.num_repeats=1", "training.max_train_steps=12", "training.seed=42",
    "precision.mixed_precision=no", "launch.device=cpu", "launch.keep_caches=false", "safety.notify=false",
)  # fmt: skip
AS_DOCUMENTED = (
    "launch.launcher=accelerate", "launch.num_cpu_threads_per_process=1", "training.cache_latents=false", "training.vae_batch_size=1",
    "training.gradient_checkpointing=true", "training.max_data_loader_n_workers=8",
)  # fmt: skip
"""docs/train_network.md of the engine, and its defaults. Half precision is left out for both: the documentation's fp16 does not run here."""


def default_names() -> list[str]:
    shipped = list(shipped_presets())
    mine = [name for name in shipped if family_of(name) == "sd15"]
    others = [next(name for name in shipped if family_of(name) == family) for family in ("sd2", "sdxl")]
    return [*mine, *sized_names(mine[0]).values(), *others]


def main(names: Sequence[str] = ()) -> None:
    engine = require_engine()
    for name in names or default_names():
        with tempfile.TemporaryDirectory() as folder:
            base = quickstart.random_base(engine, family_of(name))
            pictures(Path(folder) / "image" / "1_ning")
            theirs, ours = by_hand(name, base, Path(folder)), by_driver(name, base, Path(folder))
        row = Row(f"{name}: the whole training", ours, "s", "as its documentation starts it", theirs, "≤ 1")
        keep("every_preset", [row], beside=True)


def by_driver(name: str, base: Path, folder: Path) -> float:
    words = ["--images", str(folder / "image"), "--base", str(base), "--trigger", "ning", "--plain"]
    words += [word for item in ALIKE for word in ("--set", item)]
    return wall_seconds([PYTHON, "-m", "kohya_driver", "train", name, *words], cwd=folder)


def by_hand(name: str, base: Path, folder: Path) -> float:
    preset = api.load_preset(
        name, images=folder / "image", base=base, trigger="ning", sets=(*ALIKE, *AS_DOCUMENTED)
    )
    return run_by_hand(api.plan(preset, folder=folder / "by-hand"))[1]


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main(sys.argv[1:])
