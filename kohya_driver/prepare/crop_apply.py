"""Cuts a picture as its plan says."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import CropPlan

if TYPE_CHECKING:
    from PIL.Image import Image

_BLUR = 1 / 16


def apply_crop(image: Image, plan: CropPlan) -> Image:
    """The picture as it goes into the training set.

    Args:
        image: RGB and upright; it may have been decoded smaller than the plan's size.
    """
    from PIL.Image import Resampling

    across, down = image.width / plan.size[0], image.height / plan.size[1]
    part = Box(*plan.box).scaled(across, down).within(Box(0, 0, *image.size))
    left, top = math.floor(part.left), math.floor(part.top)
    # Cut off first: a filter with a box looks over its edge, at what is not to be shown.
    piece = image.crop((left, top, math.ceil(part.right), math.ceil(part.bottom)))
    inner = part.moved(-left, -top)
    paste = plan.paste
    size = paste[2] - paste[0], paste[3] - paste[1]
    box = (inner.left, inner.top, inner.right, inner.bottom)
    shown = piece.resize(size, Resampling.LANCZOS, box=box, reducing_gap=3.0)
    return shown if size == plan.output else _pad(shown, plan)


def _pad(shown: Image, plan: CropPlan) -> Image:
    if plan.fill == "edge":
        return _continued(shown, plan)
    canvas = _backdrop(shown, plan)
    canvas.paste(shown, plan.paste[:2])
    return canvas


def _continued(shown: Image, plan: CropPlan) -> Image:
    """Each row and column goes on as it ends."""
    import numpy
    from PIL import Image

    left, top, right, bottom = plan.paste
    margins = (top, plan.output[1] - bottom), (left, plan.output[0] - right), (0, 0)
    return Image.fromarray(numpy.pad(numpy.asarray(shown), margins, mode="edge"))


def _backdrop(shown: Image, plan: CropPlan) -> Image:
    from PIL import Image, ImageFilter, ImageOps, ImageStat

    if plan.fill == "blur":
        covered = ImageOps.fit(shown, plan.output)
        return covered.filter(ImageFilter.GaussianBlur(max(plan.output) * _BLUR))
    if plan.fill == "mean":
        red, green, blue = (round(value) for value in ImageStat.Stat(shown).mean)
        return Image.new("RGB", plan.output, (red, green, blue))
    return Image.new("RGB", plan.output, plan.fill)
