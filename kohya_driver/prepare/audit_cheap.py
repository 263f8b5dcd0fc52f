"""What headers and captions tell. The checks are those before a training; a few more ask, or are worth knowing, only here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kohya_driver.dataset.about import about
from kohya_driver.dataset.buckets import DatasetCount, PictureSet, count_dataset
from kohya_driver.dataset.caption_checks import check_captions
from kohya_driver.dataset.checks import (
    check_batches,
    check_folder,
    check_scaling,
    check_settings,
    check_sizes,
)
from kohya_driver.dataset.model import CaptionState, FolderState
from kohya_driver.dataset.scan import folder_repeats
from kohya_driver.dataset.tags import holds, plain, split_tags
from kohya_driver.errors import Finding, Severity, warning
from kohya_driver.prepare.audit_model import AuditConfig, AuditedFolder, AuditedSet

COMMON_SHARE = 0.85
_CAPTIONS_TO_COUNT = 5
"""Fewer have most of their tags in common without meaning anything."""
_PARTS_CUT_OFF = 4
"""Underscores in a name from which on the engine looks for the caption of a shorter one, too."""
_TAGS_SHOWN = 6


def info(code: str, where: object = "", **values: object) -> Finding:
    return Finding(code, Severity.INFO, str(where), values)


def check_set(audited: AuditedSet, config: AuditConfig) -> Iterator[Finding]:
    """Everything but what needs pixels."""
    yield from audited.findings
    for one in audited.folders:
        yield from check_folder(one.folder, alpha_mask=one.alpha_mask)
        if one.folder.state is FolderState.READ:
            yield from check_captions(one.folder, one.use)
            yield from _names(one)
            yield from _questions(one, config)
    yield from _sizes(audited, config)


def count_set(audited: AuditedSet, config: AuditConfig) -> DatasetCount | None:
    """As the engine will count and sort them; None where it would refuse the settings or a picture's size."""
    if check_settings(config.buckets, divisor=config.bucket_divisor):
        return None
    if any(check_sizes(one.folder, config.buckets) for one in audited.folders):
        return None
    sets = [
        PictureSet(str(one.folder.path), one.folder.sizes, one.repeats, one.use.is_reg)
        for one in audited.folders
    ]
    return count_dataset(
        sets,
        config.buckets,
        batch_size=config.batch_size,
        validation_split=config.validation_split,
        validation_seed=config.validation_seed,
    )


def _sizes(audited: AuditedSet, config: AuditConfig) -> Iterator[Finding]:
    faults = check_settings(config.buckets, divisor=config.bucket_divisor)
    if faults:
        yield from faults
        return
    for one in audited.folders:
        unfit = check_sizes(one.folder, config.buckets)
        yield from unfit or check_scaling(one.folder, config.buckets)
    count = count_set(audited, config)
    if count:
        yield from check_batches(count.buckets, config.batch_size, str(audited.root))


def _names(one: AuditedFolder) -> Iterator[Finding]:
    if not one.use.face_names:
        own = (picture.path for picture in one.folder.pictures if _is_own(picture.path, picture.caption.path))
        found = (path for path in own if path.stem.count("_") >= _PARTS_CUT_OFF)
        yield from about(warning, "dataset.name_underscores", one.folder, found)
    yield from about(info, "dataset.junk", one.folder, one.folder.junk)


def _is_own(picture: Path, caption: Path | None) -> bool:
    return caption is None or caption.stem == picture.stem


def _questions(one: AuditedFolder, config: AuditConfig) -> Iterator[Finding]:
    """What only the person can answer."""
    folder, use = one.folder, one.use
    states = {picture.caption.state for picture in folder.pictures}
    if states == {CaptionState.MISSING} and use.class_tokens:
        count = len(folder.pictures)
        yield info("dataset.no_captions", folder.path, count=count, tokens=use.class_tokens)
    present = [one for one in folder.pictures if one.caption.state is CaptionState.PRESENT]
    tags = {one.caption.path: frozenset(split_tags(one.caption.text, use.separator)) for one in present}
    if not use.is_reg:
        yield from _common(one, list(tags.values()), config)
    words = _class_words(folder.path, use.trigger)
    without = (path for path, found in tags.items() if path and not any(holds(tag, words) for tag in found))
    if words:
        yield from about(info, "dataset.class_word_missing", folder, without, words=words)


def _common(one: AuditedFolder, captions: list[frozenset[str]], config: AuditConfig) -> Iterator[Finding]:
    if len(captions) < _CAPTIONS_TO_COUNT:
        return
    meant = {*map(plain, config.fuse), *split_tags(one.use.trigger), *split_tags(one.use.around)}
    counted = Counter(tag for tags in captions for tag in tags if tag not in meant)
    common = [(tag, count) for tag, count in counted.most_common() if count >= COMMON_SHARE * len(captions)]
    if common:
        shown = ", ".join(f"“{tag}” {count}/{len(captions)}" for tag, count in common[:_TAGS_SHOWN])
        more = " …" if len(common) > _TAGS_SHOWN else ""
        yield info(
            "dataset.common_tag",
            one.folder.path,
            count=len(common),
            share=round(COMMON_SHARE * 100),
            tags=shown + more,
        )


def _class_words(folder: Path, trigger: str) -> str:
    """What stands behind the trigger word in a folder's name: `6_NingGuang girl`."""
    named, word = folder_repeats(folder.name), plain(trigger)
    concept = plain(named[1]) if named else ""
    return concept.removeprefix(f"{word} ") if word and concept.startswith(f"{word} ") else ""
