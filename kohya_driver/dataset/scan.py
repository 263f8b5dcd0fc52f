"""Reads folders of pictures the way the engine does: which files it takes, their sizes, their captions.

Sources: library/train_util.py:104 and 2847 (which files), 1478 (sizes, without EXIF rotation), 1946 (captions);
library/config_util.py:637 (folder names).
"""

from __future__ import annotations

import os
import re
import warnings
import zipfile
from ast import literal_eval
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

from kohya_driver.dataset.model import (
    Caption,
    CaptionState,
    FolderState,
    ImageFolder,
    LatentsFile,
    Picture,
    Size,
    SubsetFolder,
    Unreadable,
)

# All lower or all upper case, nothing between. AVIF and JPEG XL need plugins that the engine's lock does not have.
TAKEN = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".PNG", ".JPG", ".JPEG", ".WEBP", ".BMP")
_KNOWN = {kind.lower() for kind in TAKEN} | {
    *(".avif", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".jxl", ".psd", ".tga", ".tif", ".tiff")
}
_LATENTS = re.compile(r"(?P<stem>.+)_(?P<width>\d+)x(?P<height>\d+)(?P<suffix>_sdxl|_sd)\.npz")


def scan_folder(
    folder: Path, *, caption_extension: str = ".txt", latents_suffix: str = "_sd.npz"
) -> ImageFolder:
    """Read one `image_dir`: names, sizes from the headers, captions. Nothing is decoded, nothing is raised.

    Args:
        latents_suffix: how latents files of the family end: `_sd.npz` for SD 1.x and 2.x, `_sdxl.npz` for SDXL.
    """
    extension = caption_extension if caption_extension.startswith(".") else f".{caption_extension}"
    try:
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found if not one.name.startswith("."))
    except FileNotFoundError:
        return ImageFolder(folder, FolderState.MISSING)
    except NotADirectoryError:
        return ImageFolder(folder, FolderState.NOT_A_FOLDER)
    except PermissionError:
        return ImageFolder(folder, FolderState.REFUSED)
    files = [name for name, is_folder in entries if not is_folder]
    # The engine asks only for the name: a folder called `a.png` is a picture to it, one that cannot be opened.
    pictures, unreadable = _read_pictures(
        folder, [name for name, _ in entries if name.endswith(TAKEN)], extension
    )
    return ImageFolder(
        path=folder,
        pictures=pictures,
        unreadable=unreadable,
        ignored=tuple(folder / name for name in files if _is_ignored(name)),
        nested=_nested(
            folder, (name for name, is_folder in entries if is_folder and not name.endswith(TAKEN))
        ),
        orphans=_orphans(folder, files, pictures, extension),
        latents=tuple(_latents_files(folder, files, latents_suffix)),
    )


def _read_pictures(
    folder: Path, names: Sequence[str], extension: str
) -> tuple[tuple[Picture, ...], tuple[Unreadable, ...]]:
    pictures: list[Picture] = []
    unreadable: list[Unreadable] = []
    with warnings.catch_warnings():
        # PIL warns of very large pictures, which says nothing about the training.
        warnings.simplefilter("ignore")
        for name in names:
            path = folder / name
            try:
                width, height = read_size(path)
            except Exception as failure:  # PIL's plugins raise whatever a damaged header leads them to
                unreadable.append(Unreadable(path, str(failure) or type(failure).__name__))
            else:
                pictures.append(Picture(path, width, height, read_caption(path, extension)))
    return tuple(pictures), tuple(unreadable)


def read_size(path: Path) -> Size:
    """Width and height from a picture's header, not turned by its EXIF orientation, which the engine ignores.

    Raises:
        Exception: whatever PIL raises for a file that is no picture.
    """
    from PIL import Image

    with Image.open(path) as image:
        return image.size


def read_caption(picture: Path, extension: str) -> Caption:
    """The caption of a picture: its own file, else that of its name without four face coordinates."""
    for path in caption_candidates(picture, extension):
        if path.is_file():
            return _caption(path)
    return Caption(CaptionState.MISSING)


