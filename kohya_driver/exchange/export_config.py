"""sd-scripts' own files: config.toml, dataset.toml, the prompts, and the command."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.exchange.elsewhere import Elsewhere
from kohya_driver.planning.arguments import dataset_config

CONFIG, DATASET, PROMPTS = "config.toml", "dataset.toml", "sample_prompts.txt"
OUTPUT, LOGS = "output", "logs"
"""Beside the config: the engine looks for relative paths in the folder that it is started in."""
SD_SCRIPTS = "SD_SCRIPTS"
"""The variable that says where sd-scripts lies."""


def training_config(there: Elsewhere) -> dict[str, Any]:
    """Everything of config.toml. What is in the dataset config too is there for the metadata of the LoRA."""
    size = there.dataset.get("resolution", 512)
    width, height = (size, size) if isinstance(size, int) else size
    found = {name: value for name, value in there.training.items() if name != "sample_prompts"}
    found.setdefault("output_dir", OUTPUT)
    return {
        **found,
        "dataset_config": DATASET,
        "logging_dir": LOGS,
        "log_with": "tensorboard",
        "resolution": f"{width},{height}",
        **({"sample_prompts": PROMPTS} if there.prompts else {}),
    }


def dataset_text(there: Elsewhere) -> str:
    return files.dump_toml(dataset_config(there.dataset, there.training["train_batch_size"], there.subsets))


def config_files(there: Elsewhere) -> dict[str, str]:
    """Name to text."""
    head = "".join(f"# {line}\n" for line in _head(there))
    made = {CONFIG: f"{head}\n{files.dump_toml(training_config(there))}", DATASET: dataset_text(there)}
    return {**made, **({PROMPTS: there.prompts} if there.prompts else {})}


def _head(there: Elsewhere) -> list[str]:
    return [
        texts.say("exchange_screen.exported", script=there.script),
        *(f"{one.option}: {one.after} ({one.reason})" for one in there.filled),
    ]


def training_command(there: Elsewhere, folder: Path) -> str:
    """Typed on the other machine, where the folder was copied to."""
    launch = " ".join(launcher(there))
    return f"cd {shlex.quote(folder.name)} && {launch} --config_file {CONFIG}"


def launcher(there: Elsewhere) -> tuple[str, ...]:
    return (
        "accelerate", "launch", "--num_processes", "1", "--num_machines", "1", "--mixed_precision",
        _precision(there.training), "--dynamo_backend", "no", "--num_cpu_threads_per_process", "2",
        f'"${{{SD_SCRIPTS}}}/{there.script}"',
    )  # fmt: skip


def _precision(training: Mapping[str, Any]) -> str:
    return str(training.get("mixed_precision", "no"))
