"""SkyPilot itself reads the task: its schema, its resources, its file mounts.

It needs no account and no network. What providers ask for and have, which it looks up on the network, is not asked here. KOHYA_DRIVER_SKYPILOT names a Python that has it, as `uv venv` and `uv pip install skypilot` make one;
otherwise this Python is asked, and where it has none either these tests are skipped.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.cloud.machine import Rented
from kohya_driver.preset.load import load_preset
from tests.project import write_project

PYTHON = os.environ.get("KOHYA_DRIVER_SKYPILOT") or (
    sys.executable if importlib.util.find_spec("sky") else ""
)
pytestmark = pytest.mark.skipif(
    not PYTHON, reason="SkyPilot is not installed here; KOHYA_DRIVER_SKYPILOT may name a Python that has it"
)

READ = """
import json, sys, sky
task = sky.Task.from_yaml(sys.argv[1])
task.validate_name()
task.validate_run()
task.expand_and_validate_workdir()
task.expand_and_validate_file_mounts()
(resources,) = task.resources
print(json.dumps({
    "name": task.name, "nodes": task.num_nodes, "accelerators": resources.to_yaml_config().get("accelerators"), "spot": resources.use_spot,
    "disk": resources.disk_size, "autostop": resources.autostop_config.to_yaml_config(), "mounts": task.file_mounts,
    "setup": task.setup, "run": task.run, "version": sky.__version__,
}))
"""


def read_by_skypilot(path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "HOME": str(home), "SKYPILOT_DISABLE_USAGE_COLLECTION": "1"}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [PYTHON, "-c", READ, path], env=environment, text=True, capture_output=True, check=False, timeout=120
    )


def task_file(tmp_path: Path, rented: Rented) -> tuple[Path, api.Rental]:
    preset = load_preset(write_project(tmp_path / "我的 项目"))
    rental = api.plan_cloud(preset, rented)
    return api.write_cloud_task(rental, tmp_path / "task.yaml"), rental


@pytest.mark.parametrize(
    "rented",
    [
        Rented(),
        Rented("A100", cards=4, nodes=2, infra="aws/us-east-1", spot=True, disk_gb=200, idle_minutes=10),
        Rented("", cards=0),
    ],
    ids=["one card", "two nodes", "no card"],
)
def test_it_is_a_task(tmp_path: Path, rented: Rented) -> None:
    path, rental = task_file(tmp_path, rented)
    done = read_by_skypilot(path, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert (told["name"], told["nodes"], told["spot"]) == (rental.cluster, rented.nodes, rented.spot)
    assert told["accelerators"] == ({rented.gpu: rented.cards} if rented.gpu else None)
    assert told["disk"] == rented.disk_gb
    assert told["autostop"]["idle_minutes"] == rented.idle_minutes and not told["autostop"].get("down")
    assert told["mounts"]["~/kohya/ning-001/preset.toml"] == str(tmp_path / "task.preset.toml")
    assert "engine install" in told["setup"] and "train preset.toml" in told["run"]


def test_it_looks_closely(tmp_path: Path) -> None:
    """What is no task is refused: the validation is worth something."""
    path, _ = task_file(tmp_path, Rented())
    path.write_text(path.read_text(encoding="utf-8").replace("num_nodes: 1", "nodes: 1"), encoding="utf-8")
    done = read_by_skypilot(path, tmp_path)
    assert done.returncode != 0 and "nodes" in done.stderr
