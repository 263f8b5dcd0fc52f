"""What is told of a model file, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver.errors import Finding
from kohya_driver.inspection.metadata import Tag, parsed

VERSION = 1


@dataclass(frozen=True, slots=True)
class BlockNorm:
    """How much a block's layers change together."""

    part: str
    block: str
    layers: int
    norm: float | None
    """√Σ‖W' - W‖²; None for kinds that cannot be measured without the base."""
    share: float | None
    """Of the norm of the same layers in the base."""


@dataclass(frozen=True, slots=True)
class Norms:
    """How much an adapter changes what it was made for."""

    blocks: tuple[BlockNorm, ...]
    norm: float | None
    """Of all layers together, as is `share`."""
    share: float | None
    against: str = ""
    """The base; empty: none was at hand."""
    measured: int = 0
    """Layers."""
    unmeasured: int = 0
    """Layers that could not be: of a kind that only the base gives a size, or that the base does not have."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """A model file, as far as it can be told without running anything of it."""

    path: Path
    size_bytes: int
    format: Literal["safetensors", "pickle", "diffusers"]
    kind: str
    """`lora`, `locon`, `dora`, `loha`, `lokr`, `oft`, `boft`, `glora`, `ia3`, `full`, `dylora`, `lora-fa`, or `checkpoint`,
    `vae`, `embedding`, `controlnet`, `text-encoder`, `unknown`."""
    family: str
    """`sd15`, `sd2`, `sdxl`, `flux` …, `unknown`."""
    dtype: str
    """Of most of its bytes; empty where it cannot be told."""
    dtypes: Mapping[str, int] = field(default_factory=dict)
    """Type → bytes."""
    tensors: int = 0
    parameters: int = 0
    naming: str = ""
    """Whose names its tensors have: `kohya`, `peft`, `diffusers`, `other`; empty for what is no adapter."""
    is_decomposed: bool = False
    """Whether it has magnitudes of its own (DoRA)."""
    kinds: Mapping[str, int] = field(default_factory=dict)
    """Kind → layers."""
    parts: Mapping[str, int] = field(default_factory=dict)
    """`unet`, `text_encoder` … → layers (of an adapter) or tensors (of a checkpoint)."""
    ranks: Mapping[int, int] = field(default_factory=dict)
    """Rank → layers."""
    alphas: Mapping[float, int] = field(default_factory=dict)
    """Alpha → layers."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of the metadata, for reading."""
    tags: tuple[Tag, ...] = ()
    pictures: int = 0
    trigger: str = ""
    prediction: str = ""
    channels: int = 0
    quantised: str = ""
    missing: tuple[str, ...] = ()
    """Of a checkpoint: parts that it lacks."""
    norms: Norms | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_adapter(self) -> bool:
        return bool(self.naming)

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/inspect.md."""
        norms = self.norms
        names = (
            "format", "kind", "family", "dtype", "naming", "is_decomposed", "size_bytes", "tensors", "parameters", "pictures",
            "trigger", "prediction", "channels", "quantised",
        )  # fmt: skip
        return {
            "version": VERSION,
            "path": str(self.path),
            **{name: getattr(self, name) for name in names},
            **{name: dict(getattr(self, name)) for name in ("dtypes", "kinds", "parts")},
            "ranks": {str(rank): count for rank, count in self.ranks.items()},
            "alphas": {f"{alpha:g}": count for alpha, count in self.alphas.items()},
            "missing": list(self.missing),
            "metadata": parsed(self.metadata),
            "tags": [{"tag": tag.name, "count": tag.count, "share": tag.share} for tag in self.tags],
            "norms": norms and _norms_json(norms),
            "findings": [finding.to_json() for finding in self.findings],
        }


def _norms_json(norms: Norms) -> dict[str, Any]:
    names = ("norm", "share", "against", "measured", "unmeasured")
    return {
        **{name: _finite(getattr(norms, name)) for name in names},
        "blocks": [
            {
                "part": one.part, "block": one.block, "layers": one.layers,
                "norm": _finite(one.norm), "share": _finite(one.share),
            }
            for one in norms.blocks
        ],
    }  # fmt: skip


def _finite(value: Any) -> Any:
    """JSON knows no NaN."""
    return None if isinstance(value, float) and value - value != 0 else value
