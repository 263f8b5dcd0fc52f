"""sd-scripts' own TOML files: the training config, the dataset config, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.exchange.dataset_config import claim_datasets, is_dataset_config
from kohya_driver.exchange.defaults import engine_defaults
from kohya_driver.exchange.model import Claim, Reading, idle, left, takes
from kohya_driver.exchange.options import ALIASES, claim_option
from kohya_driver.exchange.prompts import claim_prompts
from kohya_driver.exchange.reading import parse_toml, read_text

STEPS = 1600
"""What the engine trains where nobody says how long (train_util.py, --max_train_steps)."""
BESIDE = ("dataset_config", "sample_prompts")
"""Options that name another file, which is read too."""


def engine_assumed(claims: tuple[Claim, ...]) -> dict[str, Any]:
    """What the engine does where a config says nothing."""
    found = {**engine_defaults(), "training.max_train_steps": STEPS, "sampling.sampler": "ddim"}
    turned = {place for claim in claims for place, value in claim.sets.items() if value is True}
    if {"dataset.color_aug", "dataset.random_crop"} & turned:
        found["training.cache_latents"] = False
    return found


def is_training_config(table: Mapping[str, Any]) -> bool:
    """Whether most of its keys are options of the engine."""
    catalogue = load_catalogue()
    known = {name for options in catalogue.scripts.values() for name in options}
    names = [name for name, _, _ in flat(table)]
    return bool(names) and sum(ALIASES.get(name, name) in known for name in names) * 2 >= len(names)


def flat(table: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Name, shown key and value of each option: a config's sections mean nothing (train_util.py:4742)."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from ((inner, f"{name}.{inner}", one) for inner, one in value.items())
        else:
            yield name, name, value


def read_config(
    table: Mapping[str, Any], folder: Path, *, dataset: Mapping[str, Any] | None = None, family: str = ""
) -> Reading:
    """A training config.

    Args:
        folder: where the files that it names are looked for.
        dataset: a dataset config that was given too.
    """
    claims = config_claims(table, folder, has_dataset=dataset is not None, family=family)
    if dataset is not None:
        claims += claim_datasets(dataset)
    return Reading("sd-scripts", tuple(claims), engine_assumed(tuple(claims)))


def read_dataset(table: Mapping[str, Any]) -> Reading:
    """A dataset config alone: nothing is known of the training."""
    claims = tuple(claim_datasets(table))
    places = ("dataset.", "training.cache_latents")
    assumed = {key: value for key, value in engine_assumed(claims).items() if key.startswith(places)}
    return Reading("sd-scripts", claims, assumed)


def config_claims(
    table: Mapping[str, Any], folder: Path, *, has_dataset: bool = False, family: str = ""
) -> list[Claim]:
    """What each option of a training config becomes; a key that is said again later holds there."""
    entries = list(flat(table))
    last = {name: key for name, key, _ in entries}
    claims: list[Claim] = []
    for name, key, value in entries:
        if last[name] != key:
            claims.append(idle(key, value, "overruled", by=last[name]))
        elif name in BESIDE and isinstance(value, str) and value:
            claims += beside(key, value, name, folder, known=has_dataset and name == "dataset_config")
        else:
            claims.append(claim_option(key, value, name, family=family))
    return claims


def beside(key: str, value: str, name: str, folder: Path, *, known: bool = False) -> list[Claim]:
    """What a file that is named becomes; if it is not here, that is said."""
    if known:
        return [claim_option(key, value, name)]
    path = find_beside(value, folder)
    if path is None:
        return [left(key, value, "not_here")]
    text = read_text(path)
    if name == "sample_prompts":
        return [
            claim_prompts(key, value, text) if path.suffix == ".txt" else left(key, value, "prompts_format")
        ]
    table = parse_toml(path, text)
    if not is_dataset_config(table):
        return [left(key, value, "no_dataset_config")]
    return [claim_option(key, value, name), *claim_datasets(table)]


def find_beside(name: str, folder: Path) -> Path | None:
    """A file where its name says, or of that name in the same folder: configs are moved together."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    for path in (folder / name, folder / bare):
        try:
            if path.is_file():
                return path
        except (OSError, ValueError):
            continue
    return None


def with_family(claims: list[Claim], key: str, family: str) -> list[Claim]:
    """The family that the training script's name tells, unless an option does."""
    if not family or any("model.family" in claim.sets for claim in claims):
        return claims
    return [replace(takes(key, key, model__family=family), rank=-1), *claims]
