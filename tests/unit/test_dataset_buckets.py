"""Buckets and counts: invariants that hold for every picture, and cases worked out from the engine's code."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kohya_driver.dataset.buckets import (
    Bucket,
    BucketSettings,
    PictureSet,
    assign,
    bucket_resolutions,
    count_batches,
    count_buckets,
    count_dataset,
    reg_repeats,
    split_validation,
    used_sets,
)

SIDES = st.integers(1, 6000)
ENABLED = st.builds(
    BucketSettings,
    resolution=st.tuples(st.integers(4, 16), st.integers(4, 16)).map(
        lambda size: (size[0] * 64, size[1] * 64)
    ),
    enable=st.just(True),
    minimum=st.integers(64, 256),
    maximum=st.integers(1024, 2048),
    step=st.sampled_from([8, 16, 32, 64]),
    no_upscale=st.booleans(),
)


def test_the_usual_buckets_of_sd15() -> None:
    found = bucket_resolutions(BucketSettings((512, 512), enable=True))
    assert (512, 512) in found
    assert (256, 1024) in found
    assert (448, 576) in found
    assert len(found) == 17
    assert list(found) == sorted(found)


def test_limits_are_rounded_outwards_to_the_step() -> None:
    found = bucket_resolutions(BucketSettings((512, 512), enable=True, minimum=300, maximum=700))
    assert min(min(size) for size in found) == 256
    assert max(max(size) for size in found) == 704
    assert found == bucket_resolutions(BucketSettings((512, 512), enable=True, minimum=256, maximum=704))


@given(ENABLED)
def test_no_bucket_has_more_pixels_than_the_resolution(settings: BucketSettings) -> None:
    area = settings.resolution[0] * settings.resolution[1]
    for width, height in bucket_resolutions(settings):
        assert width * height <= area
        assert width % settings.step == height % settings.step == 0


@given(SIDES, SIDES, ENABLED)
def test_a_resized_picture_covers_its_bucket(width: int, height: int, settings: BucketSettings) -> None:
    assume(not settings.no_upscale)
    bucket, resized = assign(width, height, settings)
    assert bucket in bucket_resolutions(settings)
    assert resized[0] >= bucket[0]
    assert resized[1] >= bucket[1]
    assert resized[0] == bucket[0] or resized[1] == bucket[1]


@given(SIDES, SIDES, ENABLED)
def test_a_picture_goes_to_the_nearest_aspect_ratio(
    width: int, height: int, settings: BucketSettings
) -> None:
    assume(not settings.no_upscale)
    bucket, _ = assign(width, height, settings)
    errors = [abs(one[0] / one[1] - width / height) for one in bucket_resolutions(settings)]
    assert bucket == (width, height) or abs(bucket[0] / bucket[1] - width / height) == min(errors)


@given(st.integers(300, 6000), st.integers(300, 6000), ENABLED)
def test_no_upscale_never_enlarges(width: int, height: int, settings: BucketSettings) -> None:
    assume(settings.no_upscale and 0.2 < width / height < 5)
    bucket, resized = assign(width, height, settings)
    assert bucket[0] <= resized[0] <= width
    assert bucket[1] <= resized[1] <= height
    assert 0 <= resized[0] - bucket[0] < settings.step
    assert 0 <= resized[1] - bucket[1] < settings.step


@pytest.mark.parametrize(
    ("size", "bucket", "resized"),
    [
        ((512, 512), (512, 512), (512, 512)),
        ((1000, 1000), (512, 512), (512, 512)),
        ((448, 576), (448, 576), (448, 576)),
        ((896, 1152), (448, 576), (448, 576)),
        ((900, 1152), (448, 576), (450, 576)),
        ((100, 4000), (256, 1024), (256, 10240)),
    ],
)
def test_assign(size: tuple[int, int], bucket: tuple[int, int], resized: tuple[int, int]) -> None:
    assert assign(*size, BucketSettings((512, 512), enable=True)) == (bucket, resized)


@pytest.mark.parametrize(
    ("resolution", "size", "bucket", "resized"),
    [
        # 1000x1500 has the ratio 2/3 and shrinks to 418x627: 384 wide gives 384/576, which is 2/3 again.
        ((512, 512), (1000, 1500), (384, 576), (384, 576)),
        ((512, 512), (1500, 1000), (576, 384), (576, 384)),
        # As many pixels as the resolution: it stays, and is cut.
        ((320, 256), (160, 512), (128, 512), (160, 512)),
        ((512, 512), (300, 500), (256, 448), (300, 500)),
    ],
)
def test_assign_without_enlarging(
    resolution: tuple[int, int], size: tuple[int, int], bucket: tuple[int, int], resized: tuple[int, int]
) -> None:
    assert assign(*size, BucketSettings(resolution, enable=True, no_upscale=True)) == (bucket, resized)


def test_without_buckets_every_picture_is_cut_to_the_resolution() -> None:
    settings = BucketSettings((512, 768))
    assert assign(1000, 1000, settings) == ((512, 768), (768, 768))
    assert count_buckets([((9, 9), 2), ((900, 30), 3)], settings) == (Bucket(512, 768, 5),)


@pytest.mark.parametrize("size", [(40, 300), (300, 40), (5000, 70)])
def test_no_upscale_refuses_a_picture_without_room_for_one_step(size: tuple[int, int]) -> None:
    with pytest.raises(ZeroDivisionError):
        assign(*size, BucketSettings((512, 512), enable=True, no_upscale=True))


@given(
    st.lists(st.tuples(st.tuples(SIDES, SIDES), st.integers(1, 20)), max_size=30), ENABLED, st.integers(1, 8)
)
def test_no_picture_is_lost(
    pictures: list[tuple[tuple[int, int], int]], settings: BucketSettings, batch_size: int
) -> None:
    assume(not settings.no_upscale)
    buckets = count_buckets(pictures, settings)
    total = sum(repeats for _, repeats in pictures)
    assert sum(bucket.count for bucket in buckets) == total
    assert list(buckets) == sorted(buckets)
    assert math.ceil(total / batch_size) <= count_batches(buckets, batch_size) <= total


def test_the_last_batch_of_a_bucket_is_short() -> None:
    assert count_batches([Bucket(512, 512, 5), Bucket(448, 576, 1)], 4) == 3


@pytest.mark.parametrize(
    ("train_images", "repeats", "effective"),
    [
        (10, [1, 1, 1], (4, 3, 3)),
        (10, [4, 4], (5, 5)),
        (9, [4, 4], (5, 4)),
        (2, [1, 1, 1], (1, 1)),
        (3, [2, 2, 2], (2, 2)),
        (0, [1, 1], ()),
        (5, [], ()),
        (3, [3], (3,)),
    ],
)
def test_reg_repeats(train_images: int, repeats: list[int], effective: tuple[int, ...]) -> None:
    assert reg_repeats(train_images, repeats) == effective


@given(st.integers(0, 300), st.lists(st.integers(1, 9), max_size=20))
def test_reg_repeats_equal_the_engines_loop(train_images: int, repeats: list[int]) -> None:
    """The loop of library/train_util.py:2168, word for word but for the names."""
    effective: list[int] = []
    count, first = 0, True
    while repeats and count < train_images:
        for place, one in enumerate(repeats):
            if first:
                effective.append(one)
                count += one
            else:
                effective[place] += 1
                count += 1
            if count >= train_images:
                break
        first = False
    assert reg_repeats(train_images, repeats) == tuple(effective)


@given(st.integers(1, 60), st.sampled_from([0.1, 0.2, 0.25, 0.35, 0.5]), st.integers(0, 99))
def test_a_validation_split_loses_no_picture(count: int, share: float, seed: int) -> None:
    sizes = tuple((number, 1) for number in range(count))
    trained, held = split_validation(sizes, share, seed)
    assert set(trained) | set(held) == set(sizes)
    assert len(set(trained) & set(held)) <= 1
    assert split_validation(sizes, share, seed) == (trained, held)


def test_used_sets_are_those_the_engine_takes() -> None:
    first = PictureSet("a", ((512, 512),), repeats=2)
    again = PictureSet("a", ((512, 512),), repeats=9)
    off = PictureSet("b", ((512, 512),), repeats=0)
    empty = PictureSet("c", ())
    assert used_sets([first, again, off, empty]) == (first,)


def test_a_dataset_with_regularization_and_validation() -> None:
    square, tall = (512, 512), (448, 576)
    sets = [
        PictureSet("girl", (square, square, square, tall), repeats=3),
        PictureSet("reg", (tall, tall), is_reg=True),
    ]
    whole = count_dataset(sets, BucketSettings((512, 512), enable=True), batch_size=4)
    assert whole.buckets == (Bucket(448, 576, 3 + 12), Bucket(512, 512, 9))
    assert (whole.pictures, whole.train_images, whole.reg_images) == (4, 12, 2)
    assert whole.batches == 4 + 3
    split = count_dataset(
        sets, BucketSettings((512, 512), enable=True), batch_size=4, validation_split=0.25, validation_seed=1
    )
    assert (split.pictures, split.train_images, split.validation_images) == (3, 9, 1)
    assert split.validation_batches == 1
    assert sum(bucket.count for bucket in split.buckets) == 9 + 9
