"""Takes from a run's folder what can be judged. It trusts no file: what cannot be read is a gap, and nothing is raised for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DriverError, PresetError
from kohya_driver.events.model import MOST
from kohya_driver.judging.model import Course
from kohya_driver.judging.remedies import Ask
from kohya_driver.judging.weights import weigh
from kohya_driver.planning.overrides.engine import wants_rate_one
from kohya_driver.preset.load import build_preset, load_preset
from kohya_driver.preset.model import Optimizer, Preset
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.history import History, read_history
from kohya_driver.run.readable import DAMAGED, VERSION

_NOT_A_NUMBER = ("trouble.nan", "run.final_not_finite")


@dataclass(frozen=True, slots=True)
class Read:
    """What a run has measured, what its preset says, and what is missing."""

    course: Course
    ask: Ask
    gaps: tuple[str, ...] = ()


def read_course(run: Run, history: History | None = None) -> Read:
    """Args: `history`: where somebody has read it already."""
    plan, result, history = _body(run.plan_file), _result(run), history or read_history(run)
    preset = _preset(run)
    training = plan.get("training_config")
    settings: Mapping[str, Any] = training if isinstance(training, Mapping) else {}
    curves = history.curves
    is_over = result is not None or not _is_running(run)
    optimizer = settings.get("optimizer_type") or (preset.optimizer.type if preset else "")
    paths = _files(history, result)
    course = Course(
        steps=curves.steps,
        losses=curves.losses,
        rates=curves.highest_rates(),
        validations=curves.validations,
        weights=weigh(paths, _base(plan)),
        files=tuple((step, path.name) for step, path in sorted(paths.items())),
        planned=_whole(plan.get("steps")) or _whole(history.snapshot.steps),
        steps_per_epoch=_whole(plan.get("steps_per_epoch")),
        images=_whole(plan.get("images")) or _whole(history.snapshot.images),
        pictures_per_step=max(1, _whole(settings.get("train_batch_size")))
        * max(1, _whole(settings.get("gradient_accumulation_steps"))),
        is_adaptive=wants_rate_one(str(optimizer)),
        is_over=is_over,
        lost=_is_lost(history, result),
    )
    gaps = () if is_over else ("running",)
    missing = () if preset else ("no_preset",)
    return Read(
        course, ask_of(preset) if preset else Ask(), (*gaps, *missing, *_unread(run, plan, result, history))
    )


def _unread(run: Run, plan: Mapping[str, Any], result: RunResult | None, history: History) -> Iterator[str]:
    if not (_whole(plan.get("steps")) and _whole(plan.get("images"))):
        yield "no_plan"
    versions = (plan.get("version"), _body(run.result_file).get("version"))
    if history.unknown or any(_whole(version) > VERSION for version in versions):
        yield "newer"
    # One torn line at the end is usual while it trains, and after a crash.
    if history.damaged > 1 or (result is None and files.is_file(run.result_file)):
        yield "damaged"


def _body(path: Path) -> Mapping[str, Any]:
    """What a JSON file holds; nothing if it cannot be read."""
    try:
        body = files.read_json(path)
    except DAMAGED:
        return {}
    return body if isinstance(body, Mapping) else {}


def _is_running(run: Run) -> bool:
    try:
        return run.is_running()
    except DAMAGED:
        return False


def _result(run: Run) -> RunResult | None:
    try:
        return run.result()
    except DAMAGED:
        return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < MOST else 0


def _is_lost(history: History, result: RunResult | None) -> bool:
    """A NaN from which it recovered, or that was only told, is none that it ended for."""
    return (result.reason if result else history.snapshot.reason) in _NOT_A_NUMBER


def _files(history: History, result: RunResult | None) -> dict[int, Path]:
    """By step; where two are of one step, such as the last of a series and the finished one, either will do."""
    named = [(one.step, one.path) for one in history.snapshot.checkpoints]
    if result:
        named.append((_whole(result.steps) or history.snapshot.step, result.final))
    paths = {_whole(step): Path(path) for step, path in named if isinstance(path, str) and path}
    return {step: path for step, path in paths.items() if files.is_file(path)}


def _base(plan: Mapping[str, Any]) -> Path | None:
    base = plan.get("base")
    path = Path(base) if isinstance(base, str) and base else None
    return path if path and files.exists(path) else None


def _preset(run: Run) -> Preset | None:
    try:
        return run_preset(run)
    except (DriverError, *DAMAGED):
        return None


def run_preset(run: Run) -> Preset:
    """The preset that repeats the run: its file, else the same text as the plan has it.

    Raises:
        PresetError, OSError: neither can be read; what is said is about the file.
    """
    try:
        return load_preset(run.resolved_preset_file)
    except (PresetError, OSError) as failure:
        try:
            return build_preset(files.parse_toml(_body(run.plan_file)["resolved_preset"]), run.folder)
        except (DriverError, *DAMAGED):
            raise failure from None


def ask_of(preset: Preset) -> Ask:
    optimizer, training = preset.optimizer, preset.training
    rates = {"optimizer.learning_rate": optimizer.learning_rate}
    rates |= {"optimizer.unet_lr": optimizer.unet_lr} if optimizer.unet_lr is not None else {}
    rates |= (
        {"optimizer.text_encoder_lr": optimizer.text_encoder_lr}
        if optimizer.text_encoder_lr is not None
        else {}
    )
    return Ask(
        rates=rates,
        epochs=training.max_train_epochs,
        steps=training.max_train_steps,
        warmup=float(optimizer.lr_warmup_steps or 0),
        d_coef=_d_coef(optimizer),
        trigger=preset.dataset.trigger or "",
        saves=bool(preset.saving.every_n_epochs or preset.saving.every_n_steps),
        draws=bool(preset.sampling.prompts),
    )


def _d_coef(optimizer: Optimizer) -> float | None:
    """Prodigy and what is made of it have this argument; D-Adaptation has not."""
    if not optimizer.type.lower().rpartition(".")[2].startswith("prodigy"):
        return None
    given = optimizer.args.get("d_coef", 1.0)
    try:
        value = float(given) if isinstance(given, str | int | float) else math.nan
    except ValueError:
        return None
    return value if 0 < value < math.inf else None
