"""Time to a trained LoRA: the engine as its documentation starts it, kohya_ss's defaults, and kohya-driver's, in turn.

The same pictures, base of SD 1.5's size with random weights, steps and seed, 128 pixels, on the processor; from the command to the finished
file, as whole processes. What cannot run on a processor is left out for all (AdamW8bit, fp16, xformers), as a person must who wants it
to run at all. The driver's is measured with what an earlier training kept, and as the first in a data folder; where a processor computes in bf16 itself, it does,
which the peers' ways to start do not, and so once more in 32 bit as they.
Needs the installed engine; about fourteen minutes a round. ROUNDS=3 for medians of three.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import PYTHON, Row, keep
from kohya_driver import api, files, quickstart
from kohya_driver.dataset.noise import noise_picture
from kohya_driver.engine.install import require_engine
from kohya_driver.engine.model import Engine
from tests.project import empty_home

ROUNDS = int(os.environ.get("ROUNDS", "1"))
PICTURES, EPOCHS, SIDE = 12, 5, 128
STEPS = PICTURES * EPOCHS
FIRST_STEP = re.compile(rb"steps:[^\r\n]*[^\d]1/%d " % STEPS)
LOSS = re.compile(rb"(\d+)/%d [^\r\n]*avr_loss=([\d.]+)" % STEPS)

LEARNING = {
    "network_module": "networks.lora", "network_dim": 16, "network_alpha": 1, "learning_rate": 1e-4,
    "lr_scheduler": "constant", "max_train_epochs": EPOCHS, "seed": 42,
}  # fmt: skip
"""What all three train with, so that all three learn the same: the documentation's values, with a seed."""
DOCUMENTED = ("--num_cpu_threads_per_process", "1")
AS_DOCUMENTED = {
    "optimizer_type": "AdamW",
    "sdpa": True,
    "save_every_n_epochs": 1,
    "gradient_checkpointing": True,
}
"""docs/train_network.md of the engine, "Starting the Training"."""
KOHYA_SS = ("--num_cpu_threads_per_process", "2")
AS_KOHYA_SS = {
    "optimizer_type": "AdamW", "sdpa": True, "save_every_n_epochs": 1, "cache_latents": True,
    "max_data_loader_n_workers": 0, "bucket_no_upscale": True, "clip_skip": 1,
}  # fmt: skip
"""Of kohya_ss's own defaults, those that say how it computes (kohya_driver/exchange/kohya_defaults.py)."""


@dataclass(frozen=True, slots=True)
class Trained:
    whole: float
    """Seconds, from the command to its end."""
    before: float
    """Of them, until the first step is done."""
    losses: Mapping[int, float]
    """After each step, the mean of an epoch's last losses, as the engine tells it, to three digits."""

    @property
    def loss(self) -> float:
        """The mean of the last epoch."""
        return self.losses[STEPS]


def main() -> None:
    engine = require_engine()
    base = quickstart.random_base(engine)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures(folder / "image" / "1_ning")
        ways: dict[str, Callable[[int], Trained]] = {
            "documentation": lambda number: by_hand(
                engine, base, folder, f"a{number}", DOCUMENTED, AS_DOCUMENTED
            ),
            "kohya_ss": lambda number: by_hand(engine, base, folder, f"b{number}", KOHYA_SS, AS_KOHYA_SS),
            "first": lambda number: by_driver(
                base, folder, f"c{number}", home=empty_home(folder / f"home{number}")
            ),
            "ours": lambda number: by_driver(base, folder, f"d{number}"),
            "32 bit": lambda number: by_driver(base, folder, f"e{number}", precision="no"),
        }
        told: dict[str, list[Trained]] = {way: [] for way in ways}
        sets = ["training.max_train_epochs=1", "saving.output_name=kept"]
        api.train(
            api.load_preset(write_preset(base, folder, "kept"), sets=sets)
        )  # so that what is kept is there
        for number in range(ROUNDS):
            for way, train in ways.items():
                told[way].append(train(number))
                print(f"{way}: {told[way][-1]}", file=sys.stderr, flush=True)
    keep("first_lora", rows(told))


