"""A trainer started with and without `accelerate launch`: told the same, and learning the same."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.engine.model import Engine
from kohya_driver.events.model import StepDone
from kohya_driver.planning.arguments import accelerate_config, direct_environment, launch_command
from tests.contract.conftest import INSIDE
from tests.contract.test_resume import tensors
from tests.embedded.conftest import preset

pytestmark = pytest.mark.engine


@pytest.mark.parametrize("cpu", [True, False])
def test_it_is_told_the_same(engine: Engine, tmp_path: Path, cpu: bool) -> None:
    """By the pinned accelerate's own launcher, variable by variable."""
    config = tmp_path / "accelerate.yaml"
    config.write_text(accelerate_config(cpu=cpu), encoding="utf-8")
    command = launch_command(
        engine, INSIDE / "environment.py", "train_network.py", tmp_path, config, threads=3, cpu=cpu
    )
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ACCELERATE_")}
    done = subprocess.run(command, env=inherited, capture_output=True, text=True, timeout=120, check=True)
    assert json.loads(done.stdout) == {**inherited, **direct_environment(threads=3, cpu=cpu)}


def test_it_learns_the_same(tiny_base: Path, tmp_path: Path) -> None:
    """To the bit."""
    sets = ("training.max_train_epochs=1", "sampling.every_n_epochs=50", "sampling.at_first=false")
    runs = [
        api.open_run(
            api.train(preset(tmp_path / launcher, tiny_base, *sets, f"launch.launcher={launcher}")).folder
        )
        for launcher in ("accelerate", "direct")
    ]
    assert [run.accelerate_file.exists() for run in runs] == [True, False]
    told = [[each.event for each in run.events() if isinstance(each.event, StepDone)] for run in runs]
    assert told[0] and [step.loss for step in told[0]] == [step.loss for step in told[1]]
    numbers = [tensors(run.plan().final) for run in runs]
    assert numbers[0] == numbers[1]
