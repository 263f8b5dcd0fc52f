"""Checks of captions, and of what is done to them while training."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.dataset.caption_checks import CaptionUse, check_captions
from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.checks.tables import folders, tables

_CHANGING = ("shuffle_caption", "caption_tag_dropout_rate", "token_warmup_step")
"""What makes the engine take captions apart into tags (library/train_util.py:864)."""


def _captions(subject: Subject) -> Iterator[Finding]:
    limit = subject.draft.training.get("max_token_length") or 75
    for subset, keys, _ in folders(subject):
        use = CaptionUse(
            class_tokens=keys.get("class_tokens") or "",
            is_reg=subset.is_reg,
            class_tokens_are_trigger=keys.get("class_tokens") == subject.draft.trigger,
            wildcards=bool(keys.get("enable_wildcard")),
            trigger=subject.draft.trigger,
            around=f"{keys.get('caption_prefix') or ''} {keys.get('caption_suffix') or ''}",
            separator=keys.get("caption_separator") or ",",
            max_tokens=limit,
            face_names=bool(keys.get("face_crop_aug_range")),
        )
        yield from check_captions(subset.folder, use)


def _idle_keep_tokens(subject: Subject) -> Iterator[Finding]:
    places = {
        where("keep_tokens")
        for _, keys, where in folders(subject)
        if keys.get("keep_tokens") and not any(keys.get(name) for name in _CHANGING)
    }
    for place in sorted(places):
        yield warning("dataset.keep_tokens_idle", place)


def _separator(subject: Subject) -> Iterator[Finding]:
    """An empty one does nothing as long as captions stay whole."""
    places = {
        where("caption_separator")
        for _, keys, where in folders(subject)
        if keys.get("caption_separator") == "" and any(keys.get(name) for name in _CHANGING)
    }
    for place in sorted(places):
        yield error("dataset.separator_empty", place)


def _dropout(subject: Subject) -> Iterator[Finding]:
    for where, keys in tables(subject):
        for name in ("caption_dropout_rate", "caption_tag_dropout_rate"):
            if (keys.get(name) or 0) >= 1:
                yield error("dataset.dropout_all", where(name), name=name)
        if keys.get("caption_dropout_every_n_epochs") == 1:
            yield error("dataset.dropout_every_epoch", where("caption_dropout_every_n_epochs"))


CHECKS: tuple[Check, ...] = (
    _captions,
    _idle_keep_tokens,
    _separator,
    _dropout,
)
