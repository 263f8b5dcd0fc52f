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
SHARED = frozenset(fields(CaptionRules, "key").values()) | {"alpha_mask"}
"""What may be said for one subset."""


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
    for one in found:
        kept = [(key, subset) for key, subset in one.subsets if _has_folder(subset)]
        numbers = range(number, number + len(kept))
        claims += [_of_set(one, name, value, numbers, found) for name, value in one.values.items()]
        for key, subset in one.subsets:
            if not _has_folder(subset):
                claims += [left(f"{key}.{name}", value, "fine_tuning") for name, value in subset.items()]
                continue
            # The engine goes by this file alone: the number in the folder's name means nothing to it.
            repeats = general.get("num_repeats", 1) if "num_repeats" not in one.values else None
            claims += _subset(key, subset, number, repeats)
            number += 1
    return [*claims, *_strays(table)]


def _has_folder(subset: Mapping[str, Any]) -> bool:
    others = {"metadata_file", "conditioning_data_dir"}
    return isinstance(subset.get("image_dir"), str) and not others & subset.keys()


def _strays(table: Mapping[str, Any]) -> Iterator[Claim]:
    """What should be tables and is not."""
    for name, value in table.items():
        wanted = Mapping if name == "general" else list
        if not isinstance(value, wanted):
            yield left(name, value, "wrong_type", wanted=f"[{name}]")
    for number, one in enumerate(_list(table.get("datasets"))):
        key = f"datasets[{number}]"
        if not isinstance(one, Mapping):
            yield left(key, one, "wrong_type", wanted="[[datasets]]")
            continue
        subsets = one.get("subsets", [])
        strays = list(enumerate(_list(subsets)))
        if not isinstance(subsets, list):
            yield left(f"{key}.subsets", subsets, "wrong_type", wanted="[[datasets.subsets]]")
        for place, subset in strays:
            if not isinstance(subset, Mapping):
                yield left(f"{key}.subsets[{place}]", subset, "wrong_type", wanted="[[datasets.subsets]]")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _sets(table: Mapping[str, Any]) -> Iterator[_Set]:
    for number, one in enumerate(_list(table.get("datasets"))):
        if not isinstance(one, Mapping):
            continue
        key = f"datasets[{number}]"
        yield _Set(
            key,
            {name: value for name, value in one.items() if name != "subsets"},
            tuple(
                (f"{key}.subsets[{place}]", subset)
                for place, subset in enumerate(_list(one.get("subsets")))
                if isinstance(subset, Mapping)
            ),
        )


def _of_set(one: _Set, name: str, value: Any, numbers: range, found: list[_Set]) -> Claim:
    """What all sets say alike is the preset's; what may differ from subset to subset goes to those of its set; the rest is the
    first one's."""
    key = f"{one.key}.{name}"
    # For the whole set, the number in a folder's name would go before it.
    if name != "num_repeats" and all(name in other.values and other.values[name] == value for other in found):
        if one is found[0]:
            return _claim(key, value, name, RANK + 1)
        return idle(key, value, "same_as", other=f"{found[0].key}.{name}")
    if name in SHARED:
        claim = _checked(Claim(key, value, rank=RANK + 1), name)
        if claim.fate == "left":
            return claim
        sets = {f"dataset.subsets.{number}.{ON_SUBSET[name]}": value for number in numbers}
        return replace(claim, sets=sets, why="on_subsets") if sets else idle(key, value, "no_subsets")
    if one is found[0]:
        return _claim(key, value, name, RANK + 1)
    if found[0].values.get(name) == value:
        return idle(key, value, "same_as", other=f"{found[0].key}.{name}")
    return left(key, value, "one_set")


def _subset(key: str, subset: Mapping[str, Any], number: int, repeats: Any) -> Iterator[Claim]:
    """Args:
    repeats: what holds for it unless it says something itself; None: its set does.
    """
    place = f"dataset.subsets.{number}."
    for name, value in subset.items():
        claim = _claim(f"{key}.{name}", value, name, RANK + 2, place, ON_SUBSET)
        if name == "image_dir" and repeats is not None and "num_repeats" not in subset and _is_count(repeats):
            claim = replace(claim, sets={**claim.sets, f"{place}num_repeats": repeats})
        yield claim


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


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
