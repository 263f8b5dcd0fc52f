"""Decides everything about a grid before anything is loaded; what cannot be done is among its findings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.engine.base import read_base
from kohya_driver.engine.kinds import KINDS, Kind, kind_of
from kohya_driver.engine.model import EngineName
from kohya_driver.errors import DriverError, Finding, RunError, UsageError, error
from kohya_driver.host import Host
from kohya_driver.planning.prompts import SAMPLERS, Prompt, bad_options, has_words, prompt_of
from kohya_driver.sampling.adapter import PLAIN, Adapter, read_adapter
from kohya_driver.sampling.columns import WITHOUT
from kohya_driver.sampling.model import Cell, GridConfig, GridPlan, Lora
from kohya_driver.sampling.subject import Base, GridSubject, read_given_base

SIDES = {"sd15": 512, "sd2": 768, "sdxl": 1024}
SEED, STEPS, SCALE, SAMPLER = 42, 24, 7.0, "euler_a"
STEP_OF_SIDES = 64
"""The U-Net halves a side three times behind the VAE's eighth."""
MOST_WEIGHT = 10.0
PICTURE_BYTES_PER_PIXEL = 6
"""A PNG as the engine writes it, and once more on its sheet."""
SPARE_BYTES = 64 << 20


def build_grid_plan(subject: GridSubject, config: GridConfig, host: Host) -> GridPlan:
    """The plan of a grid, for an engine that may not be installed yet.

    Raises:
        RunError, UsageError: there is nothing to make a plan of: no base, no prompt, words that mean nothing.
    """
    _check_words(config)
    adapters = _read_adapters(subject.loras)
    base = _base_of(subject, config, adapters)
    prompts = prompts_of_grid(subject, config, base.family)
    sampler = _sampler(prompts, config, subject)
    loras = (WITHOUT, *subject.loras)
    cells = tuple(_cells(prompts, loras, config.weights))
    device = "cpu" if subject.device == "cpu" else host.accelerator
    precision = _precision(config, base.family, device, host)
    folder = _folder(subject, config)
    module = adapters[0].module if adapters else PLAIN
    kind = kind_for(base, subject.engine)
    return GridPlan(
        source=subject.source,
        is_run=subject.is_run,
        folder=folder,
        base=base.path,
        family=base.family,
        device=device,
        precision=precision,
        sampler=sampler,
        loras=loras,
        weights=config.weights,
        prompts=prompts,
        cells=cells,
        engine=kind.name,
        module=module,
        options=base.options,
        findings=(
            *_check(subject, base, adapters, prompts, len(cells), folder),
            *_refused(kind, base, {"sample_sampler": sampler, "network_module": module, **base.options}),
        ),
    )


def _check_words(config: GridConfig) -> None:
    """Numbers and names that a person gave."""
    if not config.weights or not all(abs(weight) <= MOST_WEIGHT for weight in config.weights):
        raise UsageError("grid.bad_weights", limit=f"{MOST_WEIGHT:g}")
    if config.sampler and config.sampler not in SAMPLERS:
        raise UsageError("grid.bad_sampler", name=config.sampler, known=", ".join(SAMPLERS))
    for prompt in config.prompts:
        if not has_words(prompt):
            raise UsageError("plan.prompt_empty")
        for option in bad_options(prompt):
            raise UsageError("plan.prompt_option", option=option)


def _read_adapters(loras: Sequence[Lora]) -> tuple[Adapter, ...]:
    try:
        return tuple(read_adapter(one.path) for one in loras if one.path)
    except DriverError as failure:
        raise RunError(findings=failure.findings) from failure


def _base_of(subject: GridSubject, config: GridConfig, adapters: Sequence[Adapter]) -> Base:
    if config.base is not None:
        given = read_given_base(config.base)
        kept = subject.base.options.get("clip_skip") if subject.base else None
        return replace(given, options={**given.options, **({"clip_skip": kept} if kept else {})})
    if subject.base is None:
        raise UsageError("grid.base_needed", adapters[0].path)
    return subject.base


# --- what is drawn


def prompts_of_grid(subject: GridSubject, config: GridConfig, family: str) -> tuple[Prompt, ...]:
    """Each prompt with all that it leaves open filled in: from the command, the run, the family, in this order.

    Raises:
        UsageError: `grid.no_prompt`.
    """
    width, height = config.size or subject.size or (SIDES.get(family, 512),) * 2
    if config.prompts:
        usual = Prompt("", "", width, height, SEED, STEPS, SCALE)
        wished = [prompt_of(words, subject.trigger, usual) for words in config.prompts]
    elif subject.prompts:
        wished = [replace(one, seed=SEED if one.seed is None else one.seed) for one in subject.prompts]
    else:
        raise UsageError("grid.no_prompt")
    return tuple(_as_said(one, config) for one in wished)


