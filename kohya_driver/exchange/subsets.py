"""Claims on the subsets of the pictures: their numbers, and one folder in place of them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kohya_driver.exchange.defaults import is_default
from kohya_driver.exchange.model import Claim

SUBSET = "dataset.subsets."
FOLDER = "image_dir"
FOR_ALL = {"alpha_mask": "engine_options.alpha_mask"}
"""What a preset says for all pictures elsewhere."""


def numbered(claims: Sequence[Claim]) -> list[Claim]:
    """With the subsets that have a folder as 0, 1, 2 …; what is said of another is left, as there is none."""
    folders = {_number(dotted) for claim in claims for dotted in claim.sets if _name(dotted) == FOLDER}
    places = {number: str(place) for place, number in enumerate(sorted(folders, key=int))}
    return [_with_numbers(claim, places) for claim in claims]


def _with_numbers(claim: Claim, places: Mapping[str, str]) -> Claim:
    if not any(map(_number, claim.sets)):
        return claim
    sets = {
        f"{SUBSET}{places[_number(dotted)]}.{_name(dotted)}" if _number(dotted) else dotted: value
        for dotted, value in claim.sets.items()
        if not _number(dotted) or _number(dotted) in places
    }
    return (
        replace(claim, sets=sets) if sets else replace(claim, sets={}, fate="left", why="no_folder", words={})
    )


def _number(dotted: str) -> str:
    """`1` of `dataset.subsets.1.keep_tokens`; empty for what is no subset's."""
    return dotted.split(".")[2] if dotted.startswith(SUBSET) else ""


def _name(dotted: str) -> str:
    return dotted.split(".", 3)[3] if dotted.startswith(SUBSET) else ""


def in_one_folder(claims: Sequence[Claim]) -> tuple[list[Claim], dict[str, Any]]:
    """What --images leaves of the subsets: what all of them have in common holds for the whole set, the rest is told.

    Returns:
        The claims, and what they have in common.
    """
    said = {dotted: value for claim in claims for dotted, value in claim.sets.items()}
    numbers = {_number(dotted) for dotted in said} - {""}
    learnt = {number for number in numbers if said.get(f"{SUBSET}{number}.is_reg") is not True}
    common = _common(said, learnt)
    owner: dict[str, str] = {}
    for claim in claims:
        for dotted in claim.sets:
            if _number(dotted) in learnt and _name(dotted) != FOLDER and FOLDER not in map(_name, claim.sets):
                owner.setdefault(_place(_name(dotted)), claim.key)
    return [_for_all(claim, learnt, common, owner) for claim in claims], common


def _place(name: str) -> str:
    return FOR_ALL.get(name, f"dataset.{name}")


def _common(said: Mapping[str, Any], learnt: Iterable[str]) -> dict[str, Any]:
    """By its place in the whole set; a subset that says nothing has what is said there, or what holds anyway."""
    names = {_name(dotted) for dotted in said if _number(dotted) in learnt} - {FOLDER, "is_reg"}
    found = {}
    for place, name in sorted((_place(name), name) for name in names):
        values = [said.get(f"{SUBSET}{number}.{name}", said.get(place)) for number in learnt]
        meant = [None if value is None or is_default(place, value) else value for value in values]
        if meant.count(meant[0]) == len(meant):
            found[place] = next(value for value in values if value is not None)
    return found


def _for_all(
    claim: Claim, learnt: Iterable[str], common: Mapping[str, Any], owner: Mapping[str, str]
) -> Claim:
    of_subsets = [dotted for dotted in claim.sets if _number(dotted)]
    if not of_subsets:
        return _not_overruled(claim, common, owner)
    names = {_name(dotted) for dotted in of_subsets if _number(dotted) in learnt}
    if not names:
        return replace(claim, sets={}, fate="left", why="reg_images", words={})
    if FOLDER in names:
        return replace(claim, sets={}, fate="default", why="overruled", words={"by": "--images"})
    if names == {"is_reg"}:
        return replace(claim, sets={}, fate="default", why="same", words={})
    sets = {place: common[place] for place in map(_place, names) if place in common}
    if not sets:
        return replace(claim, sets={}, fate="left", why="not_for_all", words={})
    first = owner[next(iter(sets))]
    if first != claim.key:
        return replace(claim, sets={}, fate="default", why="same_as", words={"other": first})
    return replace(claim, sets=sets)


def _not_overruled(claim: Claim, common: Mapping[str, Any], owner: Mapping[str, str]) -> Claim:
    """What is said for the whole set does not hold where every subset says something else."""
    kept = {d: v for d, v in claim.sets.items() if d not in owner or common.get(d, v) == v}
    if len(kept) == len(claim.sets):
        return claim
    by = owner[next(dotted for dotted in claim.sets if dotted not in kept)]
    return (
        replace(claim, sets=kept)
        if kept
        else replace(claim, sets={}, fate="default", why="overruled", words={"by": by})
    )
