"""What a grid is made of: a run with its base, or a LoRA file from anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.engine.base import read_base
from kohya_driver.engine.kinds import DEFAULT
from kohya_driver.engine.model import EngineName
from kohya_driver.errors import DriverError, RunError, UsageError
from kohya_driver.planning.prompts import Prompt, read_prompts
from kohya_driver.run.folder import Run, open_run
from kohya_driver.run.registry import find_run
from kohya_driver.sampling.columns import checkpoints_of, choose
from kohya_driver.sampling.model import Lora

FAMILIES = ("sd15", "sd2", "sdxl")
ENDING = ".safetensors"


@dataclass(frozen=True, slots=True)
class Base:
    """The base model to draw with."""

    path: Path
    family: str
    options: Mapping[str, Any]
    """The engine's options that it is to be loaded with: `v_parameterization`, `clip_skip`, `vae` …"""


@dataclass(frozen=True, slots=True)
class GridSubject:
    """What is to be compared, and what is known of it."""

    source: Path
    is_run: bool
    loras: tuple[Lora, ...]
    base: Base | None
    """None where it has to be given."""
    trigger: str = ""
    prompts: tuple[Prompt, ...] = ()
    """Of the samples that were drawn while it was trained."""
    size: tuple[int, int] | None = None
    device: str = ""
    """What the run was trained on."""
    sampler: str = ""
    engine: EngineName = DEFAULT
    """What trained it."""


def read_subject(source: str | Path | None, checkpoints: str) -> GridSubject:
    """What a person named: a LoRA file, a run's folder or its name; nothing: the running or the latest run.

    Raises:
        RunError, UsageError: there is no such run, no such file, or nothing to compare in it.
    """
    path = Path(source).expanduser() if source is not None else None
    if path is not None and path.suffix.lower() == ENDING:
        return _of_file(path.absolute(), checkpoints)
    if path is not None and path.is_file():
        raise RunError("grid.not_a_lora", path)
    run = (
        open_run(path)
        if path is not None and path.is_dir()
        else find_run(None if source is None else str(source), "newest")
    )
    return _of_run(run, checkpoints)


def _of_file(path: Path, checkpoints: str) -> GridSubject:
    if not path.is_file():
        raise RunError("grid.lora_missing", path)
    if checkpoints:
        raise UsageError("grid.file_has_no_checkpoints", path)
    return GridSubject(path, False, (Lora(path, path.stem if path.stem.isascii() else "LoRA"),), None)


def _of_run(run: Run, checkpoints: str) -> GridSubject:
    plan = run.plan()
    training = plan.training_config
    width, _, height = str(training.get("resolution", "")).partition(",")
    named = ("v_parameterization", "zero_terminal_snr", "clip_skip", "vae")
    return GridSubject(
        source=run.folder,
        is_run=True,
        loras=choose(checkpoints_of(run), checkpoints),
        base=Base(
            Path(str(training["pretrained_model_name_or_path"])),
            plan.family,
            {name: training[name] for name in named if training.get(name)},
        ),
        trigger=plan.trigger,
        prompts=read_prompts(plan.sample_prompts),
        size=(int(width), int(height or width)) if width.isdecimal() else None,
        device=plan.device,
        sampler=str(training.get("sample_sampler", "")),
        engine=plan.engine_name,
    )


def read_given_base(path: Path) -> Base:
    """A base model that was named for this grid.

    Raises:
        RunError: `grid.base_missing`, `grid.base_pickle`, `grid.base_family`, or what is wrong with the file.
    """
    path = path.expanduser().absolute()
    if not path.exists():
        raise RunError("grid.base_missing", path)
    try:
        model = read_base(path)
    except DriverError as failure:
        raise RunError(findings=failure.findings) from failure
    if model.pickles:
        raise RunError("grid.base_pickle", model.pickles[0])
    if model.family not in FAMILIES:
        raise RunError("grid.base_family", path, family=model.family)
    velocity = (model.prediction or model.name_hint) == "v"
    options = {
        "v_parameterization": velocity,
        "zero_terminal_snr": velocity and model.zero_terminal_snr,
    }
    return Base(path, model.family, {name: value for name, value in options.items() if value})
