"""What kinds of network there are by one word each: the module that trains it, what it can be told, and what fits.

`network.type = "loha"` stands for a module, what makes the module that kind, and a rank, a strength and arguments that fit, each
unless the preset says its own. Arguments are those that the module and its kind really use in the pinned engine, with LyCORIS
3.2.0.post2 (networks/*.py; lycoris/kohya.py and lycoris/modules); docs/networks.md has two steps of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

LYCORIS = "lycoris.kohya"
TypeName = Literal[
    "lora", "locon", "lora-plus", "lora-fa", "dora", "rs-lora", "dylora", "loha", "lokr", "glora",
    "oft", "diag-oft", "boft", "ia3", "full",
]  # fmt: skip
Kind = Literal["whole", "number", "share", "switch", "text", "numbers"]
"""`numbers` is a list, or the name of a curve; a `share` is below 1."""

CONVOLUTIONS: Mapping[str, Kind] = {"conv_dim": "whole", "conv_alpha": "number"}
DROPOUTS: Mapping[str, Kind] = {"rank_dropout": "share", "module_dropout": "share"}
TWO_RATES: Mapping[str, Kind] = {
    "loraplus_lr_ratio": "number", "loraplus_unet_lr_ratio": "number", "loraplus_text_encoder_lr_ratio": "number",
}  # fmt: skip
BLOCKS: Mapping[str, Kind] = {
    "block_dims": "numbers", "block_alphas": "numbers", "down_lr_weight": "numbers", "mid_lr_weight": "numbers",
    "up_lr_weight": "numbers", "block_lr_zero_threshold": "number",
}  # fmt: skip
CONVOLUTION_BLOCKS: Mapping[str, Kind] = {"conv_block_dims": "numbers", "conv_block_alphas": "numbers"}
LAYERS: Mapping[str, Kind] = {"preset": "text", "train_norm": "switch", "module_dropout": "share"}
"""Of everything that LyCORIS trains: which layers, and norms beside them."""
PRODUCTS: Mapping[str, Kind] = {
    **LAYERS, **CONVOLUTIONS, "rank_dropout": "share", "use_tucker": "switch", "use_scalar": "switch", "rs_lora": "switch",
}  # fmt: skip
WEIGHT: Mapping[str, Kind] = {"dora_wd": "switch", "wd_on_output": "switch"}
"""Direction and length of the weights apart, as DoRA has them."""

OF_TRANSFORMERS = {"preset": "attn-mlp"}
"""LyCORIS' name for the layers that a LoRA of networks.lora trains; its own default takes in the convolutions too."""


@dataclass(frozen=True, slots=True)
class NetworkType:
    """One value of `network.type`."""

    module: str
    arguments: Mapping[str, Kind] = field(default_factory=dict)
    """What it can be told; the engine would ignore everything else."""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    """The arguments that make the module this type."""
    dim: int = 16
    alpha: float = 8.0
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Arguments where the preset says nothing."""
    starts: bool = True
    """Whether it trains with the pinned engine."""


def _lycoris(algo: str, arguments: Mapping[str, Kind], **more: Any) -> NetworkType:
    fixed = {"algo": algo, **more.pop("fixed", {})}
    return NetworkType(LYCORIS, arguments, fixed, **more)


TYPES: Mapping[TypeName, NetworkType] = {
    "lora": NetworkType("networks.lora", {**DROPOUTS, **TWO_RATES, **BLOCKS}),
    "locon": NetworkType(
        "networks.lora",
        {**CONVOLUTIONS, **DROPOUTS, **TWO_RATES, **BLOCKS, **CONVOLUTION_BLOCKS},
        defaults={"conv_dim": 8, "conv_alpha": 4},
    ),
    "lora-plus": NetworkType(
        "networks.lora",
        {**CONVOLUTIONS, **DROPOUTS, **TWO_RATES},
        defaults={"loraplus_unet_lr_ratio": 4},
    ),
    "lora-fa": NetworkType("networks.lora_fa", {**CONVOLUTIONS, **DROPOUTS, **BLOCKS, **CONVOLUTION_BLOCKS}),
    "dora": _lycoris(
        "lora",
        {**PRODUCTS, **TWO_RATES, "wd_on_output": "switch"},
        fixed={"dora_wd": True},
        defaults=OF_TRANSFORMERS,
    ),
    "rs-lora": _lycoris(
        "lora",
        {name: kind for name, kind in {**PRODUCTS, **TWO_RATES}.items() if name != "rs_lora"},
        fixed={"rs_lora": True},
        defaults=OF_TRANSFORMERS,
    ),
    "dylora": NetworkType(
        "networks.dylora", {"unit": "whole", **CONVOLUTIONS, **TWO_RATES}, defaults={"unit": 4}
    ),
    "loha": _lycoris("loha", {**PRODUCTS, **WEIGHT}, dim=8, alpha=4.0, defaults={"conv_dim": 4, "conv_alpha": 2}),
    "lokr": _lycoris(
        "lokr",
        {
            **PRODUCTS, **WEIGHT, "factor": "whole", "full_matrix": "switch", "decompose_both": "switch",
            "unbalanced_factorization": "switch",
        },
        defaults={"factor": 8, "conv_dim": 8, "conv_alpha": 4},
    ),
    "glora": _lycoris("glora", {**LAYERS, "rank_dropout": "share", "rs_lora": "switch"}, dim=8, alpha=4.0, defaults=OF_TRANSFORMERS),
    "oft": NetworkType("networks.oft", {"enable_all_linear": "switch", "enable_conv": "switch"}, dim=4, alpha=0.001),
    "diag-oft": _lycoris(
        "diag-oft",
        {**LAYERS, **CONVOLUTIONS, "rank_dropout": "share", "constraint": "number", "rescaled": "switch"},
        dim=8, alpha=1.0, defaults=OF_TRANSFORMERS,
    ),
    "boft": _lycoris("boft", {}, starts=False),
    "ia3": _lycoris("ia3", {}, starts=False),
    # Each layer has its whole weight once more, its gradient, and two of the optimizer's: few Macs hold that of all layers.
    "full": _lycoris("full", {**LAYERS, "rank_dropout": "share"}, dim=1, alpha=1.0, defaults={"preset": "attn-only"}),
}  # fmt: skip


def type_named(name: str | None) -> NetworkType | None:
    return TYPES.get(name) if name else None  # type: ignore[call-overload]


def types_with(argument: str) -> tuple[str, ...]:
    """Those that can be told this."""
    return tuple(name for name, one in TYPES.items() if argument in one.arguments)


def is_kind(kind: Kind, value: object) -> bool:
    """Whether a value of TOML is what an argument of this kind must be."""
    if kind in ("switch", "text"):
        return isinstance(value, bool if kind == "switch" else str)
    if kind == "numbers":
        items = value if isinstance(value, list) else [value]
        return bool(items) and all(isinstance(item, str) or is_kind("number", item) for item in items)
    if isinstance(value, bool) or not isinstance(value, int if kind == "whole" else int | float):
        return False
    return kind != "share" or 0 <= float(value) < 1
