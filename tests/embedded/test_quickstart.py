"""The newcomer's way, as it is typed: no sd-scripts, no way to it, and in the end a LoRA."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_recipe
from kohya_driver.engine.store import write_state
from kohya_driver.quickstart import EPOCHS, PHOTOS
from kohya_driver.run.folder import Run

pytestmark = pytest.mark.engine


@pytest.fixture
def home(tmp_path: Path, embedded_engine: Engine) -> Path:
    """A data folder with the embedded engine only, which borrows this machine's environment."""
    recipe = load_recipe("embedded")
    root = tmp_path / "家 home" / "engines" / recipe.folder_name
    root.mkdir(parents=True)
    for part in ("env", "tokenizers"):
        (root / part).symlink_to(embedded_engine.root / part)
    write_state(root, engine=recipe.engine, commit=recipe.pin.commit, tag=recipe.pin.tag, lock=recipe.lock)
    (files.home() / "assets").mkdir(exist_ok=True)
    (tmp_path / "家 home" / "assets").symlink_to(files.home() / "assets")
    return tmp_path / "家 home"


def test_from_nothing_to_a_lora(tmp_path: Path, home: Path) -> None:
    nowhere = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "url.https://127.0.0.1:1/.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/",
    }
    environment = {**os.environ, **nowhere, "KOHYA_DRIVER_HOME": str(home)}
    environment.pop("KOHYA_DRIVER_ENGINE_SOURCE", None)
    done = subprocess.run(
        [sys.executable, "-m", "kohya_driver", "quickstart", "--plain", "--lang", "en"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=800,
    )
    said = done.stdout.splitlines()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "embedded engine" in said[0]
    assert "127.0.0.1:1" in "".join(said[1:3])
    assert "embedded engine" in said[-1]
    (run,) = (Run(path) for path in (tmp_path / "quickstart" / "runs").iterdir())
    result, plan = run.result(), run.plan()
    assert result is not None
    assert (plan.engine_name, plan.images, result.steps) == ("embedded", len(PHOTOS), plan.steps)
    assert plan.steps == 2 * len(PHOTOS) * EPOCHS
    assert not check_lora(plan.final)
    assert abs(plan.final.stat().st_size / plan.disk.lora - 1) < 0.02
