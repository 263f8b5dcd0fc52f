"""What a LoRA file says of itself that drawing with it depends on, from its header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.engine.families import by_width, is_adapter
from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import RunError

LYCORIS, OFT, PLAIN = "lycoris.kohya", "networks.oft", "networks.lora"
_TRAINED_ON: Mapping[str, str] = {"sd_v1": "sd15", "sd_v2": "sd2", "sdxl_base": "sdxl"}
"""How `ss_base_model_version` begins (train_util.py, get_sai_model_spec and train_network.py:1003)."""
_SDXL = (
    "lora_unet_input_blocks_",
    "lora_unet_output_blocks_",
    "lora_unet_middle_block_",
    "lora_te1_",
    "lora_te2_",
)
_LYCORIS_PARTS = ("hada_", "lokr_", "lora_mid", "dora_scale", "on_input", "diff", "a1", "b1")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA file that the engine can draw with."""

    path: Path
    family: str
    """`sd15`, `sd2` or `sdxl`; empty where the file does not tell."""
    module: str
    """The module of the engine that reads it."""
    size_bytes: int


def read_adapter(path: Path) -> Adapter:
    """From the header alone, in milliseconds.

    Raises:
        EngineError: the file is not there, or broken.
        RunError: `grid.not_a_lora`, `grid.other_lora` for the names of another program, which the engine passes over.
    """
    header = read_header(path)
    if not is_adapter(header.tensors):
        raise RunError("grid.not_a_lora", path)
    if not any(name.startswith(("lora_", "oft_")) for name in header.tensors):
        raise RunError("grid.other_lora", path)
    return Adapter(path, _family(header), _module(header), path.stat().st_size)


def _family(header: Header) -> str:
    said = header.metadata.get("ss_base_model_version", "")
    for beginning, family in _TRAINED_ON.items():
        if said.startswith(beginning):
            return family
    if any(name.startswith(_SDXL) for name in header.tensors):
        return "sdxl"
    widths = [
        tensor.shape[1]
        for name, tensor in header.tensors.items()
        if name.endswith("_attn2_to_k.lora_down.weight") and len(tensor.shape) > 1
    ]
    found = by_width(widths[0]) if widths else "unknown"
    return "" if found == "unknown" else found


def _module(header: Header) -> str:
    said = header.metadata.get("ss_network_module", "")
    if said in (LYCORIS, OFT):
        return said
    parts = {part for name in header.tensors for part in name.split(".")[1:]}
    if not said and any(part.startswith(_LYCORIS_PARTS) for part in parts):
        return LYCORIS
    # DyLoRA and LoRA-FA write what networks.lora reads.
    return OFT if any(part.startswith("oft_") for part in parts) else PLAIN
