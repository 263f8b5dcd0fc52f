"""Extracts the option catalogue from a checkout of the engine with `ast`: nothing of the engine is imported."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.engine import static
from kohya_driver.engine.extract_dataset import dataset_keys
from kohya_driver.engine.extract_options import script_options

SCRIPTS = (
    "train_network",
    "sdxl_train_network",
    "sd3_train_network",
    "flux_train_network",
    "lumina_train_network",
    "hunyuan_image_train_network",
    "anima_train_network",
)
"""The LoRA training scripts; the first must be there, the others came over the years."""


def extract_catalogue(checkout: Path, commit: str) -> dict[str, Any]:
    """Every option of every LoRA training script, and every key of the dataset config, as plain JSON values.

    Returns:
        `commit`; `options`: distinct definitions; `scripts`: script → indexes into `options`, in the parser's order;
        `dataset_keys`: name, types, places, required_in, option, default. Absent attributes are None or false.

    Raises:
        EngineError: `engine.catalogue_missing` or `engine.catalogue_unreadable`, with file and line.
    """
    source = static.Checkout(checkout)
    present = [name for name in SCRIPTS if name == SCRIPTS[0] or (checkout / f"{name}.py").is_file()]
    parsers = {name: script_options(source, name) for name in present}
    options, scripts = _deduplicate(parsers)
    defaults = {option["name"]: option.get("default") for option in parsers[SCRIPTS[0]]}
    return {
        "commit": commit,
        "options": options,
        "scripts": scripts,
        "dataset_keys": dataset_keys(source.module("library.config_util"), defaults),
    }


def write_catalogue(checkout: Path, commit: str, path: Path) -> None:
    """Extract, and write one definition a line, so that two engines' catalogues can be compared with `diff`."""
    files.write_text(path, render_catalogue(extract_catalogue(checkout, commit)))


def render_catalogue(catalogue: Mapping[str, Any]) -> str:
    """The catalogue as JSON text, one entry of each table a line."""
    return (
        "{\n" + ",\n".join(f"{_json(name)}: {_block(value)}" for name, value in catalogue.items()) + "\n}\n"
    )


def _block(value: object) -> str:
    if isinstance(value, dict):
        return "{\n" + ",\n".join(f"{_json(name)}: {_json(item)}" for name, item in value.items()) + "\n}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    return _json(value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _deduplicate(
    parsers: Mapping[str, Sequence[dict[str, Any]]],
) -> tuple[list[dict[str, Any]], dict[str, list[int]]]:
    # Keyed by the JSON text, not by the value: 1, 1.0 and True are equal in Python, and different defaults.
    distinct: dict[str, int] = {}
    scripts = {
        script: [distinct.setdefault(_json(option), len(distinct)) for option in options]
        for script, options in parsers.items()
    }
    return [json.loads(text) for text in distinct], scripts