def rows(told: Mapping[str, Sequence[Trained]]) -> list[Row]:
    def row(figure: str, field: str, against: str, name: str, bound: str = "", way: str = "ours") -> Row:
        ours, theirs = ([getattr(one, field) for one in told[each]] for each in (way, against))
        return Row.of(figure, ours, "s" if field != "loss" else "", name, theirs, bound)

    def apart(figure: str, one: str, other: str, bound: str) -> Row:
        """The largest difference of the running mean, as a share of it; the engine shows three digits, so that 1 % is their last."""
        pairs = zip(told[one], told[other], strict=True)
        shares = [
            max(
                abs(ours.losses[step] / theirs.losses[step] - 1)
                for step in ours.losses.keys() & theirs.losses
            )
            for ours, theirs in pairs
        ]
        return Row.of(
            f"largest difference of the mean loss: {figure}",
            [100 * share for share in shares],
            "%",
            bound=bound,
        )

    documented, kohya_ss = "as its documentation starts it", "kohya_ss's defaults"
    return [
        row("time to a LoRA", "whole", "documentation", documented, "≤ 0.38"),
        row("time to a LoRA", "whole", "kohya_ss", kohya_ss, "≤ 1"),
        row("time to a LoRA, nothing kept", "whole", "documentation", documented, "≤ 0.38", "first"),
        row("time to a LoRA, nothing kept", "whole", "kohya_ss", kohya_ss, "≤ 1", "first"),
        row("until the first step is done", "before", "documentation", documented, "≤ 15 s"),
        row("until the first step is done", "before", "kohya_ss", kohya_ss),
        row("until the first step is done, nothing kept", "before", "kohya_ss", kohya_ss, "≤ 15 s", "first"),
        row("time to a LoRA, both in 32 bit", "whole", "documentation", documented, "≤ 1", "32 bit"),
        row("time to a LoRA, both in 32 bit", "whole", "kohya_ss", kohya_ss, "≤ 1", "32 bit"),
        row("mean loss of the last epoch", "loss", "documentation", documented),
        row("mean loss of the last epoch", "loss", "kohya_ss", kohya_ss),
        apart("in 32 bit from kohya_ss's, any step", "32 bit", "kohya_ss", "≤ 1 %"),
        apart("in bf16 from 32 bit, any step", "ours", "32 bit", "≤ 1.5 %"),
        apart("nothing kept from kept, any step", "first", "ours", "≤ 0 %"),
    ]


def pictures(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(PICTURES):
        (folder / f"{number:02}.png").write_bytes(noise_picture(SIDE, seed=number))
        (folder / f"{number:02}.txt").write_text(f"ning, number {number}\n", encoding="utf-8")


def by_hand(
    engine: Engine,
    base: Path,
    folder: Path,
    name: str,
    launcher: Sequence[str],
    options: Mapping[str, object],
) -> Trained:
    """`accelerate launch … train_network.py …` with a dataset config, as the documentation has it."""
    dataset = folder / f"{name}.toml"
    dataset.write_text(
        f"[general]\ncaption_extension = '.txt'\n[[datasets]]\nresolution = {SIDE}\nbatch_size = 1\n"
        f"[[datasets.subsets]]\nimage_dir = '{folder / 'image' / '1_ning'}'\nnum_repeats = 1\n",
        encoding="utf-8",
    )
    told = {
        "pretrained_model_name_or_path": base, "dataset_config": dataset, "output_dir": folder / name,
        "output_name": "ning", "save_model_as": "safetensors", "mixed_precision": "no",
        "tokenizer_cache_dir": engine.tokenizers, **LEARNING, **options,
    }  # fmt: skip
    command = [
        engine.python, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "1", "--num_machines", "1",
        "--mixed_precision", "no", "--dynamo_backend", "no", *launcher, "train_network.py",
        *(f"--{option}" + ("" if value is True else f"={value}") for option, value in told.items()),
    ]  # fmt: skip
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONUNBUFFERED": "1", "COLUMNS": "400"}
    return watched(
        command, engine.checkout, environment, folder / f"{name}.log", folder / name / "ning.safetensors"
    )


def write_preset(base: Path, folder: Path, name: str, precision: str = "") -> Path:
    preset = folder / f"{name}.toml"
    preset.write_text(
        f'[model]\nbase = "{base}"\n[dataset]\ntrain_data_dir = "image"\nresolution = {SIDE}\n'
        "[network]\ndim = 16\nalpha = 1\n[optimizer]\nlearning_rate = 1e-4\n"
        'lr_scheduler = "constant"\n'
        f'[training]\nmax_train_epochs = {EPOCHS}\nseed = 42\n[saving]\noutput_name = "{name}"\nevery_n_epochs = 1\n'
        '[launch]\ndevice = "cpu"\n[safety]\nnotify = false\n'
        + (f'[precision]\nmixed_precision = "{precision}"\n' if precision else ""),
        encoding="utf-8",
    )
    return preset


def by_driver(
    base: Path, folder: Path, name: str, *, home: Path | None = None, precision: str = ""
) -> Trained:
    preset = write_preset(base, folder, name, precision)
    command = [PYTHON, "-m", "kohya_driver", "train", preset, "--plain"]
    environment = {**os.environ, "KOHYA_DRIVER_HOME": str(home or files.home())}
    run = folder / "runs" / f"{name}-001"
    return watched(command, folder, environment, run / "engine.log", run / "models" / f"{name}.safetensors")


def watched(
    command: Sequence[object], folder: Path, environment: Mapping[str, str], log: Path, final: Path
) -> Trained:
    """The log is the trainer's own, whoever writes it; it is looked at ten times a second."""
    begin, before = time.perf_counter(), 0.0
    own = log.parent.is_dir() and not log.exists()
    with (log if own else Path(os.devnull)).open("wb") as output:
        child = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        while child.poll() is None:
            if not before and log.exists() and FIRST_STEP.search(log.read_bytes()):
                before = time.perf_counter() - begin
            time.sleep(0.1)
    whole = time.perf_counter() - begin
    text = log.read_bytes()
    assert child.returncode == 0 and final.is_file(), text[-3000:].decode("utf-8", "replace")
    losses = {int(step): float(loss) for step, loss in LOSS.findall(text)}
    assert STEPS in losses, text[-3000:].decode("utf-8", "replace")
    return Trained(whole, before, losses)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
