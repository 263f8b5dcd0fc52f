"""Reads the training config and the dataset config; refuses whatever `scope` does not hold."""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from library.log import logger
from library.shared import scope

DEFAULTS: Mapping[str, Any] = {
    "train_batch_size": 1, "gradient_accumulation_steps": 1, "max_train_steps": 1600, "learning_rate": 2e-6,
    "optimizer_type": "AdamW", "lr_scheduler": "constant", "lr_warmup_steps": 0, "lr_scheduler_num_cycles": 1,
    "lr_scheduler_power": 1, "max_grad_norm": 1.0, "loss_type": "l2", "prior_loss_weight": 1.0, "mixed_precision": "no",
    "vae_batch_size": 1, "save_model_as": "safetensors", "sample_sampler": "ddim", "network_module": "networks.lora",
    "max_data_loader_n_workers": 0,
}  # fmt: skip
"""sd-scripts' own, but for the loader's workers: there are none. A switch that is not given is off, anything else None."""
NEEDED = ("pretrained_model_name_or_path", "dataset_config", "output_dir")


def read_training(path: Path) -> argparse.Namespace:
    """The options of a training config. Ends the process with 1 where it cannot be carried out."""
    logger.info(f"Loading settings from {path}...")
    given = flat(read_toml(path))
    refuse(scope.words(scope.outside_training(given)))
    refuse(f"{name} is not given" for name in NEEDED if not given.get(name))
    return argparse.Namespace(**{**every_default(), **given})


def every_default() -> dict[str, Any]:
    unset = {name: False if values == scope.ON_OR_OFF else None for name, values in scope.OPTIONS.items()}
    return {**unset, **DEFAULTS}


def read_datasets(path: Path) -> list[dict[str, Any]]:
    """Each `[[datasets]]` with what `[general]` says for all of them."""
    logger.info(f"Loading dataset config from {path}")
    config = read_toml(path)
    refuse(scope.words(scope.outside_dataset(config)))
    return [{**config.get("general", {}), **dataset} for dataset in config.get("datasets", [])]


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as failure:
        logger.error(f"{path} cannot be read: {failure}")
        sys.exit(1)


def flat(config: Mapping[str, Any]) -> dict[str, Any]:
    """Sections are only for the reader."""
    options: dict[str, Any] = {}
    for name, value in config.items():
        options |= value if isinstance(value, dict) else {name: value}
    return options


def refuse(lines: Any) -> None:
    """Say all that cannot be done, and end."""
    found = list(lines)
    for line in found:
        logger.error(f"the embedded engine does not carry this out, sd-scripts is needed: {line}")
    if found:
        sys.exit(1)
