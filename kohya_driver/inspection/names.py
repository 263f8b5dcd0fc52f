"""How LoRA files name their tensors: kohya's, LyCORIS', diffusers', PEFT's and ai-toolkit's names, and which layer is meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Naming = Literal["kohya", "peft", "diffusers", "other"]

_ROLES: Mapping[str, str] = {
    "lora_down.weight": "down", "lora_up.weight": "up", "lora_mid.weight": "mid", "alpha": "alpha", "dora_scale": "magnitude",
    "lora_A.weight": "down", "lora_B.weight": "up", "lora_A.default.weight": "down", "lora_B.default.weight": "up",
    "lora_magnitude_vector": "magnitude", "lora_magnitude_vector.weight": "magnitude",
    "lora_magnitude_vector.default.weight": "magnitude",
    "lora.down.weight": "down", "lora.up.weight": "up", "lora.alpha": "alpha",
    "lora_linear_layer.down.weight": "down", "lora_linear_layer.up.weight": "up",
    "hada_w1_a": "w1_a", "hada_w1_b": "w1_b", "hada_w2_a": "w2_a", "hada_w2_b": "w2_b", "hada_t1": "t1", "hada_t2": "t2",
    "lokr_w1": "w1", "lokr_w1_a": "w1_a", "lokr_w1_b": "w1_b", "lokr_w2": "w2", "lokr_w2_a": "w2_a", "lokr_w2_b": "w2_b",
    "lokr_t2": "t2",
    "oft_blocks": "oft_blocks", "rescale": "rescale",
    "a1.weight": "a1", "a2.weight": "a2", "b1.weight": "b1", "b2.weight": "b2", "bm.weight": "bm",
    "diff": "diff", "diff_b": "diff_b", "w_norm": "w_norm", "b_norm": "b_norm", "weight": "scaling", "on_input": "on_input",
}  # fmt: skip
"""The end of a tensor's name → what it is in its layer (networks/*.py, lycoris/modules/*.py, diffusers, peft)."""
_ENDING = re.compile(
    r"(?P<layer>.+?)[._](?P<ending>"
    + "|".join(re.escape(one) for one in sorted(_ROLES, key=len, reverse=True))
    + r")"
)
_DIFFUSERS_ENDINGS = ("lora.down.weight", "lora.up.weight", "lora.alpha")

_PARTS: tuple[tuple[str, str], ...] = (
    ("lora_unet_", "unet"), ("oft_unet_", "unet"), ("unet.", "unet"), ("model.diffusion_model.", "unet"),
    ("lora_te1_", "text_encoder"), ("lora_te2_", "text_encoder_2"), ("lora_te3_", "text_encoder_3"),
    ("lora_te_", "text_encoder"), ("oft_te_", "text_encoder"), ("oft_te1_", "text_encoder"), ("oft_te2_", "text_encoder_2"),
    ("text_encoder_2.", "text_encoder_2"), ("text_encoder_3.", "text_encoder_3"), ("text_encoder.", "text_encoder"),
    ("lora_transformer_", "transformer"), ("lycoris_", "transformer"), ("transformer.", "transformer"),
    ("diffusion_model.", "transformer"),
)  # fmt: skip
"""How a layer's name begins → the model that the layer is of."""
_UNET_BLOCK = re.compile(r"(?:down|up|input|output)_blocks_\d+|mid_block|middle_block")
_TRANSFORMER_BLOCK = re.compile(r"(?:[a-z]+_)*?(?:blocks|layers)_\d+")
_TEXT_LAYER = re.compile(r"(?:layers|resblocks|block)_\d+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a model a layer stands."""

    part: str
    """`unet`, `transformer`, `text_encoder`, `text_encoder_2` …"""
    path: str
    """Its name within that, with underscores, as kohya writes it; that of SDXL differs from diffusers' all the same."""
    block: str
    """`down_blocks_1`, `layers_3`, or `other`."""


def split_name(name: str) -> tuple[str, str] | None:
    """The layer that a tensor belongs to, and what it is there (`down`, `up`, `alpha` …); None if it is no adapter's."""
    found = _ENDING.fullmatch(name)
    return (found["layer"], _ROLES[found["ending"]]) if found else None


def naming_of(name: str) -> Naming:
    """Who writes such names."""
    if name.startswith(("lora_unet_", "lora_te", "oft_unet_", "oft_te", "lora_transformer_", "lycoris_")):
        return "kohya"
    if ".lora_A." in name or ".lora_B." in name or ".lora_magnitude_vector" in name:
        return "peft"
    return "diffusers" if name.endswith(_DIFFUSERS_ENDINGS) else "other"


def place_of(layer: str) -> Place:
    """Of a layer's name as it stands in the file."""
    layer = layer.removeprefix("base_model.model.")
    named = next((each for each in _PARTS if layer.startswith(each[0])), None)
    path = _path(layer.removeprefix(named[0]) if named else layer)
    part = named[1] if named else "text_encoder" if "text_model" in path else "unet"
    if not part.startswith("text_encoder"):
        # kohya writes `lora_unet_` before a transformer's names too, and ai-toolkit `diffusion_model.` before a U-Net's.
        part = "transformer" if _TRANSFORMER_BLOCK.match(path) and not _UNET_BLOCK.match(path) else "unet"
    return Place(part, path, _block(part, path))


def _path(name: str) -> str:
    path = name.replace(".", "_").replace("_processor_", "_")
    return f"{path}_0" if path.endswith("_to_out") else path


def _block(part: str, path: str) -> str:
    if part.startswith("text_encoder"):
        found = _TEXT_LAYER.search(path)
    else:
        found = (_UNET_BLOCK if part == "unet" else _TRANSFORMER_BLOCK).match(path)
    return found[0] if found else "other"
