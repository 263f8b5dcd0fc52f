"""Aspect-ratio buckets: which picture goes where, and how many batches that makes. Pure.

Equal to the engine's own arithmetic (library/model_util.py:1316, library/train_util.py:142, 216-347, 747, 1048, 2164),
which a contract test holds: the order of float operations is part of it.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from kohya_driver.dataset.model import Size


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """The dataset keys that decide buckets; the defaults are the engine's."""

    resolution: Size
    enable: bool = False
    minimum: int = 256
    maximum: int = 1024
    step: int = 64
    no_upscale: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Bucket:
    """One bucket; `count` includes repeats."""

    width: int
    height: int
    count: int


@dataclass(frozen=True, slots=True)
class PictureSet:
    """One subset, as far as counting goes."""

    folder: str
    """The `image_dir` as the dataset config writes it: the engine ignores a second subset with the same one."""
    sizes: tuple[Size, ...]
    """In the engine's order, sorted by path: a validation split draws from it."""
    repeats: int = 1
    is_reg: bool = False


@dataclass(frozen=True, slots=True)
class DatasetCount:
    """One `[[datasets]]` entry, counted."""

    batch_size: int
    buckets: tuple[Bucket, ...]
    pictures: int
    """Training pictures, each once; without regularization and validation pictures."""
    train_images: int
    """The engine's "num train images * repeats"."""
    reg_images: int
    """The engine's "num reg images": with repeats, whether used or not."""
    validation_buckets: tuple[Bucket, ...] = ()
    validation_images: int = 0

    @property
    def batches(self) -> int:
        """Per epoch; a batch never mixes buckets, so the last one of a bucket may be short."""
        return count_batches(self.buckets, self.batch_size)

    @property
    def validation_batches(self) -> int:
        return count_batches(self.validation_buckets, self.batch_size)


def bucket_limits(settings: BucketSettings) -> Size:
    """Minimum and maximum side, rounded outwards to the step, as the engine rounds them."""
    return settings.minimum // settings.step * settings.step, -(
        -settings.maximum // settings.step
    ) * settings.step


