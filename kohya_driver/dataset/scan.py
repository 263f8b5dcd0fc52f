"""Reads folders of pictures the way the engine does: which files it takes, their sizes, their captions.

Sources: library/train_util.py:104 and 2847 (which files), 1478 (sizes, without EXIF rotation), 1946 (captions);
library/config_util.py:637 (folder names).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePath

from kohya_driver.dataset.captions import read_caption
from kohya_driver.dataset.headers import look_through, read_header
from kohya_driver.dataset.model import Fault, FolderState, ImageFolder, Picture, SubsetFolder, Unreadable
from kohya_driver.dataset.npz import TEXT_CACHE, find_caches, find_latents

# All lower or all upper case, nothing between. AVIF and JPEG XL need plugins that the engine's lock does not have.
TAKEN = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".PNG", ".JPG", ".JPEG", ".WEBP", ".BMP")
_KNOWN = {kind.lower() for kind in TAKEN} | {
    *(".avif", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".jxl", ".psd", ".tga", ".tif", ".tiff")
}
_JUNK = frozenset((".DS_Store", "Thumbs.db", "desktop.ini", "Icon\r"))


def scan_folder(
    folder: Path, *, caption_extension: str = ".txt", latents_suffix: str = "_sd.npz"
) -> ImageFolder:
    """Read one `image_dir`: names, headers, captions, caches. Nothing is raised, and pixels are decoded only of
    pictures that look cut off.

    Args:
        latents_suffix: how latents files of the family end: `_sd.npz` for SD 1.x and 2.x, `_sdxl.npz` for SDXL.
    """
    extension = caption_extension if caption_extension.startswith(".") else f".{caption_extension}"
    try:
        with os.scandir(folder) as found:
            everything = sorted((one.name, _is_folder(one)) for one in found)
        status = folder.stat()
    except FileNotFoundError:
        return ImageFolder(folder, FolderState.MISSING)
    except NotADirectoryError:
        return ImageFolder(folder, FolderState.NOT_A_FOLDER)
    except PermissionError:
        return ImageFolder(folder, FolderState.REFUSED)
    entries = [one for one in everything if not one[0].startswith(".")]
    files = [name for name, is_folder in entries if not is_folder]
    # The engine asks only for the name: a folder called `a.png` is a picture to it, one that cannot be opened.
    pictures, unreadable = _read_pictures(
        folder, [name for name, _ in entries if name.endswith(TAKEN)], extension
    )
    stems = {picture.path.stem for picture in pictures}
    return ImageFolder(
        path=folder,
        pictures=pictures,
        unreadable=unreadable,
        ignored=tuple(folder / name for name in files if _is_ignored(name)),
        nested=_nested(
            folder, (name for name, is_folder in entries if is_folder and not name.endswith(TAKEN))
        ),
        orphans=_orphans(folder, files, pictures, extension),
        junk=tuple(folder / name for name, _ in everything if _is_junk(name)),
        latents=find_latents(folder, files, latents_suffix),
        old_latents=find_caches(folder, files, ".npz", stems),
        text_caches=find_caches(folder, files, TEXT_CACHE, stems),
        transparency=look_through(pictures),
        is_writable=os.access(folder, os.W_OK),
        identity=(status.st_dev, status.st_ino),
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
                header = read_header(path)
            except Exception as failure:  # PIL's plugins raise whatever a damaged header leads them to
                unreadable.append(
                    Unreadable(path, str(failure) or type(failure).__name__, _fault(path, failure))
                )
            else:
                caption = read_caption(path, extension)
                pictures.append(Picture(path, *header.size, caption, header.traits, header.modified))
    return tuple(pictures), tuple(unreadable)


def _fault(path: Path, failure: Exception) -> Fault:
    from PIL.Image import DecompressionBombError

    if isinstance(failure, DecompressionBombError):
        return Fault.BOMB
    if isinstance(failure, PermissionError):
        return Fault.REFUSED
    try:
        return Fault.EMPTY if path.is_file() and not path.stat().st_size else Fault.BROKEN
    except OSError:
        return Fault.BROKEN


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads in a circle
        return False


def _is_junk(name: str) -> bool:
    return name.startswith("._") or name in _JUNK


def _is_ignored(name: str) -> bool:
    return not name.endswith(TAKEN) and PurePath(name).suffix.lower() in _KNOWN


def _nested(folder: Path, names: Iterable[str]) -> tuple[tuple[Path, int], ...]:
    seen = {folder.resolve()}
    counted = ((folder / name, sum(map(count_pictures, _tree(folder / name, seen)))) for name in names)
    return tuple((path, count) for path, count in counted if count)


def _tree(folder: Path, seen: set[Path], levels: int = 3) -> Iterator[Path]:
    """A folder and those below it, each once, not endlessly: somebody may have given a whole disk, or a link to above."""
    place = folder.resolve()
    if place in seen:
        return
    seen.add(place)
    yield folder
    for inner in subfolders(folder) if levels else ():
        yield from _tree(inner, seen, levels - 1)


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
