"""The contract tests run on the real engine, installed in the user's data folder.

Without one they skip and say why; with a broken one they fail.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import quickstart
from kohya_driver.engine.install import find_engine
from kohya_driver.engine.model import Engine

INSIDE = Path(__file__).parent / "inside"


@pytest.fixture(scope="session")
def installed_engine() -> Engine:
    engine = find_engine()
    if engine is None:
        pytest.skip(
            "the engine is not installed here: `kohya-driver engine install` (then run the tests again)"
        )
    return engine


def run_inside(engine: Engine, script: str, *arguments: str, stdin: str = "", timeout: float = 300) -> Any:
    """Run tests/contract/inside/SCRIPT in the engine's interpreter and checkout; its last line of output is JSON."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(engine.checkout),
        "HF_HUB_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(
        [engine.python, INSIDE / script, *arguments],
        cwd=engine.checkout,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="session")
def random_base(installed_engine: Engine) -> Path:
    """SD 1.5 with random weights, made once by the engine and kept in the user's data folder."""
    return quickstart.random_base(installed_engine)
