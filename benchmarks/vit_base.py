"""A tagging model of real size: a vision transformer (ViT-B/16 at 448 pixels, 10,861 outputs, 380 MB) with random weights.

It sees nothing, but computes as much as wd-vit-tagger-v3. Its last biases are low, so that few tags are written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from tests.onnx_bytes import Graph

SIZE, PATCH, WIDTH, HEADS, LAYERS, TAGS = 448, 16, 768, 12, 12, 10_861
RATINGS, GENERAL = 4, 8106
LOW = -6.0


def write(folder: Path) -> Path:
    """A folder such as `--model` takes; nothing is done if it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "model.onnx").exists():
        (folder / "selected_tags.csv").write_text(_tags())
        (folder / "model.part").write_bytes(_model())
        (folder / "model.part").rename(folder / "model.onnx")
    return folder


def _tags() -> str:
    kinds = [9] * RATINGS + [0] * GENERAL + [4] * (TAGS - RATINGS - GENERAL)
    rows = [f"{number},tag_{number},{kind},1000" for number, kind in enumerate(kinds)]
    return "\n".join(["tag_id,name,category,count", *rows, ""])


class _Net(Graph):
    def __init__(self) -> None:
        super().__init__(opset=20)
        self.random = numpy.random.default_rng(1)

    def weights(self, *shape: int) -> str:
        values = self.random.standard_normal(shape, dtype=numpy.float32)
        return self.constant(values * numpy.float32(1 / numpy.sqrt(numpy.prod(shape[1:] or shape))))

    def linear(self, value: str, wide: int, narrow: int, bias: float = 0.0) -> str:
        product = self.node("MatMul", [value, self.weights(wide, narrow)])
        return self.node("Add", [product, self.constant(numpy.full(narrow, bias, numpy.float32))])

    def norm(self, value: str) -> str:
        ones: Any = numpy.ones(WIDTH, numpy.float32)
        scale, shift = self.constant(ones), self.constant(ones * 0)
        return self.node("LayerNormalization", [value, scale, shift], axis=-1)

    def heads(self, value: str, order: tuple[int, ...]) -> str:
        parts = self.node("Reshape", [value, self.ints(0, 0, HEADS, WIDTH // HEADS)])
        return self.node("Transpose", [parts, ], perm=order)  # fmt: skip

    def layer(self, value: str) -> str:
        normed = self.norm(value)
        query = self.heads(self.linear(normed, WIDTH, WIDTH), (0, 2, 1, 3))
        key = self.heads(self.linear(normed, WIDTH, WIDTH), (0, 2, 3, 1))
        worth = self.heads(self.linear(normed, WIDTH, WIDTH), (0, 2, 1, 3))
        scores = self.node("Mul", [self.node("MatMul", [query, key]), self.floats(0.125)])
        mixed = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), worth])
        joined = self.node("Transpose", [mixed], perm=(0, 2, 1, 3))
        joined = self.node("Reshape", [joined, self.ints(0, 0, WIDTH)])
        value = self.node("Add", [value, self.linear(joined, WIDTH, WIDTH)])
        inner = self.node("Gelu", [self.linear(self.norm(value), WIDTH, 4 * WIDTH)])
        return self.node("Add", [value, self.linear(inner, 4 * WIDTH, WIDTH)])


def _model() -> bytes:
    net = _Net()
    scaled = net.node("Mul", ["input", net.floats(1 / 127.5)])
    scaled = net.node("Sub", [scaled, net.floats(1.0)])
    planes = net.node("Transpose", [scaled], perm=(0, 3, 1, 2))
    kernel = net.weights(WIDTH, 3, PATCH, PATCH)
    patches = net.node("Conv", [planes, kernel], strides=(PATCH, PATCH), kernel_shape=(PATCH, PATCH))
    count = (SIZE // PATCH) ** 2
    value = net.node("Reshape", [patches, net.ints(0, WIDTH, count)])
    value = net.node("Transpose", [value], perm=(0, 2, 1))
    value = net.node("Add", [value, net.weights(1, count, WIDTH)])
    for _ in range(LAYERS):
        value = net.layer(value)
    mean = net.node("ReduceMean", [net.norm(value), net.ints(1)], keepdims=0)
    net.last("Sigmoid", [net.linear(mean, WIDTH, TAGS, LOW)], "output")
    taken = ("batch_size", SIZE, SIZE, 3)
    return net.model({"input": taken}, {"output": ("batch_size", TAGS)})
