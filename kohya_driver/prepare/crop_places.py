"""Refuses folders with which a crop could write into its own source, or over somebody's pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from kohya_driver.errors import DatasetError
from kohya_driver.prepare.images import find_images


def check_places(source: Path, target: Path, state: Path) -> None:
    """Source and target must be two folders of which neither is in the other, by whatever way they are written.

    Args:
        state: a file within a target of ours, by which it is known.

    Raises:
        DatasetError: `crop.same_folder`, `crop.nested`, `crop.target_foreign`, `prepare.not_a_folder`.
    """
    if target.exists() and not target.is_dir():
        raise DatasetError("prepare.not_a_folder", target)
    if not apart(source, target):
        code = "crop.same_folder" if is_same(source, target) else "crop.nested"
        raise DatasetError(code, target, source=source)
    if target.exists() and not (target / state).is_file() and find_images(target).images:
        raise DatasetError("crop.target_foreign", target)


def apart(first: Path, second: Path) -> bool:
    """Whether neither folder is the other or in it, also where the file system knows one under several names."""
    return not (_is_within(first, second) or _is_within(second, first))


def _is_within(inner: Path, outer: Path) -> bool:
    resolved, real = inner.resolve(), outer.resolve()
    if resolved == real or real in resolved.parents:
        return True
    return outer.exists() and any(is_same(folder, outer) for folder in (resolved, *resolved.parents))


def is_same(first: Path, second: Path) -> bool:
    try:
        return first.samefile(second)
    except OSError:
        return first.resolve() == second.resolve()


def check_images(images: Sequence[Path], source: Path, target: Path) -> None:
    """There are some, and none of them is in the target, where a link in the source may lead.

    Raises:
        DatasetError: `crop.no_pictures`, `crop.linked`.
    """
    if not images:
        raise DatasetError("crop.no_pictures", source)
    inside = target.resolve()
    for folder in {path.parent for path in images}:
        if inside == folder.resolve() or inside in folder.resolve().parents:
            raise DatasetError("crop.linked", folder, target=target)
    for path in images:
        if path.is_symlink() and inside in path.resolve().parents:
            raise DatasetError("crop.linked", path, target=target)


def check_outputs(target: Path, outputs: Iterable[str]) -> None:
    """No folder in the target leads out of it.

    Raises:
        DatasetError: `crop.leads_out`.
    """
    inside = target.resolve()
    for folder in {(target / output).parent for output in outputs}:
        resolved = folder.resolve()
        if resolved != inside and inside not in resolved.parents:
            raise DatasetError("crop.leads_out", folder)
