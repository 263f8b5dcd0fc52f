"""The Python API, in the command line's words.

from kohya_driver import load_preset, plan, train

preset = load_preset("preset.toml", sets=["training.max_train_epochs=8"])
print(plan(preset).steps)
result = train(preset, on_event=lambda record, snapshot: print(snapshot.step))
result.raise_for_failure()
print(result.final)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from kohya_driver import files
from kohya_driver.checkup.diagnose import diagnose
from kohya_driver.checkup.model import Diagnosis, OnStep
from kohya_driver.diagnosis.classify import diagnose_chunks
from kohya_driver.diagnosis.lines import open_log
from kohya_driver.diagnosis.model import Diagnosis as LogDiagnosis
from kohya_driver.engine.install import InstallEvent, find_engine, install_engine
from kohya_driver.engine.install import OnEvent as OnInstall
from kohya_driver.engine.model import Engine
from kohya_driver.errors import RunError, UsageError
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.host import Host, probe_host, read_memory
from kohya_driver.planning.advice import OptionAdvice, find_options
from kohya_driver.planning.build import build_plan, run_root
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset
from kohya_driver.run.folder import Run, RunResult, next_folder, open_run
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.start import start_run
from kohya_driver.run.stop import Stop

__all__ = [
    "Diagnosis",
    "Engine",
    "InstallEvent",
    "LogDiagnosis",
    "OptionAdvice",
    "Plan",
    "Preset",
    "Record",
    "Run",
    "RunResult",
    "RunSnapshot",
    "Stop",
    "diagnose_log",
    "doctor",
    "find_options",
    "install_engine",
    "load_preset",
    "open_run",
    "plan",
    "train",
]


def plan(
    preset: Preset,
    *,
    strict: bool = False,
    fit: bool = False,
    host: Host | None = None,
    folder: Path | None = None,
) -> Plan:
    """What a training would do, exactly; nothing is started or written.

    Args:
        strict: what cannot be done on the machine becomes an error instead of being changed.
        fit: where it does not fit into memory, make the mildest change with which it does.
        host: another machine than this one.
        folder: the run's folder; by default the next free number under `runs` beside the preset.

    Returns:
        The plan. What is wrong is among its `findings`; nothing is raised for it.
    """
    memory = None if host else read_memory()
    host = host or probe_host()
    folder = folder or next_folder(run_root(preset.folder), preset.name)
    return build_plan(read_inputs(preset, host, folder, memory), strict=strict, fit=fit)


def train(
    preset: Preset,
    *,
    strict: bool = False,
    fit: bool = False,
    source: str | Path | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    on_event: OnEvent | None = None,
    on_install: OnInstall | None = None,
    stop: Stop | None = None,
) -> RunResult:
    """Plan and train; the engine is installed first if it is not there.

    Args:
        strict, fit: as for `plan`.
        source: where to get the engine from, as for `install_engine`.
        on_plan: called with the plan before anything is done; its warnings are worth showing.
        on_event: called with each event's record and the run's snapshot after it.
        on_install: called with the steps of an installation.
        stop: `stop.ask()`, from a signal handler or another thread, ends the run.

    Returns:
        How it ended. A training that fails is a result, not an exception; see `RunResult.raise_for_failure`.

    Raises:
        PlanError: something is wrong that can be seen beforehand; nothing was started.
        EngineError, HostError: the engine cannot be installed.
        RunError: the run's folder or the engine's process cannot be made.
    """
    checked = plan(preset, strict=strict, fit=fit)
    checked.raise_for_errors()
    if on_plan:
        on_plan(checked)
    if find_engine() is None:
        install_engine(source, on_event=on_install or (lambda event: None))
        checked = plan(preset, strict=strict, fit=fit)
    while True:
        try:
            return start_run(checked, on_event=on_event, stop=stop)
        except RunError as failure:
            # Another training of this project took the number just now; there is always a next one.
            if failure.code != "run.folder_taken":
                raise
        checked = plan(preset, strict=strict, fit=fit)


def doctor(
    target: str | Path | None = None,
    *,
    quick: bool = False,
    report: Path | None = None,
    on_step: OnStep | None = None,
) -> Diagnosis:
    """What this machine, its power, folders, the engine, the environment and the network are like. Changes nothing.

    Args:
        target: a preset, or a folder of pictures, whose folders are looked at too.
        quick: start nothing of the engine and skip the self-test: three seconds instead of about a minute.
        report: also write the diagnosis to this JSON file, without names, paths and addresses.
        on_step: called with a sentence before each thing that takes a while.

    Returns:
        The diagnosis. What is wrong is among its `findings`; nothing is raised for it.

    Raises:
        PresetError: the target is neither a preset nor a folder.
        HostError: the report cannot be written.
    """
    diagnosis = diagnose(target, quick=quick, on_step=on_step or (lambda sentence: None))
    if report is not None:
        files.write_json(report, diagnosis.to_report())
    return diagnosis


def diagnose_log(log: str | Path | BinaryIO) -> LogDiagnosis:
    """Why a training failed, from its log: of kohya-driver, of kohya_ss, of sd-scripts alone.

    Args:
        log: the log, of any size; the folder of a run; or bytes to read from. Of several trainings in it, the last counts.

    Returns:
        The diagnosis. Its `kind` is empty if nothing is wrong, and `log.unknown` if the failure is not a known one.

    Raises:
        UsageError: there is no such log, or it is no text.
    """
    if not isinstance(log, str | Path):
        return diagnose_chunks(open_log(log))
    path = Path(log).expanduser()
    if not path.is_dir():
        return diagnose_chunks(open_log(path))
    run = Run(path)
    if not run.log_file.exists():
        raise UsageError("diagnosis.no_log_in_folder", path)
    result = run.result()
    stopped = result is not None and result.outcome == "stopped"
    return diagnose_chunks(open_log(run.log_file), status=result.status if result else None, stopped=stopped)
