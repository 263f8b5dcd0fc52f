"""Reads safetensors files without torch: headers, the family of a base model, whether a finished LoRA is sound."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from kohya_driver.errors import EngineError, Finding, error

if TYPE_CHECKING:
    import numpy

Family = Literal[
    "sd15", "sd2", "sdxl", "sdxl-refiner", "sd3", "flux", "lumina", "lora", "vae", "text-encoder", "unknown"
]

MAX_HEADER_BYTES = 100_000_000  # the limit of the safetensors library itself
CHUNK_BYTES = 1 << 20
BITS: Mapping[str, int] = {
    **{
        "BOOL": 8,
        "U8": 8,
        "I8": 8,
        "F8_E5M2": 8,
        "F8_E4M3": 8,
        "F8_E8M0": 8,
        "F8_E4M3FNUZ": 8,
        "F8_E5M2FNUZ": 8,
    },
    **{"U16": 16, "I16": 16, "F16": 16, "BF16": 16, "U32": 32, "I32": 32, "F32": 32},
    **{"U64": 64, "I64": 64, "F64": 64, "C64": 64, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6},
}
ADAPTER_PARTS = {
    *("lora_down", "lora_up", "lora_mid", "lora_A", "lora_B", "alpha", "dora_scale"),
    *("a1", "a2", "b1", "b2", "bm", "diff", "diff_b", "on_input", "rescale", "w_norm", "b_norm"),
}
ADAPTER_BEGINNINGS = ("hada_", "lokr_", "oft_")
"""Parts of the tensors' names in what networks/*.py, LyCORIS and PEFT save."""
STARTS_AT_ZERO = {
    *("lora_up", "lora_B", "hada_w2_a", "lokr_w2", "lokr_w2_b", "oft_blocks", "diff", "a2", "b2"),
}
"""Those that are zero before the first step, so that an untrained network changes nothing (as their modules are
initialised)."""


@dataclass(frozen=True, slots=True)
class Tensor:
    dtype: str
    """As the format writes it: F32, F16, BF16."""
    shape: tuple[int, ...]
    start: int
    """First byte, from the beginning of the file."""
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Header:
    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A base model as far as its header or its configs tell."""

    path: Path
    family: Family
    format: Literal["safetensors", "ckpt", "diffusers"]
    dtype: str
    """Of most of its bytes: F16, BF16, F32; empty where it cannot be told."""
    size_bytes: int


def read_header(path: Path) -> Header:
    """The header of a safetensors file, checked against the file's length: as strict as the library's own reader.

    Raises:
        EngineError: `engine.weights_missing`, or `engine.weights_broken` with what is wrong.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            text = _header_text(path, file.read(8), size, file.read)
    except OSError as failure:
        raise EngineError(
            "engine.weights_missing", path, reason=failure.strerror or str(failure)
        ) from failure
    try:
        return _parse_header(text, size)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as failure:
        raise EngineError("engine.weights_broken", path, reason=str(failure)[:200]) from failure


def _header_text(path: Path, prefix: bytes, size: int, read: Any) -> bytes:
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else size
    if length > min(MAX_HEADER_BYTES, size - 8):
        raise EngineError("engine.weights_broken", path, reason="it is shorter than its header says")
    text: bytes = read(length)
    return text


