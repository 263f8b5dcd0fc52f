"""Small copies of samples, so that a page holds them all and stays small."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kohya_driver.report.model import Picture

MOST_BYTES = 3_000_000
"""Of all small copies together; base64 makes a third more of them."""
SIDES = ((24, 384), (60, 288), (120, 208))
"""Up to so many pictures, the longer side of each in dots."""
SMALLEST_SIDE = 144
QUALITIES = (82, 60, 35)
MOST_PIXELS = 40_000_000
"""A larger picture was not drawn by the engine; it could take all memory."""


def with_thumbs(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """With a small copy of each that can be read; a picture that cannot is marked."""
    drawn = list(pictures)
    side = next((side for most, side in SIDES if len(drawn) <= most), SMALLEST_SIDE)
    share = MOST_BYTES // max(1, len(drawn))
    return tuple(_with_thumb(one, side, share) for one in drawn)


def looked_at(pictures: Iterable[Picture]) -> tuple[Picture, ...]:
    """With the size of each; a picture that cannot be read is marked. Nothing is decoded for that."""
    return tuple(map(_looked_at, pictures))


def _looked_at(picture: Picture) -> Picture:
    from PIL import Image

    try:
        with warnings.catch_warnings(), Image.open(picture.path) as image:
            warnings.simplefilter("ignore")
            size = image.size
            image.verify()
        if size[0] * size[1] > MOST_PIXELS:
            raise ValueError("too large for a sample")
    except Exception:  # as below
        return replace(picture, is_broken=True)
    return replace(picture, width=size[0], height=size[1])


def _with_thumb(picture: Picture, side: int, most_bytes: int) -> Picture:
    try:
        size, data = _thumb(picture.path, side, most_bytes)
    except Exception:  # a broken file may make PIL raise nearly anything
        return replace(picture, is_broken=True)
    return replace(picture, width=size[0], height=size[1], thumb=data)


def _thumb(path: Path, side: int, most_bytes: int) -> tuple[tuple[int, int], bytes]:
    """The picture's own size, and its small copy: the best quality that is small enough, else the least."""
    from PIL import Image

    with warnings.catch_warnings(), Image.open(path) as image:
        warnings.simplefilter("ignore")
        size = image.size
        if size[0] * size[1] > MOST_PIXELS:
            raise ValueError("too large for a sample")
        small = image.convert("RGB")
    small.thumbnail((side, side), reducing_gap=3.0)
    data = b""
    for quality in QUALITIES:
        buffer = io.BytesIO()
        small.save(buffer, "JPEG", quality=quality, optimize=True)
        data = buffer.getvalue()
        if len(data) <= most_bytes:
            break
    return size, data
