"""What is wrong with a folder's captions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.dataset.about import about
from kohya_driver.dataset.captions import count_tokens
from kohya_driver.dataset.model import CaptionState, ImageFolder, Picture
from kohya_driver.dataset.tags import holds, plain
from kohya_driver.dataset.trigger_checks import check_tags
from kohya_driver.errors import Finding, error, warning


@dataclass(frozen=True, slots=True)
class CaptionUse:
    """How the engine will use the captions of a folder."""

    class_tokens: str = ""
    """The caption of pictures that have no file."""
    is_reg: bool = False
    class_tokens_are_trigger: bool = False
    wildcards: bool = False
    """`enable_wildcard`."""
    trigger: str = ""
    around: str = ""
    """`caption_prefix` and `caption_suffix`."""
    separator: str = ","
    """What stands between tags."""
    max_tokens: int = 75
    face_names: bool = False
    """Face positions in the file names are wanted (`face_crop_aug_range`)."""


def check_captions(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    """Check the captions of one folder."""
    return (*(finding for check in _CHECKS for finding in check(folder, use)), *_tags(folder, use))


def _files(pictures: Iterable[Picture]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(picture.caption.path for picture in pictures if picture.caption.path))


def _in_state(folder: ImageFolder, state: CaptionState) -> tuple[Picture, ...]:
    return tuple(picture for picture in folder.pictures if picture.caption.state is state)


def _empty(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    return about(error, "dataset.caption_empty", folder, _files(_in_state(folder, CaptionState.EMPTY)))


def _encoding(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    # Files of the person are never rewritten here: they are the only copy, and which encoding it is can only be guessed.
    return about(error, "dataset.caption_not_utf8", folder, _files(_in_state(folder, CaptionState.NOT_UTF8)))


def _byte_order_mark(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    found = _files(one for one in folder.pictures if one.caption.text.startswith("\ufeff"))
    return about(warning, "dataset.caption_bom", folder, found)


def _blank(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    blank = _in_state(folder, CaptionState.BLANK)
    found = _files(one for one in blank if not (use.wildcards and one.caption.further_lines))
    return about(warning, "dataset.caption_blank", folder, found)


def _lines(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    if use.wildcards:
        return ()
    found = (one for one in _in_state(folder, CaptionState.PRESENT) if one.caption.further_lines)
    return about(warning, "dataset.caption_lines", folder, _files(found))


def _missing(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    """A whole folder without captions is one way to train; a few missing are a mistake."""
    found = [picture.path for picture in _in_state(folder, CaptionState.MISSING)]
    if not use.class_tokens:
        return about(warning, "dataset.caption_missing", folder, found)
    if use.is_reg and use.class_tokens_are_trigger:
        return about(warning, "dataset.caption_missing_reg", folder, found, tokens=use.class_tokens)
    if len(found) == len(folder.pictures):
        return ()
    return about(warning, "dataset.caption_missing_some", folder, found, tokens=use.class_tokens)


def _of_another(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    if use.face_names:
        return ()
    found = (
        one.path for one in folder.pictures if one.caption.path and one.caption.path.stem != one.path.stem
    )
    return about(warning, "dataset.caption_of_another", folder, found)


def _braces(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    """{a|b} and further lines are what `enable_wildcard` is for; braces without a choice are most likely tags."""
    if not use.wildcards:
        return ()
    found = (one for one in folder.pictures if any(map(_has_plain_braces, one.caption.lines)))
    return about(warning, "dataset.caption_braces", folder, _files(found))


def _has_plain_braces(line: str) -> bool:
    doubled_out = line.replace("{{", "").replace("}}", "")
    return re.search(r"\{[^}|]+\}", doubled_out) is not None


def _too_long(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    around = count_tokens(use.around)
    long = (
        one
        for one in folder.pictures
        if any(
            count_tokens(line) + around > use.max_tokens
            # Only a long line is worth counting: a token is one letter at least.
            for line in (one.caption.lines if use.wildcards else (one.caption.text,))
            if len(line) + around > use.max_tokens
        )
    )
    return about(warning, "dataset.caption_too_long", folder, _files(long), tokens=use.max_tokens)


def _tags(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    comes_from_elsewhere = use.is_reg or holds(plain(use.around), plain(use.trigger))
    return check_tags(folder, trigger="" if comes_from_elsewhere else use.trigger, separator=use.separator)


def _orphans(folder: ImageFolder, use: CaptionUse) -> tuple[Finding, ...]:
    return about(warning, "dataset.caption_without_picture", folder, folder.orphans)


_CHECKS: tuple[Callable[[ImageFolder, CaptionUse], tuple[Finding, ...]], ...] = (
    _empty, _encoding, _byte_order_mark, _blank, _lines, _missing, _of_another, _braces, _too_long, _orphans,
)  # fmt: skip
