"""Single tensors of a safetensors file, as numbers, through a memory map: what is not asked for is not read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kohya_driver.engine.weights import Header, Tensor

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, numpy.dtype[Any]]
    Read = Callable[[str], Array]

_PLAIN: Mapping[str, str] = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2",
    "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "u1",
}  # fmt: skip
READABLE = frozenset({*_PLAIN, "BF16", "F8_E5M2", "F8_E4M3"})


def open_tensors(path: Path, header: Header) -> Read:
    """A function from a tensor's name to its numbers in 32 bit (64 where the file has them).

    Raises:
        OSError: the file cannot be read.
    """
    import numpy

    data = numpy.memmap(path, numpy.uint8, mode="r")

    def read(name: str) -> Array:
        tensor = header.tensors[name]
        numbers = decode(data[tensor.start : tensor.start + tensor.size_bytes], tensor)
        return numbers.reshape(tensor.shape)

    return read


def decode(data: Array, tensor: Tensor) -> Array:
    """Bytes as numbers. numpy knows neither bfloat16 nor the two 8-bit types.

    Raises:
        KeyError: a type of `weights.BITS` that is not READABLE.
    """
    import numpy

    kind = tensor.dtype
    if kind == "BF16":  # the upper half of a float32
        return (data.view("<u2").astype("<u4") << 16).view("<f4")
    if kind == "F8_E5M2":  # the upper half of a float16
        return (data.astype("<u2") << 8).view("<f2").astype("<f4")
    if kind == "F8_E4M3":
        return _e4m3()[data]
    numbers = data.view(_PLAIN[kind])
    return numbers if kind == "F64" else numbers.astype(numpy.float32)


@functools.cache
def _e4m3() -> Array:
    """All 256 values: one sign, four exponent bits (bias 7), three of the fraction; no infinity (arXiv 2209.05433, table 1)."""
    import numpy

    bits = numpy.arange(256)
    exponent, fraction = (bits >> 3) & 15, bits & 7
    size = numpy.where(exponent > 0, (8 + fraction) * 2.0 ** (exponent - 10.0), fraction * 2.0**-9)
    size = numpy.where((bits & 127) == 127, numpy.nan, size)
    return numpy.where(bits & 128, -size, size).astype(numpy.float32)
