"""Reads a run's folder into a report. Whatever is missing or damaged there is told in it; nothing is raised for it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import __version__, files, texts
from kohya_driver.engine.model import SD_SCRIPTS
from kohya_driver.engine.store import read_state
from kohya_driver.events.parts import Checkpoint, named_position
from kohya_driver.report import outcome
from kohya_driver.report.curves import quantile, smooth, smoothing_span
from kohya_driver.report.model import (
    Change,
    CheckpointRow,
    Numbers,
    Remark,
    RunReport,
    Samples,
    Surroundings,
    Told,
    Usage,
)
from kohya_driver.report.samples import sample_sheet
from kohya_driver.report.secrets import masked
from kohya_driver.report.sources import Sources, list_of, number, table_of, text_of, whole, whole_of
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.history import History, read_history
from kohya_driver.run.readable import readable_plan
from kohya_driver.run.remote import read_mark
from kohya_driver.run.samples import gone_samples, run_samples
from kohya_driver.run.states import find_states
from kohya_driver.wording import reason_of, sentence

WEIGHTS = (0.8, 1.0, 0.6)
"""At which a LoRA is tried, the one to begin with first."""
GOES_ON = ("running", "unwatched")

Advise = Callable[[Run, History], Iterable[Remark]]


def gather(run: Run, *, pictures: bool = True, advise: Advise | None = None) -> RunReport:
    """Everything that the run's folder tells, in the language in use.

    Args:
        pictures: make small copies of the samples, as the page needs them.
        advise: says what to do about the run; without it the report has no advice.
    """
    sources = Sources(run)
    plan, result, history = sources.plan(), sources.result(), read_history(run)
    state = _state(run, result, history)
    rows = _checkpoints(run, plan, history, result)
    resolved = sources.text(run.resolved_preset_file) or text_of(plan, "resolved_preset")
    preset = sources.text(run.preset_file) or text_of(plan, "preset")
    samples = _samples(run, rows, history, sources, _written_prompts(resolved), pictures=pictures)
    numbers = _numbers(plan, result, history)
    _tell_what_is_missing(sources, history, result, state, numbers, rows)
    can_resume, shown = _can_resume(run, state, plan), (masked(preset), masked(resolved))
    return RunReport(
        language=texts.language(),
        made=time.time(),
        name=run.folder.name,
        folder=run.folder,
        state=state,
        headline=outcome.headline(state, numbers, result, history.snapshot),
        numbers=numbers,
        failure=outcome.failure(result, history.snapshot),
        recoveries=outcome.recoveries(result),
        troubles=outcome.troubles(history.snapshot),
        can_resume=can_resume,
        resumes_at=_newest_state(run, plan) if can_resume else None,
        usage=_usage(run, plan, rows),
        curves=history.curves,
        samples=samples,
        grids=grids_of(run),
        checkpoints=rows,
        advice=_advice(run, history, advise, sources) if advise else (),
        warnings=tuple(_warnings(plan)),
        changes=tuple(_changes(plan)),
        preset=shown[0],
        resolved=shown[1],
        is_masked=shown != (preset, resolved),
        surroundings=_surroundings(plan),
        missing=tuple(sources.missing),
    )


def _state(run: Run, result: RunResult | None, history: History) -> str:
    if result:
        return result.outcome if result.outcome in outcome.ENDS else "unknown"
    if run.is_running():
        return "running"
    if run.engine_alive():
        return "unwatched"
    return "cut off" if history.snapshot.time else "unknown"


def _can_resume(run: Run, state: str, plan: Mapping[str, Any]) -> bool:
    if state not in ("failed", "stopped", "cut off") or not plan:
        return False
    # Elsewhere, or on several machines, nobody can go on from here.
    return read_mark(run.folder) is None and whole_of(plan, "distribution", "machines") <= 1


def _newest_state(run: Run, plan: Mapping[str, Any]) -> int | None:
    """The step of the train state to go on from. Its files are counted by `resume` itself: they are large."""
    folders = [run.states_folder, *(Path(name) for name in (text_of(plan, "output_dir"),) if name)]
    try:
        states = find_states(*folders)
    except OSError:
        return None
    return whole(states[0].step) if states else None


def _advice(run: Run, history: History, advise: Advise, sources: Sources) -> tuple[Remark, ...]:
    try:
        return tuple(advise(run, history))
    except OSError as failure:  # a place that may not be looked at
        sources.tell("report.no_advice", run.folder, reason=reason_of(failure))
        return ()


# --- numbers


def _numbers(plan: Mapping[str, Any], result: RunResult | None, history: History) -> Numbers:
    snapshot, curves = history.snapshot, history.curves
    last_loss = smooth(curves.losses, smoothing_span(len(curves.losses)))[-1:]
    pace = quantile(curves.seconds, 0.5)
    step = max((whole(snapshot.step), *curves.steps[-1:], result.steps if result else 0))
    return Numbers(
        step=step,
        steps=whole(snapshot.steps) or whole_of(plan, "steps"),
        epoch=whole(snapshot.epoch) or _epoch(step, plan),
        epochs=whole(snapshot.epochs) or whole_of(plan, "epochs"),
        images=whole_of(plan, "images"),  # the engine counts each as often as it is shown
        seconds=result.seconds if result else snapshot.elapsed,
        started=(result.started if result else 0.0) or snapshot.started,
        ended=result.ended if result else snapshot.time,
        attempts=max(snapshot.attempt, result.attempts if result else 1),
        loss=next((loss for loss in last_loss if math.isfinite(loss)), None),
        validation_loss=curves.validations[-1][1] if curves.validations else None,
        seconds_per_step=None if math.isnan(pace) else pace,
        memory_peak=max((one.tree for one in curves.memory), default=0),
        memory_total=curves.memory_total,
    )


def _epoch(step: int, plan: Mapping[str, Any]) -> int:
    """The one in which a step lies."""
    per_epoch = whole_of(plan, "steps_per_epoch")
    return math.ceil(step / per_epoch) if per_epoch > 0 else 0


# --- files


def _checkpoints(
    run: Run, plan: Mapping[str, Any], history: History, result: RunResult | None
) -> tuple[CheckpointRow, ...]:
    """Every LoRA file that the events or the result tell of, by step; the finished one last."""
    final = _final_name(plan, result)
    told = history.snapshot.checkpoints
    more = _only_in_result(result, {one.path for one in told}, plan) if result else ()
    rows = [_row(run, one, final, plan) for one in (*told, *more)]
    return tuple(sorted(rows, key=lambda row: (row.step, row.kind == "final", row.path.name)))


def _only_in_result(
    result: RunResult, known: Collection[str], plan: Mapping[str, Any]
) -> Iterator[Checkpoint]:
    """Files that the events do not tell of, because they are lost; the names say when they were written."""
    for name in dict.fromkeys((*result.checkpoints, *result.saved, result.final)):
        path = Path(name)
        if not name or name in known or not files.is_file(path):
            continue
        status = path.stat()
        step, epoch = named_position(path.name)
        steps = step or epoch * whole_of(plan, "steps_per_epoch") or result.steps
        yield Checkpoint(str(path), status.st_size, steps, _epoch(steps, plan), status.st_mtime)


def _final_name(plan: Mapping[str, Any], result: RunResult | None) -> str:
    names = plan.get("checkpoints")
    planned = str(names[-1]) if isinstance(names, list) and names else ""
    return Path(result.final).name if result and result.final else planned


def _row(run: Run, checkpoint: Checkpoint, final: str, plan: Mapping[str, Any]) -> CheckpointRow:
    path = Path(checkpoint.path)
    asked = path.parent.name == run.saved_folder.name and path.parent.parent == run.folder
    kind = (
        "asked" if asked else "final" if path.name == final else "step" if "-step" in path.stem else "epoch"
    )
    step = whole(checkpoint.step)
    return CheckpointRow(
        path, step, whole(checkpoint.epoch) or _epoch(step, plan), whole(checkpoint.size_bytes), number(checkpoint.time),
        kind, files.is_file(path),
    )  # fmt: skip


def _samples(
    run: Run,
    rows: tuple[CheckpointRow, ...],
    history: History,
    sources: Sources,
    written: tuple[str, ...],
    *,
    pictures: bool,
) -> Samples:
    found = run_samples(run, history.drawn)
    if found and readable_plan(run) is None:
        sources.tell("report.samples_unknown", found[0].path.parent)
    if gone := gone_samples(run, history.drawn):
        sources.tell("report.samples_gone", count=gone)
    sheet = sample_sheet(found, rows, pictures=pictures, written=written)
    for picture in sheet.pictures:
        if picture.is_broken:
            sources.tell("report.picture_broken", picture.path, name=picture.path.name)
    return sheet


def _written_prompts(resolved: str) -> tuple[str, ...]:
    """As the preset has them, in the order of its samples."""
    try:
        prompts = files.parse_toml(resolved).get("sampling", {}).get("prompts", ())
        return tuple(map(str, prompts)) if isinstance(prompts, list) else ()
    except (ValueError, AttributeError, RecursionError):
        return ()


def grids_of(run: Run) -> tuple[Path, ...]:
    """The pages of the comparison grids that were drawn of a run, the first first."""
    try:
        return tuple(sorted(filter(files.is_file, run.grids_folder.glob("[!.]*/grid.html"))))
    except OSError:
        return ()


def _usage(run: Run, plan: Mapping[str, Any], rows: tuple[CheckpointRow, ...]) -> Usage | None:
    """Of the finished LoRA; else of the latest one that is there."""
    there = [row for row in rows if row.exists]
    if not there:
        return None
    row = next((row for row in reversed(there) if row.kind == "final"), there[-1])
    trigger = text_of(plan, "trigger")
    prompt = f"<lora:{row.path.stem}:{WEIGHTS[0]:g}>" + (f", {trigger}" if trigger else "")
    return Usage(row.path, row.exists, row.size_bytes, trigger, text_of(plan, "family"), prompt, WEIGHTS)


# --- what the plan said


def _warnings(plan: Mapping[str, Any]) -> Iterator[Told]:
    for item in list_of(plan, "findings"):
        if item.get("silenced") or item.get("severity") == "info":
            continue
        code, values = text_of(item, "code"), table_of(item, "values")
        yield Told(
            code,
            text_of(item, "severity"),
            _said(code, values, text_of(item, "message")),
            _said(f"{code}.hint", values, text_of(item, "hint")),
            text_of(item, "where"),
        )


def _changes(plan: Mapping[str, Any]) -> Iterator[Change]:
    for item in list_of(plan, "overrides"):
        name = text_of(item, "id")
        yield Change(
            name,
            text_of(item, "option"),
            _value(item.get("from")),
            _value(item.get("to")),
            _said(f"override.{name}", {}, text_of(item, "reason")),
        )


def _said(code: str, values: Mapping[str, Any], kept: str) -> str:
    """A code's sentence in the language in use; the one that was kept if this version has none."""
    said = sentence(code, values)
    return kept if said == code else said


