"""Takes a whole run away: its folder, into the Trash or for good. What it wrote elsewhere stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import Finding, RunError, Severity
from kohya_driver.run.folder import Run
from kohya_driver.run.idle import check_stands_still, named_by, standing_still
from kohya_driver.run.listing import size_of
from kohya_driver.run.products import Product, products_of

ASIDE = ".removed-"
_STATES = frozenset({"states"})
"""Folders in which files of the same kind are parts of train states."""


@dataclass(frozen=True, slots=True)
class Removal:
    """What would be taken away with a run, and what not."""

    run: Run
    size_bytes: int
    loras: tuple[Product, ...]
    """LoRA files in its folder."""
    elsewhere: tuple[Product, ...]
    """What it wrote to a folder that the preset named; it stays."""
    named_by: tuple[Finding, ...]
    """Other runs and presets that need a file in it."""
    doubts: tuple[Finding, ...] = ()
    """Why the LoRA files were looked for by their names alone."""

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run.folder.name,
            "folder": str(self.run.folder),
            "size_bytes": self.size_bytes,
            "loras": [str(one.path) for one in self.loras],
            "elsewhere": [str(one.path) for one in self.elsewhere],
            "named_by": [finding.where for finding in self.named_by],
            "doubts": [finding.to_json() for finding in self.doubts],
        }


def plan_remove(run: Run, others: Iterable[Run] = ()) -> Removal:
    """What would go; nothing is touched. Also of a run whose files are damaged.

    Raises:
        RunError: it runs or is queued.
    """
    check_stands_still(run)
    doubts: tuple[Finding, ...] = ()
    try:
        products = products_of(run)
    except RunError as failure:
        products = tuple(_by_name(run))
        doubts = (*(replace(one, severity=Severity.WARNING) for one in failure.findings), *_told(products))
    inside = [one for one in products if one.path.is_relative_to(run.folder)]
    return Removal(
        run,
        size_of(run.folder),
        tuple(one for one in inside if one.is_lora),
        tuple(one for one in products if one not in inside),
        named_by(run, others),
        doubts,
    )


def _by_name(run: Run) -> Iterator[Product]:
    """Every LoRA file in its folder, as nobody can say any more which of them it wrote, and when."""
    for path in sorted(run.folder.rglob("*.safetensors")):
        if (
            files.is_file(path)
            and not path.is_symlink()
            and _STATES.isdisjoint(path.relative_to(run.folder).parts[:-1])
        ):
            yield Product(path, "checkpoint", 0, path.stat().st_size, files.stamp(path))


def _told(products: Sequence[Product]) -> Iterator[Finding]:
    if products:
        yield Finding("kept.by_name", Severity.INFO, "", {"count": len(products)})


def remove_run(run: Run, *, trash: bool = True) -> None:
    """Take it away.

    Raises:
        RunError: it runs or is queued, or is not there any more.
        HostError: the system refuses it, or has no Trash; nothing is changed.
    """
    aside = run.folder.with_name(f"{ASIDE}{run.folder.name}")
    with standing_still(run):
        if trash:
            files.move_to_trash(run.folder)
            return
        try:
            files.remove_tree(aside)
            run.folder.rename(aside)
        except OSError as failure:
            raise files.host_error(failure, run.folder) from failure
    _sweep(run.folder.parent)


def _sweep(root: Path) -> None:
    """What was set aside, also by one that was cut off meanwhile."""
    for path in root.glob(f"{ASIDE}*"):
        files.remove_tree(path)
