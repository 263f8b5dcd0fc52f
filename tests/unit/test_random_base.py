"""What can be told of the random base without torch: its header, its distributions, a disk with too little room."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kohya_driver.engine import random_base
from kohya_driver.engine.weights import read_header

LAYOUT = {"conv.weight": (4, 3, 2, 2), "conv.bias": (4,), "scale": ()}


def test_the_header_is_one_that_the_reader_takes(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    header = random_base.safetensors_header(LAYOUT, {"kohya_driver.random_base": "sd15"})
    path.write_bytes(header + b"\0" * sum(map(random_base.tensor_bytes, LAYOUT.values())))
    found = read_header(path)
    assert {name: tensor.shape for name, tensor in found.tensors.items()} == LAYOUT
    assert found.metadata == {"kohya_driver.random_base": "sd15"}
    assert len(header) % 8 == 0


@pytest.mark.parametrize(
    ("name", "shape", "expected"),
    [
        ("x.bias", (320,), (0.0, 0.0)),
        ("norm.weight", (320,), (1.0, 0.0)),
        ("logit_scale", (), (1.0, 0.0)),
        ("embeddings.token_embedding.weight", (49408, 768), (0.0, 0.02)),
        ("to_q.weight", (320, 400), (0.0, 0.025)),
        ("conv.weight", (8, 4, 5, 5), (0.0, 0.05)),
    ],
)
def test_the_values_are_small(name: str, shape: tuple[int, ...], expected: tuple[float, float]) -> None:
    assert random_base.distribution(name, shape) == pytest.approx(expected)


def test_a_disk_with_too_little_room_is_seen_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(OSError) as caught:
        random_base.write_random(tmp_path / "a.safetensors", {"a": (1 << 50,)}, {}, seed=0)
    assert caught.value.errno == errno.ENOSPC
    assert not list(tmp_path.iterdir())
