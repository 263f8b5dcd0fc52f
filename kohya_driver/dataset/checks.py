"""What is wrong with a dataset: findings before anything is loaded. Each check is one small function."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from kohya_driver.dataset.buckets import BucketSettings, assign, bucket_limits
from kohya_driver.dataset.model import CaptionState, FolderState, ImageFolder, Picture, Size
from kohya_driver.dataset.scan import count_pictures, find_subsets, folder_repeats, latents_size, subfolders
from kohya_driver.errors import Finding, error, warning

_SHOWN = 5
_FOLDER_CODES = {
    FolderState.MISSING: "dataset.folder_missing",
    FolderState.NOT_A_FOLDER: "dataset.not_a_folder",
    FolderState.REFUSED: "dataset.folder_refused",
}


def check_dataset(folders: Iterable[ImageFolder], *, has_class_tokens: bool = False) -> tuple[Finding, ...]:
    """Check all image folders of a training.

    Args:
        has_class_tokens: pictures without a caption file have something to fall back on.
    """
    folders = tuple(folders)
    findings = [
        finding for folder in folders for finding in check_folder(folder, has_class_tokens=has_class_tokens)
    ]
    if not folders:
        findings.append(error("dataset.no_folders"))
    return tuple(findings)


def check_folder(folder: ImageFolder, *, has_class_tokens: bool = False) -> tuple[Finding, ...]:
    """Check one image folder."""
    if folder.state is not FolderState.READ:
        return (error(_FOLDER_CODES[folder.state], folder.path),)
    checks = [
        _check_pictures,
        _check_unreadable,
        _check_empty_captions,
        _check_caption_encoding,
        _check_byte_order_mark,
        _check_blank_captions,
        _check_shared_stems,
        _check_ignored,
        _check_nested,
        _check_orphans,
    ]
    if not has_class_tokens:
        checks.append(_check_missing_captions)
    return tuple(finding for check in checks for finding in check(folder))


def _names(paths: Iterable[Path]) -> dict[str, object]:
    """The values `count` and `names` of a finding about several files; the first few are named."""
    paths = tuple(paths)
    names = ", ".join(path.name for path in paths[:_SHOWN])
    return {"count": len(paths), "names": names + (" …" if len(paths) > _SHOWN else "")}


def _about(
    make: Callable[..., Finding], code: str, folder: ImageFolder, paths: Iterable[Path], **values: object
) -> tuple[Finding, ...]:
    values |= _names(paths)
    return (make(code, folder.path, **values),) if values["count"] else ()


def _with_caption(folder: ImageFolder, state: CaptionState) -> tuple[Picture, ...]:
    return tuple(picture for picture in folder.pictures if picture.caption.state is state)


def _caption_files(pictures: Iterable[Picture]) -> tuple[Path, ...]:
    return tuple(dict.fromkeys(picture.caption.path for picture in pictures if picture.caption.path))


def _check_pictures(folder: ImageFolder) -> tuple[Finding, ...]:
    # With none the engine logs an error, ends with exit code 0 and leaves no model.
    if folder.pictures or folder.unreadable:
        return ()
    return (error("dataset.no_pictures", folder.path),)


def _check_unreadable(folder: ImageFolder) -> tuple[Finding, ...]:
    return _about(error, "dataset.unreadable", folder, (one.path for one in folder.unreadable))


def _check_empty_captions(folder: ImageFolder) -> tuple[Finding, ...]:
    found = _caption_files(_with_caption(folder, CaptionState.EMPTY))
    return _about(error, "dataset.caption_empty", folder, found)


def _check_caption_encoding(folder: ImageFolder) -> tuple[Finding, ...]:
    found = _caption_files(_with_caption(folder, CaptionState.NOT_UTF8))
    return _about(error, "dataset.caption_not_utf8", folder, found)


def _check_byte_order_mark(folder: ImageFolder) -> tuple[Finding, ...]:
    found = _caption_files(one for one in folder.pictures if one.caption.text.startswith("\ufeff"))
    return _about(warning, "dataset.caption_bom", folder, found)


def _check_blank_captions(folder: ImageFolder) -> tuple[Finding, ...]:
    found = _caption_files(_with_caption(folder, CaptionState.BLANK))
    return _about(warning, "dataset.caption_blank", folder, found)


def _check_missing_captions(folder: ImageFolder) -> tuple[Finding, ...]:
    found = (picture.path for picture in _with_caption(folder, CaptionState.MISSING))
    return _about(warning, "dataset.caption_missing", folder, found)


def _check_shared_stems(folder: ImageFolder) -> tuple[Finding, ...]:
    stems = Counter(picture.path.stem for picture in folder.pictures)
    shared = (picture.path for picture in folder.pictures if stems[picture.path.stem] > 1)
    return _about(warning, "dataset.shared_caption", folder, shared)


def _check_ignored(folder: ImageFolder) -> tuple[Finding, ...]:
    types = ", ".join(
        f"{count} × {kind}" for kind, count in Counter(path.suffix for path in folder.ignored).items()
    )
    return _about(warning, "dataset.ignored_pictures", folder, folder.ignored, types=types)


def _check_nested(folder: ImageFolder) -> tuple[Finding, ...]:
    return _about(warning, "dataset.nested_pictures", folder, (path for path, _ in folder.nested))


def _check_orphans(folder: ImageFolder) -> tuple[Finding, ...]:
    return _about(warning, "dataset.caption_without_picture", folder, folder.orphans)


def check_settings(settings: BucketSettings, *, divisor: int = 64, where: str = "") -> tuple[Finding, ...]:
    """Check bucket settings as the engine asserts them.

    Args:
        divisor: what `bucket_reso_steps` must be a multiple of: 64 for SD, 32 for SDXL.
    """
    if not settings.enable:
        return ()
    if settings.step % divisor:
        return (error("dataset.bucket_step", where, step=settings.step, divisor=divisor),)
    smallest, largest = bucket_limits(settings)
    short, long = sorted(settings.resolution)
    found: list[Finding] = []
    if smallest > short:
        found.append(error("dataset.bucket_minimum", where, minimum=settings.minimum, side=short))
    if largest < long:
        found.append(error("dataset.bucket_maximum", where, maximum=settings.maximum, side=long))
    if not settings.no_upscale and smallest < 1:
        found.append(
            error("dataset.bucket_minimum_zero", where, minimum=settings.minimum, step=settings.step)
        )
    if math.isqrt(short * long) < settings.step:
        found.append(error("dataset.bucket_resolution", where, step=settings.step))
    return tuple(found)


def check_sizes(
    folder: ImageFolder, settings: BucketSettings, *, latents_cached: bool = True
) -> tuple[Finding, ...]:
    """Check that every picture fits the settings; give settings that `check_settings` found nothing against."""
    if settings.enable:
        small = (one.path for one in folder.pictures if not _has_bucket(one, settings))
        return _about(error, "dataset.picture_too_small", folder, small)
    if latents_cached:
        return ()
    unfit = (one.path for one in folder.pictures if one.size != settings.resolution)
    return _about(error, "dataset.picture_not_resolution", folder, unfit)


def _has_bucket(picture: Picture, settings: BucketSettings) -> bool:
    try:
        assign(*picture.size, settings)
    except ZeroDivisionError:
        return False
    return True


def check_validation(folder: ImageFolder, share: float) -> tuple[Finding, ...]:
    """Check that a validation split of this folder leaves both parts something, and nothing in common."""
    count = len(folder.pictures)
    held, trained = round(count * share), math.ceil(count * (1 - share))
    if not share or not count:
        return ()
    if not held:
        return (warning("dataset.validation_none", folder.path, count=count, share=share),)
    if held + trained > count:
        return (warning("dataset.validation_overlap", folder.path, count=count, share=share),)
    return ()


def check_latents(folder: ImageFolder, settings: BucketSettings, *, to_disk: bool) -> tuple[Finding, ...]:
    """Check latents files that lie beside the pictures from an earlier training.

    The engine takes a picture's size from such a name even when it does not cache to disk, and with
    `cache_latents_to_disk` it trains on latents of another resolution without a word.
    """
    sizes = zip(folder.pictures, sizes_from_latents(folder), strict=True)
    wrong = [picture.path for picture, size in sizes if size not in (None, picture.size)]
    found = _about(error, "dataset.latents_size", folder, wrong)
    if found or not to_disk:
        return found
    return _about(error, "dataset.latents_resolution", folder, _other_resolution(folder, settings))


def sizes_from_latents(folder: ImageFolder) -> tuple[Size | None, ...]:
    """For each picture the size that the engine reads out of a latents file's name (library/train_util.py:2003-2036).

    It compares only as many letters as the picture's name has, so `girl` can get the size of `girl_2`.
    """
    files = sorted(folder.latents, key=lambda one: one.stem)
    sizes: list[Size | None] = []
    at = 0
    for stem in (picture.path.stem for picture in folder.pictures):
        while at < len(files) and files[at].path.name[: len(stem)] < stem:
            at += 1
        fits = at < len(files) and files[at].path.name.startswith(stem)
        sizes.append((files[at].width, files[at].height) if fits else None)
    return tuple(sizes)


def _other_resolution(folder: ImageFolder, settings: BucketSettings) -> Iterator[Path]:
    fit = (one for one in folder.pictures if _has_bucket(one, settings))
    buckets = {one.path.stem: assign(*one.size, settings)[0] for one in fit}
    for file in folder.latents:
        if file.stem in buckets and latents_size(file.path) not in (None, _whole_latents(buckets[file.stem])):
            yield file.path


def _whole_latents(size: Size) -> Size:
    return size[0] // 8 * 8, size[1] // 8 * 8


def check_layout(parent: Path) -> tuple[Finding, ...]:
    """Check a folder that should hold concept folders (`6_NingGuang`): the usual mistakes, each with its fix."""
    if not parent.is_dir():
        return (error("dataset.not_a_folder" if parent.exists() else "dataset.folder_missing", parent),)
    concepts = find_subsets(parent)
    loose = count_pictures(parent)
    if concepts:
        stray = [warning("dataset.loose_pictures", parent, count=loose)] if loose else []
        return (*stray, *_check_unnamed(parent))
    if loose:
        code = "dataset.concept_folder_given" if _is_concept(parent) else "dataset.pictures_without_concept"
        return (error(code, parent, count=loose, name=parent.name, parent=parent.parent),)
    unnamed = _check_unnamed(parent)
    inner = [path.name for path in subfolders(parent) if find_subsets(path)]
    if inner:
        return (error("dataset.project_folder_given", parent, name=inner[0]),)
    return unnamed or (error("dataset.no_concepts", parent),)


def _is_concept(folder: Path) -> bool:
    found = folder_repeats(folder.name)
    return found is not None and found[0] >= 1


def _check_unnamed(parent: Path) -> tuple[Finding, ...]:
    """Folders with pictures that the engine ignores for their names."""
    with_pictures: Sequence[Path] = [path for path in subfolders(parent) if count_pictures(path)]
    below_one = [path for path in with_pictures if (folder_repeats(path.name) or (1,))[0] < 1]
    no_number = [path for path in with_pictures if folder_repeats(path.name) is None]
    make = warning if find_subsets(parent) else error
    return (
        *(make("dataset.repeats_missing", path, name=path.name) for path in no_number),
        *(make("dataset.repeats_below_one", path, name=path.name) for path in below_one),
    )
