"""One finding about several files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from kohya_driver.dataset.model import ImageFolder
from kohya_driver.errors import Finding

_SHOWN = 5


def about(
    make: Callable[..., Finding], code: str, folder: ImageFolder, paths: Iterable[Path], **values: object
) -> tuple[Finding, ...]:
    """None where there are no files; else one finding with their `count` the `names` of the first few, and all `paths`."""
    found = tuple(paths)
    if not found:
        return ()
    finding = make(code, folder.path, count=len(found), names=name_some(found), **values)
    return (replace(finding, paths=found),)


def name_some(paths: Sequence[Path], root: Path | None = None) -> str:
    """The first few names; with a root, where each is below it."""
    names = [
        str(path.relative_to(root)) if root and path.is_relative_to(root) else path.name
        for path in paths[:_SHOWN]
    ]
    return ", ".join(names) + (" …" if len(paths) > _SHOWN else "")
