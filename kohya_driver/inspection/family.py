"""Which family of models an adapter was trained on: as its metadata says, or by the names and shapes of its layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kohya_driver.engine.families import by_width
from kohya_driver.engine.weights import Header
from kohya_driver.inspection.layers import Layer

_SAID: tuple[tuple[str, str], ...] = (
    ("sdxl", "sdxl"), ("sd_v1", "sd15"), ("sd_v2", "sd2"), ("sd3", "sd3"), ("flux", "flux"), ("chroma", "chroma"), ("lumina", "lumina"),
    ("anima", "anima"), ("hunyuan_image", "hunyuan-image"), ("sd1", "sd15"), ("sd2", "sd2"),
    ("stable-diffusion-xl", "sdxl"), ("stable-diffusion-v1", "sd15"), ("stable-diffusion-v2", "sd2"), ("stable-diffusion-3", "sd3"),
    ("hunyuan-image", "hunyuan-image"),
)  # fmt: skip
"""How `ss_base_model_version` and `modelspec.architecture` begin (train_network.py:1003, library/sai_model_spec.py); ai-toolkit
writes `sdxl_1.0`, `sd1.5`, `flux1` into the first too."""
_KEYS = ("ss_base_model_version", "modelspec.architecture")
_MARKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sd3", ("joint_blocks_", "transformer_blocks_0_attn_add_k_proj")),
    ("flux", ("double_blocks_", "single_blocks_", "single_transformer_blocks_")),
    ("sdxl", ("input_blocks_", "output_blocks_", "middle_block_")),
)


def adapter_family(header: Header, layers: Iterable[Layer]) -> str:
    """`unknown` where nothing tells."""
    said = _said(header.metadata)
    if said:
        return said
    known = tuple(layers)
    paths = [layer.place.path for layer in known]
    for family, marks in _MARKS:
        # diffusers calls Flux' double blocks as others call theirs; its single ones are its own.
        if any(path.startswith(marks) for path in paths):
            return family
    found = by_width(_context_width(known) or _text_width(known))
    if found == "sdxl-refiner":  # 1280 is the width of SDXL's second text encoder too
        found = "sdxl"
    return "sdxl" if any(layer.place.part == "text_encoder_2" for layer in known) else found


def _said(metadata: Mapping[str, str]) -> str:
    for key in _KEYS:
        value = metadata.get(key, "").lower()
        for beginning, family in _SAID:
            if value.startswith(beginning):
                return family
    return ""


def _context_width(layers: Iterable[Layer]) -> int | None:
    """What a U-Net attends to: 768, 1024, 2048."""
    ends = ("_attn2_to_k", "_attn2_to_v")
    return next(
        (_inputs(one) for one in layers if one.place.path.endswith(ends) and one.place.part == "unet"), None
    )


def _text_width(layers: Iterable[Layer]) -> int | None:
    """Of a text encoder: 768 (CLIP-L), 1024 (OpenCLIP H), 1280 (OpenCLIP bigG)."""
    ends = ("_self_attn_k_proj", "_self_attn_q_proj", "_self_attn_v_proj")
    return next((_inputs(one) for one in layers if one.place.path.endswith(ends)), None)


def _inputs(layer: Layer) -> int | None:
    """How wide the layer's input is, of the kinds that tell."""
    for role in ("down", "w1_b", "a2"):
        shape = layer.shapes.get(role, ())
        if layer.kind != "lokr" and len(shape) > 1:
            return shape[1]
    shape = layer.shapes.get("diff", ())
    return shape[1] if len(shape) > 1 else None
