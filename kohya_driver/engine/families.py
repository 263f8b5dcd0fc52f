"""What a model file holds, told from the names and shapes of its tensors: family, parts, what it was trained to predict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal

from kohya_driver.engine.weights import Header

Family = Literal[
    "sd15", "sd2", "sdxl", "sdxl-refiner", "sd3", "flux", "chroma", "lumina", "anima", "hunyuan-image",
    "lora", "controlnet", "embedding", "vae", "text-encoder", "unknown",
]  # fmt: skip
Prediction = Literal["", "epsilon", "v"]
"""What a model was trained to predict: the noise, or the velocity. Empty where nothing says so."""

ADAPTER_PARTS = {
    *("lora_down", "lora_up", "lora_mid", "lora_A", "lora_B", "alpha", "dora_scale"),
    *("a1", "a2", "b1", "b2", "bm", "diff", "diff_b", "on_input", "rescale", "w_norm", "b_norm"),
}
ADAPTER_BEGINNINGS = ("hada_", "lokr_", "oft_")
"""Parts of the tensors' names in what networks/*.py, LyCORIS and PEFT save."""

_BY_WIDTH: Mapping[int, Family] = {768: "sd15", 1024: "sd2", 2048: "sdxl", 1280: "sdxl-refiner"}
TRUE_WIDTH = 320
"""Channels of the first block of all three U-Nets."""
_MARKS: tuple[tuple[Family, tuple[str, ...]], ...] = (
    ("sd3", ("joint_blocks.",)),
    ("chroma", ("distilled_guidance_layer.",)),
    ("hunyuan-image", ("byt5_in.",)),
    ("flux", ("double_blocks.0.img_attn", "single_transformer_blocks.0.")),
    ("anima", ("llm_adapter.",)),
    ("lumina", ("cap_embedder.",)),
    ("vae", ("decoder.conv_in.", "first_stage_model.")),
    ("text-encoder", ("text_model.encoder.", "encoder.block.0.layer.0.SelfAttention", "cond_stage_model.")),
)
"""Parts of the names that the engine's library/*_models.py give to their modules."""
_CONTROL_MARKS = ("control_model.", "controlnet_cond_embedding.", "lllite_", "controlnet_down_blocks.")
_EMBEDDING_NAMES = {"emb_params", "string_to_param", "clip_l", "clip_g"}

PARTS: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "sd15": {
        "unet": ("model.diffusion_model.", 686),
        "text_encoder": ("cond_stage_model.", 196),
        "vae": ("first_stage_model.", 248),
    },
    "sd2": {
        "unet": ("model.diffusion_model.", 686),
        # 23 of its 24 layers are used, 12 tensors each, and 4 around them.
        "text_encoder": ("cond_stage_model.", 280),
        "vae": ("first_stage_model.", 248),
    },
    "sdxl": {
        "unet": ("model.diffusion_model.", 1680),
        "text_encoder": ("conditioner.embedders.0.", 196),
        "text_encoder_2": ("conditioner.embedders.1.", 389),
        "vae": ("first_stage_model.", 248),
    },
}
"""Family → part → how its names begin in a checkpoint, and how many tensors the engine's module has: it loads none
with fewer. Counted on the modules of the pinned engine."""


def model_family(header: Header) -> Family:
    """What a file holds, from its tensors' names and shapes.

    SD 1.x, 2.x and SDXL are told apart by the width of what their U-Net attends to: 768, 1024 and 2048 (the refiner:
    1280), as in the engine's model_util and sdxl_original_unet.
    """
    names = header.tensors
    if is_adapter(names):
        return "lora"
    if any(mark in name for name in names for mark in _CONTROL_MARKS):
        return "controlnet"
    if names and len(names) <= 4 and _EMBEDDING_NAMES & set(names):
        return "embedding"
    width = _context_width(header)
    return by_width(width) if width is not None else family_by_marks(names)


def family_by_marks(names: Iterable[str]) -> Family:
    """The family of a model that is no U-Net of Stable Diffusion's."""
    known = list(names)
    for family, marks in _MARKS:
        if any(mark in name for name in known for mark in marks):
            return family
    return "unknown"


