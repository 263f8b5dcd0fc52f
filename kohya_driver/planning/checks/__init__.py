"""What can be seen to go wrong before anything is started. Each check is small and returns findings."""

from __future__ import annotations

from kohya_driver.errors import Finding
from kohya_driver.planning.checks import base, learning, machine, options, pictures, saving
from kohya_driver.planning.checks.subject import BUCKET_DIVISOR, Check, Subject

__all__ = ["BUCKET_DIVISOR", "CHECKS", "Check", "Subject", "check_plan"]

CHECKS: tuple[Check, ...] = (
    *machine.CHECKS,
    *base.CHECKS,
    *pictures.CHECKS,
    *options.CHECKS,
    *learning.CHECKS,
    *saving.CHECKS,
)


def check_plan(subject: Subject) -> tuple[Finding, ...]:
    """Every finding, errors first."""
    found = [*subject.inputs.findings, *(finding for check in CHECKS for finding in check(subject))]
    return tuple(sorted(found, key=lambda finding: ("error", "warning", "info").index(finding.severity)))
