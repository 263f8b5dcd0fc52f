"""What can be seen to go wrong before anything is started. Each check is small and returns findings."""

from __future__ import annotations

from kohya_driver.errors import Finding, Severity
from kohya_driver.planning.checks import (
    base,
    buckets,
    caches,
    captions,
    distribution,
    engine,
    learning,
    machine,
    memory,
    network,
    network_types,
    optimizer,
    options,
    pictures,
    saving,
    scheduler,
    start_weights,
)
from kohya_driver.planning.checks.subject import BUCKET_DIVISOR, Check, Subject
from kohya_driver.planning.silence import silence

__all__ = ["BUCKET_DIVISOR", "CHECKS", "Check", "Subject", "check_plan"]

CHECKS: tuple[Check, ...] = (
    *engine.CHECKS,
    *machine.CHECKS,
    *distribution.CHECKS,
    *memory.CHECKS,
    *base.CHECKS,
    *pictures.CHECKS,
    *captions.CHECKS,
    *buckets.CHECKS,
    *caches.CHECKS,
    *options.CHECKS,
    *learning.CHECKS,
    *optimizer.CHECKS,
    *scheduler.CHECKS,
    *network.CHECKS,
    *network_types.CHECKS,
    *start_weights.CHECKS,
    *saving.CHECKS,
)


def check_plan(subject: Subject) -> tuple[Finding, ...]:
    """Every finding, errors first, and what the preset silences last."""
    found = [*subject.inputs.findings, *(finding for check in CHECKS for finding in check(subject))]
    return tuple(sorted(silence(found, subject.preset), key=_order))


def _order(finding: Finding) -> tuple[bool, int]:
    return bool(finding.silenced), list(Severity).index(finding.severity)
