"""The Python API, in the command line's words.

from kohya_driver import load_preset, plan, train

preset = load_preset("preset.toml", sets=["training.max_train_epochs=8"])
print(plan(preset).steps)
result = train(preset, on_event=lambda record, snapshot: print(snapshot.step))
result.raise_for_failure()
print(result.final)
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Literal, TypeVar

from kohya_driver import files
from kohya_driver.checkup.diagnose import diagnose
from kohya_driver.checkup.model import Diagnosis, OnStep
from kohya_driver.cloud.machine import ONE_CARD, Rented
from kohya_driver.cloud.start import Rental, find_sky, plan_rental, start_rental, write_task
from kohya_driver.cloud.sync import ask_there, fetch_run
from kohya_driver.diagnosis.classify import diagnose_chunks
from kohya_driver.diagnosis.lines import open_log
from kohya_driver.diagnosis.model import Diagnosis as LogDiagnosis
from kohya_driver.engine.install import InstallEvent, install_engine
from kohya_driver.engine.install import OnEvent as OnInstall
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import Pin
from kohya_driver.errors import DriverError, RunError, UsageError
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.exchange.exporting import Exported, Target
from kohya_driver.exchange.exporting import export as write_export
from kohya_driver.exchange.importing import import_files
from kohya_driver.exchange.model import Format as SourceFormat
from kohya_driver.exchange.model import Imported
from kohya_driver.files import write_text
from kohya_driver.host import Host, probe_host, read_memory
from kohya_driver.inspection.look import inspect_file
from kohya_driver.inspection.model import Inspection
from kohya_driver.judging.model import Advice
from kohya_driver.judging.next_preset import write_next
from kohya_driver.judging.run_advice import advise as advise_run
from kohya_driver.loras.card import CardFolder, build_card
from kohya_driver.loras.card import write_card as write_card_folder
from kohya_driver.loras.check import check_file
from kohya_driver.loras.deliver import Installed, Program
from kohya_driver.loras.deliver import install as install_subject
from kohya_driver.loras.model import (
    Convert,
    Extract,
    LoraCheck,
    MadeFile,
    Merge,
    Output,
    Resize,
    ToolPlan,
    Wish,
)
from kohya_driver.loras.model import OnProgress as OnTool
from kohya_driver.loras.plan import plan_tool
from kohya_driver.loras.publish import Publication, check_repo, plan_publication
from kohya_driver.loras.publish import publish as upload_publication
from kohya_driver.loras.subject import read_subject as read_lora_subject
from kohya_driver.loras.tool import make_file
from kohya_driver.models.catalogue import ModelCatalogue, known_models
from kohya_driver.models.find import FoundModels, find_models
from kohya_driver.models.get import Download, get_model
from kohya_driver.moving import Moved, move_pin, take_back
from kohya_driver.planning.advice import OptionAdvice, find_options
from kohya_driver.planning.build import build_plan, run_root
from kohya_driver.planning.checks import BUCKET_DIVISOR
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.model import Plan
from kohya_driver.prepare.audit import audit_set
from kohya_driver.prepare.audit_model import (
    AuditConfig,
    AuditedSet,
    AuditReport,
    Depth,
    folder_config,
    no_progress,
)
from kohya_driver.prepare.audit_model import OnProgress as OnAudit
from kohya_driver.prepare.audit_preset import planned_config, planned_set
from kohya_driver.prepare.audit_read import find_preset_file, read_again, read_set
from kohya_driver.prepare.caption_edits import edit_captions, read_captions
from kohya_driver.prepare.crop import CropConfig
from kohya_driver.prepare.crop_folder import crop_with_sheet
from kohya_driver.prepare.crop_report import CropReport
from kohya_driver.prepare.crop_work import OnRecord
from kohya_driver.prepare.faces import Detector
from kohya_driver.prepare.parts import RealSteps
from kohya_driver.prepare.project import init_project as make_project
from kohya_driver.prepare.repair import repair
from kohya_driver.prepare.report import InitReport
from kohya_driver.prepare.report import OnProgress as OnInitProgress
from kohya_driver.prepare.request import Existing, Fit, InitConfig
from kohya_driver.prepare.style import StyleName
from kohya_driver.prepare.tag_config import OnProgress as OnTagged
from kohya_driver.prepare.tag_config import TagConfig, TagReport
from kohya_driver.prepare.tagger import tag_folder
from kohya_driver.preset.describe import Description, describe
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset
from kohya_driver.preset.own import PresetInfo, check_preset, list_presets, new_preset
from kohya_driver.report.advice import remarks_of
from kohya_driver.report.comparison import Comparison
from kohya_driver.report.comparison import compare as compare_opened
from kohya_driver.report.ending import Format as ReportFormat
from kohya_driver.report.ending import damaged_run, ensure_report, write_report
from kohya_driver.report.gather import gather as gather_report
from kohya_driver.report.model import RunReport
from kohya_driver.run.detach import adopt, adopt_unwatched, start_detached
from kohya_driver.run.folder import Run, RunResult, next_folder, open_run
from kohya_driver.run.late import settle_ended
from kohya_driver.run.listing import Wanted, list_wanted, read_since
from kohya_driver.run.machine import check_is_free as check_machine_is_free
from kohya_driver.run.overview import Overview
from kohya_driver.run.prepare import prepare_folder
from kohya_driver.run.prune import Freed, PruneOptions, Pruning
from kohya_driver.run.prune import plan_prune as plan_pruning
from kohya_driver.run.prune import prune as prune_planned
from kohya_driver.run.recorder import OnEvent
from kohya_driver.run.registry import runs_here
from kohya_driver.run.remote import Remote, read_mark
from kohya_driver.run.remove import Removal
from kohya_driver.run.remove import plan_remove as plan_removal
from kohya_driver.run.remove import remove_run as remove_folder
from kohya_driver.run.rename import rename_run as rename_folder
from kohya_driver.run.requests import ask
from kohya_driver.run.requests import ask_to_stop as request_stop
from kohya_driver.run.resume import plan_resume, prepare_resume, resume_run
from kohya_driver.run.start import start_run
from kohya_driver.run.stop import Stop
from kohya_driver.sampling.build import build_grid_plan
from kohya_driver.sampling.draw import OnProgress as OnDrawn
from kohya_driver.sampling.draw import draw_grid
from kohya_driver.sampling.model import Grid, GridConfig, GridPlan, GridProgress
from kohya_driver.sampling.subject import read_subject
from kohya_driver.trial import trial_item

__all__ = [
    "Advice",
    "AuditReport",
    "CardFolder",
    "Comparison",
    "Convert",
    "CropConfig",
    "CropReport",
    "Diagnosis",
    "Download",
    "Engine",
    "Exported",
    "Extract",
    "FoundModels",
    "Freed",
    "Grid",
    "GridConfig",
    "GridPlan",
    "GridProgress",
    "Imported",
    "InitReport",
    "Inspection",
    "InstallEvent",
    "Installed",
    "LogDiagnosis",
    "LoraCheck",
    "MadeFile",
    "Merge",
    "ModelCatalogue",
    "OptionAdvice",
    "Output",
    "Overview",
    "Plan",
    "Preset",
    "PresetInfo",
    "PruneOptions",
    "Pruning",
    "Publication",
    "Record",
    "Remote",
    "Removal",
    "Rental",
    "Rented",
    "Resize",
    "Run",
    "RunReport",
    "RunResult",
    "RunSnapshot",
    "Stop",
    "TagConfig",
    "TagReport",
    "ToolPlan",
    "Wish",
    "advise",
    "apply_advice",
    "ask_to_save",
    "ask_to_stop",
    "audit",
    "check_lora",
    "check_preset",
    "compare_runs",
    "crop",
    "describe_preset",
    "diagnose_log",
    "doctor",
    "edit_captions",
    "export_preset",
    "find_earlier",
    "find_models",
    "find_options",
    "get_model",
    "has_skypilot",
    "init_project",
    "inspect",
    "install_engine",
    "install_lora",
    "known_models",
    "list_presets",
    "list_runs",
    "load_preset",
    "make_lora",
    "move_engine",
    "new_preset",
    "open_run",
    "plan",
    "plan_cloud",
    "plan_lora",
    "plan_prune",
    "plan_remove",
    "plan_sample",
    "prune",
    "publish",
    "read_captions",
    "read_report",
    "remove_run",
    "rename_run",
    "report",
    "resume",
    "resume_detached",
    "sample",
    "start_cloud",
    "sync_run",
    "tag",
    "take_engine_back",
    "train",
    "train_detached",
    "write_card",
    "write_cloud_task",
]


Started = TypeVar("Started")


def move_engine(
    ref: str, source: str | Path | None = None, *, on_event: OnInstall = lambda event: None
) -> Moved:
    """Make another commit of sd-scripts the engine, and say what that changes. If anything is wrong with it, the present one stays.

    Args:
        ref: a tag, a branch, or a commit's full name.
        source: as for `install_engine`.
        on_event: told what is done.

    Raises:
        EngineError: it cannot be had, does not work, or our code would not fit it.
        HostError: this machine cannot run it; no space.
    """
    return move_pin(ref, source, on_event=on_event)


def take_engine_back() -> Pin | None:
    """Use the commit again that this version was tested with; the one that it had been moved to, or None."""
    return take_back()


def describe_preset(source: str, *, every: bool = False) -> Description:
    """A preset in full: every key that it sets, its value, why, and which of the presets that it builds on says so.

    Args:
        source: a TOML file, or a preset's name.
        every: also the keys that it leaves open.

    Raises:
        PresetError: as `load_preset`.
    """
    return describe(source, every=every)


def import_preset(
    files: str | Path | Sequence[str | Path],
    *,
    output: str | Path | None = None,
    source_format: SourceFormat | None = None,
    images: str | None = None,
    base: str | None = None,
    trigger: str | None = None,
    strict: bool = False,
) -> Imported:
    """Make a preset out of another program's settings, a command line, or what a finished LoRA says of its training.

    Args:
        files: one file; or a training config and a dataset config of sd-scripts.
        output: where the preset is written; None: nowhere, it is in the result's `text`.
        source_format: which program it is of, if that is not to be guessed.
        images, base, trigger: what the preset is to have instead.
        strict: what cannot be mapped is an error, and nothing is written.

    Returns:
        The preset, and what became of every key of the file.

    Raises:
        PresetError: a file cannot be read, is nothing that is known here, or `strict` refuses it.
        UsageError: `output` is there already.
        HostError: `output` cannot be written.
    """
    given = [files] if isinstance(files, str | Path) else list(files)
    target = Path(output).expanduser() if output is not None else None
    if target is not None and target.exists():
        raise UsageError("exchange.output_exists", target)
    imported = import_files(
        [Path(path).expanduser() for path in given],
        probe_host(),
        target.absolute().parent if target else Path.cwd(),
        wanted=source_format,
        images=images,
        base=base,
        trigger=trigger,
        strict=strict,
    )
    if target is not None:
        write_text(target, imported.text)
    return imported


def export_preset(
    preset: Preset, target: Target, *, output: str | Path | None = None, images: str = "", base: str = ""
) -> Exported:
    """Write a preset's training for sd-scripts, for kohya_ss's GUI, or as a script, to run it elsewhere.

    Args:
        output: a folder for sd-scripts, else a file; by default named after the LoRA, in the current folder.
        images, base: where these lie on the other machine.

    Returns:
        The files, the command, and what was filled in or stays here.

    Raises:
        UsageError: a file of that name is there already.
        HostError: it cannot be written.
    """
    place = Path(output).expanduser() if output is not None else None
    return write_export(preset, target, place, images=images, base=base)


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
        stop: `stop.ask()`, from a signal handler or another thread, saves and ends the run.

    Returns:
        How it ended. A training that fails is a result, not an exception; see `RunResult.raise_for_failure`.

    Raises:
        PlanError: something is wrong that can be seen beforehand; nothing was started.
        EngineError, HostError: the engine cannot be installed.
        RunError: another training runs on this machine, or the run's folder or the engine's process cannot be made.
    """

    def start(checked: Plan) -> RunResult:
        return _with_report(start_run(checked, on_event=on_event, stop=stop))

    return _with_engine(
        preset, start, strict=strict, fit=fit, source=source, on_plan=on_plan, on_install=on_install
    )


