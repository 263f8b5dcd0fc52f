"""OneTrainer's concepts, which are folders of pictures, and its samples."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kohya_driver.exchange.foreign import EMPTY, Config, claim_by, leaves
from kohya_driver.exchange.model import Claim, idle, left
from kohya_driver.exchange.prompts import prompt_keys
from kohya_driver.planning.prompts import Prompt

SAMPLERS = {
    "DDIM": "ddim",
    "EULER": "euler",
    "EULER_A": "euler_a",
    "DPMPP": "dpmsolver++",
    "DPMPP_SDE": "dpmsolver++",
}
DEFAULTS: Mapping[str, Any] = {
    "enabled": True, "type": "STANDARD", "image_variations": 1, "text_variations": 1, "balancing_strategy": "REPEATS",
    "loss_weight": 1.0, "text.prompt_source": "sample", "text.tag_delimiter": ",", "text.tag_dropout_mode": "FULL",
    "text.tag_dropout_special_tags_mode": "NONE", "text.keep_tags_count": 1, "image.resolution_override": "512",
    "text.caps_randomize_mode": "capslock, title, first, random",
}  # fmt: skip
CONCEPT: Mapping[str, str] = {
    "path": "image_dir", "text.enable_tag_shuffling": "shuffle_caption", "text.tag_delimiter": "caption_separator",
    "image.enable_random_flip": "flip_aug",
}  # fmt: skip


def not_listed(key: str, value: Any) -> Claim:
    """What should be a list and is not, or has nothing in it."""
    is_empty = value in EMPTY or value in ([], {})
    return idle(key, value, "unset") if is_empty else left(key, value, "wrong_type", wanted="[…]")


def claim_concepts(value: Any) -> Iterator[Claim]:
    number = 0
    if not isinstance(value, list) or not value:
        yield not_listed("concepts", value)
        return
    for position, one in enumerate(value):
        if not isinstance(one, Mapping):
            yield left(f"concepts[{position}]", one, "wrong_type", wanted="{…}")
            continue
        config = Config(dict(leaves(one)))
        used = (
            config.get("enabled") is not False
            and config.get("type", "STANDARD") == "STANDARD"
            and bool(config.get("path"))
        )
        for key, inner in config.entries.items():
            yield _concept(config, f"concepts[{position}].{key}", key, inner, number if used else None)
        number += used


def _concept(config: Config, key: str, bare: str, value: Any, number: int | None) -> Claim:
    if bare in ("name", "seed") or bare.startswith("concept_stats"):
        return idle(key, value, "screen")
    if number is None:
        return left(key, value, "disabled") if value not in EMPTY else idle(key, value, "unset")
    place = f"dataset.subsets.{number}."
    if bare == "path":
        repeats = _repeats(config, key, config.get("balancing"), "num_repeats").sets
        return Claim(
            key, value, {f"{place}image_dir": value, **({} if repeats else {f"{place}num_repeats": 1})}
        )
    if bare == "balancing":
        return _repeats(config, key, value, f"{place}num_repeats")
    if bare == "text.keep_tags_count" and config.get("text.enable_tag_shuffling"):
        return Claim(key, value, {f"{place}keep_tokens": value})
    if bare == "text.tag_dropout_probability" and config.get("text.tag_dropout_enable"):
        return Claim(key, value, {f"{place}caption_tag_dropout_rate": value})
    if bare == "text.tag_dropout_enable":
        return idle(key, value, "goes_with")
    if bare in CONCEPT:
        return (
            Claim(key, value, {f"{place}{CONCEPT[bare]}": value})
            if value not in EMPTY
            else idle(key, value, "unset")
        )
    return claim_by({}, DEFAULTS, config, key, bare, value)


def _repeats(config: Config, key: str, value: Any, place: str) -> Claim:
    """How often each picture is shown; by another strategy, how many are drawn."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return left(key, value, "wrong_type", wanted="1.0")
    if config.get("balancing_strategy", "REPEATS") != "REPEATS":
        return left(key, value, "no_counterpart")
    repeats = max(1, round(value))
    return Claim(key, value, {place: repeats}, why="" if repeats == value else "rounded")


def claim_samples(value: Any) -> Iterator[Claim]:
    """A list of prompts, each with all its settings."""
    if not isinstance(value, list) or not value:
        yield not_listed("samples", value)
        return
    found = [one for one in value if isinstance(one, Mapping)]
    used = [one for one in found if one.get("enabled", True) and str(one.get("prompt", "")).strip()]
    keys = prompt_keys([_prompt(one) for one in used]) if used else {}
    for position, one in enumerate(value):
        if not isinstance(one, Mapping):
            yield left(f"samples[{position}]", one, "wrong_type", wanted="{…}")
            continue
        shown = json.dumps(one, ensure_ascii=False)[:200]
        yield (
            Claim(f"samples[{position}]", shown, keys)
            if one in used and one is used[0]
            else idle(f"samples[{position}]", shown, "with_first" if one in used else "disabled")
        )


def _prompt(one: Mapping[str, Any]) -> Prompt:
    config = Config(one)
    return Prompt(
        text=str(one.get("prompt", "")),
        negative=str(one.get("negative_prompt", "")),
        width=int(config.number("width", 512)),
        height=int(config.number("height", 512)),
        seed=None if one.get("random_seed") else int(config.number("seed", 42)),
        steps=int(config.number("diffusion_steps", 20)),
        scale=config.number("cfg_scale", 7.0),
        sampler=SAMPLERS.get(str(one.get("noise_scheduler", "")), ""),
    )
