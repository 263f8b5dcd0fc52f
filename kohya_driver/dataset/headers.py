"""One picture's header and its last bytes: size, and what the engine would get wrong. Pixels only where those do not tell.

Sources: library/train_util.py:2949 (`load_image`: no EXIF rotation, the alpha channel dropped, the first frame only).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kohya_driver.dataset.model import Picture, Size, Trait, Transparency

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION = 0x0112
_ENDS = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9", "MPO": b"\xff\xd9"}
"""The last bytes of a whole file; cameras and drawing programs may write something of their own behind."""
_FOREIGN = frozenset(("HEIF", "JXL"))
"""Formats that PIL reads only with a plugin, which this process may have and the engine has not."""
_TAILS = (64, 1 << 16)
_LOOK_AT_PIXELS = 4_000_000
"""How much is decoded to see whether alpha channels are used: some 0.2 s a folder."""


@dataclass(frozen=True, slots=True)
class Header:
    size: Size
    """Not turned by its EXIF orientation, which the engine ignores."""
    traits: Trait
    modified: float
    """Seconds since the epoch."""


def read_header(path: Path) -> Header:
    """What a picture's header says.

    Raises:
        Exception: whatever PIL raises for a file that is no picture.
    """
    from PIL import Image

    with open(path, "rb", opener=_open_without_waiting) as file, Image.open(file) as image:
        if image.format in _FOREIGN:
            raise ValueError(f"{image.format} under another name")
        status = os.fstat(file.fileno())
        traits = _traits(image)
        if not _ends_well(image, file, status.st_size) and not _decodes(path):
            traits |= Trait.TRUNCATED
        return Header(image.size, traits, status.st_mtime)


def _open_without_waiting(name: str, flags: int) -> int:
    """A pipe called `a.png` would otherwise be waited for without end."""
    return os.open(name, flags | os.O_NONBLOCK)


def _traits(image: Image) -> Trait:
    traits = Trait.NONE
    if "exif" in image.info and image.getexif().get(_ORIENTATION, 1) not in (0, 1):
        traits |= Trait.ROTATED
    if image.mode.startswith(("I", "F")):
        traits |= Trait.SIXTEEN_BIT
    if image.mode == "CMYK":
        traits |= Trait.CMYK
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        traits |= Trait.ALPHA
    # An MPO is a JPEG with a second picture in it (depth, preview), no animation.
    if image.format in ("PNG", "WEBP", "GIF") and getattr(image, "is_animated", False):
        traits |= Trait.ANIMATED
    return traits


def _ends_well(image: Image, file: BinaryIO, length: int) -> bool:
    """Whether the file is whole for sure. A JPEG's preview ends as the picture does, and lies in its header."""
    if image.format == "WEBP":
        return True  # PIL reads all of it to open it
    end = _ENDS.get(image.format or "")
    if end is None:
        return False
    after_header = file.tell()
    return any(end in _tail(file, length, size, after_header) for size in _TAILS)


def _tail(file: BinaryIO, length: int, size: int, after_header: int) -> bytes:
    file.seek(max(after_header, length - size))
    return file.read()


def _decodes(path: Path) -> bool:
    """The full answer, which takes the time of decoding."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            image.draft(None, (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    except Exception:  # PIL's decoders raise whatever the data lead them to
        return False
    return True


def look_through(pictures: Iterable[Picture], *, every: bool = False) -> Transparency:
    """Decode a few of the pictures that have an alpha channel: an opaque one does no harm, and is common.

    Args:
        every: decode all of them.
    """
    seen: list[Path] = []
    pixels = looked_at = 0
    for picture in pictures:
        if Trait.ALPHA not in picture.traits or Trait.TRUNCATED in picture.traits:
            continue
        if pixels > _LOOK_AT_PIXELS and not every:
            break
        pixels += picture.width * picture.height
        looked_at += 1
        if _is_see_through(picture.path):
            seen.append(picture.path)
    return Transparency(looked_at, tuple(seen))


def _is_see_through(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as image:
            lowest, _ = image.convert("RGBA").getchannel("A").getextrema()
    except Exception:  # damage within, which only the engine's own decoding would show
        return False
    return isinstance(lowest, int | float) and lowest < 255
