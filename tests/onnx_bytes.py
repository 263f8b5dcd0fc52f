"""Writes ONNX files byte by byte, so that tests and benchmarks have models without the library `onnx`.

Only what is needed of the format (onnx/onnx.proto): nodes with simple attributes, tensors as raw bytes, inputs and outputs
with fixed or named dimensions.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy

Dimension = int | str
Attribute = int | float | Sequence[int]


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _number(key: int, value: int) -> bytes:
    return _varint(key << 3) + _varint(value)


def _bytes(key: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(key << 3 | 2) + _varint(len(data)) + data


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _bytes(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _bytes(1, name) + _number(3, value) + _number(20, 2)
    return _bytes(1, name) + b"".join(_number(8, one) for one in value) + _number(20, 7)


def _tensor(name: str, values: numpy.ndarray[Any, Any]) -> bytes:
    kind = {"float32": 1, "int64": 7}[values.dtype.name]
    dims = b"".join(_number(1, one) for one in values.shape)
    return dims + _number(2, kind) + _bytes(8, name) + _bytes(9, values.tobytes())


def _value(name: str, shape: Sequence[Dimension]) -> bytes:
    dims = b"".join(_bytes(1, _bytes(2, one) if isinstance(one, str) else _number(1, one)) for one in shape)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, 1) + _bytes(2, dims)))


@dataclass
class Graph:
    """A graph of float tensors."""

    opset: int = 18
    nodes: list[bytes] = field(default_factory=list)
    tensors: list[bytes] = field(default_factory=list)
    count: int = 0

    def node(self, kind: str, inputs: Sequence[str], outputs: int = 1, **attributes: Attribute) -> str:
        """Add a node; returns its output, or several with blanks between."""
        names = [f"t{self.count + index}" for index in range(outputs)]
        self.count += outputs
        self._add(kind, inputs, names, attributes)
        return " ".join(names)

    def last(self, kind: str, inputs: Sequence[str], name: str) -> None:
        """A node whose output has a name of its own."""
        self._add(kind, inputs, [name], {})

    def constant(self, values: numpy.ndarray[Any, Any]) -> str:
        name = f"c{self.count}"
        self.count += 1
        self.tensors.append(_bytes(5, _tensor(name, values)))
        return name

    def floats(self, *values: float) -> str:
        return self.constant(numpy.array(values, numpy.float32))

    def ints(self, *values: int) -> str:
        return self.constant(numpy.array(values, numpy.int64))

    def model(
        self, inputs: Mapping[str, Sequence[Dimension]], outputs: Mapping[str, Sequence[Dimension]]
    ) -> bytes:
        graph = b"".join(self.nodes) + _bytes(2, "g") + b"".join(self.tensors)
        graph += b"".join(_bytes(11, _value(name, shape)) for name, shape in inputs.items())
        graph += b"".join(_bytes(12, _value(name, shape)) for name, shape in outputs.items())
        return _number(1, 8) + _bytes(8, _bytes(1, "") + _number(2, self.opset)) + _bytes(7, graph)

    def _add(
        self, kind: str, inputs: Sequence[str], outputs: Sequence[str], attributes: Mapping[str, Attribute]
    ) -> None:
        data = b"".join(_bytes(1, one) for one in inputs) + b"".join(_bytes(2, one) for one in outputs)
        data += _bytes(4, kind)
        data += b"".join(_bytes(5, _attribute(name, value)) for name, value in attributes.items())
        self.nodes.append(_bytes(1, data))
