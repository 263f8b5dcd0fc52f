"""A picture made small, for a terminal; one that is broken, half written or gone is none, and never an error."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SIDE = 192
"""Pixels of the longer side that are kept: more than any terminal has."""
MOST_PIXELS = 64 << 20
"""Of a picture that is opened at all."""
INLINE_SIDE = 1024
"""Of one that is handed to the terminal as a file."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Rows of RGB, from the top."""

    width: int
    height: int
    pixels: bytes

    def fit(self, width: int, height: int) -> Thumbnail:
        """As large as fits into this, with its own shape."""
        from PIL.Image import Resampling, frombytes

        share = min(width / self.width, height / self.height)
        size = max(1, round(self.width * share)), max(1, round(self.height * share))
        whole = frombytes("RGB", (self.width, self.height), self.pixels)
        return Thumbnail(*size, whole.resize(size, Resampling.BOX).tobytes())

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        """A pixel; the last row stands for what would lie below it."""
        place = (min(y, self.height - 1) * self.width + x) * 3
        red, green, blue = self.pixels[place : place + 3]
        return red, green, blue


def read_thumbnail(path: Path) -> Thumbnail | None:
    """None for what cannot be read as a picture."""
    small = _smaller(path, MOST_SIDE)
    return Thumbnail(*small.size, small.tobytes()) if small is not None else None


def inline_png(path: Path, side: int = INLINE_SIDE) -> bytes:
    """The picture as a PNG of at most this side; empty for what cannot be read."""
    small = _smaller(path, side)
    if small is None:
        return b""
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()


def _smaller(path: Path, side: int) -> Image | None:
    from PIL.Image import open as open_image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with open_image(path) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    return None
                picture.draft("RGB", (side, side))
                small = picture.convert("RGB")
        small.thumbnail((side, side))
    except Exception:  # every format has its own ways to be broken
        return None
    return small
