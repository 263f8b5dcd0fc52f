"""Finds pictures, and opens each as RGB pixels that stand upright. Nothing is ever written.

What the engine's own loader gets wrong is put right here: EXIF orientation, transparent places, 16 bit, CMYK and other
colour spaces. Every function may be called from several threads at once.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kohya_driver import process
from kohya_driver.dataset.model import Size
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.pixels import Colour, to_rgb, upright
from kohya_driver.wording import reason_of

if TYPE_CHECKING:
    from PIL.Image import Image

WHITE: Colour = (255, 255, 255)

EXTENSIONS = frozenset(
    f".{name}"
    for name in ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "bmp", "gif", "tif", "tiff", "avif", "heic", "heif")
)  # fmt: skip
CAPTIONS = frozenset((".txt", ".caption"))

_JUNK = frozenset(("thumbs.db", "desktop.ini", "__macosx", "icon\r"))
_HEIC_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
_JXL_BEGINNINGS = (b"\xff\x0a", b"\x00\x00\x00\x0cJXL ")
_SIPS_SECONDS = 120.0

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Found:
    """The files of a folder; captions and junk of the system (`._a.jpg`, `.DS_Store`) are in neither list."""

    images: tuple[Path, ...]
    """In natural order: `2.png` before `10.png`."""
    others: tuple[tuple[Path, str], ...]
    """What was passed over, each with the code of a sentence that says why."""
    captions: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A picture's pixels."""

    image: Image
    """RGB, upright, without metadata."""
    size: Size
    """Of the file, upright; larger than the image where that was decoded smaller."""
    has_alpha: bool = False


def find_images(root: Path, *, recursive: bool = True) -> Found:
    """The pictures of a folder, by their names.

    Args:
        recursive: look into the folders in it too, those behind links as well, each once.

    Raises:
        DatasetError: there is no such folder, or it cannot be read.
    """
    if not root.is_dir():
        raise DatasetError("prepare.not_a_folder" if root.exists() else "prepare.folder_missing", root)
    images: list[Path] = []
    captions: list[Path] = []
    others: list[tuple[Path, str]] = []
    for path, reason in _walk(root, recursive, {_identity(root)}):
        if reason:
            if path == root:
                raise DatasetError("prepare.folder_refused", root)
            others.append((path, reason))
        elif path.suffix.lower() in EXTENSIONS:
            images.append(path)
        elif path.suffix.lower() in CAPTIONS:
            captions.append(path)
        else:
            jxl = path.suffix.lower() == ".jxl"
            others.append((path, "prepare.passed.jxl" if jxl else "prepare.passed.no_picture"))
    return Found(tuple(images), tuple(others), tuple(captions))


def _walk(folder: Path, recursive: bool, seen: set[tuple[int, int]]) -> Iterator[tuple[Path, str]]:
    """Files in natural order, folders after them; with a code what is to be passed over."""
    try:
        names = sorted((path.name for path in folder.iterdir()), key=natural_key)
    except OSError:
        yield folder, "prepare.passed.refused"
        return
    inner = []
    for path in (folder / name for name in names if not _is_junk(name)):
        try:
            is_folder = path.is_dir()
        except OSError:
            is_folder = False
        if is_folder:
            inner.append(path)
        else:
            yield path, _unfit(path)
    for path in inner if recursive else ():
        try:
            identity = _identity(path)
        except OSError:
            yield path, "prepare.passed.refused"
            continue
        if identity in seen:
            yield path, "prepare.passed.seen"
        else:
            seen.add(identity)
            yield from _walk(path, recursive, seen)


def _is_junk(name: str) -> bool:
    return name.startswith(".") or name.lower() in _JUNK


def _unfit(path: Path) -> str:
    """Why a file cannot be taken, whatever is in it; empty if it can."""
    try:
        str(path).encode()
        is_file = path.is_file()
    except UnicodeEncodeError:
        return "prepare.passed.odd_name"
    except OSError:
        return "prepare.passed.refused"
    if is_file:
        return ""
    return "prepare.passed.broken_link" if path.is_symlink() else "prepare.passed.no_file"


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def natural_key(name: str) -> tuple[tuple[str | int, ...], str]:
    """Sorts `图 2.png` before `图 10.png`."""
    parts = re.split(r"(\d+)", name.casefold())
    return tuple(int(part) if index % 2 else part for index, part in enumerate(parts)), name


def open_rgb(path: Path, *, min_side: int | None = None, background: Colour = WHITE) -> Image:
    """A picture as RGB: upright, its first frame, transparent places on `background`, in sRGB, without metadata.

    Args:
        min_side: a JPEG may be decoded smaller, which is faster, but no side below this.

    Raises:
        DatasetError: `prepare.unreadable`, `.no_picture`, `.truncated`, `.bomb`, `.empty_file`, `.unsupported`, `.heic_needs_extra`.
    """
    return open_picture(path, min_side=min_side, background=background).image


