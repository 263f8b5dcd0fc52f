"""The adapters in tests/golden, by which `inspect` is measured, are those that the engine's modules make now."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from tests.contract.conftest import run_inside
from tests.golden import FOLDER

pytestmark = pytest.mark.engine


def test_names_shapes_and_changes_are_those_of_the_engine(installed_engine: Engine, tmp_path: Path) -> None:
    made = run_inside(installed_engine, "write_adapters.py", str(tmp_path))
    golden = FOLDER / "adapters"
    expected, now = (json.loads((folder / "expected.json").read_text()) for folder in (golden, tmp_path))
    assert made == sorted(expected)
    for name, layers in expected.items():
        assert now[name].keys() == layers.keys()
        for layer, norm in layers.items():
            assert now[name][layer] == (norm and pytest.approx(norm, rel=1e-4))
        old, new = (read_header(folder / f"{name}.safetensors").tensors for folder in (golden, tmp_path))
        assert old == new