def _as_said(prompt: Prompt, config: GridConfig) -> Prompt:
    """What the command says counts more than what stands in a prompt."""
    said = {
        "negative": config.negative,
        "seed": config.seed,
        "steps": config.steps,
        "scale": config.scale,
        "width": config.size[0] if config.size else None,
        "height": config.size[1] if config.size else None,
    }
    changes = {name: value for name, value in said.items() if value is not None}
    return replace(prompt, **changes)  # type: ignore[arg-type]


def _sampler(prompts: Sequence[Prompt], config: GridConfig, subject: GridSubject) -> str:
    """The engine's script has one for all pictures."""
    if config.sampler:
        return config.sampler
    named = {one.sampler for one in prompts if one.sampler}
    if len(named) > 1:
        raise UsageError("grid.one_sampler", names=", ".join(sorted(named)))
    return next(iter(named), "") or subject.sampler or SAMPLER


def _cells(prompts: Sequence[Prompt], loras: Sequence[Lora], weights: Sequence[float]) -> Iterator[Cell]:
    """LoRA by LoRA, so that each is read once."""
    for lora, column in enumerate(loras):
        for prompt in range(len(prompts)):
            for weight in weights if column.path else (None,):
                yield Cell(prompt, lora, weight, f"cells/{_cell_name(prompt, lora, column, weight)}.png")


def _cell_name(prompt: int, lora: int, column: Lora, weight: float | None) -> str:
    if weight is None:
        return f"p{prompt + 1}-no-lora"
    what = f"step{column.step:06d}" if column.step is not None else f"lora{lora}"
    return f"p{prompt + 1}-{what}-w{weight:g}"


# --- how


def _precision(config: GridConfig, family: str, device: str, host: Host) -> str:
    """SDXL in 32 bit fills a Mac's memory; what is drawn in 16 bit differs a little from what is drawn in 32."""
    if config.precision != "auto":
        return config.precision
    modern = not host.is_mac or host.os_release >= (14,)
    return "bf16" if family == "sdxl" and device in ("mps", "cuda") and modern else "no"


def _folder(subject: GridSubject, config: GridConfig) -> Path:
    if config.output is not None:
        return config.output.expanduser().absolute()
    if subject.is_run:
        return next_number(subject.source / "grids", "grid")
    return next_number(subject.source.parent, f"{files.safe_name(subject.source.stem)}-grid")


def next_number(root: Path, name: str) -> Path:
    """`grid-001` and on: the first number above all that stand there."""
    taken = (re.fullmatch(rf"{re.escape(name)}-(\d+)", path.name) for path in root.glob("*"))
    return root / f"{name}-{max((int(match[1]) for match in taken if match), default=0) + 1:03d}"


# --- whether


def kind_for(base: Base, trained_by: EngineName) -> Kind:
    """The engine that trained it, unless it cannot load this base; then one that can."""
    try:
        model = read_base(base.path)
    except DriverError:  # it is not there, or not here: a check tells of that
        return kind_of(trained_by)
    first = kind_of(trained_by)
    able = (one for one in (first, *KINDS.values()) if one.trains_on(model) and base.family in one.scripts)
    return next(able, first)


def _refused(kind: Kind, base: Base, options: Mapping[str, Any]) -> Iterator[Finding]:
    """What this engine does not draw with."""
    for one in kind.outside_training(options):
        yield error("grid.not_by_engine", base.path, engine=kind.name, name=one.name, value=str(one.value))


def _check(
    subject: GridSubject,
    base: Base,
    adapters: Sequence[Adapter],
    prompts: Sequence[Prompt],
    count: int,
    folder: Path,
) -> Iterator[Finding]:
    if not base.path.exists():
        yield error("grid.base_missing", base.path)
    for adapter in adapters:
        if adapter.family not in ("", base.family):
            yield error("grid.other_family", adapter.path, lora=adapter.family, base=base.family)
    if len({adapter.module for adapter in adapters}) > 1:
        yield error("grid.several_kinds", subject.source)
    for one in prompts:
        if one.width % STEP_OF_SIDES or one.height % STEP_OF_SIDES:
            yield error("grid.bad_size", "", width=one.width, height=one.height, step=STEP_OF_SIDES)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        yield error("grid.folder_taken", folder)
    pixels = max(one.width * one.height for one in prompts)
    need = count * pixels * PICTURE_BYTES_PER_PIXEL + SPARE_BYTES
    free = files.free_bytes(folder)
    if free < need:
        yield error("grid.no_room", folder, need=need >> 20, free=free >> 20)
