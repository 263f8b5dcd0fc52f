"""Removes checkpoints and train states that nobody needs any more: first what would go and what stays, then the doing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DriverError, Finding, UsageError
from kohya_driver.run.attempt import newest_state
from kohya_driver.run.folder import Run
from kohya_driver.run.idle import check_stands_still, standing_still
from kohya_driver.run.late import settle_ended
from kohya_driver.run.products import Product, products_of, set_aside
from kohya_driver.run.readable import read_run
from kohya_driver.run.states import MANIFEST

KEEP = ("final", "best")


@dataclass(frozen=True, slots=True)
class PruneOptions:
    """What is to be pruned."""

    keep: str = "final"
    """Which LoRA files stay: `final`, `best` (and the one with the lowest loss), or a number: and so many of the newest."""
    checkpoints: bool = True
    states: bool = True
    resume: bool = True
    """False: also the train state from which a resume would go on."""

    def __post_init__(self) -> None:
        if self.keep not in KEEP and not self.keep.isdecimal():
            raise UsageError("kept.bad_keep", self.keep)


@dataclass(frozen=True, slots=True)
class Staying:
    """A file that stays, and why: `final`, `newest`, `last`, `best`, `resume`, `named`."""

    product: Product
    why: str
    by: str = ""
    """The run that needs it."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What would be removed of one run, and what would stay of what was looked at."""

    run: Run
    goes: tuple[Product, ...]
    stays: tuple[Staying, ...]

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self.goes)

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run.folder.name,
            "folder": str(self.run.folder),
            "goes": [_plain(one) for one in self.goes],
            "stays": [{**_plain(one.product), "why": one.why, "by": one.by} for one in self.stays],
            "size_bytes": self.size_bytes,
        }


@dataclass(frozen=True, slots=True)
class Freed:
    """What was removed, and what could not be."""

    gone: tuple[Product, ...] = ()
    failed: tuple[Finding, ...] = ()
    trash: bool = False

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self.gone)

    def to_json(self) -> dict[str, Any]:
        return {
            "gone": [_plain(one) for one in self.gone],
            "size_bytes": self.size_bytes,
            "trash": self.trash,
            "failed": [finding.to_json() for finding in self.failed],
        }


def _plain(one: Product) -> dict[str, Any]:
    return {"path": str(one.path), "kind": one.kind, "step": one.step, "size_bytes": one.size_bytes}


def plan_prune(run: Run, options: PruneOptions, others: Iterable[Run] = ()) -> Pruning:
    """What would go; nothing is touched.

    Args:
        others: further runs, which may begin from a LoRA of this one.

    Raises:
        RunError: it runs or is queued, or its files cannot be read.
    """
    settle_ended(run)
    check_stands_still(run)
    (plan, result), products = read_run(run), products_of(run)
    succeeded = result is not None and result.outcome == "succeeded"
    state = None if succeeded or not options.resume else newest_state(run, plan)[0]
    reasons = _reasons(products, options, succeeded=succeeded, state=state.path if state else None)
    reasons |= _named(products, run, others)
    looked_at = [one for one in products if (options.checkpoints if one.is_lora else options.states)]
    stays = tuple(Staying(one, *reasons[one.path]) for one in looked_at if one.path in reasons)
    return Pruning(run, tuple(one for one in looked_at if one.path not in reasons), stays)


Reasons = dict[Path, tuple[str, str]]


def _reasons(
    products: Sequence[Product], options: PruneOptions, *, succeeded: bool, state: Path | None
) -> Reasons:
    loras = [one for one in products if one.is_lora]
    others = [one for one in loras if one.kind != "final"]
    reasons: Reasons = {}
    if options.keep.isdecimal():
        reasons |= {one.path: ("last", "") for one in others[max(0, len(others) - int(options.keep)) :]}
    known = [one for one in loras if math.isfinite(one.loss)]
    if options.keep == "best" and known:
        reasons[min(known, key=lambda one: (one.loss, -one.step)).path] = ("best", "")
    if not succeeded and others:
        # Of a run that did not come to its end this is all there is to be used.
        reasons[others[-1].path] = ("newest", "")
    if state:
        reasons[state] = ("resume", "")
    return reasons | {one.path: ("final", "") for one in loras if one.kind == "final"}


def _named(products: Iterable[Product], run: Run, others: Iterable[Run]) -> Reasons:
    """LoRA files from which another run begins."""
    loras = {str(one.path): one.path for one in products if one.is_lora}
    reasons: Reasons = {}
    for other in others:
        if loras and other.place != run.place:
            for name in _begins_from(other) & loras.keys():
                reasons[loras[name]] = ("named", other.folder.name)
    return reasons


def _begins_from(run: Run) -> set[str]:
    try:
        config = files.read_json(run.plan_file)["training_config"]
        return {
            str(name) for name in (config.get("network_weights"), *config.get("base_weights", ())) if name
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()


def prune(prunings: Iterable[Pruning], *, trash: bool = False) -> Freed:
    """Do it. What has changed since it was planned is left alone; what one file refuses keeps no other from going."""
    freed = Freed(trash=trash)
    for pruning in prunings:
        try:
            freed = _prune_run(pruning, freed)
        except DriverError as failure:
            freed = replace(freed, failed=(*freed.failed, *failure.findings))
    return freed


def _prune_run(pruning: Pruning, freed: Freed) -> Freed:
    aside: list[Path] = []
    gone, failed = list(freed.gone), list(freed.failed)
    # Nothing else is done while no training may begin: a train state is set aside in one step, and emptied afterwards.
    with standing_still(pruning.run):
        for one in pruning.goes:
            try:
                if _stamp(one) == one.stamp:
                    aside += _take_away(one, trash=freed.trash)
                    gone.append(one)
            except OSError as failure:
                failed += files.host_error(failure, one.path).findings
            except DriverError as failure:
                failed += failure.findings
    for path in aside:
        files.remove_tree(path)
    return replace(freed, gone=tuple(gone), failed=tuple(failed))


def _stamp(one: Product) -> str:
    return files.stamp(one.path / MANIFEST if one.kind == "state" else one.path)


def _take_away(one: Product, *, trash: bool) -> list[Path]:
    """Whole or not at all; returns the folder that is still to be emptied."""
    if trash and one.kind != "rest":
        files.move_to_trash(one.path)
        return []
    if one.is_lora:
        one.path.unlink()
        return []
    if one.kind == "rest":
        return [one.path]
    aside = set_aside(one.path)
    files.remove_tree(aside)
    one.path.rename(aside)
    return [aside]
