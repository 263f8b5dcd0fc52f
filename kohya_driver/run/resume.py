"""Lets a run that was stopped, cut off or failed go on where its newest train state stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import RunError, error, warning
from kohya_driver.planning.model import Plan
from kohya_driver.preset.model import Preset
from kohya_driver.run import machine
from kohya_driver.run.attempt import newest_state, read_attempts
from kohya_driver.run.course import Course, Next
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.late import settle_ended
from kohya_driver.run.noted import remember_run
from kohya_driver.run.prepare import write_plan
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.remote import read_mark
from kohya_driver.run.replan import differences, plan_again, read_again
from kohya_driver.run.states import TrainState
from kohya_driver.run.stop import Stop

Going = tuple[Plan, TrainState | None]


def plan_resume(run: Run, sets: Sequence[str] = (), preset: Preset | None = None) -> Going:
    """The plan to go on with, and the state to go on from (None: nothing was kept, it begins anew). Writes nothing.

    Args:
        sets: `KEY=VALUE` that are to hold from now on, as for `train --set`.
        preset: another that is to hold from now on, in the place of the run's own and `sets`.

    Raises:
        RunError: it runs, it has succeeded, or something was changed that may not be.
        PlanError: something else is wrong that can be seen beforehand.
        PresetError: `sets` are not understood.
    """
    check_can_resume(run)
    before = run.plan()
    if before.distribution.machines > 1:
        raise RunError("run.resume_machines", run.folder, machines=before.distribution.machines)
    plan = plan_again(before, read_again(run, sets, preset))
    state, passed = newest_state(run, before)
    findings = [warning("run.state_cut_off", path) for path in passed]
    if state and _base_changed(run, plan):
        raise RunError("run.resume_base_changed", plan.base)
    changed = list(differences(before, plan)) if state else []
    if changed:
        raise RunError(
            findings=[
                error("run.resume_changed", run.folder, name=name, before=old, now=new)
                for name, old, new in changed
            ]
        )
    if state and state.step > plan.steps:
        raise RunError("run.resume_past_end", run.folder, step=state.step, steps=plan.steps)
    plan = replace(plan, findings=(*plan.findings, *findings))
    plan.raise_for_errors()
    return plan, state


def _base_changed(run: Run, plan: Plan) -> bool:
    """Whether another file stands in the base model's place since the first attempt."""
    known = next((attempt.base for attempt in read_attempts(run) if attempt.base), "")
    return bool(known) and files.stamp(Path(plan.base)) != known


def check_can_resume(run: Run) -> None:
    """Raises RunError: `run.already_running`, `run.already_finished`, `remote.cannot_resume`."""
    settle_ended(run)
    state = run.state()
    if state in ("running", "unwatched"):
        raise RunError("run.already_running", run.folder, run=run.folder.name)
    if remote := read_mark(run.folder):
        raise RunError("remote.cannot_resume", run.folder, run=run.folder.name, host=remote.name)
    if state == "succeeded":
        result = run.result()
        raise RunError("run.already_finished", run.folder, final=result.final if result else "")


def resume_run(
    run: Run, going: Going, *, on_event: OnEvent | None = None, stop: Stop | None = None
) -> RunResult:
    """Go on; `going` as `plan_resume` returned it.

    Raises:
        RunError: another training runs on this machine, or the engine cannot be started.
        HostError: the run's folder cannot be written.
    """
    plan, state = going
    with machine.holding(run.folder):
        prepare_resume(run, plan)
        remember_run(run.folder)
        before = run.snapshot() if read_attempts(run) else None
        return Course(run, plan, on_event, stop or Stop(), before).go(Next(state))


def prepare_resume(run: Run, plan: Plan) -> None:
    """Put the plan in the place of the old one; the run no longer has a result.

    Raises:
        RunError: it runs by now, or is not there any more.
        HostError: the run's folder cannot be written.
    """
    if not run.plan_file.is_file():  # renamed or removed just now
        raise RunError("run.not_a_run", run.folder)
    check_can_resume(run)
    write_plan(run, plan)
    run.result_file.unlink(missing_ok=True)
