"""ai-toolkit's datasets and samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kohya_driver.exchange.foreign import EMPTY, Config, claim_by, leaves
from kohya_driver.exchange.model import Claim, idle, left
from kohya_driver.exchange.options import claim_option
from kohya_driver.exchange.prompts import prompt_keys
from kohya_driver.planning.prompts import Prompt

DEFAULTS: Mapping[str, Any] = {
    "datasets.scale": 1.0, "datasets.bucket_tolerance": 64, "datasets.type": "image", "datasets.network_weight": 1.0,
    "datasets.loss_multiplier": 1.0, "datasets.num_frames": 1, "datasets.fps": 24, "datasets.shrink_video_to_frames": True,
    "datasets.auto_frame_count": False, "sample.num_frames": 1, "sample.network_multiplier": 1, "sample.fps": 16,
}  # fmt: skip
DATASET: Mapping[str, str] = {
    "num_repeats": "num_repeats", "shuffle_tokens": "shuffle_caption", "caption_dropout_rate": "caption_dropout_rate",
    "token_dropout_rate": "caption_tag_dropout_rate", "keep_tokens": "keep_tokens", "flip_x": "flip_aug", "random_crop": "random_crop",
    "default_caption": "class_tokens", "alpha_mask": "alpha_mask", "is_reg": "is_reg",
}  # fmt: skip
CACHES = {
    "cache_latents": "training.cache_latents",
    "cache_latents_to_disk": "training.cache_latents_to_disk",
}


def claim_datasets(value: Any) -> Iterator[Claim]:
    for number, one in enumerate(value if isinstance(value, list) else []):
        prefix = f"config.process[0].datasets[{number}]"
        if not isinstance(one, Mapping):
            yield left(prefix, one, "wrong_type", wanted="{…}")
            continue
        config = Config(dict(leaves(one)))
        for key, inner in config.entries.items():
            yield _dataset(config, f"{prefix}.{key}", key, inner, number)


def _dataset(config: Config, key: str, bare: str, value: Any, number: int) -> Claim:
    place = f"dataset.subsets.{number}."
    if bare in ("folder_path", "dataset_path") and value:
        repeats = config.get("num_repeats", 1)
        return Claim(key, value, {f"{place}image_dir": str(value), f"{place}num_repeats": repeats})
    if bare == "num_repeats":
        return idle(key, value, "goes_with")
    if bare == "caption_ext" and value:
        ending = str(value) if str(value).startswith(".") else f".{value}"
        return Claim(key, value, {f"{place}caption_extension": ending})
    if bare == "resolution":
        return _sizes(key, value)
    if bare == "buckets":
        return Claim(key, value, {"dataset.enable_bucket": value})
    if bare in CACHES and value is True:
        return Claim(key, value, {CACHES[bare]: True})
    if bare == "trigger_word" and value:
        return Claim(key, value, {"dataset.trigger": value})
    if bare in DATASET:
        return (
            idle(key, value, "unset")
            if value in EMPTY
            else Claim(key, value, {f"{place}{DATASET[bare]}": value})
        )
    return claim_by({}, DEFAULTS, config, key, f"datasets.{bare}", value)


def _sizes(key: str, value: Any) -> Claim:
    """`1024`, `[1024]`; of `[512, 768, 1024]`, which trains each picture in each size, the largest is taken."""
    sizes = value if isinstance(value, list) else [value]
    if not sizes or not all(isinstance(size, int) and not isinstance(size, bool) for size in sizes):
        return left(key, value, "wrong_type", wanted="1024")
    return Claim(
        key, value, {"dataset.resolution": max(sizes)}, why="" if len(sizes) == 1 else "largest_size"
    )


def claim_sample(value: Any) -> Iterator[Claim]:
    if not isinstance(value, Mapping):
        return
    config = Config(value)
    prefix = "config.process[0].sample."
    found = (
        value.get("samples")
        if isinstance(value.get("samples"), list)
        else [{"prompt": one} for one in _list(value.get("prompts"))]
    )
    texts = [one for one in _list(found) if isinstance(one, Mapping) and one.get("prompt")]
    keys = prompt_keys([_prompt({**value, **one}) for one in texts]) if texts else {}
    for name, inner in value.items():
        key = f"{prefix}{name}"
        if name in ("prompts", "samples"):
            yield (
                Claim(key, inner, keys)
                if keys and name == ("samples" if isinstance(value.get("samples"), list) else "prompts")
                else idle(key, inner, "unset")
            )
        elif name == "sample_every":
            yield claim_option(key, inner, "sample_every_n_steps")
        elif name in ("width", "height", "seed", "guidance_scale", "sample_steps", "neg"):
            yield idle(key, inner, "goes_with")
        elif name in ("sampler", "walk_seed"):
            yield left(key, inner, "no_counterpart") if inner not in EMPTY else idle(key, inner, "unset")
        else:
            yield claim_by({}, DEFAULTS, config, key, f"sample.{name}", inner)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _prompt(one: Mapping[str, Any]) -> Prompt:
    """`[trigger]` there is `{trigger}` here."""
    config = Config(one)
    return Prompt(
        text=str(one.get("prompt", "")).replace("[trigger]", "{trigger}"),
        negative=str(one.get("neg") or ""),
        width=int(config.number("width", 512)),
        height=int(config.number("height", 512)),
        seed=int(config.number("seed", 0)),
        steps=int(config.number("sample_steps", 20)),
        scale=config.number("guidance_scale", 7.0),
    )
