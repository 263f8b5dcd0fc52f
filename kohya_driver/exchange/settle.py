"""From what a file says to one valid preset: which of two claims holds, what changes nothing, what no preset can hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kohya_driver.errors import Finding
from kohya_driver.exchange.defaults import is_default
from kohya_driver.exchange.model import Claim, Reading
from kohya_driver.exchange.subsets import SUBSET, in_one_folder, numbered
from kohya_driver.preset.load import faults_in

IMAGES = "dataset.train_data_dir"
FLAGS = {IMAGES: "--images", "model.base": "--base", "dataset.trigger": "--trigger"}
DRAWN = ("sampling.every_n_epochs", "sampling.every_n_steps", "sampling.at_first")


@dataclass(frozen=True, slots=True)
class Settled:
    items: tuple[Claim, ...]
    assumed: Mapping[str, Any]
    sets: Mapping[str, Any]
    """Dotted keys of the preset, and their values."""
    values: Mapping[str, Any]
    """The same as nested tables."""


def settle(reading: Reading, over: Mapping[str, Any]) -> Settled:
    """Decide what holds.

    Args:
        over: dotted keys that were given on the command line instead.
    """
    claims = _overruled(_without_faults(list(map(_without_nothing, reading.claims)), over), over)
    lifted: Mapping[str, Any] = {}
    if IMAGES in over:
        claims, lifted = in_one_folder(claims)
    claims = _without_samples(claims)
    items = [_leave_defaults(claim) for claim in claims]
    said = {dotted: value for claim in _by_rank(claims) for dotted, value in claim.sets.items()}
    assumed = _assumed({**reading.assumed, **lifted}, {**said, **over})
    written = {dotted: value for item in _by_rank(items) for dotted, value in item.sets.items()}
    written = {
        **written,
        **{key: value for key, value in assumed.items() if not is_default(key, value)},
        **over,
    }
    kept = {key: value for key, value in assumed.items() if key in written}
    return Settled(tuple(items), kept, written, nest(written))


def _by_rank(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda claim: claim.rank)


def _overruled(claims: Sequence[Claim], over: Mapping[str, Any]) -> list[Claim]:
    """Each key of the preset stays with one claim; the others are told which."""
    owner: dict[str, Claim] = {}
    for claim in _by_rank(claims):
        owner |= dict.fromkeys(claim.sets, claim)
    epochs = owner.get("training.max_train_epochs")
    if epochs is not None and "training.max_train_steps" in owner:
        # The engine takes the epochs whatever the steps are (train_network.py, "override steps").
        owner["training.max_train_steps"] = epochs
    by_flag = {dotted: flag for dotted, flag in FLAGS.items() if dotted in over}
    return [_keep_own(claim, owner, by_flag) for claim in claims]


def _without_samples(claims: list[Claim]) -> list[Claim]:
    """Prompts that are never drawn there would be drawn here after every epoch; without prompts the rest means nothing."""
    said = {dotted for claim in claims for dotted, value in claim.sets.items() if value}
    if "sampling.prompts" in said and said & set(DRAWN):
        return claims
    why = "never_drawn" if "sampling.prompts" in said else "no_prompts"
    idle = {"sampling.prompts", "sampling.sampler"}
    return [
        replace(claim, sets={}, fate="default", why=why) if idle & claim.sets.keys() else claim
        for claim in claims
    ]


def _keep_own(claim: Claim, owner: Mapping[str, Claim], by_flag: Mapping[str, str]) -> Claim:
    kept = {d: v for d, v in claim.sets.items() if owner[d] is claim and d not in by_flag}
    if len(kept) == len(claim.sets):
        return claim
    lost = next(dotted for dotted in claim.sets if dotted not in kept)
    if kept:
        return replace(claim, sets=kept)
    by = by_flag.get(lost) or owner[lost].key
    return replace(claim, sets={}, fate="default", why="overruled", words={"by": by})


def _without_nothing(claim: Claim) -> Claim:
    """No preset can hold a value that is missing, wherever it came from."""
    if any(_has_nothing(value) for value in claim.sets.values()):
        return replace(claim, sets={}, fate="left", why="no_value", words={})
    return claim


def _has_nothing(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_nothing, value))
    return value is None or (isinstance(value, Mapping) and any(map(_has_nothing, value.values())))


def _without_faults(claims: Sequence[Claim], over: Mapping[str, Any]) -> list[Claim]:
    """Values that no preset can hold are left out, until the rest is one. They are no reason to overrule another."""
    current = list(claims)
    while True:
        current = numbered(current)
        owner = {dotted: claim for claim in _by_rank(current) for dotted in claim.sets}
        needed = {d: claim.sets[d] for d, claim in owner.items() if _is_needed(d, claim.sets[d])}
        faults = faults_in(nest({**needed, **over}))
        rejected = [_reject(claim, owner, faults) for claim in current]
        if rejected == current:
            return current
        current = rejected


def _reject(claim: Claim, owner: Mapping[str, Claim], faults: Mapping[str, Finding]) -> Claim:
    for dotted in (dotted for dotted in claim.sets if owner[dotted] is claim):
        for key, finding in faults.items():
            if dotted == key or key.startswith(f"{dotted}.") or dotted.startswith(f"{key}."):
                return replace(claim, sets={}, fate="left", why="no_place", words={"fault": finding.message})
    return claim


def _is_needed(dotted: str, value: Any) -> bool:
    """A preset need not say what it means anyway, and cannot say some of it: the engine's 0 for never."""
    return dotted.startswith(SUBSET) or not is_default(dotted, value)


def _leave_defaults(claim: Claim) -> Claim:
    if not claim.sets:
        return claim
    needed = {d: v for d, v in claim.sets.items() if _is_needed(d, v)}
    return replace(claim, sets=needed) if needed else replace(claim, sets={}, fate="default", why="same")


def _assumed(assumed: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Of the other tool's defaults, those that hold: nothing was said, and they matter."""
    found = {dotted: value for dotted, value in assumed.items() if dotted not in said}
    holds = {**found, **said}
    if holds.get("dataset.enable_bucket") is False:
        for name in ("min_bucket_reso", "max_bucket_reso"):
            found.pop(f"dataset.{name}", None)
    if "training.max_train_epochs" in said or "training.max_train_steps" in said:
        found.pop("training.max_train_steps", None)
        found.pop("training.max_train_epochs", None)
    if not said.get("sampling.prompts"):
        found.pop("sampling.sampler", None)
    if not any(value for dotted, value in holds.items() if dotted.endswith(".shuffle_caption")):
        found.pop("dataset.keep_tokens", None)
    return found


def nest(dotted: Mapping[str, Any]) -> dict[str, Any]:
    """`{"network.args.algo": 1}` as tables; the subsets as a list."""
    root: dict[str, Any] = {}
    for key, value in dotted.items():
        *path, name = _parts(key)
        table = root
        for part in path:
            table = table.setdefault(part, {})
        table[name] = value
    dataset = root.get("dataset")
    if dataset and isinstance(dataset.get("subsets"), dict):
        dataset["subsets"] = [dataset["subsets"][number] for number in sorted(dataset["subsets"], key=int)]
    return root


def _parts(dotted: str) -> list[str]:
    """Names of arguments may hold dots; those of sections may not."""
    section, _, rest = dotted.partition(".")
    if section == "engine_options":
        return [section, rest]
    first, _, name = rest.partition(".")
    if not name:
        return [section, first]
    return [section, first, *name.split(".", 1)] if dotted.startswith(SUBSET) else [section, first, name]
