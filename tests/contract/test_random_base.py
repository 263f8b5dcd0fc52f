"""The base model with random weights is one to the engine: made by its classes, taken by its loader."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.engine.base import read_base
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from tests.contract.conftest import run_inside

pytestmark = pytest.mark.engine

TENSORS = 1130
SIZE_BYTES = 2_132_470_614
"""Of SD 1.5 in 16 bits, without the header."""


def test_it_has_the_tensors_of_sd_15(random_base: Path) -> None:
    header = read_header(random_base)
    base = read_base(random_base)
    assert (base.family, base.missing, base.channels, base.quantised) == ("sd15", (), 4, "")
    assert len(header.tensors) == TENSORS
    assert {tensor.dtype for tensor in header.tensors.values()} == {"F16"}
    assert sum(tensor.size_bytes for tensor in header.tensors.values()) == SIZE_BYTES


def test_it_says_that_it_is_random(random_base: Path) -> None:
    assert read_header(random_base).metadata == {"kohya_driver.random_base": "sd15", "kohya_driver.seed": "0"}


def test_the_engine_loads_it(installed_engine: Engine, random_base: Path) -> None:
    # The loader itself raises for a missing, an extra or a misshapen tensor.
    told = run_inside(installed_engine, "load_base.py", str(random_base))
    assert told["models"] == ["CLIPTextModel", "AutoencoderKL", "UNet2DConditionModel"]
    assert told["parameters"] * 2 == SIZE_BYTES
    assert told["finite"]
    assert told["constant"] == 0