def train_detached(
    preset: Preset,
    *,
    strict: bool = False,
    fit: bool = False,
    source: str | Path | None = None,
    on_plan: Callable[[Plan], None] | None = None,
    on_install: OnInstall | None = None,
) -> Run:
    """Plan and train in the background: the training outlives this process and its terminal.

    Args and errors as for `train`; RunError `run.detach_failed` too.

    Returns:
        The run, which has just begun.
    """

    def start(checked: Plan) -> Run:
        check_machine_is_free(checked.folder)
        run = prepare_folder(checked)
        start_detached(run)
        return run

    return _with_engine(
        preset, start, strict=strict, fit=fit, source=source, on_plan=on_plan, on_install=on_install
    )


def _with_engine(
    preset: Preset,
    start: Callable[[Plan], Started],
    *,
    strict: bool,
    fit: bool,
    source: str | Path | None,
    on_plan: Callable[[Plan], None] | None,
    on_install: OnInstall | None,
) -> Started:
    adopt_unwatched()
    checked = plan(preset, strict=strict, fit=fit)
    checked.raise_for_errors()
    if on_plan:
        on_plan(checked)
    kind = kind_of(preset.launch.engine)
    if kind.find() is None:
        install_engine(source, engine=kind.name, on_event=on_install or (lambda event: None))
        checked = plan(preset, strict=strict, fit=fit)
        checked.raise_for_errors()
    while True:
        try:
            return start(checked)
        except RunError as failure:
            # Another training of this project took the number just now; there is always a next one.
            if failure.code != "run.folder_taken":
                raise
        checked = plan(preset, strict=strict, fit=fit)


