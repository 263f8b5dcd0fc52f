"""Checks of the resolution and the buckets."""

from __future__ import annotations

import math
from collections.abc import Iterator

from kohya_driver.dataset.checks import (
    check_batches,
    check_scaling,
    check_settings,
    check_sizes,
    check_validation,
)
from kohya_driver.errors import Finding, warning
from kohya_driver.planning.checks.subject import BUCKET_DIVISOR, Check, Subject
from kohya_driver.planning.checks.tables import folders

_USUAL_SIDES = {"sd15": (0, 768), "sdxl": (768, 4096)}
"""Between which training sizes a family draws well, as the side of a square."""


def settings_faults(subject: Subject) -> tuple[Finding, ...]:
    # A size that the preset contradicts itself about is not put right: which of the two numbers is meant is not known.
    divisor = BUCKET_DIVISOR.get(subject.draft.family, 64)
    return check_settings(subject.settings, divisor=divisor, where=subject.where("resolution"))


def _sizes(subject: Subject) -> Iterator[Finding]:
    if settings_faults(subject):
        return
    settings, cached = subject.settings, bool(subject.draft.training.get("cache_latents"))
    for subset, keys, _ in folders(subject):
        cropped = bool(keys.get("random_crop"))
        found = check_sizes(subset.folder, settings, latents_cached=cached, cropped=cropped)
        yield from found or check_scaling(subset.folder, settings)


def _batches(subject: Subject) -> Iterator[Finding]:
    batch_size = subject.draft.training["train_batch_size"]
    yield from check_batches(subject.buckets, batch_size, subject.where("train_batch_size"))


def _validation(subject: Subject) -> Iterator[Finding]:
    share = float(subject.draft.get("dataset.validation_split") or 0)
    for subset in subject.inputs.subsets:
        if not subset.is_reg:
            yield from check_validation(subset.folder, share)


def _unused_limits(subject: Subject) -> Iterator[Finding]:
    """Only where a person wrote them: the plan always gives limits, which the engine asserts all the same."""
    if not subject.settings.no_upscale:
        return
    for name in ("min_bucket_reso", "max_bucket_reso"):
        if subject.preset.is_set(f"dataset.{name}"):
            yield warning("dataset.bucket_limits_unused", subject.where(name), name=name)


def _resolution(subject: Subject) -> Iterator[Finding]:
    smallest, largest = _USUAL_SIDES.get(subject.draft.family, (0, 4096))
    side = math.isqrt(math.prod(subject.settings.resolution))
    where = subject.where("resolution")
    if side < smallest:
        yield warning("dataset.resolution_small", where, side=side, family=subject.draft.family)
    if side > largest:
        yield warning("dataset.resolution_large", where, side=side, family=subject.draft.family)


CHECKS: tuple[Check, ...] = (
    settings_faults,
    _sizes,
    _batches,
    _validation,
    _unused_limits,
    _resolution,
)
