"""Fingerprints: what looks alike is near, what does not is far, and no pair is lost by not comparing each with each."""

from __future__ import annotations

import random
import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from kohya_driver.prepare.hashes import (
    MIRRORED_BITS,
    NEAR_BITS,
    OTHER_BITS,
    Fingerprint,
    fingerprint,
    group_mirrored,
    group_near,
)
from tests.picture_sets import scene


def prints_of(picture: Image.Image) -> Fingerprint:
    made = fingerprint(picture)
    assert made
    return made


def apart(first: Fingerprint, second: Fingerprint) -> int:
    """Of the nearer fingerprint; far if the other contradicts."""
    bits = (first.dhash ^ second.dhash).bit_count(), (first.phash ^ second.phash).bit_count()
    return min(bits) if max(bits) <= OTHER_BITS else 64


ORIGINALS = [prints_of(scene(seed)) for seed in range(60)]


def test_different_pictures_are_far_apart() -> None:
    assert min(apart(*pair) for pair in combinations(ORIGINALS, 2)) > NEAR_BITS


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.resize((200, 200)),
        lambda picture: picture.resize((1100, 1100)),
        lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
        lambda picture: picture.convert("L").convert("RGB"),
        lambda picture: picture.quantize(32).convert("RGB"),
    ],
    ids=["smaller", "larger", "brighter", "grey", "few colours"],
)
def test_a_changed_copy_is_near(change: object) -> None:
    for seed in range(20):
        changed = prints_of(change(scene(seed)))  # type: ignore[operator]
        assert apart(ORIGINALS[seed], changed) <= NEAR_BITS


def test_a_mirrored_copy_is_near_in_the_mirror() -> None:
    mirrored = [prints_of(scene(seed).transpose(Image.Transpose.FLIP_LEFT_RIGHT)) for seed in range(20)]
    for original, other in zip(ORIGINALS, mirrored, strict=False):
        assert (original.dhash ^ other.mirrored_dhash).bit_count() <= MIRRORED_BITS
        assert (original.phash ^ other.mirrored_phash).bit_count() <= MIRRORED_BITS
    assert sorted(group_mirrored([*ORIGINALS, *mirrored])) == [(seed, 60 + seed) for seed in range(20)]
    assert group_near([*ORIGINALS, *mirrored]) == []


def test_a_picture_of_one_colour_has_none() -> None:
    assert fingerprint(Image.new("RGB", (300, 200), "teal")) is None


def test_a_picture_that_is_its_own_mirror_image_stands_alone() -> None:
    half = scene(3, (256, 512))
    whole = Image.new("RGB", (512, 512))
    whole.paste(half, (0, 0))
    whole.paste(half.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (256, 0))
    assert group_mirrored([prints_of(whole), *ORIGINALS]) == []


def by_comparing_each_with_each(prints: list[Fingerprint]) -> set[tuple[int, ...]]:
    groups = [{place} for place in range(len(prints))]
    for first, second in combinations(range(len(prints)), 2):
        if apart(prints[first], prints[second]) <= NEAR_BITS:
            a, b = (next(group for group in groups if place in group) for place in (first, second))
            if a is not b:
                a |= b
                groups.remove(b)
    return {tuple(sorted(group)) for group in groups if len(group) > 1}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(0, 40), st.sampled_from([64, 24, 12]))
def test_no_pair_is_lost(seed: int, count: int, spread: int) -> None:
    """The fewer bits differ between any two, the more pairs there are."""
    chance = random.Random(seed)
    base = chance.getrandbits(64)
    values = [base ^ (chance.getrandbits(spread) << chance.randrange(65 - spread)) for _ in range(2 * count)]
    prints = [Fingerprint(values[2 * n], values[2 * n + 1], 0, 0) for n in range(count)]
    assert set(group_near(prints)) == by_comparing_each_with_each(prints)


@pytest.mark.parametrize("kind", ["different", "one film", "all the same"])
def test_many_pictures_take_seconds(kind: str) -> None:
    chance = random.Random(5)

    def number() -> int:
        if kind == "different":
            return chance.getrandbits(64)
        return (1 << chance.randrange(64)) | (1 << chance.randrange(64)) if kind == "one film" else 7

    prints = [Fingerprint(number(), number(), number(), number()) for _ in range(5000)]
    begin = time.monotonic()
    groups = group_near(prints)
    assert time.monotonic() - begin < 20
    assert len(groups) == (0 if kind == "different" else 1)


def test_none_and_one() -> None:
    assert group_near([]) == group_mirrored([]) == []
    assert group_near(ORIGINALS[:1]) == group_mirrored(ORIGINALS[:1]) == []
