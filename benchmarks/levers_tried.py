"""What other levers of speed would be worth, that kohya-driver does not pull, and what two cost that it pulls without a switch of their own.

Each by itself, against a training as kohya-driver makes it. SD 1.5's size with random weights, twelve pictures of 128 pixels, 24 steps, on the
processor. Seconds until the first step is done, the median of the later steps, and how far the losses move. `sizes not shuffled` has pictures of
four sizes, on both sides. Needs the installed engine; six minutes a round. `python -m benchmarks.levers_tried compiled` tries torch.compile, which takes five more.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image

from benchmarks.by_hand import run_by_hand
from benchmarks.measure import Row, keep, median
from benchmarks.memory_runs import without_launcher
from kohya_driver import api, files, quickstart
from kohya_driver.dataset.noise import noise_picture
from kohya_driver.engine.install import require_engine

ROUNDS = int(os.environ.get("ROUNDS", "1"))
INSIDE = Path(__file__).parent / "inside" / "try_lever.py"
ONE_SIZE = ((128, 128),)
SIZES = (*ONE_SIZE, (192, 128), (128, 192), (192, 64))
LEVERS = {
    "channels_last": "channels innermost",
    "one_copy": "weights mapped, not copied",
    "sorted_buckets": "sizes not shuffled",
    "filled": "models filled with random numbers first",
    "all_collected": "garbage collected among all objects",
    "compiled": "torch.compile",
}
BY_SIZES, SLOW = "sorted_buckets", "compiled"
STEPS = 24
SETTLED = 8
"""Steps that do not count: every size has come by then, and what is compiled has been."""
PRESET = f"""
[dataset]
train_data_dir = "image"
resolution = 128
min_bucket_reso = 64
validation_split = 0.0
[training]
max_train_steps = {STEPS}
gradient_checkpointing = false
[launch]
device = "cpu"
[safety]
notify = false
"""


@dataclass(frozen=True, slots=True)
class Trained:
    before: float
    """Seconds from the start of the process until its first step is done."""
    step: float
    losses: tuple[float, ...]


def main(wanted: Sequence[str] = ()) -> None:
    levers = [lever for lever in LEVERS if (lever in wanted if wanted else lever != SLOW)]
    base = quickstart.random_base(require_engine())
    told: dict[str, list[Trained]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = write_project(folder / "one", base, ONE_SIZE)
        several = write_project(folder / "several", base, SIZES)
        tries = [(one, "nothing"), (several, "sizes shuffled")]
        tries += [(several if lever == BY_SIZES else one, lever) for lever in levers]
        for preset in (one, several):
            train(preset, "nothing", folder / f"warm-{preset.parent.name}")  # so that what is kept is there
        for number in range(ROUNDS):
            for preset, lever in tries:
                told.setdefault(lever, []).append(train(preset, lever, folder / f"{lever}-{number}"))
                print(f"{lever}: {told[lever][-1]}", file=sys.stderr, flush=True)
    pairs = {lever: "sizes shuffled" if lever == BY_SIZES else "nothing" for lever in levers}
    keep("levers_tried", [row for lever in levers for row in rows(lever, told[pairs[lever]], told[lever])])


def rows(lever: str, ours: Sequence[Trained], tried: Sequence[Trained]) -> list[Row]:
    def values(field: str) -> tuple[list[float], list[float]]:
        return [getattr(one, field) for one in ours], [getattr(one, field) for one in tried]

    label = LEVERS[lever]
    before, step = values("before"), values("step")
    apart = max(abs(a - b) / a for a, b in zip(ours[0].losses, tried[0].losses, strict=True))
    return [
        Row.of(f"{label}: until the first step", before[0], "s", "with it", before[1]),
        Row.of(f"{label}: a step", step[0], "s", "with it", step[1]),
        Row(f"{label}: largest difference of a loss", 100 * apart, "%"),
    ]


def write_project(folder: Path, base: Path, sizes: Sequence[tuple[int, int]]) -> Path:
    for number in range(12):
        width, height = sizes[number % len(sizes)]
        path = folder / "image" / "1_ning" / f"{number:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(io.BytesIO(noise_picture(max(width, height), seed=number))) as square:
            square.crop((0, 0, width, height)).save(path)
        files.write_text(path.with_suffix(".txt"), f"ning, number {number}\n")
    preset = folder / "preset.toml"
    files.write_text(preset, f'[model]\nbase = "{base}"\n{PRESET}')
    return preset


def train(preset: Path, lever: str, folder: Path) -> Trained:
    plan = api.plan(api.load_preset(preset), folder=folder)
    python, *rest = without_launcher(plan)
    begin = time.time()
    run, _ = run_by_hand(plan, [python, str(INSIDE), lever, *rest])
    lines = [json.loads(line) for line in run.metrics_file.read_text(encoding="utf-8").splitlines()]
    steps = [line for line in lines if "loss/current" in line.get("values", {})]
    times = [line["time"] for line in steps]
    assert len(times) == STEPS
    return Trained(
        times[0] - begin,
        median([b - a for a, b in pairwise(times[SETTLED:])]),
        tuple(line["values"]["loss/current"] for line in steps),
    )


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main(sys.argv[1:])