def by_width(width: int | None) -> Family:
    """The family whose U-Net attends to vectors of this width."""
    return _BY_WIDTH.get(width or 0, "unknown")


def _context_width(header: Header) -> int | None:
    """The width of a U-Net's cross-attention keys, in the original's or in diffusers' names."""
    for name, tensor in header.tensors.items():
        if name.endswith(".attn2.to_k.weight") and ("diffusion_model." in name or "down_blocks." in name):
            return tensor.shape[-1] if tensor.shape else None
    return None


def is_adapter(names: Iterable[str]) -> bool:
    """Whether these tensors are a LoRA's (or LoHa's, LoKr's, OFT's, (IA)³'s ...), and not a whole model's."""
    return any(
        part in ADAPTER_PARTS or part.startswith(ADAPTER_BEGINNINGS)
        for name in names
        for part in name.split(".")[1:]
    )


def input_channels(header: Header) -> int:
    """What a U-Net takes in: 4, or 9 with the mask and picture of inpainting. 0 where it cannot be told."""
    return _first_convolution(header)[1]


def first_width(header: Header) -> int:
    """What the first convolution of a U-Net makes of that; 0 where it cannot be told."""
    return _first_convolution(header)[0]


def _first_convolution(header: Header) -> tuple[int, int]:
    """Channels out and in."""
    for ending in ("diffusion_model.input_blocks.0.0.weight", "conv_in.weight"):
        for name, tensor in header.tensors.items():
            if name.endswith(ending) and "control" not in name and len(tensor.shape) == 4:
                return tensor.shape[0], tensor.shape[1]
    return 0, 0


def missing_parts(header: Header, family: str) -> tuple[str, ...]:
    """The parts of a checkpoint that it lacks, wholly or partly: `vae`, or `unet 12/686`."""
    found = []
    for part, (beginning, wanted) in PARTS.get(family, {}).items():
        count = sum(name.startswith(beginning) for name in header.tensors)
        if count < wanted:
            found.append(f"{part} {count}/{wanted}" if count else part)
    return tuple(found)


def prediction(header: Header) -> Prediction:
    """What the file itself says: a tensor called `v_pred`, or its modelspec (library/sai_model_spec.py)."""
    said = header.metadata.get("modelspec.prediction_type", "").lower()
    if "v_pred" in header.tensors or said.startswith("v"):
        return "v"
    return "epsilon" if said.startswith("eps") else ""


def prediction_in_name(name: str, family: str) -> Prediction:
    """What a file's name hints at. SD 2.x is published in two kinds: `512-base` (noise) and `768-v` (velocity)."""
    if re.search(r"v[-_ ]?pred", name.lower()):
        return "v"
    if family != "sd2":
        return ""
    return "v" if re.search(r"(?<!\d)768(?!\d)", name) else "epsilon" if "512" in name else ""


_QUANTISED: tuple[tuple[str, str], ...] = (
    ("quant_state.bitsandbytes__nf4", "nf4"),
    ("quant_state.bitsandbytes__", "bitsandbytes"),
    (".quant_map", "bitsandbytes"),
    (".qweight", "int4"),
    (".wscales", "int4"),
    ("scaled_fp8", "fp8"),
    (".scale_weight", "fp8"),
    (".weight_scale", "fp8"),
    (".comfy_quant", "fp8"),
)


def quantisation(header: Header) -> str:
    """How a model was made smaller (`fp8`, `nf4`, `int8` …); empty for one in 16 or 32 bit."""
    for mark, kind in _QUANTISED:
        if any(mark in name for name in header.tensors):
            return kind
    types = {tensor.dtype for name, tensor in header.tensors.items() if name.endswith("weight")}
    small = sorted(kind for kind in types if kind.startswith(("F8", "F6", "F4")) or kind in ("I8", "U8"))
    return {"F8": "fp8", "I8": "int8", "U8": "int8"}.get(small[0][:2], small[0].lower()) if small else ""