def resume(
    run: str | Path | Run,
    *,
    sets: Sequence[str] = (),
    preset: Preset | None = None,
    recover: bool = True,
    on_plan: Callable[[Plan], None] | None = None,
    on_event: OnEvent | None = None,
    stop: Stop | None = None,
) -> RunResult:
    """Go on with a run that was stopped, cut off or failed, from its newest whole train state.

    Args:
        run: its folder.
        sets: `KEY=VALUE` that are to hold from now on; what decides over the state (network, pictures, batches …) may not change.
        preset: another that is to hold from now on, such as the run's own after it was edited; `sets` then go into it.
        recover: False: it is not resumed by itself if it fails again.
        on_plan, on_event, stop: as for `train`.

    Returns:
        How it ended, with all its attempts together.

    Raises:
        RunError: it runs, it has succeeded, or something was changed that may not be.
        PlanError, PresetError, HostError: as for `train`.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    going = plan_resume(opened, _without_recovery(sets, recover), preset)
    if on_plan:
        on_plan(going[0])
    return _with_report(resume_run(opened, going, on_event=on_event, stop=stop))


def resume_detached(
    run: str | Path | Run, *, sets: Sequence[str] = (), preset: Preset | None = None, recover: bool = True
) -> Run:
    """The same in the background; returns the run, which goes on.

    Raises:
        As `resume`, and RunError `run.detach_failed`.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    checked, _ = plan_resume(opened, _without_recovery(sets, recover), preset)
    check_machine_is_free(opened.folder)
    prepare_resume(opened, checked)
    start_detached(opened)
    return opened


def _with_report(result: RunResult) -> RunResult:
    """A report that cannot be made takes nothing from the result; `report` says why."""
    ensure_report(Run(Path(result.folder)))
    return result


