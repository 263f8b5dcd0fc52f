"""Pixels of any kind as upright RGB: orientation, transparent places, 16 bit, CMYK and other colour spaces."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

Colour = tuple[int, int, int]

_ORIENTATION = 0x0112
_BITS_PER_SAMPLE = 258


def upright(image: Image) -> Image:
    """Turned as its EXIF data say."""
    from PIL.Image import Transpose

    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged metadata are no reason to refuse the picture
        return image
    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image


def to_rgb(image: Image, background: Colour) -> tuple[Image, bool]:
    """In sRGB and without metadata, transparent places on the background; and whether it has an alpha channel."""
    from PIL import Image

    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or (
        "transparency" in image.info and image.mode in ("1", "L", "P", "RGB")
    )
    profile = image.info.get("icc_profile")
    if image.mode.startswith(("I", "F")):
        flat = _to_eight_bit(image).convert("RGB")
    elif image.mode == "LAB":
        flat = _through_profiles(image, None)
    elif has_alpha:
        premultiplied = {"La": "LA", "RGBa": "RGBA"}.get(image.mode)
        whole = (image.convert(premultiplied) if premultiplied else image).convert("RGBA")
        alpha = whole.getchannel("A")
        whole = _to_srgb(whole.convert("RGB"), profile)
        whole.putalpha(alpha)
        flat = Image.alpha_composite(Image.new("RGBA", whole.size, (*background, 255)), whole).convert("RGB")
    elif image.mode == "CMYK":
        flat = _through_profiles(image, profile) if profile else image.convert("RGB")
    else:
        flat = _to_srgb(image.convert("RGB"), profile)
    flat.info.clear()
    return flat, has_alpha


def _to_eight_bit(image: Image) -> Image:
    """16 bit scaled, where PIL would clip or cut; whole numbers and floats of 32 bit by the range that they use."""
    import numpy
    from PIL import Image

    values = numpy.nan_to_num(numpy.asarray(image).astype(numpy.float32), nan=0.0, posinf=0.0, neginf=0.0)
    scaled = numpy.clip(values / (_white_level(image, float(values.max(initial=0.0))) / 255.0), 0, 255)
    return Image.fromarray((scaled + 0.5).astype(numpy.uint8))


def _white_level(image: Image, highest: float) -> float:
    bits = getattr(image, "tag_v2", {}).get(_BITS_PER_SAMPLE)
    if isinstance(bits, tuple) and bits and 8 < bits[0] < 16:
        return float((1 << bits[0]) - 1)
    if image.mode.startswith("I;16"):
        return 65535.0
    levels = (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0, float((1 << 31) - 1))
    return next((level for level in levels if highest <= level), highest)


def _to_srgb(image: Image, profile: bytes | None) -> Image:
    """Telephones save Display P3, cameras Adobe RGB: their numbers taken as sRGB are paler than the picture."""
    if not profile or b"sRGB" in profile or b"s\x00R\x00G\x00B" in profile:
        return image
    return _through_profiles(image, profile)


def _through_profiles(image: Image, profile: bytes | None) -> Image:
    from PIL import ImageCms

    srgb = ImageCms.createProfile("sRGB")
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
        found = ImageCms.profileToProfile(image, own, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        found = None  # a profile that does not fit the pixels
    return found if found is not None else image.convert("RGB")
