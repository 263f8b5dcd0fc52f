"""Checks of the pictures, their captions, buckets and caches."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.dataset import checks as dataset_checks
from kohya_driver.errors import Finding, error
from kohya_driver.planning.checks.subject import BUCKET_DIVISOR, Check, Subject


def _pictures(subject: Subject) -> Iterator[Finding]:
    subsets = subject.inputs.subsets
    training = [subset for subset in subsets if not subset.is_reg]
    if subsets and not training:
        yield error("plan.only_regularization", subject.preset.where("dataset.subsets"))
    for subset in subsets:
        tokens = bool(subset.keys.get("class_tokens") or subject.draft.get("dataset.class_tokens"))
        yield from dataset_checks.check_folder(subset.folder, has_class_tokens=tokens)


def _buckets(subject: Subject) -> Iterator[Finding]:
    settings, training = subject.settings, subject.draft.training
    found = dataset_checks.check_settings(
        settings, divisor=BUCKET_DIVISOR.get(subject.draft.family, 64), where=subject.where("resolution")
    )
    yield from found
    if found:
        return
    share = float(subject.draft.get("dataset.validation_split") or 0)
    for subset in subject.inputs.subsets:
        folder = subset.folder
        yield from dataset_checks.check_sizes(
            folder, settings, latents_cached=bool(training.get("cache_latents"))
        )
        yield from dataset_checks.check_latents(
            folder, settings, to_disk=bool(training.get("cache_latents_to_disk"))
        )
        if not subset.is_reg:
            yield from dataset_checks.check_validation(folder, share)


def _caching(subject: Subject) -> Iterator[Finding]:
    training, keys = subject.draft.training, subject.all_keys
    for name in ("color_aug", "random_crop"):
        if training.get("cache_latents") and any(table.get(name) for table in keys):
            yield error("plan.cache_and_augment", subject.where(name), name=name)
    if not training.get("cache_text_encoder_outputs"):
        return
    if not training.get("network_train_unet_only"):
        yield error("plan.text_cache_needs_unet_only", subject.where("cache_text_encoder_outputs"))
    changing = ("shuffle_caption", "caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step")
    for name in changing:
        if any(table.get(name) for table in keys):
            yield error("plan.text_cache_needs_fixed_captions", subject.where(name), name=name)


CHECKS: tuple[Check, ...] = (
    _pictures,
    _buckets,
    _caching,
)
