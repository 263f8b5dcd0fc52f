"""sd-scripts' dataset config: several datasets with subsets, of which a preset has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kohya_driver.engine.catalogue import DatasetKey, load_catalogue
from kohya_driver.exchange.model import Claim, idle, left
from kohya_driver.preset.model import CaptionRules, Dataset, Subset, fields

RANK = 30
"""A dataset config goes before the options of the training config."""
ON_DATASET = {theirs: ours for ours, theirs in fields(Dataset, "key").items()}
ON_SUBSET = {theirs: ours for ours, theirs in fields(Subset, "key").items()}
SHARED = frozenset(fields(CaptionRules, "key").values())
"""What may be said for one subset."""
WHOLE = frozenset(ON_DATASET) - SHARED
"""What can be said for the whole set only."""


def is_dataset_config(table: Mapping[str, Any]) -> bool:
    """The engine takes these two words only (config_util.py:181)."""
    return bool(table) and set(table) <= {"general", "datasets"}


@dataclass(frozen=True, slots=True)
class _Set:
    key: str
    """`datasets[0]`."""
    values: Mapping[str, Any]
    subsets: tuple[tuple[str, Mapping[str, Any]], ...]


def claim_datasets(table: Mapping[str, Any]) -> list[Claim]:
    """What each key of a dataset config becomes."""
    found = list(_sets(table))
    general = table.get("general")
    general = general if isinstance(general, Mapping) else {}
    claims = [_claim(f"general.{name}", value, name, RANK) for name, value in general.items()]
    number = 0
    for position, one in enumerate(found):
        claims += [_of_set(one.key, name, value, position, found) for name, value in one.values.items()]
        pushed = {name: value for name, value in one.values.items() if position and name in SHARED}
        for key, subset in one.subsets:
            claims += _subset(key, subset, number, pushed, {**general, **one.values})
            number += 1
    return [*claims, *_strays(table)]


def _strays(table: Mapping[str, Any]) -> Iterator[Claim]:
    """What should be tables and is not."""
    for name, value in table.items():
        wanted = Mapping if name == "general" else list
        if not isinstance(value, wanted):
            yield left(name, value, "wrong_type", wanted=f"[{name}]")


def _sets(table: Mapping[str, Any]) -> Iterator[_Set]:
    given = table.get("datasets")
    for number, one in enumerate(given if isinstance(given, list) else []):
        if not isinstance(one, Mapping):
            continue
        key = f"datasets[{number}]"
        subsets = one.get("subsets")
        listed = subsets if isinstance(subsets, list) else []
        values = {
            name: value for name, value in one.items() if name != "subsets" or not isinstance(value, list)
        }
        yield _Set(
            key,
            values,
            tuple((f"{key}.subsets[{n}]", sub) for n, sub in enumerate(listed) if isinstance(sub, Mapping)),
        )


def _of_set(key: str, name: str, value: Any, position: int, found: list[_Set]) -> Claim:
    """The first set's keys are the preset's; another set's go to its subsets, or must be the same."""
    if position == 0:
        return _claim(f"{key}.{name}", value, name, RANK + 1)
    if name in SHARED:
        return idle(f"{key}.{name}", value, "on_subsets")
    if found[0].values.get(name) == value:
        return idle(f"{key}.{name}", value, "same_as", other=f"{found[0].key}.{name}")
    return left(f"{key}.{name}", value, "one_set")


def _subset(
    key: str, subset: Mapping[str, Any], number: int, pushed: Mapping[str, Any], above: Mapping[str, Any]
) -> Iterator[Claim]:
    place = f"dataset.subsets.{number}."
    if (
        "metadata_file" in subset
        or "conditioning_data_dir" in subset
        or not isinstance(subset.get("image_dir"), str)
    ):
        yield from (left(f"{key}.{name}", value, "fine_tuning") for name, value in subset.items())
        return
    inherited = {name: value for name, value in pushed.items() if name not in subset}
    # The engine goes by this file alone: the number in the folder's name means nothing to it.
    inherited.setdefault("num_repeats", above.get("num_repeats", 1))
    first = next(iter(subset))
    for name, value in subset.items():
        extra = (
            {f"{place}{ON_SUBSET[theirs]}": one for theirs, one in inherited.items()} if name == first else {}
        )
        claim = _claim(f"{key}.{name}", value, name, RANK + 2, place, ON_SUBSET)
        extra = {dotted: one for dotted, one in extra.items() if dotted not in claim.sets}
        yield replace(claim, sets={**claim.sets, **extra}) if claim.sets else claim


def _claim(
    key: str,
    value: Any,
    name: str,
    rank: int,
    place: str = "dataset.",
    known: Mapping[str, str] = ON_DATASET,
) -> Claim:
    if name == "batch_size":
        return _checked(Claim(key, value, {"training.train_batch_size": value}, rank=rank), name)
    if name in known:
        return _checked(Claim(key, value, {f"{place}{known[name]}": value}, rank=rank), name)
    option = load_catalogue().dataset_keys.get(name)
    if option is None:
        return left(key, value, "unknown")
    if option.option and place == "dataset.":
        return Claim(key, value, {f"engine_options.{option.option}": value}, rank=rank)
    return idle(key, value, "same") if value == option.default else left(key, value, "no_field")


def _checked(claim: Claim, name: str) -> Claim:
    """The engine is strict about types here, apart from true and false for numbers."""
    key = load_catalogue().dataset_keys[name]
    if claim.value is None or not _fits(key, claim.value):
        return left(claim.key, claim.value, "wrong_type", wanted=" / ".join(key.types))
    return claim


_TYPES: Mapping[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "str": (str,),
}


def _fits(key: DatasetKey, value: Any) -> bool:
    if isinstance(value, list):
        return any(kind.startswith("[") for kind in key.types) and len(value) == 2
    return any(isinstance(value, _TYPES.get(kind, ())) for kind in key.types) and (
        not isinstance(value, bool) or "bool" in key.types
    )
