"""What a LoRA file says of itself that drawing with it depends on, from its header."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kohya_driver.engine.families import is_adapter
from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import RunError
from kohya_driver.inspection.family import adapter_family
from kohya_driver.inspection.layers import layers_of

LYCORIS, OFT, PLAIN = "lycoris.kohya", "networks.oft", "networks.lora"
_LYCORIS_PARTS = ("hada_", "lokr_", "lora_mid", "dora_scale", "on_input", "diff", "a1", "b1")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA file that the engine can draw with."""

    path: Path
    family: str
    """`sd15`, `sd2`, `sdxl` …; empty where the file does not tell."""
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
    found = adapter_family(header, layers_of(header.tensors))
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
