"""Writes small LoRA files of numbers that are known, and computes what they change."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy

from kohya_driver.engine.weights import read_header
from kohya_driver.inspection.layers import layers_of
from kohya_driver.inspection.tensors import open_tensors

Array = Any
UNET = "lora_unet_mid_block_attentions_0_transformer_blocks_0"
LAYERS: Mapping[str, tuple[int, ...]] = {
    f"{UNET}_attn2_to_k": (24, 20),
    f"{UNET}_attn1_to_q": (20, 24),
    "lora_te_text_model_encoder_layers_0_mlp_fc1": (32, 16),
    "lora_unet_mid_block_attentions_0_proj_in": (18, 16, 1, 1),
}
"""Layer → shape of what it changes."""
CONV: Mapping[str, tuple[int, ...]] = {**LAYERS, "lora_unet_mid_block_resnets_0_conv1": (16, 12, 3, 3)}
SD15 = {"ss_network_module": "networks.lora", "ss_base_model_version": "sd_v1", "ss_v2": "False"}


def write_tensors(
    path: Path, tensors: Mapping[str, Array], metadata: Mapping[str, str] | None = None
) -> Path:
    """A safetensors file in 32 bit."""
    entries: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    data = b""
    for name, values in tensors.items():
        array = numpy.asarray(values, numpy.float32)
        added = array.tobytes()
        entries[name] = {
            "dtype": "F32", "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(added)],
        }  # fmt: skip
        data += added
    header = json.dumps(entries).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)
    return path


def lora_tensors(
    layers: Mapping[str, Sequence[int]], *, rank: int = 4, alpha: float = 2.0, seed: int = 0
) -> dict[str, Array]:
    chance = numpy.random.default_rng(seed)
    made: dict[str, Array] = {}
    for name, (out, inner, *sides) in layers.items():
        made[f"{name}.alpha"] = numpy.float32(alpha)
        made[f"{name}.lora_down.weight"] = chance.normal(0, 0.2, (rank, inner, *sides))
        made[f"{name}.lora_up.weight"] = chance.normal(0, 0.2, (out, rank, *(1 for _ in sides)))
    return made


def write_lora(
    path: Path,
    *,
    layers: Mapping[str, Sequence[int]] = LAYERS,
    rank: int = 4,
    alpha: float = 2.0,
    seed: int = 0,
    metadata: Mapping[str, str] | None = None,
) -> Path:
    told = {**SD15, "ss_network_dim": str(rank), "ss_network_alpha": str(alpha), **(metadata or {})}
    return write_tensors(path, lora_tensors(layers, rank=rank, alpha=alpha, seed=seed), told)


def changes(path: Path) -> dict[str, Array]:
    """Layer → (alpha / rank) · up · down, as one matrix: what every reader of a LoRA adds to the layer."""
    header = read_header(path)
    read = open_tensors(path, header)
    found = {}
    for layer in layers_of(header.tensors):
        up, down = (read(layer.tensors[role]) for role in ("up", "down"))
        rank = down.shape[0]
        alpha = float(read(layer.tensors["alpha"]).reshape(-1)[0]) if "alpha" in layer.tensors else rank
        found[layer.name] = alpha / rank * up.reshape(len(up), rank) @ down.reshape(rank, -1)
    return found


def apart(first: Mapping[str, Array], second: Mapping[str, Array]) -> float:
    """How far two changes are from each other, as a share of the second."""
    assert set(first) == set(second)
    off = sum(float(numpy.sum((first[name] - second[name]) ** 2)) for name in second)
    return float((off / sum(float(numpy.sum(each**2)) for each in second.values())) ** 0.5)
