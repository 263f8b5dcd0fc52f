"""The values of the engine's tools for LoRA files: what is wished for, what will be started, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver.errors import Finding, RunError, Severity
from kohya_driver.inspection.model import Inspection

VERSION = 1
Precision = Literal["auto", "float", "fp16", "bf16"]
Device = Literal["auto", "cpu", "mps", "cuda"]
Method = Literal["sv_fro", "sv_ratio", "sv_cumulative"]
Target = Literal["same", "kohya", "comfyui", "diffusers", "lora"]
PRECISIONS: tuple[Precision, ...] = ("auto", "float", "fp16", "bf16")
DEVICES: tuple[Device, ...] = ("auto", "cpu", "mps", "cuda")
METHODS: tuple[Method, ...] = ("sv_fro", "sv_ratio", "sv_cumulative")
TARGETS: tuple[Target, ...] = ("same", "kohya", "comfyui", "diffusers", "lora")


@dataclass(frozen=True, slots=True)
class Output:
    """Where a new file is to stand, and how its numbers are written."""

    path: Path | None = None
    """None: beside the first file, with a name that says what was done."""
    precision: Precision = "auto"
    """`auto`: as in the file that it is made from."""
    overwrite: bool = False
    """Whether a file that stands there may be replaced."""


@dataclass(frozen=True, slots=True)
class Resize:
    """A LoRA of a lower rank that does nearly the same."""

    lora: Path
    rank: int
    """Of linear layers; with `keep` the most that a layer may have."""
    conv_rank: int | None = None
    """Of convolutions; None: the same."""
    keep: float | None = None
    """How much of each layer has to stay: each then gets the rank that this takes."""
    method: Method = "sv_fro"
    """What `keep` is a share of: the layer's norm (`sv_fro`), the sum of its singular values (`sv_cumulative`); or how many
    times smaller than the largest a singular value may be (`sv_ratio`)."""
    output: Output = Output()
    device: Device = "auto"


@dataclass(frozen=True, slots=True)
class Merge:
    """Several LoRAs as one, or LoRAs as a part of a base model."""

    loras: tuple[Path, ...]
    weights: tuple[float, ...] = ()
    """One for each; none: all act at 1."""
    rank: int | None = None
    """None: as many as the LoRAs have together, which loses nothing."""
    conv_rank: int | None = None
    base: Path | None = None
    """A base model that they become a part of."""
    output: Output = Output()
    device: Device = "auto"


@dataclass(frozen=True, slots=True)
class Extract:
    """What a model was tuned to do, as a LoRA for the model that it was tuned from."""

    base: Path
    tuned: Path
    rank: int = 16
    conv_rank: int | None = None
    """None: convolutions of 3x3 are left out."""
    min_diff: float = 0.01
    """Text encoders that differ by less than this in every number count as the same."""
    output: Output = Output()
    device: Device = "auto"


@dataclass(frozen=True, slots=True)
class Convert:
    """The same LoRA with other names, another number type, or out of a DyLoRA."""

    lora: Path
    to: Target = "same"
    rank: int | None = None
    """Of a DyLoRA: which of the ranks in it."""
    output: Output = Output()


Wish = Resize | Merge | Extract | Convert


@dataclass(frozen=True, slots=True)
class ToolPlan:
    """What will be started, decided before anything is loaded."""

    verb: Literal["resize", "merge", "extract", "convert"]
    script: str
    """Below the engine's checkout."""
    arguments: tuple[str, ...]
    """Of the script, but for where it writes."""
    save_option: str
    """What tells the script where to write; empty where it takes the place after its arguments."""
    written: str
    """The name that the script gives its file, where it makes one of its own."""
    sources: tuple[Inspection, ...]
    """The files that it is made from, LoRAs and models."""
    output: Path
    overwrite: bool
    device: Literal["cpu", "cuda"]
    precision: Literal["float", "fp16", "bf16"]
    metadata: Mapping[str, str]
    """What the new file will say of itself, over what the script writes there."""
    makes_checkpoint: bool = False
    is_long: bool = True
    """Whether the machine is kept for it, as for a training."""
    expected_share: float | None = None
    """Of the first file's change, where all of it should stay."""
    findings: tuple[Finding, ...] = ()

    def raise_for_errors(self) -> None:
        """Raises RunError with every error among the findings."""
        errors = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        if errors:
            raise RunError(findings=errors)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "verb": self.verb,
            "script": self.script,
            "arguments": list(self.arguments),
            "sources": [str(one.path) for one in self.sources],
            "output": str(self.output),
            "device": self.device,
            "precision": self.precision,
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class ToolProgress:
    """How far the engine's tool is: of layers, usually."""

    done: int
    of: int


OnProgress = Callable[[ToolProgress], None]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A new file that stands, and what it is."""

    plan: ToolPlan
    path: Path
    found: Inspection
    seconds: float
    share: float | None = None
    """How large its change is, of that of the only LoRA it was made from; None where that says nothing."""
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        found = self.found
        return {
            **self.plan.to_json(),
            "path": str(self.path),
            "size_bytes": found.size_bytes,
            "kind": found.kind,
            "family": found.family,
            "ranks": {str(rank): count for rank, count in found.ranks.items()},
            "share": self.share,
            "seconds": round(self.seconds, 1),
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class TensorCheck:
    """A tensor as the engine's check sees it."""

    name: str
    shape: tuple[int, ...]
    mean: float
    """Of the absolute values; NaN if a number is none."""
    least: float


@dataclass(frozen=True, slots=True)
class LoraCheck:
    """What the engine's check says of a file, tensor by tensor."""

    found: Inspection
    tensors: tuple[TensorCheck, ...] = field(repr=False)
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "path": str(self.found.path),
            "kind": self.found.kind,
            "family": self.found.family,
            "tensors": [
                {"name": one.name, "shape": list(one.shape), "mean": _finite(one.mean), "least": _finite(one.least)}
                for one in self.tensors
            ],
            "findings": [finding.to_json() for finding in self.findings],
        }  # fmt: skip


def _finite(value: float) -> float | None:
    """JSON knows no NaN."""
    return value if value - value == 0 else None
