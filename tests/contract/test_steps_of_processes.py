"""Planned steps are those of the engine where two processes train together, over random datasets and settings."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from kohya_driver.engine import entry_script
from kohya_driver.engine.model import Engine
from kohya_driver.planning.schedule import build_schedule, checkpoints
from tests.contract.conftest import INSIDE
from tests.contract.test_steps import Scenario, _scenario

pytestmark = pytest.mark.engine

SCENARIOS = 8
COUNTED = ("train_images", "validation_images", "reg_images", "batches_per_epoch", "epochs", "steps")


@pytest.fixture(scope="module")
def measured(
    installed_engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Scenario], list[dict[str, Any]]]:
    """Two processes of the engine for everything: importing it takes longer than all the trainings."""
    folder = tmp_path_factory.mktemp("两个 进程")
    scenarios = [_scenario(number, folder / str(number)) for number in range(SCENARIOS)]
    for number in range(SCENARIOS):  # how samples are shared out is the engine's own affair
        config = folder / str(number) / "config.toml"
        lines = config.read_text(encoding="utf-8").splitlines(keepends=True)
        config.write_text("".join(line for line in lines if not line.startswith("sample_")), encoding="utf-8")
    asked, answer = folder / "asked.json", folder / "answer.json"
    asked.write_text(
        json.dumps([str(folder / str(n) / "config.toml") for n in range(SCENARIOS)]), encoding="utf-8"
    )
    done = subprocess.run(
        [
            installed_engine.python, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
            INSIDE / "measure_processes.py", entry_script().with_name("entry_loop.py"), asked, answer,
        ],
        cwd=installed_engine.checkout,
        env={
            **os.environ, "PYTHONPATH": str(installed_engine.checkout), "HF_HUB_OFFLINE": "1",
            "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1",
        },
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-6000:]
    return scenarios, json.loads(answer.read_text(encoding="utf-8"))


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_the_plan_counts_as_two_processes_do(
    measured: tuple[list[Scenario], list[dict[str, Any]]], number: int
) -> None:
    scenario, run = measured[0][number], measured[1][number]
    planned = build_schedule(
        scenario.datasets,
        gradient_accumulation_steps=scenario.training["gradient_accumulation_steps"],
        max_train_steps=scenario.training["max_train_steps"],
        max_train_epochs=scenario.training["max_train_epochs"],
        processes=2,
    )
    assert {name: getattr(planned, name) for name in COUNTED} == {name: run[name] for name in COUNTED}
    saved = checkpoints(planned, scenario.saving)
    assert [[one.file, one.step] for one in saved] == run["saved"]


def test_some_do_not_come_out_even(measured: tuple[list[Scenario], list[dict[str, Any]]]) -> None:
    """The comparison is worth what the scenarios hold."""
    batches = [sum(one.batches for one in scenario.datasets) for scenario in measured[0]]
    assert any(count % 2 for count in batches) and any(count % 2 == 0 for count in batches)
