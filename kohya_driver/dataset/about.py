"""One finding about several files of a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from kohya_driver.dataset.model import ImageFolder
from kohya_driver.errors import Finding

_SHOWN = 5


def about(
    make: Callable[..., Finding], code: str, folder: ImageFolder, paths: Iterable[Path], **values: object
) -> tuple[Finding, ...]:
    """None where there are no files; else one finding with their `count` and the `names` of the first few."""
    found = tuple(paths)
    if not found:
        return ()
    names = ", ".join(path.name for path in found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "")
    return (make(code, folder.path, count=len(found), names=names, **values),)
