"""Pictures are made ready for a WD model as its author does it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFilter

from kohya_driver.prepare.tag_session import read_pixels

SIZE = 448
Array = numpy.ndarray[Any, Any]


def reference(path: Path, size: int = SIZE) -> Array:
    """The recipe of SmilingWolf's space, in its words."""
    with Image.open(path) as image:
        canvas = Image.new("RGBA", image.size, (255, 255, 255))
        canvas.alpha_composite(image.convert("RGBA"))
    rgb = canvas.convert("RGB")
    longest = max(rgb.size)
    left, top = (longest - rgb.size[0]) // 2, (longest - rgb.size[1]) // 2
    square = Image.new("RGB", (longest, longest), (255, 255, 255))
    square.paste(rgb, (left, top))
    if longest != size:
        square = square.resize((size, size), Image.Resampling.BICUBIC)
    return numpy.asarray(square, dtype=numpy.float32)[:, :, ::-1]


def psnr(one: Array, other: Array) -> float:
    error = float(numpy.mean((one.astype(numpy.float64) - other) ** 2))
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def photo_like(width: int, height: int) -> Image.Image:
    """Shapes of all sizes over a soft ground with some noise, as a lens leaves them."""
    generator = numpy.random.default_rng(width * height)
    small = Image.fromarray(generator.integers(0, 256, (9, 9, 3), dtype=numpy.uint8))
    image = small.resize((width, height), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(160):
        x, y = int(generator.integers(width)), int(generator.integers(height))
        radius = int(generator.integers(2, max(3, min(width, height) // 6)))
        colour = tuple(int(one) for one in generator.integers(0, 256, 3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    noise = generator.normal(0, 3, (height, width, 3))
    pixels = numpy.asarray(image.filter(ImageFilter.GaussianBlur(1.2))).astype(numpy.float32) + noise
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


@pytest.mark.parametrize(
    ("width", "height", "kind"),
    [
        (4000, 3000, "jpg"), (3000, 4001, "jpg"), (1600, 1200, "jpg"), (1919, 1081, "jpg"), (1000, 999, "png"),
        (447, 301, "png"), (120, 333, "jpg"), (448, 448, "png"), (900, 1800, "jpg"), (2777, 1999, "jpg"), (3599, 3601, "jpg"), (512, 512, "webp"),
    ],
)  # fmt: skip
def test_pixels_are_those_of_the_reference(width: int, height: int, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"图 片.{kind}"
    photo_like(width, height).save(path, quality=92)
    found = read_pixels(path, SIZE)
    assert found.shape == (SIZE, SIZE, 3) and found.dtype == numpy.float32
    assert found.min() >= 0 and 200 < found.max() <= 255
    assert psnr(found, reference(path)) >= 50
    if kind != "jpg":
        assert (found == reference(path)).all()


def test_transparent_places_are_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    image = photo_like(600, 400).convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize((600, 400)))
    image.save(path)
    assert psnr(read_pixels(path, SIZE), reference(path)) >= 50


def test_the_border_is_white_and_the_picture_in_the_middle(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (100, 300), (10, 20, 30)).save(path)
    found = read_pixels(path, 300)
    assert (found[:, :100] == 255).all() and (found[:, 200:] == 255).all()
    assert (found[:, 100:200] == (30, 20, 10)).all()
