"""A LoRA that goes out into the world, with all that is known of it: from its file, and from the run that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DriverError, RunError, UsageError
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras.place import ENDING
from kohya_driver.loras.read import read_lora
from kohya_driver.planning.prompts import read_prompts
from kohya_driver.run.folder import Run, open_run
from kohya_driver.run.registry import find_run
from kohya_driver.run.samples import run_samples

WEIGHT = 0.8
"""The middle of the weights that `inspect` recommends to try."""
MOST_WEIGHT = 2.0
"""Of webui's slider."""
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture that was drawn with it."""

    path: Path
    prompt: str = ""
    negative: str = ""
    seed: int | None = None
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """A LoRA file, and what is told of it."""

    found: Inspection
    name: str
    """Without an ending; as it will be called."""
    trigger: str
    """Empty: none is known."""
    weight: float
    base: str
    """The base model's file name, without folders; empty where nothing tells."""
    base_path: str
    """As the run has it; stays on this machine."""
    pictures: tuple[Shown, ...] = ()
    """One for each prompt, of the newest step that belongs to the file."""
    options: Mapping[str, Any] | None = None
    """Of the run's training; None without a run."""

    @property
    def path(self) -> Path:
        return self.found.path


def read_subject(
    source: str | Path,
    *,
    name: str | None = None,
    trigger: str | None = None,
    weight: float | None = None,
    preview: Path | None = None,
) -> Subject:
    """What a person named: a LoRA file, or a run, whose finished LoRA is meant.

    Args:
        name, trigger, weight, preview: over what file and run say.

    Raises:
        RunError, UsageError: there is no such file or run, or it has no LoRA yet; a number or a picture that is none.
    """
    _check(weight, preview)
    path, run = _file_and_run(source)
    found = read_lora(path)
    told = _of_run(run, path) if run else {}
    pictures = (Shown(preview.expanduser().absolute()),) if preview else told.get("pictures", ())
    base_path = told.get("base_path", "") or _said(found, "ss_sd_model_name")
    return Subject(
        found=found,
        name=_name(name, path),
        trigger=(trigger if trigger is not None else told.get("trigger") or found.trigger).strip(),
        weight=WEIGHT if weight is None else weight,
        base=base_path.replace("\\", "/").rstrip("/").rpartition("/")[2],
        base_path=base_path,
        pictures=pictures,
        options=told.get("options"),
    )


def _check(weight: float | None, preview: Path | None) -> None:
    if weight is not None and not 0 < weight <= MOST_WEIGHT:
        raise UsageError("share.bad_weight", limit=f"{MOST_WEIGHT:g}")
    if preview is not None and (not preview.expanduser().is_file() or preview.suffix.lower() not in PICTURES):
        raise UsageError("share.bad_preview", preview, endings=", ".join(sorted(PICTURES)))


def _name(name: str | None, path: Path) -> str:
    """Raises UsageError: `share.bad_name`."""
    if name is None:
        return path.stem
    bare = name.removesuffix(ENDING)
    if not bare or files.safe_name(bare, "") != bare:
        raise UsageError("share.bad_name", name=name)
    return bare


def _file_and_run(source: str | Path) -> tuple[Path, Run | None]:
    path = Path(source).expanduser()
    if path.suffix.lower() == ENDING or path.is_file():
        run = Run(path.absolute().parent.parent)
        return path.absolute(), run if run.plan_file.is_file() else None
    run = open_run(path) if path.is_dir() else find_run(str(source), "newest")
    return _finished(run), run


def _finished(run: Run) -> Path:
    """The finished LoRA of a run, or the newest that it has saved.

    Raises:
        RunError: `share.no_lora_yet`.
    """
    final = run.plan().final
    saved = [Path(one.path) for one in run.snapshot().checkpoints]
    standing = (one for one in (final, *reversed(saved)) if (here := _here(run, one)) and here.is_file())
    found = next(standing, None)
    if found is None:
        raise RunError("share.no_lora_yet", run.folder)
    return _here(run, found)


def _here(run: Run, path: Path) -> Path:
    """A run's folder may have been moved since."""
    return path if path.is_file() else run.folder / path.parent.name / path.name


def _of_run(run: Run, path: Path) -> dict[str, Any]:
    """What cannot be read is left out: the LoRA is there all the same."""
    try:
        plan = run.plan()
        return {
            "trigger": plan.trigger,
            "base_path": str(plan.training_config.get("pretrained_model_name_or_path", "")),
            "pictures": _pictures(run, path),
            "options": plan.training_config,
        }
    except (DriverError, OSError, ValueError, KeyError):
        return {}


def _pictures(run: Run, path: Path) -> tuple[Shown, ...]:
    """Of the newest step at which samples were drawn while the file was what it is."""
    samples = run_samples(run)
    steps = {Path(one.path).name: one.step for one in run.snapshot().checkpoints}
    limit = steps.get(path.name)
    drawn = [one for one in samples if limit is None or one.step <= limit]
    newest = max((one.step for one in drawn), default=0)
    prompts = read_prompts(run.plan().sample_prompts)
    negatives = [one.negative for one in prompts]
    return tuple(
        Shown(one.path, one.prompt, negatives[one.prompt_index] if one.prompt_index < len(negatives) else "",
              one.seed, one.step)
        for one in drawn if one.step == newest
    )  # fmt: skip


def _said(found: Inspection, key: str) -> str:
    value = found.metadata.get(key, "")
    return "" if value in ("None", "null") else value


def settings(subject: Subject) -> dict[str, str]:
    """What it was trained with, as the file says; only what is known."""
    metadata = subject.found.metadata
    ranks = sorted(subject.found.ranks)
    said = {
        "rank": str(ranks[0]) if len(ranks) == 1 else f"{ranks[0]}–{ranks[-1]}" if ranks else "",
        "alpha": ", ".join(f"{alpha:g}" for alpha in sorted(subject.found.alphas)[:3]),
        "pictures": str(subject.found.pictures or ""),
        "resolution": _resolution(metadata.get("ss_resolution", "")),
        "epochs": metadata.get("ss_num_epochs", ""),
        "steps": metadata.get("ss_steps", ""),
        "optimizer": metadata.get("ss_optimizer", "").partition("(")[0].rpartition(".")[2],
        "rate": metadata.get("ss_unet_lr", "") if metadata.get("ss_unet_lr") not in ("None", None) else metadata.get("ss_learning_rate", ""),
        "scheduler": metadata.get("ss_lr_scheduler", ""),
        "clip_skip": metadata.get("ss_clip_skip", ""),
        "made": metadata.get("ss_training_comment", ""),
    }  # fmt: skip
    return {name: value for name, value in said.items() if value not in ("", "None", "null")}


def _resolution(said: str) -> str:
    """`(512, 512)` → `512x512`."""
    sides = [part.strip() for part in said.strip("()[]").split(",") if part.strip()]
    return "x".join(sides[:2]) if sides and all(side.isdecimal() for side in sides) else ""
