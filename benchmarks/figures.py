"""Tall figures whose faces and bodies are known: real faces on drawn bodies, before six kinds of background."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy
from PIL import Image, ImageDraw, ImageFilter

from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.images import open_rgb

SIZES = ((600, 1800), (640, 1920), (700, 2100), (750, 2000), (800, 2400))
BACKGROUNDS = ("plain", "gradient", "sides", "noise", "wall", "room")
_ASTRONAUT_HEAD = (165, 30, 285, 190)
"""Where the head is in the picture; those of Labeled Faces in the Wild are nothing but a head."""
_ASTRONAUT_FACE = Box(0.12, 0.21, 0.88, 0.90)
_HALF = 0.64
"""From the middle to the outside of an arm, in shoulders."""
_LFW_FACE = Box(0.12, 0.08, 0.88, 0.98)


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    image: Image.Image
    face: Box
    head: Box
    body: Box
    """All of the figure, with its head."""


def make_figures(count: int = 60, seed: int = 5) -> Iterator[Figure]:
    """Always the same ones."""
    heads = _heads()
    for number in range(count):
        draw = random.Random(seed * 1000 + number)
        background = BACKGROUNDS[number % len(BACKGROUNDS)]
        name, head, face = heads[number // len(BACKGROUNDS) % len(heads)]
        yield _figure(f"{number:02d} {background} {name}", draw, background, head, face)


def _heads() -> list[tuple[str, Image.Image, Box]]:
    members = ["skimage/data/astronaut.png", "skimage/data/lfw_subset.npy"]
    fetched = fetch_wheel_files("scikit-image", members)
    astronaut = open_rgb(fetched[members[0]])
    people = numpy.load(io.BytesIO(fetched[members[1]].read_bytes()))
    found = [("astronaut", astronaut.crop(_ASTRONAUT_HEAD), _ASTRONAUT_FACE)]
    for name in ("lfw 3", "lfw 12"):
        grey = Image.fromarray((people[int(name.split()[1])] * 255).astype(numpy.uint8))
        tinted = Image.merge(
            "RGB",
            (
                grey,
                grey.point([int(v * 0.85) for v in range(256)]),
                grey.point([int(v * 0.72) for v in range(256)]),
            ),
        )
        found.append((name, tinted.resize((100, 100), Image.Resampling.BICUBIC), _LFW_FACE))
    return found


def _figure(name: str, draw: random.Random, background: str, head: Image.Image, face: Box) -> Figure:
    width, height = draw.choice(SIZES)
    image = _background(background, width, height, draw)
    tall = height * draw.uniform(0.80, 0.94)
    top = draw.uniform(0.02 * height, height - tall - 0.01 * height)
    head_height = tall / draw.uniform(6.2, 7.6)
    head_width = head_height * head.width / head.height
    centre = width * draw.uniform(0.38, 0.62)
    # A figure has room at its sides: arms that the picture cuts off have no end that could be kept.
    room = 0.9 * min(centre, width - centre) / _HALF
    shoulders = min(0.75 * head_height * draw.uniform(1.7, 2.3), room)
    colours = [tuple(draw.randrange(256) for _ in range(3)) for _ in range(3)]
    pen = ImageDraw.Draw(image)
    neck, hip, foot = top + head_height * 0.93, top + tall * 0.50, top + tall
    pen.rectangle((centre - head_width * 0.18, neck - head_height * 0.1, centre + head_width * 0.18, neck + tall * 0.04), fill=(205, 165, 140))  # fmt: skip
    pen.rounded_rectangle((centre - shoulders / 2, neck + tall * 0.02, centre + shoulders / 2, hip), shoulders * 0.2, fill=colours[0])  # fmt: skip
    for side in (-1, 1):
        arm = centre + side * shoulders * 0.5
        pen.line((arm, neck + tall * 0.06, arm + side * shoulders * 0.06, hip + tall * 0.06), fill=colours[1], width=int(shoulders * 0.16))  # fmt: skip
        leg = centre + side * shoulders * 0.2
        pen.line(
            (leg, hip - 8, leg + side * shoulders * 0.05, foot), fill=colours[2], width=int(shoulders * 0.3)
        )
    _paste_head(image, head, centre, top, (head_width, head_height))
    head_box = Box(centre - head_width / 2, top, centre + head_width / 2, top + head_height)
    face_box = face.scaled(head_width, head_height).moved(head_box.left, head_box.top)
    half = max(shoulders * _HALF, head_width / 2)
    return Figure(name, image, face_box, head_box, Box(centre - half, top, centre + half, foot))


def _paste_head(
    image: Image.Image, head: Image.Image, centre: float, top: float, size: tuple[float, float]
) -> None:
    """Within an oval, so that nothing of the photo's own background comes along."""
    small = head.resize((round(size[0]), round(size[1])), Image.Resampling.LANCZOS)
    mask = Image.new("L", small.size)
    ImageDraw.Draw(mask).ellipse((0, 0, small.width - 1, small.height - 1), fill=255)
    image.paste(small, (round(centre - size[0] / 2), round(top)), mask.filter(ImageFilter.GaussianBlur(2)))


def _background(kind: str, width: int, height: int, draw: random.Random) -> Image.Image:
    light = numpy.array([draw.randrange(120, 250) for _ in range(3)], numpy.float32)
    dark = numpy.array([draw.randrange(20, 140) for _ in range(3)], numpy.float32)
    rows, columns = numpy.linspace(0, 1, height)[:, None, None], numpy.linspace(0, 1, width)[None, :, None]
    noise = numpy.random.default_rng(draw.randrange(1 << 30))
    pixels: Any = numpy.zeros((height, width, 3), numpy.float32) + light
    if kind == "gradient":
        pixels = light * (1 - rows) + dark * rows + 0 * columns
    elif kind == "sides":
        pixels = light * (1 - columns) + dark * columns + 0 * rows
    elif kind == "noise":
        pixels = light + noise.normal(0, 16, (height, width, 3))
    elif kind == "wall":
        y, x = numpy.mgrid[0:height, 0:width]
        joint = (y % 60 < 5) | ((x + (y // 60 % 2) * 60) % 120 < 5)
        pixels = numpy.where(joint[..., None], light * 0.8, light) + noise.normal(0, 4, (height, width, 3))
    elif kind == "room":
        floor = rows > draw.uniform(0.7, 0.85)
        pixels = numpy.where(floor, dark, light) + 25 * columns + noise.normal(0, 3, (height, width, 3))
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))