@cache
def bucket_resolutions(settings: BucketSettings) -> tuple[Size, ...]:
    """All buckets that a picture may go to, sorted; none with `no_upscale`, where each picture makes its own."""
    if not settings.enable:
        return (settings.resolution,)
    if settings.no_upscale:
        return ()
    step, area = settings.step, settings.resolution[0] * settings.resolution[1]
    smallest, largest = bucket_limits(settings)
    square = int(math.sqrt(area) // step) * step
    found = {(square, square)}
    for side in range(smallest, largest + 1, step):
        other = min(largest, area // side // step * step)
        if other >= smallest:
            found |= {(side, other), (other, side)}
    return tuple(sorted(found))


def assign(width: int, height: int, settings: BucketSettings) -> tuple[Size, Size]:
    """The bucket of a picture, and the size it is resized to before the crop to the bucket.

    Raises:
        ZeroDivisionError: with `no_upscale`, for a picture with a side shorter than the step, which breaks the engine
            too; `checks.check_sizes` finds these first.
    """
    if settings.enable and settings.no_upscale:
        return _assign_own(width, height, settings)
    resolutions, ratio = bucket_resolutions(settings), width / height
    bucket = (width, height)
    if bucket not in resolutions:
        bucket = min(resolutions, key=lambda size: abs(size[0] / size[1] - ratio))
    scale = bucket[1] / height if ratio > bucket[0] / bucket[1] else bucket[0] / width
    return bucket, (int(width * scale + 0.5), int(height * scale + 0.5))


def _assign_own(width: int, height: int, settings: BucketSettings) -> tuple[Size, Size]:
    """`no_upscale`: a picture larger than the area is shrunk, a smaller one stays; both are cropped to the step."""
    area, step = settings.resolution[0] * settings.resolution[1], settings.step
    resized = _shrink(width / height, area, step) if width * height > area else (width, height)
    bucket = resized[0] - resized[0] % step, resized[1] - resized[1] % step
    if 0 in bucket:
        raise ZeroDivisionError(f"{width}x{height} is smaller than bucket_reso_steps = {step}")
    return bucket, resized


def _shrink(ratio: float, area: int, step: int) -> Size:
    """The size of this area and ratio with one side a multiple of the step: the side that keeps the ratio better."""

    def rounded(side: float) -> int:
        whole = int(side + 0.5)
        return whole - whole % step

    exact_width = math.sqrt(area * ratio)
    width, height = rounded(exact_width), rounded(area / exact_width)
    error_by_width = abs(width / rounded(width / ratio) - ratio)
    error_by_height = abs(rounded(height * ratio) / height - ratio)
    if error_by_width < error_by_height:
        return width, int(width / ratio + 0.5)
    return int(height * ratio + 0.5), height


def count_buckets(pictures: Iterable[tuple[Size, int]], settings: BucketSettings) -> tuple[Bucket, ...]:
    """Buckets in use, sorted, from (size, repeats) of each picture."""
    repeats_by_size, counts = Counter[Size](), Counter[Size]()
    for size, repeats in pictures:
        repeats_by_size[size] += repeats
    for size, count in repeats_by_size.items():
        counts[assign(*size, settings)[0]] += count
    return tuple(Bucket(*size, count) for size, count in sorted(counts.items()))


def count_batches(buckets: Iterable[Bucket], batch_size: int) -> int:
    return sum(math.ceil(bucket.count / batch_size) for bucket in buckets)


Item = TypeVar("Item")


def split_validation(
    pictures: Sequence[Item], share: float, seed: int
) -> tuple[tuple[Item, ...], tuple[Item, ...]]:
    """Training and validation pictures, drawn as the engine draws them from pictures sorted by path.

    Both counts are rounded on their own, so that one picture can be in both.
    """
    shuffled = list(pictures)
    random.Random(seed).shuffle(shuffled)
    first_validation = len(shuffled) - round(len(shuffled) * share)
    return tuple(shuffled[: math.ceil(len(shuffled) * (1 - share))]), tuple(shuffled[first_validation:])


GRAIN = 100_000
"""A share has five digits, which a person can read and TOML holds as they are."""


def even_share(counts: Sequence[int], wanted: float, least: int = 1) -> float | None:
    """The share nearest to this one that cuts every folder cleanly: no picture in both parts, none left out.

    Args:
        counts: pictures in each folder.
        least: so many are kept apart in all.

    Returns:
        None if there is none from half of it to half as much again.
    """
    middle = round(wanted * GRAIN)
    near = (middle + side * far for far in range(middle // 2 + 1) for side in (1, -1))
    return next((place / GRAIN for place in near if _is_even(counts, place / GRAIN, least)), None)


def _is_even(counts: Sequence[int], share: float, least: int) -> bool:
    held = [round(count * share) for count in counts]
    pairs = zip(counts, held, strict=True)
    return sum(held) >= least and all(math.ceil(count * (1 - share)) + kept == count for count, kept in pairs)


def reg_repeats(train_images: int, repeats: Sequence[int]) -> tuple[int, ...]:
    """Repeats that the engine gives to each regularization picture; pictures after these are not used.

    Pictures are taken until they are as many as the training images; then repeats grow by one in turn.
    """
    effective: list[int] = []
    missing = train_images
    for count in repeats:
        if missing <= 0:
            return tuple(effective)
        effective.append(count)
        missing -= count
    if missing <= 0 or not effective:
        return tuple(effective)
    all_round, some = divmod(missing, len(effective))
    return tuple(count + all_round + (place < some) for place, count in enumerate(effective))


def used_sets(sets: Iterable[PictureSet]) -> tuple[PictureSet, ...]:
    """The subsets that the engine takes: with repeats, with pictures, and the first of each folder."""
    used: dict[str, PictureSet] = {}
    for one in sets:
        if one.repeats >= 1 and one.sizes:
            used.setdefault(one.folder, one)
    return tuple(used.values())


def count_dataset(
    sets: Iterable[PictureSet],
    settings: BucketSettings,
    *,
    batch_size: int = 1,
    validation_split: float = 0.0,
    validation_seed: int = 0,
) -> DatasetCount:
    """Count one dataset. Without a seed the engine draws validation pictures anew each time: always set it."""
    used = used_sets(sets)
    training: list[tuple[Size, int]] = []
    validation: list[tuple[Size, int]] = []
    for one in (one for one in used if not one.is_reg):
        taken: tuple[Size, ...]
        held: tuple[Size, ...]
        taken, held = one.sizes, ()
        if validation_split:
            taken, held = split_validation(one.sizes, validation_split, validation_seed)
        training += [(size, one.repeats) for size in taken]
        validation += [(size, 1) for size in held]
    train_images = sum(repeats for _, repeats in training)
    reg = [(size, one.repeats) for one in used if one.is_reg for size in one.sizes]
    effective = reg_repeats(train_images, [repeats for _, repeats in reg])
    return DatasetCount(
        batch_size=batch_size,
        buckets=count_buckets(
            [*training, *((size, count) for (size, _), count in zip(reg, effective, strict=False))], settings
        ),
        pictures=len(training),
        train_images=train_images,
        reg_images=sum(repeats for _, repeats in reg),
        validation_buckets=count_buckets(validation, settings),
        validation_images=len(validation),
    )
