"""Reads the headers of safetensors files without torch: names, types, shapes, places, metadata."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.errors import EngineError
from kohya_driver.wording import reason_of

MAX_HEADER_BYTES = 100_000_000  # the limit of the safetensors library itself
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
        raise EngineError("engine.weights_missing", path, reason=reason_of(failure)) from failure
    try:
        return _parse_header(text, size)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as failure:
        raise EngineError("engine.weights_broken", path, reason=reason_of(failure)) from failure


def _header_text(path: Path, prefix: bytes, size: int, read: Any) -> bytes:
    length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else size
    if length > min(MAX_HEADER_BYTES, size - 8):
        raise EngineError("engine.weights_broken", path, reason=texts.say("system.cut_short"))
    text: bytes = read(length)
    return text


def _parse_header(text: bytes, size: int) -> Header:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is not a header of a file of this size."""
    entries = json.loads(text)
    metadata = entries.pop("__metadata__", None) or {}
    if not all(isinstance(value, str) for value in metadata.values()):
        raise ValueError(texts.say("system.metadata_no_text"))
    data = 8 + len(text)
    tensors = {name: _parse_tensor(name, entry, data) for name, entry in entries.items()}
    end = data
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.size_bytes)):
        if tensor.start != end:
            raise ValueError(texts.say("system.tensors_apart"))
        end += tensor.size_bytes
    if end != size:
        raise ValueError(texts.say("system.tensors_size", size=size, wanted=end))
    return Header(tensors, metadata)


def _parse_tensor(name: str, entry: Mapping[str, Any], data: int) -> Tensor:
    dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    if dtype not in BITS:
        raise ValueError(texts.say("system.tensor_type", name=name, type=dtype))
    if any(type(number) is not int or number < 0 for number in (*shape, begin, end)):
        raise ValueError(texts.say("system.tensor_number", name=name))
    if (end - begin) * 8 != math.prod(shape) * BITS[dtype]:
        raise ValueError(texts.say("system.tensor_place", name=name))
    return Tensor(dtype, shape, data + begin, end - begin)


def main_dtype(header: Header) -> str:
    """The type of most of the bytes."""
    sizes: dict[str, int] = {}
    for tensor in header.tensors.values():
        sizes[tensor.dtype] = sizes.get(tensor.dtype, 0) + tensor.size_bytes
    return max(sizes, key=lambda dtype: sizes[dtype], default="")
