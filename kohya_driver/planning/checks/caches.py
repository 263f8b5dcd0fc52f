"""Checks of what is computed once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kohya_driver.dataset.cache_checks import check_latents, check_text_caches
from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.buckets import settings_faults
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.checks.tables import tables
from kohya_driver.planning.earlier import EarlierRun, earlier_runs, made_by

_REFUSED_WITH_TEXT_CACHE = (
    "shuffle_caption", "caption_dropout_rate", "caption_tag_dropout_rate", "token_warmup_step",
)  # fmt: skip
_IGNORED_WITH_TEXT_CACHE = (
    "caption_prefix", "caption_suffix", "enable_wildcard", "secondary_separator", "caption_dropout_every_n_epochs",
)  # fmt: skip
"""keep_tokens is not among them: without shuffling it does nothing anyway, which a check of its own says."""


def _augmentation(subject: Subject) -> Iterator[Finding]:
    """Refused, not dropped: a preset that asks for both does not say which it wants."""
    for where, keys in tables(subject):
        for name in ("color_aug", "random_crop"):
            if subject.draft.training.get("cache_latents") and keys.get(name):
                yield error("plan.cache_and_augment", where(name), name=name)


def _text_cache(subject: Subject) -> Iterator[Finding]:
    """Refused, not switched: whether the text encoder is trained is the person's to say."""
    training = subject.draft.training
    if not training.get("cache_text_encoder_outputs"):
        return
    if not training.get("network_train_unet_only"):
        yield error("plan.text_cache_needs_unet_only", subject.where("cache_text_encoder_outputs"))
    for where, keys in tables(subject):
        for name in _REFUSED_WITH_TEXT_CACHE:
            if keys.get(name):
                yield error("plan.text_cache_needs_fixed_captions", where(name), name=name)
        for name in _IGNORED_WITH_TEXT_CACHE:
            if keys.get(name):
                yield error("dataset.text_cache_ignores", where(name), name=name)


def _latents(subject: Subject) -> Iterator[Finding]:
    if settings_faults(subject):
        return
    to_disk = bool(subject.draft.training.get("cache_latents_to_disk"))
    for subset in subject.inputs.subsets:
        yield from check_latents(subset.folder, subject.settings, to_disk=to_disk)


def _texts(subject: Subject) -> Iterator[Finding]:
    if subject.draft.training.get("cache_text_encoder_outputs_to_disk"):
        for subset in subject.inputs.subsets:
            yield from check_text_caches(subset.folder)


def _unchecked(subject: Subject) -> Iterator[Finding]:
    if subject.draft.training.get("skip_cache_check"):
        yield error("dataset.cache_check_off", subject.where("skip_cache_check"))


def _other_model(subject: Subject) -> Iterator[Finding]:
    """Nothing inside a cache file says which model made it; the run that wrote it does."""
    training = subject.draft.training
    runs: tuple[EarlierRun, ...] | None = None
    for subset in subject.inputs.subsets:
        folder = subset.folder
        kinds = {
            "latents": folder.latents if training.get("cache_latents_to_disk") else (),
            "texts": folder.text_caches if training.get("cache_text_encoder_outputs_to_disk") else (),
        }
        for kind, files in kinds.items():
            if not files:
                continue
            runs = earlier_runs(subject.inputs.folder.parent) if runs is None else runs
            oldest = min(file.modified for file in files)
            yield from _compare(subject, kind, folder.path, made_by(runs, folder.path, oldest))


def _compare(subject: Subject, kind: str, folder: Path, run: EarlierRun | None) -> Iterator[Finding]:
    if run is None:
        return
    training = subject.draft.training
    base = subject.preset.model.base
    if kind == "latents" and (run.vae or run.base) != (training.get("vae") or base):
        yield warning("dataset.latents_other_base", folder, made_with=run.vae or run.base)
    if kind == "texts" and run.base != base:
        yield warning("dataset.text_cache_other_base", folder, made_with=run.base)
    if kind == "texts" and run.max_token_length != training.get("max_token_length"):
        yield warning("dataset.text_cache_other_length", folder, length=run.max_token_length or 75)


CHECKS: tuple[Check, ...] = (
    _augmentation,
    _text_cache,
    _latents,
    _texts,
    _unchecked,
    _other_model,
)
