"""SDXL on the real engine, as small as it goes: random weights of true size, 64 pixels, two steps."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from kohya_driver import api, quickstart
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from tests.contract.conftest import run_inside
from tests.project import write_picture

pytestmark = pytest.mark.engine

NEEDED_GIB = 17
PRESET = """
[dataset]
trigger = "ning"
train_data_dir = "image"
resolution = 64
min_bucket_reso = 64
max_bucket_reso = 64

[network]
dim = 4
alpha = 2.0
train_unet_only = true

[training]
max_train_epochs = 2
train_batch_size = 2
cache_text_encoder_outputs = true
gradient_checkpointing = false
lowram = true

[precision]
mixed_precision = "no"

[saving]
every_n_epochs = 1
"""


def sdxl_project(folder: Path, base: Path) -> Path:
    for name in ("a", "b"):
        write_picture(folder / "image" / "1_ning" / f"{name}.png")
    preset = folder / "preset.toml"
    preset.write_text(f'[model]\nbase = "{base}"\n{PRESET}', encoding="utf-8")
    return preset


def test_two_epochs(installed_engine: Engine, tmp_path: Path) -> None:
    if psutil.virtual_memory().available < NEEDED_GIB << 30:
        pytest.skip(f"an SDXL training takes {NEEDED_GIB} GB of memory, more than is free here now")
    preset = sdxl_project(tmp_path, quickstart.random_base(installed_engine, "sdxl"))
    result = api.train(api.load_preset(preset))
    assert result.outcome == "succeeded", result.evidence
    plan = api.open_run(result.folder).plan()
    assert plan.family == "sdxl" and plan.script == "sdxl_train_network.py"
    assert result.steps == plan.steps == 2
    assert [Path(path).name for path in result.checkpoints] == list(plan.checkpoints)
    metadata = read_header(plan.final).metadata
    assert metadata["ss_base_model_version"] == "sdxl_base_v1-0" and metadata["ss_steps"] == "2"
    told = run_inside(installed_engine, "load_lora.py", str(plan.final))
    assert told["finite"] and told["moved"] == told["ups"] > 500
