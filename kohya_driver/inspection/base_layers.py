"""The layers of a base model by the names that LoRA files have for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver.engine.weights import Header, read_header
from kohya_driver.inspection.tensors import open_tensors

if TYPE_CHECKING:
    from kohya_driver.inspection.tensors import Array

Key = tuple[str, str]
"""Part and path, as in `names.Place`."""

_CHECKPOINT: tuple[tuple[str, str], ...] = (
    ("model.diffusion_model.", "unet"), ("cond_stage_model.transformer.", "text_encoder"), ("cond_stage_model.model.", "text_encoder"),
    ("conditioner.embedders.0.transformer.", "text_encoder"), ("conditioner.embedders.1.model.", "text_encoder_2"),
)  # fmt: skip
"""How names begin in a checkpoint in one file."""
_RESBLOCK = {
    "in_layers_2": "conv1", "emb_layers_1": "time_emb_proj", "out_layers_3": "conv2", "skip_connection": "conv_shortcut",
}  # fmt: skip
_ALONE = {
    "input_blocks_0_0": "conv_in", "out_2": "conv_out",
    "time_embed_0": "time_embedding_linear_1", "time_embed_2": "time_embedding_linear_2",
}  # fmt: skip
_BLOCK = re.compile(r"(input|output)_blocks_(\d+)_(\d+)_(.+)|middle_block_(\d)_(.+)")
_OPEN_CLIP = (
    ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp_c_fc", "mlp_fc1"), ("mlp_c_proj", "mlp_fc2"),
    ("attn_out_proj", "self_attn_out_proj"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """Where a layer's weights lie; of three that are kept as one, which third."""

    file: Path
    name: str
    third: int | None = None


def open_base(path: Path) -> Callable[[Key], Array | None]:
    """A function from a layer's key to its weights in the base, None if it has no such layer.

    Raises:
        EngineError: as `read_header`.
    """
    found: dict[Key, _Piece] = {}
    headers: dict[Path, Header] = {}
    for file, part in _files(path):
        headers[file] = read_header(file)
        for name in headers[file].tensors:
            found.update(_entries(file, name, part))
    readers = {file: open_tensors(file, header) for file, header in headers.items()}

    def weights(key: Key) -> Array | None:
        piece = found.get(key)
        if piece is None:
            return None
        whole = readers[piece.file](piece.name)
        if piece.third is None:
            return whole
        rows = len(whole) // 3
        return whole[piece.third * rows : (piece.third + 1) * rows]

    return weights


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Of a diffusers folder each part's; the part of a single file is in its names."""
    if path.is_file():
        yield path, ""
        return
    for file in sorted(path.glob("*/*.safetensors")):
        if file.parent.name in ("unet", "transformer", "text_encoder", "text_encoder_2"):
            yield file, file.parent.name


def _entries(file: Path, name: str, part: str) -> Iterator[tuple[Key, _Piece]]:
    if not part:
        part, name_in_part = _split(name)
    else:
        name_in_part = name
    if not part:
        return
    if name_in_part.endswith("attn.in_proj_weight"):
        path = name_in_part.removesuffix("attn.in_proj_weight").replace(".", "_")
        for third, letter in enumerate("qkv"):
            for alias in _aliases(part, f"{path}self_attn_{letter}_proj"):
                yield (part, alias), _Piece(file, name, third)
        return
    if name_in_part.endswith(".weight"):
        for alias in _aliases(part, name_in_part.removesuffix(".weight").replace(".", "_")):
            yield (part, alias), _Piece(file, name)


def _split(name: str) -> Key:
    for beginning, part in _CHECKPOINT:
        if name.startswith(beginning):
            return part, name.removeprefix(beginning)
    return "", name


def _aliases(part: str, path: str) -> tuple[str, ...]:
    """The names of one layer: kohya writes SDXL's U-Net as the checkpoint has it, all others as diffusers does."""
    other = diffusers_path(path) if part == "unet" else _clip_path(path)
    return (path, other) if other != path else (path,)


def _clip_path(path: str) -> str:
    """SD 2.x and SDXL have OpenCLIP's names for the layers of the larger text encoder."""
    if not path.startswith("transformer_resblocks_"):
        return path
    renamed = path.replace("transformer_resblocks_", "text_model_encoder_layers_")
    for theirs, ours in _OPEN_CLIP:
        renamed = re.sub(rf"(?<=\d_){theirs}(?=$|_)", ours, renamed)
    return renamed


def diffusers_path(path: str, layers: int = 2) -> str:
    """A U-Net layer's name in diffusers, from that in the checkpoint (the engine's `convert_ldm_unet_checkpoint`).

    Each level of the way down has `layers` blocks and one that makes it smaller; of the way up one block more.
    """
    found = _BLOCK.fullmatch(path)
    if not found:
        return _ALONE.get(path, path)
    if found[5]:
        place, rest = int(found[5]), found[6]
        block = "mid_block_attentions_0" if place == 1 else f"mid_block_resnets_{place // 2}"
        return f"{block}_{_RESBLOCK.get(rest, rest)}"
    way, number, inner, rest = found[1], int(found[2]), int(found[3]), found[4]
    if way == "input":
        level, place = divmod(number - 1, layers + 1)
        if rest == "op":
            return f"down_blocks_{level}_downsamplers_0_conv"
        name = f"down_blocks_{level}"
    else:
        level, place = divmod(number, layers + 1)
        if rest == "conv":
            return f"up_blocks_{level}_upsamplers_0_conv"
        name = f"up_blocks_{level}"
    group = "attentions" if inner == 1 else "resnets"
    return f"{name}_{group}_{place}_{_RESBLOCK.get(rest, rest)}"