def _parse_header(text: bytes, size: int) -> Header:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is not a header of a file of this size."""
    entries = json.loads(text)
    metadata = entries.pop("__metadata__", None) or {}
    if not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError("a metadata value is not a text")
    data = 8 + len(text)
    tensors = {name: _parse_tensor(name, entry, data) for name, entry in entries.items()}
    end = data
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.size_bytes)):
        if tensor.start != end:
            raise ValueError("its tensors overlap or leave gaps")
        end += tensor.size_bytes
    if end != size:
        raise ValueError(f"it has {size} bytes and should have {end}")
    return Header(tensors, metadata)


def _parse_tensor(name: str, entry: Mapping[str, Any], data: int) -> Tensor:
    dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    if dtype not in BITS:
        raise ValueError(f"{name} has an unknown type, {dtype}")
    if any(type(number) is not int or number < 0 for number in (*shape, begin, end)):
        raise ValueError(f"{name} has a size or place that is no number")
    if (end - begin) * 8 != math.prod(shape) * BITS[dtype]:
        raise ValueError(f"{name} does not fill its place")
    return Tensor(dtype, shape, data + begin, end - begin)


def model_family(header: Header) -> Family:
    """What a file holds, from its tensors' names and shapes.

    SD 1.x, 2.x and SDXL are told apart by the width of what their U-Net attends to: 768, 1024 and 2048 (the refiner:
    1280), as in the engine's model_util and sdxl_original_unet.
    """
    names = header.tensors
    if is_adapter(names):
        return "lora"
    width = _context_width(header)
    if width is not None:
        return _BY_WIDTH.get(width, "unknown")
    for family, marks in _MARKS:
        if any(mark in name for name in names for mark in marks):
            return family
    return "unknown"


_BY_WIDTH: Mapping[int, Family] = {768: "sd15", 1024: "sd2", 2048: "sdxl", 1280: "sdxl-refiner"}
_MARKS: tuple[tuple[Family, tuple[str, ...]], ...] = (
    ("sd3", ("joint_blocks.",)),
    ("flux", ("double_blocks.0.img_attn", "single_transformer_blocks.0.")),
    ("lumina", ("cap_embedder.",)),
    ("vae", ("decoder.conv_in.", "first_stage_model.")),
    ("text-encoder", ("text_model.encoder.", "encoder.block.0.layer.0.SelfAttention")),
)


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


def read_base(path: Path) -> BaseModel:
    """A base model: a .safetensors file, a diffusers folder, or an old .ckpt (of which nothing can be told here).

    Raises:
        EngineError: `engine.weights_missing`, `engine.weights_broken`, or `engine.base_folder` for a folder that is
            no diffusers model.
    """
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.lower() in (".ckpt", ".pt", ".pth", ".bin"):
        return BaseModel(path, "unknown", "ckpt", "", _size(path))
    header = read_header(path)
    return BaseModel(path, model_family(header), "safetensors", main_dtype(header), _size(path))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as failure:
        raise EngineError(
            "engine.weights_missing", path, reason=failure.strerror or str(failure)
        ) from failure


def main_dtype(header: Header) -> str:
    """The type of most of the bytes."""
    sizes: dict[str, int] = {}
    for tensor in header.tensors.values():
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.size_bytes
    return max(sizes, key=lambda dtype: sizes[dtype], default="")


def _read_folder(folder: Path) -> BaseModel:
    config = folder / "unet" / "config.json"
    try:
        index = json.loads((folder / "model_index.json").read_text(encoding="utf-8"))
        width = (
            json.loads(config.read_text(encoding="utf-8"))["cross_attention_dim"]
            if config.is_file()
            else None
        )
        family = _BY_WIDTH.get(width, "unknown") if width else _by_pipeline(str(index.get("_class_name", "")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        raise EngineError("engine.base_folder", folder) from failure
    files = sorted(folder.glob("*/*.safetensors"))
    unet = [path for path in files if path.parent.name in ("unet", "transformer")]
    dtype = main_dtype(read_header(unet[0])) if unet else ""
    return BaseModel(folder, family, "diffusers", dtype, sum(map(_size, files)))


def _by_pipeline(name: str) -> Family:
    pipelines: Mapping[str, Family] = {"StableDiffusion3": "sd3", "Flux": "flux", "Lumina": "lumina"}
    return next((family for start, family in pipelines.items() if name.startswith(start)), "unknown")


def check_lora(path: Path, not_before: float) -> tuple[Finding, ...]:
    """Whether a finished LoRA is there, new, whole, finite and trained: the first thing that is wrong, or nothing.

    Args:
        not_before: seconds since the epoch; a file that was last written before is not this run's. One second is
            allowed, as some file systems keep only whole ones.
    """
    try:
        if path.stat().st_mtime < not_before - 1:
            return (error("run.final_old", path),)
        header = read_header(path)
    except FileNotFoundError:
        return (error("run.final_missing", path),)
    except (OSError, EngineError):
        return (error("run.final_unreadable", path),)
    if not is_adapter(header.tensors):
        return (error("run.final_unreadable", path),)
    return _check_values(path, header)


def _check_values(path: Path, header: Header) -> tuple[Finding, ...]:
    zero_at_start = {name for name in header.tensors if not STARTS_AT_ZERO.isdisjoint(name.split(".")[1:])}
    moved = not zero_at_start
    try:
        for name, bits, exponent in _value_bits(path, header):
            if ((bits & exponent) == exponent).any():
                return (error("run.final_not_finite", path, tensor=name),)
            if not moved and name in zero_at_start:
                moved = bool((bits << 1).any())  # without the sign: a negative zero is a zero
    except OSError:
        return (error("run.final_unreadable", path),)
    return () if moved else (error("run.final_untrained", path),)


_EXPONENTS: Mapping[str, tuple[str, int]] = {
    "F16": ("<u2", 0x7C00),
    "BF16": ("<u2", 0x7F80),
    "F32": ("<u4", 0x7F800000),
    "F64": ("<u8", 0x7FF0000000000000),
}
"""Each type as whole numbers, and its exponent bits, which only NaN and infinity have all set (IEEE 754). As
numbers they could not be read: numpy knows no BF16."""


def _value_bits(path: Path, header: Header) -> Iterator[tuple[str, numpy.ndarray[Any, Any], int]]:
    """Name, bits and exponent mask of every float tensor, in pieces that fit a processor's cache."""
    import numpy

    with path.open("rb") as file:
        for name, tensor in header.tensors.items():
            if tensor.dtype not in _EXPONENTS:
                continue
            kind, exponent = _EXPONENTS[tensor.dtype]
            file.seek(tensor.start)
            for done in range(0, tensor.size_bytes, CHUNK_BYTES):
                piece = file.read(min(CHUNK_BYTES, tensor.size_bytes - done))
                yield name, numpy.frombuffer(piece, kind), exponent