def caption_candidates(picture: Path, extension: str) -> tuple[Path, ...]:
    """Where the engine looks, in order.

    It splits the whole path at `_` and not only the name, and so may end in another folder.
    """
    base = str(picture.with_suffix(""))
    parts = base.split("_")
    bases = (base, "_".join(parts[:-4])) if len(parts) >= 5 else (base,)
    return tuple(Path(one + extension) for one in bases)


def _caption(path: Path) -> Caption:
    data = path.read_bytes()
    if not data:
        return Caption(CaptionState.EMPTY, path)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return Caption(CaptionState.NOT_UTF8, path)
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0].strip()
    return Caption(CaptionState.PRESENT if first else CaptionState.BLANK, path, first)


def _is_ignored(name: str) -> bool:
    return not name.endswith(TAKEN) and PurePath(name).suffix.lower() in _KNOWN


def _nested(folder: Path, names: Iterable[str]) -> tuple[tuple[Path, int], ...]:
    counted = ((folder / name, count_pictures(folder / name)) for name in names)
    return tuple((path, count) for path, count in counted if count)


def count_pictures(folder: Path) -> int:
    """How many pictures the engine would take from a folder, by their names."""
    try:
        with os.scandir(folder) as found:
            return sum(one.name.endswith(TAKEN) and not one.name.startswith(".") for one in found)
    except OSError:
        return 0


def _orphans(
    folder: Path, files: Sequence[str], pictures: Iterable[Picture], extension: str
) -> tuple[Path, ...]:
    stems = {PurePath(name).stem for name in files if PurePath(name).suffix.lower() in _KNOWN}
    used = {picture.caption.path for picture in pictures}
    captions = (
        folder / name for name in files if name.endswith(extension) and name[: -len(extension)] not in stems
    )
    return tuple(path for path in captions if path not in used)


def _latents_files(folder: Path, files: Iterable[str], suffix: str) -> Iterable[LatentsFile]:
    for name in files:
        match = _LATENTS.fullmatch(name) if name.endswith(suffix) else None
        if match:
            yield LatentsFile(folder / name, match["stem"], int(match["width"]), int(match["height"]))


def latents_size(path: Path) -> Size | None:
    """Width and height in pixels of the latents in an SD or SDXL latents file; None where they cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("latents.npy") as member:
            shape = _npy_shape(member.read(256))
    except (OSError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile):
        return None
    return shape[-1] * 8, shape[-2] * 8


def _npy_shape(head: bytes) -> tuple[int, ...]:
    """The shape in the header of a .npy file: magic, version, length, then a Python dict."""
    start = 10 if head[6] == 1 else 12
    header = literal_eval(head[start : head.index(b"}") + 1].decode("latin-1"))
    shape: tuple[int, ...] = header["shape"]
    return shape


def folder_repeats(name: str) -> tuple[int, str] | None:
    """Repeats and concept from a folder's name (`6_NingGuang`), or None where it does not begin with a number."""
    number, _, concept = name.partition("_")
    try:
        return int(number), concept
    except ValueError:
        return None


def find_subsets(parent: Path) -> tuple[SubsetFolder, ...]:
    """The concept folders in a `train_data_dir` or `reg_data_dir`, sorted by name.

    As the engine does, folders without a number at the front or with one below 1 are left out.
    """
    named = ((path, folder_repeats(path.name)) for path in subfolders(parent))
    return tuple(SubsetFolder(path, *found) for path, found in named if found and found[0] >= 1)


def subfolders(parent: Path) -> tuple[Path, ...]:
    """Folders directly in a folder, without hidden ones, sorted; none where it cannot be read."""
    try:
        return tuple(
            sorted(path for path in parent.iterdir() if path.is_dir() and not path.name.startswith("."))
        )
    except OSError:
        return ()
