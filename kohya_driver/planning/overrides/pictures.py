"""What the engine would itself change about pictures and their caches, done where it can be seen."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver.planning.overrides.draft import Draft, Rule, every, is_on, to

BUCKET_DIVISOR = {"sdxl": 32}
"""What bucket_reso_steps must be a multiple of; 64 for all others (train_network.py:175, sdxl_train_network.py:43)."""
FINEST = 8
"""Pixels of one latent: no step can be finer. kohya_ss once wrote 1 for "as fine as may be", which the engine now refuses."""


def _off(option: str) -> Callable[[Draft], bool]:
    return lambda draft: not draft.get(option)


def _too_fine(draft: Draft) -> bool:
    step = draft.get("dataset.bucket_reso_steps")
    return step is not None and step < FINEST


def _step(draft: Draft) -> int:
    return int(draft.get("dataset.bucket_reso_steps") or 64)


def _floor(draft: Draft) -> int:
    side = int(draft.get("dataset.min_bucket_reso"))
    # Below one step nothing is left: that is refused, not rounded.
    return side // _step(draft) * _step(draft) or side


def _ceiling(draft: Draft) -> int:
    return -(-int(draft.get("dataset.max_bucket_reso")) // _step(draft)) * _step(draft)


def _has_buckets(draft: Draft) -> bool:
    return draft.get("dataset.enable_bucket") is not False


RULES: tuple[Rule, ...] = (
    *(
        Rule("caching.on", f"training.{name}", every(is_on(f"training.{name}_to_disk"), _off(f"training.{name}")), to(True))
        for name in ("cache_latents", "cache_text_encoder_outputs")
    ),
    Rule("buckets.finest", "dataset.bucket_reso_steps", _too_fine, lambda d: BUCKET_DIVISOR.get(d.family, 64)),
    Rule("buckets.whole_steps", "dataset.min_bucket_reso", every(_has_buckets, is_on("dataset.min_bucket_reso")), _floor),
    Rule("buckets.whole_steps", "dataset.max_bucket_reso", every(_has_buckets, is_on("dataset.max_bucket_reso")), _ceiling),
)  # fmt: skip
