"""What becomes of a picture's caption each time it is trained on: prefix, dropout, order of tags. As sd-scripts does it
(library/train_util.py:821): the order of random draws is part of it."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class CaptionRules:
    """The keys of a subset that decide about captions."""

    caption_prefix: str | None = None
    caption_suffix: str | None = None
    caption_dropout_rate: float = 0.0
    caption_dropout_every_n_epochs: int = 0
    caption_tag_dropout_rate: float = 0.0
    shuffle_caption: bool = False
    keep_tokens: int = 0
    keep_tokens_separator: str = ""
    caption_separator: str = ","
    secondary_separator: str | None = None


def vary(caption: str, rules: CaptionRules, epoch: int) -> str:
    """The caption of one picture in one batch. `epoch` counts from 1."""
    caption = f"{rules.caption_prefix} {caption}" if rules.caption_prefix else caption
    caption = f"{caption} {rules.caption_suffix}" if rules.caption_suffix else caption
    if is_dropped(rules, epoch):
        return ""
    if rules.shuffle_caption or rules.caption_tag_dropout_rate > 0:
        caption = ", ".join(reordered(caption, rules))
    if rules.secondary_separator:
        caption = caption.replace(rules.secondary_separator, rules.caption_separator)
    return caption


def is_dropped(rules: CaptionRules, epoch: int) -> bool:
    by_chance = rules.caption_dropout_rate > 0 and random.random() < rules.caption_dropout_rate
    every = rules.caption_dropout_every_n_epochs
    return by_chance or (every > 0 and epoch % every == 0)


def reordered(caption: str, rules: CaptionRules) -> list[str]:
    """The tags in a new order; some stay in front, some behind, some are left out."""
    first, loose, last = parts(caption, rules)
    if rules.shuffle_caption:
        random.shuffle(loose)
    if rules.caption_tag_dropout_rate > 0:
        loose = [tag for tag in loose if random.random() >= rules.caption_tag_dropout_rate]
    return [*first, *loose, *last]


def parts(caption: str, rules: CaptionRules) -> tuple[list[str], list[str], list[str]]:
    """Tags that stay in front, tags that move, tags that stay behind."""
    separator = rules.keep_tokens_separator
    if separator and separator in caption:
        first, loose, last = (*caption.split(separator, 2), "")[:3]
        return tags(first, rules), tags(loose, rules), tags(last, rules)
    everything = [tag.strip() for tag in caption.strip().split(rules.caption_separator)]
    return everything[: rules.keep_tokens], everything[rules.keep_tokens :], []


def tags(text: str, rules: CaptionRules) -> list[str]:
    return [tag.strip() for tag in text.split(rules.caption_separator) if tag.strip()]