def _value(value: Any) -> str:
    """As TOML has it, nearly; empty for none."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _surroundings(plan: Mapping[str, Any]) -> Surroundings:
    root = text_of(plan, "engine", "root")
    state = read_state(Path(root)) if root else {}
    command = plan.get("command")
    return Surroundings(
        driver=__version__,
        engine=text_of(plan, "engine", "name") or (SD_SCRIPTS if root else ""),
        engine_commit=text_of(plan, "engine", "commit"),
        engine_tag=text_of(plan, "engine", "tag") or text_of(state, "tag"),
        python=text_of(state, "python"),
        packages={str(name): str(version) for name, version in table_of(state, "versions").items()},
        host=dict(table_of(plan, "host")),
        device=text_of(plan, "device"),
        base=text_of(plan, "base"),
        command=tuple(map(str, command)) if isinstance(command, list) else (),
    )


# --- what is missing


def _tell_what_is_missing(
    sources: Sources,
    history: History,
    result: RunResult | None,
    state: str,
    numbers: Numbers,
    rows: tuple[CheckpointRow, ...],
) -> None:
    run, curves = sources.run, history.curves
    has_events = sources.has_records(run.events_file)
    if result and state == "unknown":
        sources.tell("report.unknown_outcome", run.result_file, outcome=result.outcome[:80])
    if curves.steps and not history.has_values:
        sources.tell("report.no_values", run.metrics_file)
    if history.damaged:
        sources.tell("report.damaged_lines", run.folder, count=history.damaged)
    if history.unknown:
        sources.tell("report.unknown_events", run.events_file, count=history.unknown)
    if not curves.steps and state not in GOES_ON:
        is_empty = has_events and not history.damaged and not numbers.step
        sources.tell("report.no_steps" if is_empty else "report.steps_lost", run.folder)
    for row in rows:
        if not row.exists:
            sources.tell("report.checkpoint_gone", row.path, name=row.path.name)
