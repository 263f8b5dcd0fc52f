"""Does a plan: makes the run's folder, starts the engine, follows it to its end, and says how it ended."""

from __future__ import annotations

import contextlib
import os
import traceback
from dataclasses import replace
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.engine.model import Engine
from kohya_driver.errors import DriverError, HostError, RunError
from kohya_driver.events.model import RunFinished, RunStarted
from kohya_driver.planning.arguments import accelerate_config
from kohya_driver.planning.model import Plan
from kohya_driver.planning.needs import work_of
from kohya_driver.planning.pace import history_file, measure, remember
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.recorder import OnEvent, Recorder
from kohya_driver.run.result import judge
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import Supervisor


def start_run(
    plan: Plan, *, on_event: OnEvent | None = None, stop: Stop | None = None, source: str = "run"
) -> RunResult:
    """Run exactly this plan.

    Args:
        on_event: told of everything that happens, with the run's snapshot after it.
        stop: asked from elsewhere, ends the run; the engine's processes are gone when this returns.
        source: `run` or `bench`, by which its times are remembered.

    Raises:
        PlanError: the plan has errors; nothing was started.
        RunError: the run's folder cannot be made, or the engine cannot be started.
    """
    plan.raise_for_errors()
    run = prepare_folder(plan)
    stop = stop or Stop()
    recorder = Recorder(run.events_file, on_event)
    child: process.Child | None = None
    try:
        child = _start_engine(plan, run)
        _name_supervisor(run, child)
        recorder.record(_started(plan, child.pid))
        status = Supervisor(run, child, recorder, plan.output_dir, stop).follow()
        result = judge(plan, run, recorder, status, stopped=stop.asked)
    except BaseException as failure:
        _abandon(plan, run, recorder, child, stop, failure)
        raise
    _conclude(run, recorder, result)
    _remember_times(plan, run, source, result)
    return result


def _remember_times(plan: Plan, run: Run, source: str, result: RunResult) -> None:
    """Later plans for this machine say how long they will take."""
    work = work_of(plan.family, plan.device, plan.training_config, plan.buckets)
    measured = measure(source, work, run.events()) if result.outcome == "succeeded" else None
    if measured:
        engine = Engine(plan.engine_root, plan.engine_commit, "", plan.engine_lock)
        remember(history_file(plan.host, engine), measured)


def _conclude(run: Run, recorder: Recorder, result: RunResult) -> None:
    """Write the result, last of all, and also if whoever is told of the end fails at it."""
    try:
        recorder.record(RunFinished(result.outcome, result.final, result.reason))
    finally:
        files.write_json(run.result_file, result.to_json())


def _abandon(
    plan: Plan, run: Run, recorder: Recorder, child: process.Child | None, stop: Stop, failure: BaseException
) -> None:
    """After a KeyboardInterrupt where nobody handles signals, or a fault of ours: the engine must not go on alone."""
    recorder.silence()
    if child:
        process.stop_child(child, hurry=lambda: stop.hurry)
    process.kill_marked(str(run.folder))
    stopped = isinstance(failure, KeyboardInterrupt)
    result = judge(plan, run, recorder, child.poll() if child else None, stopped=stopped)
    if result.outcome != "succeeded" and not stopped:
        reason = failure.code if isinstance(failure, DriverError) else "run.driver_failed"
        evidence = "".join(traceback.format_exception(failure))
        result = replace(result, outcome="failed", reason=reason, evidence=evidence)
    with contextlib.suppress(HostError):
        _conclude(run, recorder, result)


def prepare_folder(plan: Plan) -> Run:
    """The run's folder with everything that the engine is to read.

    Raises:
        RunError: `run.folder_taken` if another run took the number meanwhile.
    """
    run = Run(plan.folder)
    try:
        run.folder.parent.mkdir(parents=True, exist_ok=True)
        _make_folder(run.folder)
        plan.output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise files.host_error(failure, Path(failure.filename or run.folder)) from failure
    _name_base(plan)
    files.write_text(run.preset_file, plan.preset_text)
    files.write_text(run.resolved_preset_file, plan.resolved_preset)
    files.write_text(run.config_file, files.dump_toml(plan.training_config))
    files.write_text(run.dataset_file, files.dump_toml(plan.dataset_config))
    files.write_text(run.accelerate_file, accelerate_config(cpu=plan.device == "cpu"))
    if plan.sample_prompts:
        files.write_text(run.prompts_file, plan.sample_prompts)
    files.write_json(run.plan_file, plan.to_json())
    return run


def _name_base(plan: Plan) -> None:
    """A second name in the run's folder for a base that the engine would not know by its own. It takes no space."""
    named = Path(plan.training_config["pretrained_model_name_or_path"])
    if named.parent != plan.folder:
        return
    try:
        os.link(os.path.realpath(plan.base), named)
    except OSError as failure:
        raise files.host_error(failure, named) from failure


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError as failure:
        raise RunError("run.folder_taken", folder) from failure


def _start_engine(plan: Plan, run: Run) -> process.Child:
    environment = process.clean_environment(plan.environment, plan.removed_environment)
    try:
        return process.start_child(
            plan.command,
            cwd=plan.engine_root / "sd-scripts",
            env=environment,
            log=run.log_file,
            mark=str(run.folder),
        )
    except OSError as failure:
        raise RunError("run.cannot_start", plan.command[0], reason=failure.strerror or failure) from failure


def _name_supervisor(run: Run, child: process.Child) -> None:
    files.write_json(
        run.supervisor_file,
        {"pid": os.getpid(), "started": process.own_start(), "engine_pid": child.pid, "mark": child.mark},
    )


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
