"""Reads a run's plan and result for those who need all of it, and says what is wrong where that cannot be done."""

from __future__ import annotations

from typing import Any

from kohya_driver import files
from kohya_driver.errors import RunError
from kohya_driver.planning.model import Plan
from kohya_driver.planning.prompts import read_prompts
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.wording import reason_of

VERSION = 1
"""Of plan.json and result.json."""
DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What reading a run's files may raise, whatever anybody has written into them."""


def read_run(run: Run) -> tuple[Plan, RunResult | None]:
    """Raises RunError: `run.not_a_run`, `kept.newer`, `kept.unreadable`."""
    if not run.plan_file.is_file():
        raise RunError("run.not_a_run", run.folder)
    try:
        for path in (run.plan_file, run.result_file):
            if path.exists() and _version(files.read_json(path)) > VERSION:
                raise RunError("kept.newer", path, run=run.folder.name)
        plan, result = run.plan(), run.result()
        _check(plan)
        str(plan.final)
        return plan, result
    except DAMAGED as failure:
        reason = reason_of(failure) if isinstance(failure, OSError) else type(failure).__name__
        raise RunError("kept.unreadable", run.folder, run=run.folder.name, reason=reason) from failure


def readable_plan(run: Run) -> Plan | None:
    """None where it is lost, or does not tell where samples belong."""
    try:
        plan = run.plan()
        _check(plan)
        return plan
    except DAMAGED:
        return None


def _check(plan: Plan) -> None:
    """Asks for what is made of several of its values: with one of another type it fails here, and nowhere later."""
    plan.epoch_end(1), read_prompts(plan.sample_prompts)


def _version(body: Any) -> int:
    version = body.get("version", VERSION)
    return version if isinstance(version, int) else VERSION
