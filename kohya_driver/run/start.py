"""Does a plan: makes the run's folder, starts the engine, follows it to its end, and says how it ended."""

from __future__ import annotations

import os
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.errors import RunError
from kohya_driver.events.model import RunFinished, RunStarted
from kohya_driver.planning.arguments import accelerate_config
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.recorder import OnEvent, Recorder
from kohya_driver.run.result import judge
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import Supervisor


def start_run(plan: Plan, *, on_event: OnEvent | None = None, stop: Stop | None = None) -> RunResult:
    """Run exactly this plan.

    Args:
        on_event: told of everything that happens, with the run's snapshot after it.
        stop: asked from elsewhere, ends the run; the engine's processes are gone when this returns.

    Raises:
        PlanError: the plan has errors; nothing was started.
        RunError: the run's folder cannot be made, or the engine cannot be started.
    """
    plan.raise_for_errors()
    run = prepare_folder(plan)
    stop = stop or Stop()
    recorder = Recorder(run.events_file, on_event)
    child = _start_engine(plan, run)
    try:
        recorder.record(_started(plan, child.pid))
        supervisor = Supervisor(run, child, recorder, plan.output_dir, stop, stop.wait)
        status: int | None = supervisor.follow()
    except BaseException:
        # A bug here, or a KeyboardInterrupt where nobody handles signals: the engine must not go on alone.
        process.stop_child(child, hurry=lambda: stop.hurry)
        finish(plan, run, recorder, child.poll(), stopped=True)
        raise
    return finish(plan, run, recorder, status, stopped=stop.asked)


def finish(plan: Plan, run: Run, recorder: Recorder, status: int | None, *, stopped: bool) -> RunResult:
    """Judge the run and write the result, last of all."""
    result = judge(plan, run, recorder, status, stopped=stopped)
    recorder.record(RunFinished(result.outcome, result.final, result.reason))
    files.write_json(run.result_file, result.to_json())
    return result


def prepare_folder(plan: Plan) -> Run:
    """The run's folder with everything that the engine is to read.

    Raises:
        RunError: `run.folder_taken` if another run took the number meanwhile.
    """
    run = Run(plan.folder)
    try:
        run.folder.parent.mkdir(parents=True, exist_ok=True)
        run.folder.mkdir()
        plan.output_dir.mkdir(parents=True, exist_ok=True)
    except FileExistsError as failure:
        raise RunError("run.folder_taken", run.folder) from failure
    except OSError as failure:
        raise files.host_error(failure, run.folder) from failure
    files.write_text(run.preset_file, plan.preset_text)
    files.write_text(run.resolved_preset_file, plan.resolved_preset)
    files.write_text(run.config_file, files.dump_toml(plan.training_config))
    files.write_text(run.dataset_file, files.dump_toml(plan.dataset_config))
    files.write_text(run.accelerate_file, accelerate_config(cpu=plan.device == "cpu"))
    if plan.sample_prompts:
        files.write_text(run.prompts_file, plan.sample_prompts)
    files.write_json(run.plan_file, plan.to_json())
    return run


def _start_engine(plan: Plan, run: Run) -> process.Child:
    environment = process.clean_environment(plan.environment, plan.removed_environment)
    try:
        child = process.start_child(
            plan.command,
            cwd=plan.engine_root / "sd-scripts",
            env=environment,
            log=run.log_file,
            mark=str(run.folder),
        )
    except OSError as failure:
        raise RunError("run.cannot_start", plan.command[0], reason=failure.strerror or failure) from failure
    files.write_json(
        run.supervisor_file,
        {"pid": os.getpid(), "started": process.own_start(), "engine_pid": child.pid, "mark": child.mark},
    )
    return child


def _started(plan: Plan, pid: int) -> RunStarted:
    return RunStarted(
        name=plan.name,
        folder=str(plan.folder),
        pid=pid,
        steps=plan.steps,
        epochs=plan.epochs,
        images=plan.images,
        base=Path(plan.base).name,
        device=plan.device,
    )