def open_picture(path: Path, *, min_side: int | None = None, background: Colour = WHITE) -> Opened:
    """As `open_rgb`, and what the file's own size is."""
    from PIL import Image, UnidentifiedImageError

    _hush()
    try:
        with _open_without_waiting(path) as file:
            beginning = _check_file(path, file)
            try:
                return _read(file, min_side, background)
            except UnidentifiedImageError:
                if not _is_heic(beginning):
                    raise _not_a_picture(path, beginning) from None
        return _read_heic(path, min_side, background)
    except DatasetError:
        raise
    except Image.DecompressionBombError as failure:
        raise DatasetError("prepare.bomb", path, reason=_reason(failure)) from failure
    except Exception as failure:  # PIL's decoders raise whatever the data lead them to
        raise _fault(path, failure) from failure


def _open_without_waiting(path: Path) -> BinaryIO:
    """A pipe that nobody writes to would block for ever."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb")


def _check_file(path: Path, file: BinaryIO) -> bytes:
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise DatasetError("prepare.no_picture", path)
    if status.st_size == 0:
        raise DatasetError("prepare.empty_file", path)
    beginning = file.read(16)
    file.seek(0)
    return beginning


def _is_heic(beginning: bytes) -> bool:
    return beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIC_BRANDS


def _not_a_picture(path: Path, beginning: bytes) -> DatasetError:
    if beginning.startswith(_JXL_BEGINNINGS):
        return DatasetError("prepare.unsupported", path, kind="JPEG XL")
    if beginning[4:8] == b"ftyp" and beginning[8:12] in (b"avif", b"avis"):
        return DatasetError("prepare.no_picture", path)
    if beginning[4:8] == b"ftyp":
        kind = beginning[8:12].decode("ascii", "replace").strip()
        return DatasetError("prepare.unsupported", path, kind=kind)
    return DatasetError("prepare.no_picture", path)


_CUT_OFF = re.compile(r"truncated|not enough image data|unexpected end|premature end|incomplete", re.I)


def _fault(path: Path, failure: Exception) -> DatasetError:
    if isinstance(failure, EOFError) or _CUT_OFF.search(str(failure)):
        return DatasetError("prepare.truncated", path)
    return DatasetError("prepare.unreadable", path, reason=_reason(failure))


def _reason(failure: Exception) -> str:
    return reason_of(failure).rstrip(".")


def _hush() -> None:
    """PIL warns of large pictures and of odd metadata, which says nothing here, in the middle of a progress bar.

    Not `catch_warnings`, which puts back the filters of another thread.
    """
    with _lock:
        if not any(_hushes(one) for one in warnings.filters[:4]):
            warnings.filterwarnings("ignore", module=r"PIL\.")


def _hushes(one: object) -> bool:
    pattern = one[3] if isinstance(one, tuple) and len(one) > 3 else None
    return one is not None and getattr(pattern, "pattern", pattern) == r"PIL\."


def _read(file: BinaryIO | str, min_side: int | None, background: Colour) -> Opened:
    from PIL import Image

    with Image.open(file) as image:
        width, height = image.size
        if min_side:
            image.draft(None, (min_side, min_side))
        image.load()
        turned = upright(image)  # after loading: a TIFF is turned by PIL itself
        is_across = turned.size != image.size if width != height else False
        flat, has_alpha = to_rgb(turned, background)
    if image.format == "TIFF":
        return Opened(flat, flat.size, has_alpha)
    return Opened(flat, (height, width) if is_across else (width, height), has_alpha)


def _read_heic(path: Path, min_side: int | None, background: Colour) -> Opened:
    """With pillow-heif if it is installed, else on a Mac with the system's own tool."""
    if register_heic():
        return _read(str(path), min_side, background)
    if sys.platform != "darwin":
        raise DatasetError("prepare.heic_needs_extra", path)
    with tempfile.TemporaryDirectory(prefix="kohya-driver-") as folder:
        png = Path(folder) / "picture.png"
        command = ["/usr/bin/sips", "-s", "format", "png", path.absolute(), "--out", png]
        try:
            said = process.run_tool(command, timeout_seconds=_SIPS_SECONDS).output
        except (FileNotFoundError, TimeoutError) as failure:
            raise DatasetError("prepare.heic_needs_extra", path) from failure
        if not png.is_file():
            last = said.strip().splitlines()[-1:] or ["sips"]
            raise DatasetError("prepare.unreadable", path, reason=last[0])
        return _read(str(png), min_side, background)


def register_heic() -> bool:
    """Teach PIL to read HEIC, if the extra `heic` is installed."""
    try:
        import pillow_heif
    except ImportError:
        return False
    with _lock:
        pillow_heif.register_heif_opener()
    return True
