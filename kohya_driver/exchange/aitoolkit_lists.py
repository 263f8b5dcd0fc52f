"""ai-toolkit's datasets and samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
NUMBERS = ("width", "height", "seed", "guidance_scale", "sample_steps")
CACHES = {
    "cache_latents": "training.cache_latents",
    "cache_latents_to_disk": "training.cache_latents_to_disk",
}


def claim_datasets(value: Any, above: Sequence[Claim] = ()) -> Iterator[Claim]:
    """Args:
    above: claims that go before those of a dataset.
    """
    held = {dotted: claim for claim in above for dotted in claim.sets}
    return (_one_for_all(claim, held) for claim in _datasets(value))


def _one_for_all(claim: Claim, held: dict[str, Claim]) -> Claim:
    """What a preset can say only once is the first dataset's."""
    dotted = next((dotted for dotted in claim.sets if not dotted.startswith("dataset.subsets.")), "")
    first = held.setdefault(dotted, claim) if dotted else claim
    if first is claim:
        return claim
    if first.sets[dotted] == claim.sets[dotted]:
        return idle(claim.key, claim.value, "same_as", other=first.key)
    why = "one_trigger" if dotted == "dataset.trigger" else "one_set"
    return left(claim.key, claim.value, why, by=first.key)


def _datasets(value: Any) -> Iterator[Claim]:
    if not isinstance(value, list) or not value:
        yield _not_listed("config.process[0].datasets", value)
    for number, one in enumerate(_list(value)):
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
        # Without a word it shows each picture once, whatever number the folder's name begins with.
        repeats = config.get("num_repeats")
        once = {} if isinstance(repeats, int) and repeats > 0 else {f"{place}num_repeats": 1}
        return Claim(key, value, {f"{place}image_dir": str(value), **once})
    if bare == "caption_ext" and value:
        ending = str(value) if str(value).startswith(".") else f".{value}"
        return Claim(key, value, {f"{place}caption_extension": ending})
    if bare == "resolution":
        return _sizes(key, value)
    if bare == "buckets" and isinstance(value, bool):
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
    prefix = "config.process[0].sample"
    if not isinstance(value, Mapping):
        yield (
            idle(prefix, value, "unset")
            if value in EMPTY
            else left(prefix, value, "wrong_type", wanted="{…}")
        )
        return
    config = Config(value)
    used = "samples" if isinstance(value.get("samples"), list) else "prompts"
    for name, inner in value.items():
        key = f"{prefix}.{name}"
        if name in ("prompts", "samples"):
            yield from (
                _prompts(key, inner, value) if name == used else [_unused(key, inner, f"{prefix}.{used}")]
            )
        elif name == "sample_every":
            yield claim_option(key, inner, "sample_every_n_steps")
        elif name in NUMBERS and not isinstance(inner, int | float):
            yield idle(key, inner, "unset") if inner in EMPTY else left(key, inner, "wrong_type", wanted="1")
        elif name in (*NUMBERS, "neg"):
            yield idle(key, inner, "goes_with")
        elif name in ("sampler", "walk_seed"):
            yield left(key, inner, "no_counterpart") if inner not in EMPTY else idle(key, inner, "unset")
        else:
            yield claim_by({}, DEFAULTS, config, key, f"sample.{name}", inner)


def _prompts(key: str, value: Any, sample: Mapping[str, Any]) -> Iterator[Claim]:
    """`["a", …]`, or `[{prompt: a, …}, …]`; what is no prompt is told one by one."""
    if not isinstance(value, list) or not value:
        yield _not_listed(key, value)
        return
    found = []
    for number, one in enumerate(value):
        table = one if isinstance(one, Mapping) else {"prompt": one}
        if isinstance(table.get("prompt"), str) and table["prompt"].strip():
            found.append(_prompt({**sample, **table}))
        else:
            yield left(f"{key}[{number}]", one, "wrong_type", wanted='"prompt"')
    if found:
        yield Claim(key, value, prompt_keys(found))


def _unused(key: str, value: Any, by: str) -> Claim:
    if value in EMPTY or value in ([], {}):
        return idle(key, value, "unset")
    if key.endswith("samples"):
        return left(key, value, "wrong_type", wanted="[…]")
    return idle(key, value, "overruled", by=by)


def _not_listed(key: str, value: Any) -> Claim:
    """What should be a list and is not, or has nothing in it."""
    is_empty = value in EMPTY or value in ([], {})
    return idle(key, value, "unset") if is_empty else left(key, value, "wrong_type", wanted="[…]")


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
