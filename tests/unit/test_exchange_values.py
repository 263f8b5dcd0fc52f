"""Imported values: blank ones, those that no preset can hold, those that another one goes before, and a LoRA's records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.exchange.model import Claim, Imported, Reading
from kohya_driver.exchange.settle import settle
from tests import exchanged
from tests.exchanged import imported, write
from tests.project import write_safetensors


def fates(result: Imported) -> dict[str, tuple[str, str]]:
    return {item.key: (item.fate, item.why) for item in result.items}


def lora(
    folder: Path, metadata: dict[str, str], shapes: Mapping[str, tuple[int, ...]] | None = None
) -> Imported:
    path = write_safetensors(folder / "a.safetensors", shapes or {"x.alpha": (1,)}, metadata=metadata)
    return imported(path)


@pytest.mark.parametrize("value", [None, ["", None], [1, None], {"a": None}])
def test_nothing_is_never_written(value: Any) -> None:
    """Whatever a reader makes of a file: what is missing is left, not written and not an error."""
    claim = Claim("a", "b", {"optimizer.learning_rate": value})
    settled = settle(Reading("sd-scripts", (claim,)), {})
    assert settled.values == {} and (settled.items[0].fate, settled.items[0].why) == ("left", "no_value")


@pytest.mark.parametrize(
    ("line", "rate", "why"),
    [
        ('text_encoder_lr = ["", 1e-5]', None, ("left", "wrong_type")),
        ("text_encoder_lr = [1e-5, 2e-5]", 1e-5, ("taken", "first_rate")),
        ("text_encoder_lr = [1e-5, 1e-5]", 1e-5, ("taken", "")),
        ("text_encoder_lr = 1e-5", 1e-5, ("taken", "")),
    ],
)
def test_rates_of_text_encoders(tmp_path: Path, line: str, rate: float | None, why: tuple[str, str]) -> None:
    result = imported(write(tmp_path, "a.toml", f"network_dim = 4\n{line}\n"))
    assert result.values.get("optimizer", {}).get("text_encoder_lr") == rate
    assert fates(result)["text_encoder_lr"] == why


def test_a_bad_value_overrules_nothing(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "a.toml", "max_train_epochs = 0\nmax_train_steps = 900\n"))
    assert result.values["training"] == {"max_train_steps": 900}
    assert fates(result)["max_train_epochs"] == ("left", "no_place")
    text = "python train_network.py --network_dim=0 --config_file=a.toml\n"
    write(tmp_path, "a.toml", "network_dim = 32\n")
    assert imported(write(tmp_path, "a.sh", text)).values["network"]["dim"] == 32


@pytest.mark.parametrize(
    ("fields", "key", "why"),
    [
        ({"unet_lr": "abc", "text_encoder_lr": 1e-5}, "unet_lr", ("left", "wrong_type")),
        ({"unet_lr": 1e-4, "text_encoder_lr": "abc"}, "text_encoder_lr", ("left", "wrong_type")),
        ({"unet_lr": 1e-4, "text_encoder_lr": ""}, "text_encoder_lr", ("taken", "")),
        ({"lr_warmup": "abc"}, "lr_warmup", ("left", "wrong_type")),
        ({"lr_warmup_steps": "abc"}, "lr_warmup_steps", ("left", "wrong_type")),
        ({"stop_text_encoder_training": "abc"}, "stop_text_encoder_training", ("left", "gui_ignores")),
        ({"optimizer_args": ["weight_decay=0.1", "betas=0.9,0.99"]}, "optimizer_args", ("taken", "")),
        ({"optimizer_args": {"weight_decay": 0.1}}, "optimizer_args", ("left", "wrong_type")),
        ({"sample_prompts": ["a"]}, "sample_prompts", ("left", "wrong_type")),
        ({"sample_sampler": "ddim", "sample_every_n_epochs": 1}, "sample_sampler", ("default", "no_prompts")),
        ({"sample_sampler": "ddim", "sample_prompts": "a"}, "sample_sampler", ("default", "never_drawn")),
    ],
)  # fmt: skip
def test_fields_of_kohya_ss(tmp_path: Path, fields: dict[str, Any], key: str, why: tuple[str, str]) -> None:
    result = imported(write(tmp_path, "a.json", {"LoRA_type": "Standard", **fields}))
    assert fates(result)[key] == why
    assert "train_text_encoder_only" not in result.values.get("network", {})
    if why[0] == "taken" and key == "optimizer_args":
        assert result.values["optimizer"]["args"] == {"weight_decay": 0.1, "betas": [0.9, 0.99]}


@pytest.mark.parametrize(
    ("process", "key", "values", "why"),
    [
        ({"network": {"type": "DoRA", "linear": 8}}, "network.type", {"network.args.dora_wd": True}, ""),
        ({"train": {"optimizer": "adam8bit"}}, "train.optimizer", {"optimizer.type": "AdamW8bit"}, "nearest_optimizer"),
        ({"train": {"optimizer": "Prodigy8bit"}}, "train.optimizer", {"optimizer.type": "Prodigy"}, "nearest_optimizer"),
        ({"train": {"optimizer": "adamw8bit"}}, "train.optimizer", {"optimizer.type": "AdamW8bit"}, ""),
    ],
)  # fmt: skip
def test_words_of_aitoolkit(
    tmp_path: Path, process: dict[str, Any], key: str, values: dict[str, Any], why: str
) -> None:
    table = {"config": {"process": [{"network": {"type": "lora"}, **process}]}}
    result = imported(write(tmp_path, "a.json", table))
    item = next(item for item in result.items if item.key == f"config.process[0].{key}")
    assert item.why == why and item.fate == "taken" and {**item.sets, **values} == item.sets


@pytest.mark.parametrize(
    ("metadata", "key", "why", "dotted", "value"),
    [
        ({"ss_v2": "True"}, "ss_v2", ("taken", ""), "model.family", "sd2"),
        ({"ss_v2": "False"}, "ss_v2", ("default", "unset"), "model.family", None),
        ({"ss_v2": "True", "ss_base_model_version": "sd_v2"}, "ss_v2", ("default", "overruled"), "model.family", "sd2"),
        ({"ss_num_epochs": "8"}, "ss_num_epochs", ("taken", ""), "training.max_train_epochs", 8),
        ({"ss_num_epochs": "8", "ss_max_train_steps": "80"}, "ss_num_epochs", ("default", "overruled"), "training.max_train_steps", 80),
        ({"ss_total_batch_size": "4"}, "ss_total_batch_size", ("left", "no_field"), "training.train_batch_size", None),
        ({"ss_vae_name": "v.safetensors"}, "ss_vae_name", ("taken", ""), "model.vae", "v.safetensors"),
        ({"ss_something_new": "3"}, "ss_something_new", ("left", "unknown"), "network.dim", None),
        ({"ss_something_new": "False"}, "ss_something_new", ("default", "unset"), "network.dim", None),
        ({"ss_steps": "3"}, "ss_steps", ("default", "record"), "network.dim", None),
        ({"ss_dataset_dirs": "{}"}, "ss_dataset_dirs", ("default", "unset"), "network.dim", None),
        ({"ss_dataset_dirs": "x"}, "ss_dataset_dirs", ("left", "unreadable"), "network.dim", None),
        ({"ss_dataset_dirs": '{"a": 3}'}, "ss_dataset_dirs.a", ("left", "unreadable"), "network.dim", None),
        ({"ss_datasets": "[3]"}, "ss_datasets[0]", ("left", "unreadable"), "network.dim", None),
        ({"ss_datasets": '[{"subsets": [3]}]'}, "ss_datasets[0].subsets[0]", ("left", "unreadable"), "network.dim", None),
    ],
)  # fmt: skip
def test_metadata_of_a_lora(
    tmp_path: Path, metadata: dict[str, str], key: str, why: tuple[str, str], dotted: str, value: Any
) -> None:
    result = lora(tmp_path, {"ss_seed": "7", **metadata})
    section, name = dotted.split(".")
    assert fates(result)[key] == why and result.values.get(section, {}).get(name) == value


def test_folders_of_a_lora(tmp_path: Path) -> None:
    folders = {
        "ss_dataset_dirs": json.dumps({"6_a": {"n_repeats": 6, "img_count": 3}, "b": {"n_repeats": 2}}),
        "ss_reg_dataset_dirs": json.dumps({"1_reg": {"n_repeats": 1}}),
    }
    assert lora(tmp_path, folders).values["dataset"]["subsets"] == [
        {"image_dir": "6_a", "num_repeats": 6},
        {"image_dir": "b", "num_repeats": 2},
        {"image_dir": "1_reg", "num_repeats": 1, "is_reg": True},
    ]
    found = fates(lora(tmp_path, {**exchanged.LORA_METADATA, **folders}))
    assert found["ss_dataset_dirs"] == found["ss_reg_dataset_dirs"] == ("default", "overruled")


def test_a_lora_of_onetrainer(tmp_path: Path) -> None:
    config = json.dumps(exchanged.ONETRAINER)
    result = lora(tmp_path, {"ot_config": config, "modelspec.title": "a"})
    alone = imported(write(tmp_path, "one.json", exchanged.ONETRAINER))
    assert result.format == "lora" and result.values == alone.values and result.assumed == alone.assumed
    assert {f"ot_config.{item.key}" for item in alone.items} <= set(fates(result))
    assert "hf_secret" not in str(result.to_json())
    assert fates(lora(tmp_path, {"ot_config": "{", "ss_seed": "7"}))["ot_config"] == ("left", "unreadable")


def test_a_lora_that_says_little(tmp_path: Path) -> None:
    shapes = {"a.lora_down.weight": (24, 8), "b.lora_A.weight": (24, 8), "c.lora_down.weight": (8, 8)}
    result = lora(tmp_path, {"ss_output_name": "ning"}, shapes)
    assert result.values["network"] == {"dim": 24}
    assert "exchange.little_metadata" in {finding.code for finding in result.findings}
    result = lora(tmp_path, {"ss_learning_rate": "1e-4", "ss_network_dim": "8"}, shapes)
    assert result.values["network"] == {"dim": 8}
    assert "exchange.little_metadata" not in {finding.code for finding in result.findings}
