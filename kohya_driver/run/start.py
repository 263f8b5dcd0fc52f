"""Does a plan, from its folder to its result."""

from __future__ import annotations

from kohya_driver.engine.kept import prune_kept
from kohya_driver.planning.model import Plan
from kohya_driver.planning.needs import work_of
from kohya_driver.planning.pace import history_file, measure, remember
from kohya_driver.run import machine
from kohya_driver.run.course import Course, Next
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.noted import remember_run
from kohya_driver.run.prepare import prepare_folder
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.stop import Stop


def start_run(
    plan: Plan, *, on_event: OnEvent | None = None, stop: Stop | None = None, source: str | None = "run"
) -> RunResult:
    """Run exactly this plan.

    Args:
        on_event: told of everything that happens, with the run's snapshot after it.
        stop: asked from elsewhere, ends the run; the engine's processes are gone when this returns.
        source: `run` or `bench`, by which its times are remembered; None leaves no trace outside its folder.

    Raises:
        PlanError: the plan has errors; nothing was started.
        RunError: another training runs on this machine, the run's folder cannot be made, or the engine cannot be started.
    """
    plan.raise_for_errors()
    with machine.holding(plan.folder):
        prune_kept()
        run = prepare_folder(plan)
        if source == "run":
            remember_run(run.folder)
        result = Course(run, plan, on_event, stop or Stop()).go(Next())
    if source:
        remember_times(plan, run, source, result)
    return result


def remember_times(plan: Plan, run: Run, source: str, result: RunResult) -> None:
    """Later plans for this machine say how long they will take. A run in several attempts says nothing clear."""
    if result.outcome != "succeeded" or result.attempts > 1:
        return
    work = work_of(
        plan.family,
        plan.device,
        plan.training_config,
        plan.buckets,
        plan.base_width,
        processes=plan.distribution.processes,
    )
    measured = measure(source, work, run.events())
    if measured:
        remember(history_file(plan.host, plan.engine), measured)
