"""The values of a grid: what is wished for, what will be drawn, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver.engine.model import EngineName
from kohya_driver.errors import Finding, RunError, Severity
from kohya_driver.planning.prompts import Prompt

VERSION = 1
WEIGHTS = (0.6, 0.8, 1.0)
Precision = Literal["auto", "no", "fp16", "bf16"]


@dataclass(frozen=True, slots=True)
class GridConfig:
    """What somebody wishes to see. What is left open is taken from the run, or from the model's family."""

    prompts: tuple[str, ...] = ()
    """{trigger} becomes the run's trigger word. None: the prompts of the run's samples."""
    negative: str | None = None
    weights: tuple[float, ...] = WEIGHTS
    """How strongly the LoRA acts; the rows."""
    checkpoints: str = ""
    """`all`, `last`, `last:3`, or steps such as `250,500`; the columns. Empty: up to five, spread over the training."""
    seed: int | None = None
    """One for every picture."""
    steps: int | None = None
    scale: float | None = None
    sampler: str | None = None
    size: tuple[int, int] | None = None
    base: Path | None = None
    """The base model; a run's own unless given."""
    precision: Precision = "auto"
    output: Path | None = None
    """The folder of the grid."""


@dataclass(frozen=True, slots=True)
class Lora:
    """One column: a LoRA file, or none for the base model alone."""

    path: Path | None
    label: str
    """In ASCII: no font that is everywhere has all letters."""
    step: int | None = None
    epoch: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One picture: which prompt, LoRA and weight, as numbers of the plan's lists."""

    prompt: int
    lora: int
    weight: float | None
    """None where there is no LoRA."""
    file: str
    """Below the grid's folder."""


@dataclass(frozen=True, slots=True)
class GridPlan:
    """Everything about a grid, decided before anything is loaded."""

    source: Path
    """The run's folder, or the LoRA file."""
    is_run: bool
    folder: Path
    """Where the grid will stand."""
    base: Path
    family: str
    device: str
    precision: str
    sampler: str
    loras: tuple[Lora, ...]
    weights: tuple[float, ...]
    prompts: tuple[Prompt, ...]
    cells: tuple[Cell, ...]
    engine: EngineName
    """Which engine draws."""
    module: str
    """What reads the LoRA there."""
    options: Mapping[str, Any]
    """That the base is to be loaded with: `v_parameterization`, `clip_skip`, `vae` …"""
    findings: tuple[Finding, ...]

    def raise_for_errors(self) -> None:
        """Raises RunError with every error among the findings."""
        errors = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        if errors:
            raise RunError(findings=errors)

    def cell(self, prompt: int, lora: int, weight: float | None) -> Cell | None:
        """The picture at a place of the grid."""
        wanted = (prompt, lora, weight)
        return next((one for one in self.cells if (one.prompt, one.lora, one.weight) == wanted), None)

    def to_json(self) -> dict[str, Any]:
        """The form of grid.json, documented in docs/samples.md."""
        return {
            "version": VERSION,
            "source": str(self.source),
            "folder": str(self.folder),
            "base": str(self.base),
            "family": self.family,
            "engine": self.engine,
            "device": self.device,
            "precision": self.precision,
            "sampler": self.sampler,
            "weights": list(self.weights),
            "loras": [{**asdict(one), "path": str(one.path) if one.path else None} for one in self.loras],
            "prompts": [asdict(one) for one in self.prompts],
            "cells": [asdict(one) for one in self.cells],
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class GridProgress:
    """How far it has come."""

    done: int
    """Pictures that stand."""
    of: int
    step: int = 0
    steps: int = 0
    """Of the picture at work; 0 while the model is loaded."""
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid that stands."""

    folder: Path
    plan: GridPlan
    sheets: tuple[Path, ...]
    """One picture for each prompt: `grid.png`, `grid-2.png` …"""
    page: Path
    seconds: float
    reused: int = 0
    """Pictures that an earlier attempt had drawn already."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds until the model was loaded (`loading`), and of a picture in the middle (`picture`)."""

    def to_json(self) -> dict[str, Any]:
        return {
            **self.plan.to_json(),
            "folder": str(self.folder),
            "sheets": [path.name for path in self.sheets],
            "page": self.page.name,
            "seconds": round(self.seconds, 1),
            "reused": self.reused,
            "timings": dict(self.timings),
        }


def column_order(loras: Sequence[Lora]) -> tuple[Lora, ...]:
    """The base alone first, then by step."""
    return tuple(sorted(loras, key=lambda one: (one.path is not None, one.step or 0)))