def report(run: str | Path | Run, *, format: ReportFormat = "html", output: str | Path | None = None) -> Path:
    """Write everything about a run into one file, in the language in use. It is done by itself when a run is over.

    Args:
        run: its folder; it may go on, or be damaged: what is missing is told in the report.
        format: `html` is a page that needs no network, `md` for an issue or a chat, `json` as in docs/report.md.
        output: the file; by default `report.html`, `report.md` or `report.json` in the run's folder.

    Returns:
        The file.

    Raises:
        RunError: there is no run in this folder.
        HostError: the file cannot be written.
    """
    return write_report(_any_run(run), format, Path(output).expanduser() if output else None)


def read_report(run: str | Path | Run) -> RunReport:
    """What a report says of a run, as one frozen value.

    Raises:
        RunError: there is no run in this folder.
    """
    return gather_report(_any_run(run), advise=remarks_of)


def _any_run(run: str | Path | Run) -> Run:
    return run if isinstance(run, Run) else damaged_run(Path(run))


def _without_recovery(sets: Sequence[str], recover: bool) -> list[str]:
    return [*sets, *([] if recover else ["safety.recover=0"])]


def plan_sample(source: str | Path | None = None, config: GridConfig = GridConfig()) -> GridPlan:  # noqa: B008
    """What a comparison grid would show; nothing is started or written.

    Args:
        source: a run's folder or name, or a LoRA file; by default the running or the latest run.
        config: prompts, weights, checkpoints and settings; what it leaves open comes from the run.

    Returns:
        The plan. What stands in the way is among its `findings`.

    Raises:
        RunError, UsageError: there is nothing to make a plan of: no such run, no base, no prompt.
    """
    return build_grid_plan(read_subject(source, config.checkpoints), config, probe_host())


def sample(
    source: str | Path | None = None,
    config: GridConfig = GridConfig(),  # noqa: B008
    *,
    engine_source: str | Path | None = None,
    on_plan: Callable[[GridPlan], None] | None = None,
    on_progress: OnDrawn = lambda progress: None,
    on_install: OnInstall | None = None,
    stop: Stop | None = None,
) -> Grid:
    """Draw one prompt with one seed over checkpoints and weights, and lay the pictures side by side.

    Args:
        source, config: as for `plan_sample`.
        engine_source: where to get the engine from, as for `install_engine`.
        on_plan: called with the plan before anything is drawn.
        on_progress: called with how far it has come.
        stop: `stop.ask()` ends it; the same wish goes on later with the pictures that stand.

    Returns:
        The grid, whole.

    Raises:
        RunError: something stands in the way, another training runs on this machine, or the engine failed.
        StoppedError: it was asked to stop.
        UsageError, EngineError, HostError: as for `plan_sample` and `install_engine`.
    """
    adopt_unwatched()
    planned = plan_sample(source, config)
    if on_plan:
        on_plan(planned)
    planned.raise_for_errors()
    engine = kind_of(planned.engine).find() or install_engine(
        engine_source, engine=planned.engine, on_event=on_install or (lambda event: None)
    )
    return draw_grid(planned, engine, on_progress=on_progress, stop=stop)


def plan_lora(wish: Wish) -> ToolPlan:
    """What one of the engine's tools would make of LoRA files; nothing is started or written.

    Args:
        wish: a `Resize`, `Merge`, `Extract` or `Convert`.

    Returns:
        The plan. What stands in the way is among its `findings`.

    Raises:
        UsageError: words that contradict each other, numbers out of their limits.
        RunError: a file is not there, or is no LoRA.
    """
    return plan_tool(wish, probe_host())


def make_lora(
    wish: Wish,
    *,
    engine_source: str | Path | None = None,
    on_plan: Callable[[ToolPlan], None] | None = None,
    on_progress: OnTool = lambda progress: None,
    on_install: OnInstall | None = None,
    stop: Stop | None = None,
) -> MadeFile:
    """Make a new file of LoRA files with the engine's own tools: a smaller one, a merged one, an extracted or converted one.

    Args:
        wish: a `Resize`, `Merge`, `Extract` or `Convert`.
        engine_source: where to get the engine from, as for `install_engine`.
        on_plan: called with the plan before anything is started.
        on_progress: called with how far it has come.
        stop: `stop.ask()` ends it; nothing is left behind.

    Returns:
        The new file, which stands whole, and what it is.

    Raises:
        RunError: something stands in the way, a training runs on this machine, or the tool failed; there is no new file.
        StoppedError: it was asked to stop.
        UsageError, EngineError, HostError: as for `plan_lora` and `install_engine`.
    """
    adopt_unwatched()
    planned = plan_lora(wish)
    if on_plan:
        on_plan(planned)
    planned.raise_for_errors()
    engine = _sd_scripts(engine_source, on_install)
    return make_file(planned, engine, on_progress=on_progress, stop=stop)


def _sd_scripts(source: str | Path | None, on_install: OnInstall | None) -> Engine:
    """The engine that has the tools."""
    return kind_of(DEFAULT).find() or install_engine(source, on_event=on_install or (lambda event: None))


def check_lora(
    path: str | Path,
    *,
    engine_source: str | Path | None = None,
    on_install: OnInstall | None = None,
    stop: Stop | None = None,
) -> LoraCheck:
    """Look a LoRA file through with the engine's own check: each tensor's size, and what is wrong.

    Args:
        path: the file.
        engine_source: where to get the engine from, as for `install_engine`.
        stop: `stop.ask()` ends it.

    Returns:
        The tensors. What is wrong is among its `findings`.

    Raises:
        RunError: it is not there, is no LoRA, or the tool failed.
        EngineError, HostError: as for `install_engine`.
    """
    return check_file(Path(path), _sd_scripts(engine_source, on_install), stop=stop)


