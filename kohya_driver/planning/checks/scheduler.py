"""Checks of `lr_scheduler_type`, a scheduler by its class: the engine makes it only after everything is loaded and cached."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.engine.networks import SchedulerClass, load_networks
from kohya_driver.errors import Finding, error
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.pairs import pairs

NEED_OBJECTS = frozenset(
    {"LambdaLR", "MultiplicativeLR", "SequentialLR", "ChainedScheduler", "ReduceLROnPlateau"}
)
"""Functions, other schedulers, or a loss at each step: none of them is a literal."""
DEFAULT_PACKAGE = "torch.optim.lr_scheduler"


def _find(subject: Subject) -> tuple[str, str, SchedulerClass | None] | None:
    """Package, class, and what it takes; None if no class is asked for."""
    name = subject.draft.training.get("lr_scheduler_type")
    if not name:
        return None
    first, _, kind = str(name).rpartition(".")
    package = first or DEFAULT_PACKAGE
    table = load_networks().schedulers.get(
        package.removesuffix(".lr_scheduler") if "optimizer" in package else package, {}
    )
    return package, kind, table.get(kind)


def _class(subject: Subject) -> Iterator[Finding]:
    package, kind, found = _find(subject) or ("", "", None)
    where = subject.where("lr_scheduler_type")
    if kind in NEED_OBJECTS:
        yield error("learning.scheduler_needs_objects", where, name=kind)
    elif kind and found is None:
        known = ", ".join(
            name for name in load_networks().schedulers[DEFAULT_PACKAGE] if name not in NEED_OBJECTS
        )
        yield error("learning.scheduler_class", where, name=kind, package=package, known=known)


def _arguments(subject: Subject) -> Iterator[Finding]:
    _, kind, found = _find(subject) or ("", "", None)
    if found is None or kind in NEED_OBJECTS:
        return
    given = pairs(subject.draft.training.get("lr_scheduler_args"))
    for name in found.needs:
        if name not in given:
            yield error(
                "learning.scheduler_needs", subject.where("lr_scheduler_type"), name=name, scheduler=kind
            )
    for name in given:
        if name not in found.takes:
            where = subject.preset.where(f"optimizer.lr_scheduler_args.{name}")
            yield error(
                "learning.scheduler_argument", where, name=name, scheduler=kind, known=", ".join(found.takes)
            )


CHECKS: tuple[Check, ...] = (_class, _arguments)
