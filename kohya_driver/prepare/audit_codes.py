"""Every kind of fault that an audit finds: which codes tell of it, and how bad it is for a set of pictures.

Most codes are those of the checks before a training, which an audit runs and does not repeat. Some of them are warnings there, as
the training goes on without these pictures, and errors here, as the set is not what it is meant to be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from kohya_driver.errors import Finding, Severity

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault."""

    name: str
    level: Severity
    codes: tuple[str, ...]
    needs_pixels: bool = False
    """Not found by a quick look, and not before a training."""


KINDS = (
    Kind("no-folder", ERROR, ("dataset.folder_missing", "dataset.not_a_folder", "dataset.folder_refused")),
    Kind("no-images", ERROR, ("dataset.no_pictures", "dataset.no_concepts")),
    Kind(
        "bad-folder-name",
        ERROR,
        (
            "dataset.repeats_missing",
            "dataset.repeats_below_one",
            "dataset.pictures_without_concept",
            "dataset.concept_folder_given",
            "dataset.project_folder_given",
        ),
    ),
    Kind("nested-images", ERROR, ("dataset.nested_pictures", "dataset.loose_pictures")),
    Kind("unreadable", ERROR, ("dataset.unreadable", "dataset.picture_refused", "dataset.truncated")),
    Kind("damaged", ERROR, ("dataset.damaged",), needs_pixels=True),
    Kind("zero-bytes", ERROR, ("dataset.zero_bytes",)),
    Kind("bomb", ERROR, ("dataset.bomb",)),
    Kind("unsupported-type", ERROR, ("dataset.ignored_pictures",)),
    Kind("caption-empty", ERROR, ("dataset.caption_empty",)),
    Kind("caption-not-utf8", ERROR, ("dataset.caption_not_utf8",)),
    Kind("caption-bom", ERROR, ("dataset.caption_bom",)),
    Kind("no-bucket", ERROR, ("dataset.picture_too_small",)),
    Kind("exif-rotated", WARNING, ("dataset.rotated",)),
    Kind("alpha", WARNING, ("dataset.transparent", "dataset.mask_without_alpha")),
    Kind("sixteen-bit", WARNING, ("dataset.sixteen_bit",)),
    Kind("cmyk", WARNING, ("dataset.cmyk",)),
    Kind("animated", WARNING, ("dataset.animated",)),
    Kind("tiny", WARNING, ("dataset.picture_enlarged",)),
    Kind("extreme-ratio", WARNING, ("dataset.extreme_ratio", "dataset.picture_cropped")),
    Kind("duplicate", WARNING, ("dataset.duplicate",), needs_pixels=True),
    Kind("near-duplicate", WARNING, ("dataset.near_duplicate",), needs_pixels=True),
    Kind("mirror-duplicate", WARNING, ("dataset.mirror_duplicate",), needs_pixels=True),
    Kind(
        "caption-missing",
        WARNING,
        (
            "dataset.caption_missing",
            "dataset.caption_missing_some",
            "dataset.caption_missing_reg",
            "dataset.caption_blank",
        ),
    ),
    Kind("caption-multiline", WARNING, ("dataset.caption_lines",)),
    Kind("caption-braces", WARNING, ("dataset.caption_braces",)),
    Kind("trigger-missing", WARNING, ("dataset.caption_without_trigger",)),
    Kind("trigger-not-first", WARNING, ("dataset.trigger_not_first",)),
    Kind("trigger-typo", WARNING, ("dataset.trigger_typo",)),
    Kind("trigger-twice", WARNING, ("dataset.trigger_twice",)),
    Kind("tag-twice", WARNING, ("dataset.tag_twice",)),
    Kind("too-long", WARNING, ("dataset.caption_too_long",)),
    Kind("orphan-caption", WARNING, ("dataset.caption_without_picture",)),
    Kind("name-underscores", WARNING, ("dataset.caption_of_another", "dataset.name_underscores")),
    Kind("stem-clash", WARNING, ("dataset.shared_caption",)),
    Kind("lonely-bucket", WARNING, ("dataset.short_batches",)),
    Kind("many-buckets", WARNING, ("dataset.many_buckets",)),
    Kind("common-tag", INFO, ("dataset.common_tag",)),
    Kind("no-captions", INFO, ("dataset.no_captions",)),
    Kind("class-word-missing", INFO, ("dataset.class_word_missing",)),
    Kind("macos-junk", INFO, ("dataset.junk",)),
)
_BY_CODE = {code: kind for kind in KINDS for code in kind.codes}


def kind_of(code: str) -> str:
    """The name of the kind of fault that a code belongs to; empty for codes of a preset's settings."""
    return _BY_CODE[code].name if code in _BY_CODE else ""


def as_bad_as_it_is(finding: Finding) -> Finding:
    """The finding at the level that it has for a set of pictures: never lower than the check itself says."""
    kind = _BY_CODE.get(finding.code)
    worse = kind is not None and kind.level is ERROR and finding.severity is not ERROR
    return replace(finding, severity=ERROR) if worse and not finding.silenced else finding
