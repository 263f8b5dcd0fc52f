"""What is wrong with a folder's pictures, and with the settings of buckets. Each check is one small function."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kohya_driver.dataset.about import about
from kohya_driver.dataset.buckets import Bucket, BucketSettings, assign, bucket_limits
from kohya_driver.dataset.model import Fault, FolderState, ImageFolder, Picture, Trait
from kohya_driver.errors import Finding, error, warning

_ENLARGED_TOO_MUCH = 1.25
"""From here on it shows that a picture was blown up, and the blur is learnt too."""
_LONG_SIDES = 3.0
"""Beyond this shape the buckets leave little of a picture, or make it very small."""
_MANY_BUCKETS = (4, 6)
"""So many buckets always do no harm; above, each should hold this many pictures on average."""
_FOLDER_CODES = {
    FolderState.MISSING: "dataset.folder_missing",
    FolderState.NOT_A_FOLDER: "dataset.not_a_folder",
    FolderState.REFUSED: "dataset.folder_refused",
}

_FAULT_CODES = {
    Fault.BROKEN: "dataset.unreadable",
    Fault.EMPTY: "dataset.zero_bytes",
    Fault.BOMB: "dataset.bomb",
    Fault.REFUSED: "dataset.picture_refused",
}


def check_folder(
    folder: ImageFolder, *, caches_to_disk: bool = False, alpha_mask: bool = False
) -> tuple[Finding, ...]:
    """Check the pictures of one image folder.

    Args:
        caches_to_disk: latents or captions are kept as files, named after the pictures.
        alpha_mask: transparent places are wanted.
    """
    if folder.state is not FolderState.READ:
        return (error(_FOLDER_CODES[folder.state], folder.path),)
    return (
        *(finding for check in _CHECKS for finding in check(folder)),
        *_check_shared_stems(folder, caches_to_disk),
        *_check_alpha(folder, alpha_mask),
    )


def _check_pictures(folder: ImageFolder) -> tuple[Finding, ...]:
    # With none the engine logs an error, ends with exit code 0 and leaves no model.
    if folder.pictures or folder.unreadable:
        return ()
    return (error("dataset.no_pictures", folder.path),)


def _check_unreadable(folder: ImageFolder) -> tuple[Finding, ...]:
    return tuple(
        finding
        for fault, code in _FAULT_CODES.items()
        for finding in about(
            error, code, folder, (one.path for one in folder.unreadable if one.fault is fault)
        )
    )


def _with(folder: ImageFolder, trait: Trait) -> Iterator[Path]:
    return (picture.path for picture in folder.pictures if trait in picture.traits)


def _check_truncated(folder: ImageFolder) -> tuple[Finding, ...]:
    return about(error, "dataset.truncated", folder, _with(folder, Trait.TRUNCATED))


def _check_rotated(folder: ImageFolder) -> tuple[Finding, ...]:
    return about(warning, "dataset.rotated", folder, _with(folder, Trait.ROTATED))


def _check_sixteen_bit(folder: ImageFolder) -> tuple[Finding, ...]:
    return about(warning, "dataset.sixteen_bit", folder, _with(folder, Trait.SIXTEEN_BIT))


def _check_cmyk(folder: ImageFolder) -> tuple[Finding, ...]:
    return about(warning, "dataset.cmyk", folder, _with(folder, Trait.CMYK))


def _check_shape(folder: ImageFolder) -> tuple[Finding, ...]:
    long = (one.path for one in folder.pictures if max(one.size) > _LONG_SIDES * min(one.size))
    return about(warning, "dataset.extreme_ratio", folder, long)


def _check_animated(folder: ImageFolder) -> tuple[Finding, ...]:
    return about(warning, "dataset.animated", folder, _with(folder, Trait.ANIMATED))


def _check_alpha(folder: ImageFolder, alpha_mask: bool) -> tuple[Finding, ...]:
    if alpha_mask:
        plain = (picture.path for picture in folder.pictures if Trait.ALPHA not in picture.traits)
        return about(warning, "dataset.mask_without_alpha", folder, plain)
    seen, with_alpha = folder.transparency, sum(1 for _ in _with(folder, Trait.ALPHA))
    return about(
        warning, "dataset.transparent", folder, seen.see_through, looked_at=seen.looked_at, total=with_alpha
    )


def _check_shared_stems(folder: ImageFolder, caches_to_disk: bool) -> tuple[Finding, ...]:
    stems = Counter(picture.path.stem for picture in folder.pictures)
    shared = (picture.path for picture in folder.pictures if stems[picture.path.stem] > 1)
    if caches_to_disk:
        return about(error, "dataset.shared_cache", folder, shared)
    return about(warning, "dataset.shared_caption", folder, shared)


def _check_ignored(folder: ImageFolder) -> tuple[Finding, ...]:
    types = ", ".join(
        f"{count} × {kind}" for kind, count in Counter(path.suffix for path in folder.ignored).items()
    )
    return about(warning, "dataset.ignored_pictures", folder, folder.ignored, types=types)


def _check_nested(folder: ImageFolder) -> tuple[Finding, ...]:
    pictures = sum(count for _, count in folder.nested)
    return about(
        warning, "dataset.nested_pictures", folder, (path for path, _ in folder.nested), pictures=pictures
    )


_CHECKS: tuple[Callable[[ImageFolder], tuple[Finding, ...]], ...] = (
    _check_pictures, _check_unreadable, _check_truncated, _check_rotated, _check_sixteen_bit, _check_cmyk,
    _check_animated, _check_shape, _check_ignored, _check_nested,
)  # fmt: skip


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
    folder: ImageFolder, settings: BucketSettings, *, latents_cached: bool = True, cropped: bool = False
) -> tuple[Finding, ...]:
    """Check that every picture fits the settings; give settings that `check_settings` found nothing against.

    Args:
        cropped: larger pictures are cut at random (`random_crop`).
    """
    if settings.enable:
        small = (one.path for one in folder.pictures if not _has_bucket(one, settings))
        return about(error, "dataset.picture_too_small", folder, small)
    if latents_cached:
        return ()
    width, height = settings.resolution
    unfit = (
        one.path
        for one in folder.pictures
        if one.size != settings.resolution and not (cropped and one.width >= width and one.height >= height)
    )
    return about(error, "dataset.picture_not_resolution", folder, unfit)


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


def check_scaling(folder: ImageFolder, settings: BucketSettings) -> tuple[Finding, ...]:
    """Check what is lost on the way to the training size; give settings and sizes that nothing was found against."""
    enlarged: list[Path] = []
    cropped: list[Path] = []
    for picture in folder.pictures:
        bucket, resized = assign(*picture.size, settings)
        if resized[0] / picture.width > _ENLARGED_TOO_MUCH:
            enlarged.append(picture.path)
        if not settings.enable and resized != bucket:
            cropped.append(picture.path)
    times = _ENLARGED_TOO_MUCH
    return (
        *about(warning, "dataset.picture_enlarged", folder, enlarged, times=times),
        *about(warning, "dataset.picture_cropped", folder, cropped),
    )


def check_batches(buckets: Sequence[Bucket], batch_size: int, where: str = "") -> tuple[Finding, ...]:
    """Check that buckets fill a batch: a batch never mixes them, and a short one costs a step all the same."""
    return (*_check_short(buckets, batch_size, where), *_check_many(buckets, batch_size, where))


def _check_short(buckets: Sequence[Bucket], batch_size: int, where: str) -> tuple[Finding, ...]:
    small = [bucket for bucket in buckets if bucket.count < batch_size]
    if not small:
        return ()
    values = {"small": len(small), "total": len(buckets), "batch_size": batch_size}
    return (warning("dataset.short_batches", where, **values, count=sum(bucket.count for bucket in small)),)


def _check_many(buckets: Sequence[Bucket], batch_size: int, where: str) -> tuple[Finding, ...]:
    """Batches of one picture are always full, however many buckets there are."""
    count, (few, each) = sum(bucket.count for bucket in buckets), _MANY_BUCKETS
    if batch_size < 2 or len(buckets) <= max(few, count / each):
        return ()
    return (warning("dataset.many_buckets", where, total=len(buckets), count=count, batch_size=batch_size),)
