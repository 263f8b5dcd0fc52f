"""What the preset leaves open."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, is_open, to

BASE_RESOLUTION = {"sd15": 512, "sd2": 768, "sdxl": 1024}


def _side(draft: Draft, pick: Callable[..., int]) -> int:
    resolution = draft.get("dataset.resolution")
    return resolution if isinstance(resolution, int) else pick(*resolution)


def _step(draft: Draft) -> int:
    return int(draft.get("dataset.bucket_reso_steps") or 64)


def _smallest_bucket(draft: Draft) -> int:
    return max(_step(draft), min(256, _side(draft, min)) // _step(draft) * _step(draft))


def _largest_bucket(draft: Draft) -> int:
    """Twice the training size: the engine's fixed 1024 would forbid every long picture at SDXL's size."""
    step = _step(draft)
    return -(-2 * _side(draft, max) // step) * step


RULES: tuple[Rule, ...] = (
    Rule("training.length", "training.max_train_epochs",
         every(is_open("training.max_train_epochs"), is_open("training.max_train_steps")), to(10)),
    Rule("dataset.resolution", "dataset.resolution", is_open("dataset.resolution"), lambda d: BASE_RESOLUTION.get(d.family, 512)),
    Rule("dataset.buckets", "dataset.enable_bucket", is_open("dataset.enable_bucket"), to(True)),
    Rule("dataset.min_bucket", "dataset.min_bucket_reso",
         every(is_on("dataset.enable_bucket"), is_open("dataset.min_bucket_reso")), _smallest_bucket),
    Rule("dataset.max_bucket", "dataset.max_bucket_reso",
         every(is_on("dataset.enable_bucket"), is_open("dataset.max_bucket_reso")), _largest_bucket),
    Rule("dataset.caption_extension", "dataset.caption_extension", is_open("dataset.caption_extension"), to(".txt")),
    Rule("dataset.class_tokens", "dataset.class_tokens",
         lambda d: bool(d.trigger) and d.get("dataset.class_tokens") is None, lambda d: d.trigger),
    Rule("dataset.keep_trigger", "dataset.keep_tokens",
         lambda d: bool(d.trigger and d.get("dataset.shuffle_caption")) and d.get("dataset.keep_tokens") is None
         and not d.get("dataset.keep_tokens_separator"), to(1)),
    Rule("memory.vae_batch", "training.vae_batch_size",
         lambda d: bool(d.get("training.cache_latents")) and d.get("training.vae_batch_size") is None,
         lambda d: 1 if d.family == "sdxl" else 4),
    Rule("sampling.every_epoch", "training.sample_every_n_epochs",
         lambda d: bool(d.get("training.sample_prompts")) and not any(
             d.get(f"training.{name}") for name in ("sample_every_n_epochs", "sample_every_n_steps", "sample_at_first")),
         to(1)),
    Rule("sampling.at_first", "training.sample_at_first",
         every(is_on("training.sample_prompts"), is_open("training.sample_at_first")), to(True)),
)  # fmt: skip
