"""Checks of steps, optimizer and scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver.errors import Finding, error, warning
from kohya_driver.planning.checks.subject import Check, Subject

SCHEDULERS = frozenset(
    {
        "linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt",
        "cosine_with_min_lr", "warmup_stable_decay", "piecewise_constant", "adafactor",
    }
)  # fmt: skip
"""What the pinned engine builds; reduce_lr_on_plateau always crashes there."""


def _scheduler(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    name = str(training.get("lr_scheduler", "constant"))
    if name not in SCHEDULERS and "lr_scheduler_type" not in training:
        yield error(
            "plan.scheduler_unknown",
            subject.where("lr_scheduler"),
            name=name,
            known=", ".join(sorted(SCHEDULERS)),
        )
    if name == "cosine_with_min_lr" and "lr_scheduler_min_lr_ratio" not in training:
        yield error("plan.scheduler_min_lr", subject.where("lr_scheduler"))
    if name == "cosine_with_restarts" and int(training.get("lr_scheduler_num_cycles", 1)) < 2:
        yield warning("plan.scheduler_cycles", subject.where("lr_scheduler"))


CHECKS: tuple[Check, ...] = (_scheduler,)
