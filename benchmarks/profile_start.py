"""Where the time goes until a training's first step, by cProfile in the engine's own process: with what makes a start fast taken back, and with it.

SD 1.5's size with random weights, 12 pictures of 128 pixels, one step. A profile itself costs a fifth of the time; the two columns compare. Needs
the installed engine; two minutes.
"""

from __future__ import annotations

import os
import pstats
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.by_hand import run_by_hand
from benchmarks.first_lora import pictures
from benchmarks.measure import Row, keep
from benchmarks.memory_runs import without_launcher
from kohya_driver import api, files, quickstart
from kohya_driver.engine.install import require_engine

STAGES: Mapping[str, tuple[str, str]] = {
    "importing modules": ("<frozen importlib._bootstrap>", "_find_and_load"),
    "loading the base's models": ("train_network.py", "load_target_model"),
    "of it, filling them with random numbers": ("~", "<method 'uniform_' of 'torch._C.TensorBase' objects>"),
    "latents through the VAE": ("train_util.py", "new_cache_latents"),
    "the LoRA's layers": ("lora.py", "create_network"),
    "the base's hashes": ("train_util.py", "calculate_sha256"),
    "the step: forward and loss": ("train_network.py", "process_batch"),
    "the step: backward": ("accelerator.py", "backward"),
    "writing the LoRA": ("lora.py", "save_weights"),
}
"""Label → the end of a file's name, and the function in it."""
TAKEN_BACK = (
    "launch.keep_caches=false",
    "training.vae_batch_size=1",
    "training.gradient_checkpointing=true",
    "training.attention=plain",
)


def main() -> None:
    base = quickstart.random_base(require_engine())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures(folder / "image" / "1_ning")
        preset = folder / "preset.toml"
        files.write_text(
            preset,
            f'[model]\nbase = "{base}"\n[dataset]\ntrain_data_dir = "image"\nresolution = 128\n[training]\nmax_train_steps = 1\n'
            '[launch]\ndevice = "cpu"\n[safety]\nnotify = false\n',
        )
        seconds(preset, (), folder / "warm")  # so that what is kept is there
        before, after = seconds(preset, TAKEN_BACK, folder / "before"), seconds(preset, (), folder / "after")
    keep(
        "profile_start",
        [Row(stage, after[stage], "s", "taken back", before[stage]) for stage in ("whole", *STAGES)],
    )


def seconds(preset: Path, sets: tuple[str, ...], folder: Path) -> dict[str, float]:
    """Of each stage, with what it calls; the profile stays beside the run for who wants to see more."""
    plan = api.plan(api.load_preset(preset, sets=sets), folder=folder)
    python, *rest = without_launcher(plan)
    told = folder / "profile"
    run_by_hand(plan, [python, "-m", "cProfile", "-o", str(told), *rest])
    stats = pstats.Stats(str(told))
    found = {
        stage: sum(
            value[3]
            for (path, _, function), value in stats.stats.items()  # type: ignore[attr-defined]
            if function == name and path.endswith(end)
        )
        for stage, (end, name) in STAGES.items()
    }
    return {"whole": stats.total_tt, **found}  # type: ignore[attr-defined]


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
