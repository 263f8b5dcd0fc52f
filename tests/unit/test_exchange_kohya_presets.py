"""kohya_ss's own LoRA presets: every one is imported, planned for a Mac, and exported back to equal values.

They are not part of this repository. KOHYA_SS_PRESETS names the folder `presets/lora` of a copy of kohya_ss; without it only
files in their shape are tried, with values of our own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.exchange.exporting import export
from kohya_driver.exchange.importing import import_files
from kohya_driver.exchange.kohya_defaults import DEFAULTS
from kohya_driver.exchange.model import Imported
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.preset.load import build_preset
from tests.exchanged import OLD_GUI, write
from tests.project import MAC, write_project, write_safetensors

FOLDER = os.environ.get("KOHYA_SS_PRESETS", "")
PRESETS = sorted(Path(FOLDER).glob("*.json")) if FOLDER else []
ABOUT_THIS_DISK = {"machine.disk_full"}
"""How much is free where the tests run says nothing of a Mac."""

LIKE_THEIRS: dict[str, dict[str, Any]] = {
    "old, LoKr": OLD_GUI,
    "few fields, iA3": {"LoRA_type": "LyCORIS/iA3", "epoch": 40, "learning_rate": 1.0, "unet_lr": 1.0, "text_encoder_lr": 1.0,
                        "lr_scheduler": "constant", "lr_warmup": 0, "network_dim": 512, "network_alpha": 512, "optimizer": "Prodigy",
                        "optimizer_args": "d_coef=0.8 weight_decay=0.02", "seed": "99", "noise_offset": 0.04},
    "texts for numbers, two kinds of attention": {
        **OLD_GUI, "LoRA_type": "Standard", "additional_parameters": "", "optimizer": "AdamW8bit", "optimizer_args": "",
        "learning_rate": "0.0002", "unet_lr": "0.0002", "text_encoder_lr": "6e-05", "network_dim": 48, "network_alpha": 24,
        "mem_eff_attn": True, "enable_bucket": False, "seed": "4321", "noise_offset_type": "Original", "noise_offset": "0.04",
        "bucket_reso_steps": 64.0, "max_data_loader_n_workers": "1", "conv_dims": "", "conv_alphas": ""},
    "SDXL, D-Adaptation": {
        **OLD_GUI, "LoRA_type": "Standard", "sdxl": True, "additional_parameters": "--network_train_unet_only", "optimizer": "DAdaptAdam",
        "optimizer_args": '"decouple=True" "weight_decay=0.3"', "max_resolution": "1024,1024", "network_dim": 32, "network_alpha": 16,
        "bucket_reso_steps": 32, "max_token_length": "225", "max_train_steps": "400", "max_train_epochs": "9"},
    "all fields of today": {**DEFAULTS, "LoRA_type": "LyCORIS/LoCon", "conv_dim": 8, "conv_alpha": 4, "network_dim": 16,
                            "sample_prompts": "ning --w 512 --h 512", "sample_every_n_epochs": 2, "max_train_steps": 0, "epoch": 6},
    "FLUX": {**DEFAULTS, "LoRA_type": "Flux1", "flux1_checkbox": True, "optimizer": "AdamW8bit", "fp8_base": True, "max_train_steps": 700},
}  # fmt: skip


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("projects")
    sides = {"sd15": 512, "sdxl": 1024}
    return {
        family: write_project(folder / family, family=family, sizes=[(side, side)] * 4).parent
        for family, side in sides.items()
    }


def there_and_back(source: Path, project: Path, folder: Path) -> tuple[Imported, Imported]:
    """Imported, planned without an error, exported for the GUI, and imported from that."""
    result = import_files(
        [source], MAC, folder, images=str(project / "image"), base=str(project / "base.safetensors")
    )
    weights = result.values.get("network", {}).get("weights")
    if weights:  # a LoRA of its author's: any will do
        lora = write_safetensors(folder / "start.safetensors", {"lora_unet_x.lora_up.weight": (4, 4)})
        result.values["network"]["weights"] = str(lora)
    preset = build_preset(result.values, folder)
    plan = build_plan(read_inputs(preset, MAC, folder / "run"))
    assert not [
        (one.code, one.where) for one in plan.errors if one.code not in ABOUT_THIS_DISK | START_WEIGHTS
    ]
    made = export(preset, "kohya_ss", folder / "again.json")
    assert not made.findings
    return result, import_files([folder / "again.json"], MAC, folder)


START_WEIGHTS = {"network.weights_other", "network.weights_rank", "network.weights_family"}
"""Said of the stand-in for the author's LoRA."""
NOT_THE_GUIS = ("model.base", "dataset.train_data_dir", "network.weights", "dataset.class_tokens")
UNIMPORTANT = {"optimizer.text_encoder_lr", "training.max_data_loader_n_workers", "dataset.bucket_reso_steps", "dataset.min_bucket_reso",
               "dataset.max_bucket_reso", "training.gradient_checkpointing", "dataset.keep_tokens", "saving.output_name"}  # fmt: skip
"""What an export may add: the GUI always says them, and they are as the file had them or without effect."""


def flat(values: dict[str, Any]) -> dict[str, Any]:
    return {f"{section}.{name}": value for section, table in values.items() for name, value in table.items()}


def check(source: Path, projects: dict[str, Path], folder: Path) -> Imported:
    fields = json.loads(source.read_text(encoding="utf-8"))
    family = (
        "sdxl"
        if fields.get("sdxl") or "1024" in str(fields.get("max_resolution")) or "xl" in source.name.lower()
        else "sd15"
    )
    first, second = there_and_back(source, projects[family], folder)
    seen = {item.key.split(": ")[0] for item in first.items}
    assert seen == set(fields), "every field is accounted for"
    one, other = flat(dict(first.values)), flat(dict(second.values))
    assert {key: other.get(key) for key in one if key not in (*NOT_THE_GUIS, *UNIMPORTANT)} == {
        key: value for key, value in one.items() if key not in (*NOT_THE_GUIS, *UNIMPORTANT)
    }
    assert set(other) - set(one) <= UNIMPORTANT
    return first


@pytest.mark.parametrize("name", LIKE_THEIRS)
def test_files_in_their_shape(name: str, projects: dict[str, Path], tmp_path: Path) -> None:
    result = check(
        write(tmp_path, "preset xl.json" if "XL" in name else "preset.json", LIKE_THEIRS[name]),
        projects,
        tmp_path,
    )
    replaced = {"exchange.network_replaced", "exchange.other_family"} & {
        finding.code for finding in result.findings
    }
    assert bool(replaced) is (name in ("few fields, iA3", "FLUX"))


@pytest.mark.skipif(not PRESETS, reason="KOHYA_SS_PRESETS names no folder with kohya_ss's LoRA presets")
@pytest.mark.parametrize("source", PRESETS, ids=[path.stem for path in PRESETS])
def test_kohyas_own(source: Path, projects: dict[str, Path], tmp_path: Path) -> None:
    check(source, projects, tmp_path)
