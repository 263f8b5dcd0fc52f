"""What is wrong with the engine's cache files in a folder: it believes them, and checks next to nothing.

None is deleted here: a finding names them, and deleting is the person's. Sources: library/train_util.py:2003-2036,
library/strategy_base.py:425-470, library/strategy_sd.py:152, library/strategy_sdxl.py:222-257.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from kohya_driver.dataset.about import about
from kohya_driver.dataset.buckets import BucketSettings, assign
from kohya_driver.dataset.model import CacheFile, CacheHead, ImageFolder, Size
from kohya_driver.dataset.npz import read_cache_head
from kohya_driver.errors import Finding, error, warning

_CLOCK_SECONDS = 2.0
"""How far two times of change must be apart: FAT and exFAT disks count in steps of two seconds."""


def check_latents(folder: ImageFolder, settings: BucketSettings, *, to_disk: bool) -> tuple[Finding, ...]:
    """Check latents files that lie beside the pictures from an earlier training.

    The engine takes a picture's size from such a name even when it does not cache to disk, and with
    `cache_latents_to_disk` it trains on latents of another resolution without a word.
    """
    sizes = zip(folder.pictures, sizes_from_latents(folder), strict=True)
    wrong = [picture.path for picture, size in sizes if size not in (None, picture.size)]
    found = about(error, "dataset.latents_size", folder, wrong)
    if found or not to_disk:
        return found
    return (*_check_contents(folder, settings), *_check_times(folder))


def _check_contents(folder: ImageFolder, settings: BucketSettings) -> tuple[Finding, ...]:
    files = (*folder.latents, *folder.old_latents)
    heads = {file.path: read_cache_head(file.path) for file in files}
    return (
        *about(
            error, "dataset.cache_broken", folder, (path for path, head in heads.items() if head.is_broken)
        ),
        *about(error, "dataset.latents_nan", folder, (path for path, head in heads.items() if head.has_nan)),
        *about(error, "dataset.latents_resolution", folder, _other_resolution(folder, settings, heads)),
        *about(warning, "dataset.latents_old_name", folder, (file.path for file in folder.old_latents)),
    )


def _check_times(folder: ImageFolder) -> tuple[Finding, ...]:
    """A warning only: copying a folder can make a picture look newer than its latents."""
    changed = {picture.path.stem: picture.modified for picture in folder.pictures}
    stale = (file.path for file in folder.latents if _is_older(file, changed.get(file.stem, 0.0)))
    return about(warning, "dataset.latents_stale", folder, stale)


def _is_older(file: CacheFile, changed: float) -> bool:
    return changed > file.modified + _CLOCK_SECONDS


def check_text_caches(folder: ImageFolder) -> tuple[Finding, ...]:
    """Check captions kept after SDXL's text encoders, which the engine takes whatever the captions say now."""
    changed = {picture.path.stem: picture.caption.modified for picture in folder.pictures}
    stale = (file.path for file in folder.text_caches if _is_older(file, changed.get(file.stem, 0.0)))
    broken = (file.path for file in folder.text_caches if read_cache_head(file.path).is_broken)
    return (
        *about(error, "dataset.cache_broken", folder, broken),
        *about(warning, "dataset.text_cache_stale", folder, stale),
    )


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


def _other_resolution(
    folder: ImageFolder, settings: BucketSettings, heads: Mapping[Path, CacheHead]
) -> Iterator[Path]:
    buckets = {one.path.stem: bucket for one in folder.pictures if (bucket := _bucket(one.size, settings))}
    for file in (*folder.latents, *folder.old_latents):
        bucket, made = buckets.get(file.stem), heads[file.path].size
        if bucket and made and made != (bucket[0] // 8 * 8, bucket[1] // 8 * 8):
            yield file.path


def _bucket(size: Size, settings: BucketSettings) -> Size | None:
    try:
        return assign(*size, settings)[0]
    except ZeroDivisionError:
        return None
