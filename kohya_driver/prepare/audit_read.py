"""Reads the folder that an audit is asked for: a tree of concept folders, a project that has one, or pictures as they lie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kohya_driver.dataset.caption_checks import CaptionUse
from kohya_driver.dataset.layout import check_layout
from kohya_driver.dataset.scan import count_pictures, find_subsets, folder_repeats, scan_folder, subfolders
from kohya_driver.errors import DatasetError, Finding
from kohya_driver.prepare.audit_model import (
    AuditConfig,
    AuditedFolder,
    AuditedSet,
    OnProgress,
    no_progress,
)

_TRAINED = ("image", "img", "images", "train")
_REGULARIZATION = ("reg", "regularization")
"""What people call the folders of a project."""


def read_set(root: Path, config: AuditConfig, on_progress: OnProgress = no_progress) -> AuditedSet:
    """Headers and captions of everything in a folder.

    Raises:
        DatasetError: `dataset.folder_missing`, `dataset.not_a_folder`, `dataset.folder_refused`: there is nothing to look at.
    """
    _check_is_folder(root)
    found = list(_folders(root))
    read: list[AuditedFolder] = []
    for number, (path, repeats, is_reg) in enumerate(found):
        on_progress("read", number, len(found))
        use = CaptionUse(trigger=config.trigger, is_reg=is_reg)
        folder = scan_folder(path, caption_extension=config.caption_extension)
        read.append(AuditedFolder(folder, use, repeats, caption_extension=config.caption_extension))
    on_progress("read", len(found), len(found))
    return AuditedSet(root, tuple(read), _layout(root), (root,))


def find_preset_file(target: str | Path) -> Path | None:
    """The preset that is meant; None for a folder.

    Raises:
        DatasetError: `dataset.folder_missing`, `dataset.not_a_folder`: it is neither.
    """
    path = Path(target).expanduser()
    if path.is_dir():
        return None
    if path.suffix.lower() == ".toml":
        return path
    raise DatasetError("dataset.not_a_folder" if path.exists() else "dataset.folder_missing", path)


def read_again(audited: AuditedSet, copy: Path, on_progress: OnProgress = no_progress) -> AuditedSet:
    """The same folders where a copy has them, each for what it was for."""
    read: list[AuditedFolder] = []
    for number, one in enumerate(audited.folders):
        on_progress("read", number, len(audited.folders))
        folder = scan_folder(place_in_copy(audited, one, copy), caption_extension=one.caption_extension)
        read.append(replace(one, folder=folder))
    layout = tuple(check_layout(copy)) if _tree(copy) == copy else ()
    return AuditedSet(copy, tuple(read), layout)


def place_in_copy(audited: AuditedSet, one: AuditedFolder, copy: Path) -> Path:
    """Where a folder stands in a copy of all; regularization images never among the others."""
    path = one.folder.path
    if path.is_relative_to(audited.root):
        return copy / path.relative_to(audited.root)
    return copy / ("reg" if one.use.is_reg else "image") / path.name


def _check_is_folder(root: Path) -> None:
    try:
        next(root.iterdir(), None)
    except FileNotFoundError as failure:
        raise DatasetError("dataset.folder_missing", root) from failure
    except NotADirectoryError as failure:
        raise DatasetError("dataset.not_a_folder", root) from failure
    except OSError as failure:  # no right to look, or a link in a circle
        code = "dataset.folder_refused" if isinstance(failure, PermissionError) else "dataset.folder_missing"
        raise DatasetError(code, root) from failure


def _tree(root: Path) -> Path | None:
    """The folder that holds the concept folders; None where pictures simply lie in the root."""
    if find_subsets(root):
        return root
    inner = next((root / name for name in _TRAINED if find_subsets(root / name)), None)
    if inner or count_pictures(root):
        return inner
    return root if any(map(count_pictures, subfolders(root))) else None


def _folders(root: Path) -> Iterator[tuple[Path, int, bool]]:
    """Each folder with its repeats, and whether it holds regularization images."""
    tree = _tree(root)
    if tree is None:
        named = folder_repeats(root.name)
        yield root, named[0] if named and named[0] >= 1 else 1, False
        return
    concepts = {one.path: one.repeats for one in find_subsets(tree)}
    for path in subfolders(tree):
        # One without repeats is an error of the layout; its pictures are looked at all the same.
        if path in concepts or (count_pictures(path) and path.name not in _REGULARIZATION):
            yield path, concepts.get(path, 0), False
    for name in _REGULARIZATION:
        for one in find_subsets(root / name):
            yield one.path, one.repeats, True


def _layout(root: Path) -> tuple[Finding, ...]:
    tree = _tree(root)
    return check_layout(tree) if tree else ()
