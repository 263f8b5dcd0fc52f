"""Whether a LoRA that a training wrote is there, new, whole, finite and trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kohya_driver import files
from kohya_driver.engine.families import is_adapter
from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import EngineError, Finding, error

if TYPE_CHECKING:
    import numpy

CHUNK_BYTES = 1 << 20
STARTS_AT_ZERO = {
    *("lora_up", "lora_B", "hada_w2_a", "lokr_w2", "lokr_w2_b", "oft_blocks", "diff", "a2", "b2"),
}
"""Those that are zero before the first step, so that an untrained network changes nothing (as their modules are
initialised)."""


def check_lora(path: Path, before: str = "") -> tuple[Finding, ...]:
    """Whether a finished LoRA is there, new, whole, finite and trained: the first thing that is wrong, or nothing.

    Args:
        before: `files.stamp` of the file when the training began; the same file is not this run's. No time is compared:
            a clock may have been set meanwhile.
    """
    stamp = files.stamp(path)
    if not stamp:
        return (error("run.final_missing", path),)
    if stamp == before:
        return (error("run.final_old", path),)
    try:
        header = read_header(path)
    except EngineError:
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
