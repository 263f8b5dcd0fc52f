"""These tests train with the embedded engine on its tiny base: seconds each. Without the engine they skip and say why."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.engine.model import Engine
from kohya_driver.preset.model import Preset
from tests.contract.test_resume import project

EMBEDDED_HERE = ("launch.engine=embedded", "launch.device=cpu")


@pytest.fixture(scope="session")
def engine(embedded_engine: Engine) -> Engine:
    return embedded_engine


@pytest.fixture(scope="session")
def tiny_base(embedded_base: Path) -> Path:
    return embedded_base


def preset(folder: Path, base: Path, *sets: str, extra: str = "") -> Preset:
    """Seven pictures in two shapes, 16 steps in four epochs (tests/contract/test_resume.py), on the embedded engine."""
    return api.load_preset(project(folder, base, extra), sets=[*EMBEDDED_HERE, *sets])


def run_trainer(engine: Engine, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A script of the embedded engine by itself, with nothing of the driver around it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(engine.checkout),
        "HF_HUB_OFFLINE": "1",
        "ACCELERATE_USE_CPU": "true",
        "COLUMNS": "400",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return subprocess.run(
        [engine.python, *arguments],
        cwd=engine.checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
