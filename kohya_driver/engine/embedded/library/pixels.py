"""One picture's pixels, as sd-scripts reads them (library/train_util.py:2948-2994, library/utils.py:216)."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy
import torch
from library.log import logger
from PIL import Image

Size = tuple[int, int]


def load_picture(path: Path, bucket: Size, resized: Size) -> torch.Tensor:
    """Resized, cut to its bucket around the middle, from -1 to 1."""
    try:
        with Image.open(path) as image:
            pixels = numpy.array(image.convert("RGB"), numpy.uint8)
    except OSError:
        logger.error(f"Error loading file: {path}")
        raise
    pixels = cut(resize(pixels, resized), bucket)
    return (
        torch.from_numpy(numpy.ascontiguousarray(pixels)).permute(2, 0, 1).float().div(255).sub(0.5).div(0.5)
    )


def resize(pixels: numpy.ndarray, size: Size) -> numpy.ndarray:
    """Made smaller by area, larger by Lanczos."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    if width >= size[0] and height >= size[1]:
        return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    return numpy.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def cut(pixels: numpy.ndarray, bucket: Size) -> numpy.ndarray:
    top, left = (max(0, have - want) // 2 for have, want in zip(pixels.shape, reversed(bucket), strict=False))
    return pixels[top : top + bucket[1], left : left + bucket[0]]