def install_lora(
    source: str | Path,
    *,
    to: Program,
    folder: str | Path | None = None,
    name: str | None = None,
    trigger: str | None = None,
    weight: float | None = None,
    preview: str | Path | None = None,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Installed:
    """Copy a LoRA to where webui (also Forge) or ComfyUI look, with trigger word, weight and preview in the forms that they read.

    Args:
        source: a LoRA file, or a run, whose finished LoRA is meant.
        to: the program.
        folder: its folder for LoRA files; found by itself by default.
        name: what it is called there; by default as the file.
        trigger, weight, preview: over what file and run say: the trigger word, 0.8, the newest sample.
        overwrite: replace files of the same name.
        dry_run: only say what would be written.

    Returns:
        What was written, and what was left as it was.

    Raises:
        RunError: there is no such LoRA, no or more than one folder, another LoRA of that name, or no room.
        UsageError: a name, number or picture that is none.
        HostError: the folder cannot be written.
    """
    subject = read_lora_subject(source, name=name, trigger=trigger, weight=weight, preview=_path(preview))
    return install_subject(subject, to, _path(folder), overwrite=overwrite, dry_run=dry_run)


def write_card(
    source: str | Path,
    *,
    output: str | Path | None = None,
    name: str | None = None,
    trigger: str | None = None,
    weight: float | None = None,
    preview: str | Path | None = None,
    base_model: str = "",
    license: str = "",
    overwrite: bool = False,
) -> CardFolder:
    """Write a LoRA's README as the Hugging Face Hub reads it, with samples, into a folder; in the language in use.

    Args:
        source, name, trigger, weight, preview: as for `install_lora`.
        output: the folder; by default NAME-card beside the LoRA.
        base_model: the base's repository on the Hub, where its name does not tell.
        license: as the Hub names it.
        overwrite: write an older card anew.

    Returns:
        The folder. What the card could not say is among its `findings`.

    Raises:
        RunError, UsageError, HostError: as for `install_lora`; `share.card_taken`.
    """
    subject = read_lora_subject(source, name=name, trigger=trigger, weight=weight, preview=_path(preview))
    card = build_card(subject, base_model=base_model, license=license)
    return write_card_folder(subject, card, _path(output), overwrite=overwrite)


def publish(
    source: str | Path,
    repo: str,
    *,
    on_plan: Callable[[Publication], bool],
    public: bool = False,
    name: str | None = None,
    trigger: str | None = None,
    weight: float | None = None,
    preview: str | Path | None = None,
    base_model: str = "",
    license: str = "",
    overwrite: bool = False,
) -> Publication:
    """Put a LoRA, its card and its samples on the Hugging Face Hub, in one commit.

    Args:
        source, name, trigger, weight, preview, base_model, license: as for `write_card`.
        repo: OWNER/NAME; made if it is not there.
        on_plan: called with all that would go there, and to whom it is shown; nothing goes unless it returns True.
        public: a repository that is made is for everybody to see.
        overwrite: replace files of these names that are there.

    Returns:
        What went there; its `page` is empty if nothing did.

    Raises:
        RunError: there is no such LoRA, no token, or files of these names are there.
        UsageError: a name, number or picture that is none.
        HostError: the Hub cannot be reached, or refuses.
    """
    check_repo(repo)
    subject = read_lora_subject(source, name=name, trigger=trigger, weight=weight, preview=_path(preview))
    card = build_card(subject, base_model=base_model, license=license, repo=repo)
    wanted = plan_publication(subject, card, repo, public=public, overwrite=overwrite)
    if not on_plan(wanted):
        return wanted
    return replace(wanted, page=upload_publication(wanted))


def _path(path: str | Path | None) -> Path | None:
    return None if path is None else Path(path)


def find_earlier(preset: Preset) -> Run | None:
    """The latest run of this preset's project and name, if it can go on; None if it succeeded, or if there is none."""
    root = run_root(preset.folder)
    latest = next_folder(root, preset.name)
    number = int(latest.name.rpartition("-")[2]) - 1
    folder = latest.with_name(f"{latest.name.rpartition('-')[0]}-{number:03d}")
    run = Run(folder)
    settle_ended(run)
    return run if run.plan_file.is_file() and run.state() != "succeeded" else None


def plan_cloud(
    preset: Preset, rented: Rented = ONE_CARD, *, source: str = "", strict: bool = False
) -> Rental:
    """A training on a rented machine: its plan for there and what goes up. Nothing is written or started.

    Args:
        rented: what is asked of the provider.
        source: where the engine is fetched from there; by default the pin's own address.
        strict: what cannot be done there becomes an error instead of being changed.
    """
    return plan_rental(preset, rented, source=source, strict=strict)


def write_cloud_task(rental: Rental, path: Path | None = None) -> Path:
    """The task for `sky launch`, with the preset beside it; returns its file.

    Raises:
        PlanError: the plan has errors.
        HostError: it cannot be written.
    """
    path = (path or rental.task_file).expanduser().absolute()
    write_task(rental, path)
    return path


def has_skypilot() -> bool:
    """Whether SkyPilot's command is on this machine."""
    return find_sky() is not None


def start_cloud(rental: Rental, *, yes: bool = False) -> Run:
    """Rent the machine and start the training there, by SkyPilot; returns the run, which `sync_run` brings up to date.

    Args:
        yes: SkyPilot is not to ask, either.

    Raises:
        PlanError: the plan has errors; nothing was written.
        RunError: there is no SkyPilot, or it did not start it.
        HostError: the run's folder cannot be written.
    """
    return start_rental(rental, yes=yes)


def sync_run(run: Run) -> Remote:
    """Fetch what is new of a run that trains elsewhere.

    Raises:
        RunError: it trains on this machine, or its machine does not answer.
        HostError: there is no rsync here.
    """
    return fetch_run(run)


def ask_to_stop(run: Run) -> None:
    """Ask a running training to save and end; it does so at the end of its step. A supervisor that died is replaced first.

    Raises:
        RunError: `run.not_running`; `remote.unreachable` of one that trains elsewhere.
    """
    if read_mark(run.folder):
        ask_there(run, "stop", "--no-wait")
        return
    _check_running(run)
    request_stop(run)


def ask_to_save(run: Run, *, sample: bool = False) -> None:
    """Ask a running training for a LoRA and a train state now; it goes on.

    Args:
        sample: draw the preset's prompts, too.

    Raises:
        RunError: `run.not_running`; `remote.unreachable` of one that trains elsewhere.
    """
    if read_mark(run.folder):
        ask_there(run, "save", *(["--sample"] if sample else []))
        return
    _check_running(run)
    ask(run, save=True, sample=sample)


def _check_running(run: Run) -> None:
    adopt(run)
    if run.state() not in ("running", "unwatched"):
        raise RunError("run.not_running", run.folder, run=run.folder.name)


def list_runs(
    folder: str | Path | None = None,
    *,
    state: Sequence[str] = (),
    name: str = "",
    base: str = "",
    since: str | None = None,
    sort: Literal["time", "loss", "size", "steps"] = "time",
    limit: int | None = None,
) -> list[Overview]:
    """The runs of this machine, each in one line.

    Args:
        folder: only those of this project.
        state: only those in these states: `running`, `succeeded`, `stopped`, `failed`, `cut-off`, `unreadable`.
        name: a part of the name, or a pattern such as `ning*`; `base`: the same for the base model's file.
        since: only those that changed since: `7d`, `12h`, `2026-11-01`.
        sort: the latest first, or the lowest loss, the largest, the most steps.
        limit: at most so many.

    Raises:
        UsageError: there is no such folder, or `since` is not understood.
    """
    when = read_since(since) if since else 0.0
    return list_wanted(Wanted(tuple(state), name, base, when, sort, limit), folder)


def compare_runs(runs: Sequence[str | Path | Run]) -> Comparison:
    """Runs side by side: the settings that differ, results, curves, and samples of the same prompts.

    Args:
        runs: two to six, by their folders.

    Raises:
        UsageError: they are not two to six different runs.
        RunError: one cannot be read, or is of a newer version.
    """
    return compare_opened([_opened(run) for run in runs])


def rename_run(run: str | Path | Run, new: str) -> Run:
    """Give a run another name, that of its folder; everything goes on to work with it. Returns it in its new place.

    Args:
        run: its folder.
        new: the name; no path.

    Raises:
        UsageError: no folder can have this name.
        RunError: the name is taken; the run trains, or waits in the queue.
        HostError: the system refuses it; nothing is changed.
    """
    renamed = rename_folder(_opened(run), new)
    _renew_report(renamed)
    return renamed


def plan_prune(run: str | Path | Run, options: PruneOptions | None = None) -> Pruning:
    """What pruning would remove of a run, and what stays and why. Nothing is touched.

    Args:
        run: its folder.
        options: which LoRA files and train states are meant; by default all that nobody needs any more.

    Raises:
        RunError: it trains, waits in the queue, or cannot be read.
    """
    return plan_pruning(_opened(run), options or PruneOptions(), runs_here())


def prune(prunings: Sequence[Pruning], *, trash: bool = False) -> Freed:
    """Remove what `plan_prune` said. What has changed since is left alone.

    Args:
        trash: to the Trash; else it is deleted for good.

    Returns:
        What is gone, and what could not be removed; nothing is raised for that.
    """
    freed = prune_planned(prunings, trash=trash)
    for pruning in prunings:
        if set(pruning.goes) & set(freed.gone):
            _renew_report(pruning.run)
    return freed


def plan_remove(run: str | Path | Run) -> Removal:
    """What would go with a whole run, and what it wrote elsewhere, which stays. Nothing is touched.

    Args:
        run: its folder.

    Raises:
        RunError: it trains, or waits in the queue.
    """
    return plan_removal(_opened(run), runs_here())


def remove_run(run: str | Path | Run, *, trash: bool = True) -> None:
    """Take a whole run away, with the LoRA files in its folder.

    Args:
        run: its folder.
        trash: False: delete it for good.

    Raises:
        RunError: it trains, or waits in the queue.
        HostError: the system refuses it, or has no Trash; nothing is changed.
    """
    remove_folder(_opened(run), trash=trash)


def _renew_report(run: Run) -> None:
    """It names the folder and the files in it. What was done is done, whether or not the page can be written."""
    if run.report_file.is_file():
        with contextlib.suppress(DriverError):
            write_report(run)


def _opened(run: str | Path | Run) -> Run:
    return run if isinstance(run, Run) else open_run(run)


def audit(
    target: str | Path,
    *,
    trigger: str | None = None,
    resolution: int | None = None,
    batch_size: int | None = None,
    fuse: Sequence[str] = (),
    sets: Sequence[str] = (),
    depth: Depth = "normal",
    out: str | Path | None = None,
    on_progress: OnAudit | None = None,
) -> AuditReport:
    """Look a set of pictures and captions through. The pictures themselves are only read.

    Args:
        target: a folder of pictures, of concept folders (`6_NingGuang`), a project; or a preset's file.
        trigger, resolution, batch_size: what they are for; by default as the preset says, else none, 512 and 1.
        fuse: tags that are meant to be in nearly every caption.
        sets: `KEY=VALUE` over a preset.
        depth: `quick` reads headers and captions, as before every training; `normal` also compares what pictures show;
            `deep` decodes every pixel.
        out: a new folder for a copy in which what needs no judgement is put right; the report is then about that copy.
        on_progress: called with a stage (`read`, `look`, `copy`), how many are done, and of how many.

    Returns:
        The report. What is wrong is among its `findings`; nothing is raised for it.

    Raises:
        DatasetError: there is nothing to look at.
        PresetError: the target is a preset, and wrong.
        UsageError: the copy would overwrite something, or `sets` are given without a preset.
        HostError: the copy cannot be written.
    """
    tell = on_progress or no_progress
    config = folder_config(trigger, resolution, batch_size, fuse=fuse, depth=depth)
    preset_file = find_preset_file(target)
    if preset_file is None:
        if sets:
            raise UsageError("audit.sets_need_preset", target)
        audited = read_set(Path(target).expanduser(), config, tell)
    else:
        said = {"dataset.resolution": resolution, "training.train_batch_size": batch_size}
        asked = [f"{key}={value}" for key, value in said.items() if value is not None]
        audited, config = _planned(load_preset(preset_file, trigger=trigger, sets=[*sets, *asked]), config)
    if out is None:
        return audit_set(audited, config, tell)
    copied = repair(audited, Path(out), tell)
    return replace(audit_set(read_again(audited, copied.out, tell), config, tell), repaired=copied)


def _planned(preset: Preset, config: AuditConfig) -> tuple[AuditedSet, AuditConfig]:
    """The pictures of a preset, and how its plan will use them."""
    inputs = read_inputs(preset, probe_host(), next_folder(run_root(preset.folder), preset.name))
    checked = build_plan(inputs)
    audited = planned_set(
        preset.folder,
        checked.dataset_config,
        {str(subset.folder.path): subset.folder for subset in inputs.subsets},
        [finding for finding in inputs.findings if finding.code.startswith("dataset.")],
        trigger=checked.trigger,
        max_tokens=checked.training_config.get("max_token_length") or 75,
        parents=(preset.dataset.train_data_dir, preset.dataset.reg_data_dir),
    )
    divisor = BUCKET_DIVISOR.get(checked.family, 64)
    config = planned_config(
        config,
        checked.dataset_config,
        divisor=divisor,
        silence=preset.checks.silence,
        trigger=checked.trigger,
    )
    return audited, config


def crop(
    source: str | Path,
    target: str | Path,
    config: CropConfig | None = None,
    *,
    overrides: str | Path | None = None,
    sheet: str | Path | None = None,
    detector: str | Detector = "yunet",
    on_progress: OnRecord | None = None,
    on_sheet: Callable[[int, int], None] | None = None,
) -> CropReport:
    """Cut a folder of pictures to size, into another folder; the source is only read, and captions come along.

    Args:
        config: training size, fit, padding …; by default the training buckets of 512×512.
        overrides: a crops.toml; by default the one in the source folder, or else in the target.
        sheet: a folder for the contact sheet: PNG pages, and an HTML page.
        detector: who looks for faces: `yunet`, `vision`, `none`, or one of your own.
        on_progress: called after each picture with how many are done, of how many, and its record.
        on_sheet: the same for the contact sheet, without a record.

    Returns:
        What was done with each picture, and which are worth a look. One that cannot be read is among its `failures`.

    Raises:
        DatasetError: the folders do not fit each other, there are no pictures, or crops.toml is wrong.
        EngineError: the face detector cannot be fetched.
        HostError: the disk is full, or the target cannot be written to. What is done stays; a second run goes on.
    """
    return crop_with_sheet(
        Path(source),
        Path(target),
        config or CropConfig(),
        detector=detector,
        overrides=Path(overrides) if overrides else None,
        sheet=Path(sheet) if sheet else None,
        on_progress=on_progress or (lambda done, of, record: None),
        on_sheet=on_sheet or (lambda done, of: None),
    )


def init_project(
    project: str | Path,
    *,
    images: str | Path | None = None,
    trigger: str | None = None,
    style: StyleName | None = None,
    base: str | Path | None = None,
    concepts: Sequence[tuple[str, str | Path]] = (),
    reg: str | Path | None = None,
    repeats: int | Literal["auto"] | None = None,
    resolution: int | None = None,
    fit: Fit | None = None,
    tag: str | None = None,
    existing: Existing | None = None,
    detector: str | None = None,
    dry_run: bool = False,
    on_progress: OnInitProgress | None = None,
    on_wait: Callable[[], None] | None = None,
) -> InitReport:
    """Make a project that `train` runs as it is from a folder of pictures; or bring one up to date. Sources are only read.

    What is not said is taken from the earlier time; a new project needs images (or concepts), trigger, style and base.

    Args:
        project: its folder.
        images: a folder of pictures, with or without captions; or of `<repeats>_<concept>` folders, taken over as they are.
        trigger: the word that will call up what is learnt; the first tag of every caption.
        style: `anime` or `realistic`: sets repeats, rank, alpha and how captions are treated.
        base: the base model; family and resolution are read from it.
        concepts: further ones, each a name and a folder of pictures.
        reg: regularization images.
        repeats: how often each picture is shown in an epoch, or `auto`.
        resolution: the training's size in pixels.
        fit: how pictures are cut: `bucket`, `crop`, `pad` or `none`.
        tag: a tagging model, or `none`; `auto`, the default, is the usual one, if it is to be had.
        existing: what becomes of captions beside the pictures: `skip`, `merge` or `overwrite`. Always in the copy.
        detector: who looks for faces.
        dry_run: say what would be done, and write nothing.
        on_progress: called with each step and how much of it is done.
        on_wait: called once if another `init` works on the same project.

    Returns:
        What was made. Pictures that cannot be read are among its `findings`.

    Raises:
        UsageError: what was asked for cannot be.
        DatasetError: there are no pictures, or none that can be read; or the tagger that was named is not to be had.
        EngineError: the base model cannot be read.
        HostError: the disk is full, or cannot be written to; the project is as it was.
    """
    config = InitConfig(
        project=Path(project),
        images=Path(images) if images else None,
        trigger=trigger or "",
        style=style,
        base=Path(base) if base else None,
        concepts=tuple((name, Path(folder)) for name, folder in concepts),
        reg=Path(reg) if reg else None,
        repeats=repeats,
        resolution=resolution,
        fit=fit,
        tag=tag or "",
        existing=existing,
        detector=detector or "",
    )
    return make_project(
        config,
        RealSteps(dry_run),
        dry_run=dry_run,
        on_progress=on_progress or (lambda progress: None),
        on_wait=on_wait,
    )


def doctor(
    target: str | Path | None = None,
    *,
    quick: bool = False,
    train: bool = False,
    report: Path | None = None,
    on_step: OnStep | None = None,
) -> Diagnosis:
    """What this machine, its power, folders, the engine, the environment and the network are like. Changes nothing.

    Args:
        target: a preset, or a folder of pictures, whose folders are looked at too.
        quick: start nothing of the engine and skip the self-test: three seconds instead of about a minute.
        train: also make the same short training on this machine's device and on its processor, and compare their losses.
        report: also write the diagnosis to this JSON file, without names, paths and addresses.
        on_step: called with a sentence before each thing that takes a while.

    Returns:
        The diagnosis. What is wrong is among its `findings`; nothing is raised for it.

    Raises:
        PresetError: the target is neither a preset nor a folder.
        HostError: the report cannot be written.
    """
    tell = on_step or (lambda sentence: None)
    diagnosis = diagnose(target, quick=quick, on_step=tell)
    if train:
        diagnosis = diagnosis.with_item(trial_item(tell))
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


def advise(run: str | Path | Run) -> Advice:
    """What a run's curves and files say about it, how surely, by what evidence, and what to change for the next.

    While it runs too; where files of it are missing or damaged, that is told in `gaps`.

    Raises:
        RunError: there is no run in this folder.
    """
    return advise_run(_any_run(run))


def apply_advice(run: str | Path | Run, advice: Advice, target: str | Path) -> Path:
    """Write the run's preset with what is advised changed in it, in place and with its comments; returns the file.

    Raises:
        UsageError: `advise.nothing_to_change`, `advise.unchanged`, or `advise.exists`.
        RunError: `advise.no_preset`, `advise.no_plan`, or `advise.newer`.
        HostError: it cannot be written.
    """
    return write_next(_any_run(run), advice, Path(target))


def inspect(path: str | Path, *, norms: bool = False, base: str | Path | None = None) -> Inspection:
    """What a model file is: a LoRA of any kind, a checkpoint, a VAE, an embedding. Nothing of it is run.

    Args:
        path: the file, or a diffusers folder.
        norms: of a LoRA, how much it changes each block; reads the whole file, not only its header.
        base: the model that it was trained on, to say how large the change is against that. Means `norms`.

    Raises:
        EngineError: it is not there, broken, or no model: `base.web_page`, `engine.weights_broken` …
        UsageError: `inspect.no_norms`, it is no LoRA.
    """
    against = Path(base).expanduser() if base is not None else None
    return inspect_file(Path(path).expanduser(), norms=norms, base=against)


def tag(
    folder: str | Path, config: TagConfig | None = None, *, on_progress: OnTagged | None = None
) -> TagReport:
    """Write a caption beside each picture of a folder: the trigger first, then what a model sees.

    Args:
        folder: with pictures, also in folders within it.
        config: rules, model, what to do with captions that are there already.
        on_progress: called while the model is fetched the first time, and after each picture.

    Returns:
        What was done. Pictures that could not be read are among its `findings`; nothing is raised for them.

    Raises:
        UsageError: the rules contradict each other; nothing was done.
        DatasetError: no pictures, or the model cannot be had or is not what it should be.
        HostError: the disk is full, or the folder may not be written.
    """
    return tag_folder(Path(folder).expanduser(), config or TagConfig(), on_progress)
