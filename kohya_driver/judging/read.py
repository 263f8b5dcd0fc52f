"""Takes from a run's folder what can be judged. It trusts no file: what cannot be read is a gap, and nothing is raised for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.errors import DriverError
from kohya_driver.files import read_json
from kohya_driver.judging.model import Course
from kohya_driver.judging.remedies import Ask
from kohya_driver.judging.weights import weigh
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.history import History, read_history

ADAPTIVE = ("prodigy", "dadapt", "d_adapt")
"""How names of optimizers begin that find their rate by themselves (after the package's, and without case)."""
_NOT_A_NUMBER = ("trouble.nan", "run.final_not_finite")
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Read:
    """What a run has measured, what its preset says, and what is missing."""

    course: Course
    ask: Ask
    gaps: tuple[str, ...] = ()


def read_course(run: Run, history: History | None = None) -> Read:
    """Args: `history`: where somebody has read it already."""
    plan, result, history = _plan(run), _result(run), history or read_history(run)
    training = plan.get("training_config")
    settings: Mapping[str, Any] = training if isinstance(training, Mapping) else {}
    curves = history.curves
    is_over = result is not None or not run.is_running()
    course = Course(
        steps=curves.steps,
        losses=curves.losses,
        rates=curves.highest_rates(),
        validations=curves.validations,
        weights=weigh(_files(history, result), _base(plan)),
        planned=_whole(plan.get("steps")),
        steps_per_epoch=_whole(plan.get("steps_per_epoch")),
        images=_whole(plan.get("images")),
        pictures_per_step=max(1, _whole(settings.get("train_batch_size")))
        * max(1, _whole(settings.get("gradient_accumulation_steps"))),
        is_adaptive=str(settings.get("optimizer_type", "")).rpartition(".")[2].lower().startswith(ADAPTIVE),
        is_over=is_over,
        lost=_is_lost(history, result),
    )
    return Read(course, _ask(run), () if is_over else ("running",))


def _plan(run: Run) -> Mapping[str, Any]:
    try:
        body = read_json(run.plan_file)
    except _DAMAGED:
        return {}
    return body if isinstance(body, Mapping) else {}


def _result(run: Run) -> RunResult | None:
    try:
        return run.result()
    except _DAMAGED:
        return None


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _is_lost(history: History, result: RunResult | None) -> bool:
    """A NaN from which it recovered is none that it ended for."""
    if result:
        return result.reason in _NOT_A_NUMBER
    return any(trouble.code == "trouble.nan" for trouble in history.snapshot.troubles)


def _files(history: History, result: RunResult | None) -> dict[int, Path]:
    """By step; where two are of one step, such as the last of a series and the finished one, either will do."""
    files = {int(one.step): Path(one.path) for one in history.snapshot.checkpoints}
    if result and result.final:
        files[result.steps] = Path(result.final)
    return {step: path for step, path in files.items() if path.is_file()}


def _base(plan: Mapping[str, Any]) -> Path | None:
    base = plan.get("base")
    path = Path(base) if isinstance(base, str) and base else None
    return path if path and path.exists() else None


def _ask(run: Run) -> Ask:
    try:
        preset = load_preset(run.resolved_preset_file)
    except (DriverError, *_DAMAGED):
        return Ask()
    return ask_of(preset)


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
        rank=preset.network.dim or 16,
        trigger=preset.dataset.trigger or "",
        saves=bool(preset.saving.every_n_epochs or preset.saving.every_n_steps),
        draws=bool(preset.sampling.prompts),
    )
