"""Imports: each format, every key accounted for once, the preset loads and plans."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from kohya_driver import api, files
from kohya_driver.errors import PresetError
from kohya_driver.exchange.model import Imported
from kohya_driver.preset.load import load_preset
from tests import exchanged
from tests.exchanged import imported, leaf_keys, write
from tests.project import MAC, write_base, write_project, write_safetensors


def fates(result: Imported) -> dict[str, tuple[str, str]]:
    return {item.key: (item.fate, item.why) for item in result.items}


def accounted(result: Imported, keys: list[str]) -> None:
    """Every key of the file is among the items, none twice."""
    seen = Counter(item.key for item in result.items)
    assert not [key for key, count in seen.items() if count > 1]
    missing = [
        key
        for key in keys
        if key not in seen and not any(one.startswith((f"{key}: ", f"{key}.")) for one in seen)
    ]
    assert not missing


def test_kohya_gui(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "old.json", exchanged.OLD_GUI))
    assert result.format == "kohya_ss"
    accounted(result, list(exchanged.OLD_GUI))
    values = result.values
    assert values["network"] == {
        "module": "lycoris.kohya", "dim": 100000, "alpha": 1,
        "args": {"algo": "lokr", "conv_alpha": 1, "conv_dim": 100000, "factor": 6},
    }  # fmt: skip
    assert values["optimizer"]["args"] == {"d_coef": 1.0, "weight_decay": 0.3, "betas": [0.9, 0.98]}
    assert values["optimizer"]["lr_warmup_steps"] == 0.08
    assert values["optimizer"]["lr_scheduler_args"] == {"T_max": 700, "eta_min": "0e-0"}
    assert values["dataset"]["resolution"] == [512, 640] and values["dataset"]["bucket_reso_steps"] == 1
    assert values["training"]["max_train_epochs"] == 12
    assert values["training"]["max_data_loader_n_workers"] == 0
    assert values["optimizer"]["lr_scheduler_type"] == "CosineAnnealingLR" and "engine_options" not in values
    found = fates(result)
    assert found["noise_offset"] == ("default", "noise_type")
    assert found["sdxl_no_half_vae"] == ("default", "not_this_family")
    assert found["num_cpu_threads_per_process"] == ("plan", "own_machine")
    assert found["seed"] == ("default", "unset") and found["max_token_length"] == ("default", "same")
    assert not result.of_fate("left")
    changed = {override.id for override in result.changes}
    assert changed >= {"attention.no_xformers", "buckets.finest"}


@pytest.mark.parametrize(
    ("fields", "network", "left"),
    [
        ({"LoRA_type": "Standard"}, {}, []),
        ({"LoRA_type": "Kohya LoCon", "conv_dim": 8, "conv_alpha": 4}, {"args": {"conv_dim": 8, "conv_alpha": 4}}, []),
        ({"LoRA_type": "LoRA-FA"}, {"module": "networks.lora_fa"}, []),
        ({"LoRA_type": "Kohya DyLoRA", "unit": 4, "rank_dropout": 0.1}, {"module": "networks.dylora", "args": {"unit": 4}}, []),
        ({"LoRA_type": "LoCon", "conv_dim": 4, "conv_alpha": 1},
         {"module": "lycoris.kohya", "args": {"algo": "locon", "conv_dim": 4, "conv_alpha": 1}}, []),
        ({"LoRA_type": "LyCORIS/Diag-OFT", "constrain": 0.5, "conv_dim": 4, "conv_alpha": 1},
         {"module": "lycoris.kohya", "args": {"algo": "diag-oft", "constraint": 0.5, "conv_dim": 4, "conv_alpha": 1}}, []),
        ({"LoRA_type": "LyCORIS/DyLoRA", "unit": 4}, {"module": "lycoris.kohya", "args": {"algo": "dylora", "block_size": 4}}, []),
        ({"LoRA_type": "Kohya LoHa", "use_tucker": True}, {"module": "lycoris.kohya", "args": {"algo": "loha", "use_tucker": True}}, []),
        ({"LoRA_type": "LyCORIS/Native Fine-Tuning"}, {"module": "lycoris.kohya", "args": {"algo": "full"}}, []),
        ({"LoRA_type": "Flux1", "flux1_checkbox": True, "guidance_scale": 1.0}, {}, ["LoRA_type", "flux1_checkbox", "guidance_scale"]),
        ({"LoRA_type": "Something"}, {}, ["network_dim", "network_alpha", "LoRA_type"]),
    ],
)  # fmt: skip
def test_lora_types(tmp_path: Path, fields: dict[str, Any], network: dict[str, Any], left: list[str]) -> None:
    result = imported(write(tmp_path, "a.json", {"network_dim": 16, "network_alpha": 8, **fields}))
    assert result.values.get("network", {}) == network
    assert [item.key for item in result.of_fate("left")] == left
    codes = {finding.code for finding in result.findings}
    assert ("exchange.network_replaced" in codes) is (fields["LoRA_type"] == "Something")
    assert ("exchange.other_family" in codes) is (fields["LoRA_type"] == "Flux1")
    assert ("exchange.network_lycoris" in codes) is fields["LoRA_type"].startswith("Kohya Lo" + "H")


@pytest.mark.parametrize(
    ("fields", "dotted", "value"),
    [
        ({"text_encoder_lr": 0, "unet_lr": 1e-4}, "network.train_unet_only", True),
        ({"text_encoder_lr": "5e-5", "unet_lr": 0}, "network.train_text_encoder_only", True),
        ({"xformers": "sdpa"}, "training.attention", None),
        ({"xformers": "xformers", "mem_eff_attn": True}, "training.attention", "mem_eff_attn"),
        ({"enable_bucket": False}, "dataset.enable_bucket", False),
        ({"lr_warmup": 10, "lr_warmup_steps": 30}, "optimizer.lr_warmup_steps", 30),
        ({"epoch": 4, "max_train_steps": "900"}, "training.max_train_steps", 900),
        ({"max_train_epochs": "3", "max_train_steps": "900"}, "training.max_train_steps", None),
        ({"sample_prompts": "a\nb --w 768 --h 512 --s 30 --l 7.5", "sample_every_n_steps": 9}, "sampling.prompts",
         ["a --w 512 --h 512 --s 30 --l 7.5", "b --w 768 --h 512 --s 30 --l 7.5"]),
        ({"sample_prompts": "a"}, "sampling.prompts", None),
        ({"additional_parameters": "--max_grad_norm=0", "max_grad_norm": 1}, "optimizer.max_grad_norm", 0.0),
        ({"noise_offset": "0.05"}, "training.noise_offset", 0.05),
        ({"prior_loss_weight": 0}, "training.prior_loss_weight", None),
        ({"sdxl": True, "sdxl_no_half_vae": True}, "precision.no_half_vae", True),
    ],
)  # fmt: skip
def test_conventions_of_the_gui(tmp_path: Path, fields: dict[str, Any], dotted: str, value: Any) -> None:
    result = imported(write(tmp_path, "a.json", {"LoRA_type": "Standard", **fields}))
    section, name = dotted.split(".")
    assert result.values.get(section, {}).get(name) == value


def test_training_config_with_its_files(tmp_path: Path) -> None:
    path = write(tmp_path, "config.toml", exchanged.CONFIG)
    write(tmp_path, "dataset.toml", exchanged.DATASET)
    write(tmp_path, "prompts.txt", exchanged.PROMPTS)
    result = imported(path)
    config, dataset = files.parse_toml(exchanged.CONFIG), files.parse_toml(exchanged.DATASET)
    accounted(result, [*leaf_keys(config), *leaf_keys(dataset)])
    values = result.values
    assert values["dataset"]["subsets"] == [
        {"image_dir": "/workspace/img/6_a", "keep_tokens": 1, "num_repeats": 6, "class_tokens": "ning girl"},
        {"image_dir": "/workspace/img/reg", "keep_tokens": 1, "is_reg": True, "num_repeats": 1},
        {"image_dir": "/workspace/img/b", "flip_aug": True, "num_repeats": 1},
    ]
    assert values["dataset"]["shuffle_caption"] is True and values["dataset"]["keep_tokens"] == 0, (
        "the engine's"
    )
    assert values["dataset"]["resolution"] == [512, 768] and values["training"]["train_batch_size"] == 2
    assert values["optimizer"]["text_encoder_lr"] == 5e-5 and values["network"]["alpha"] == 1
    assert values["sampling"]["prompts"] == ["ning, smiling", "ning, night"]
    assert values["sampling"]["negative"] == "blurry" and values["sampling"]["height"] == 768
    assert values["sampling"]["sampler"] == "ddim", "the engine's own, as the config says none"
    found = fates(result)
    assert found["training.output_dir"] == ("plan", "own_folder") and found["training.logging_dir"] == (
        "plan",
        "own_log",
    )
    assert found["training.huggingface_token"] == ("left", "secret") and "hf_secret" not in result.text
    assert "hf_secret" not in json.dumps(result.to_json())
    assert found["training.no_such_option"][0] == found["training.guidance_scale"][0] == "left"
    assert found["datasets[1].resolution"] == ("left", "one_set")
    assert {finding.code for finding in result.findings} == {"exchange.foreign_path_flag"}


def test_both_files_given(tmp_path: Path) -> None:
    config = write(tmp_path / "one", "config.toml", exchanged.CONFIG)
    dataset = write(tmp_path / "two", "set.toml", exchanged.DATASET)
    result = imported(dataset, config)
    assert result.values["dataset"]["subsets"][0]["num_repeats"] == 6
    alone = imported(config)
    assert fates(alone)["training.dataset_config"] == ("left", "not_here")
    with pytest.raises(PresetError) as failure:
        imported(config, config)
    assert failure.value.code == "exchange.two_files"


def test_dataset_config_alone(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "dataset.toml", exchanged.DATASET))
    accounted(result, list(leaf_keys(files.parse_toml(exchanged.DATASET))))
    assert "optimizer" not in result.values, "it says nothing of the training"


def test_what_a_config_leaves_unsaid_is_the_engines(tmp_path: Path) -> None:
    """A config without a rank has the engine's 4, not a preset's 16; without steps it trains 1600."""
    result = imported(write(tmp_path, "c.toml", 'network_module = "networks.lora"\ntrain_data_dir = "x"\n'))
    assert result.assumed == {
        "optimizer.learning_rate": 2e-6, "optimizer.lr_scheduler": "constant", "optimizer.lr_warmup_steps": 0, "network.dim": 4,
        "network.alpha": 1, "dataset.enable_bucket": False, "dataset.caption_extension": ".caption", "dataset.validation_split": 0.0,
        "precision.save_precision": "float", "training.max_train_steps": 1600,
    }  # fmt: skip


def test_shell_script(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "train.sh", exchanged.SHELL))
    assert result.format == "command"
    values = result.values
    assert values["model"]["base"] == "/workspace/models/底模 one.safetensors"
    assert (
        values["dataset"]["train_data_dir"] == "/workspace/my pictures"
        and values["dataset"]["keep_tokens"] == 1
    )
    assert values["optimizer"]["args"] == {"weight_decay": 0.1, "betas": [0.9, 0.99]}
    assert (
        values["optimizer"].get("lr_warmup_steps", 0.1) == 0.1
        and values["training"]["max_train_steps"] == 800
    )
    assert values["saving"]["output_name"] == "ning"
    found = fates(result)
    assert found["environment: HF_HOME"] == ("left", "environment")
    assert found["environment: BASE"] == ("default", "filled_in")
    assert found["launch: --mixed_precision"] == ("plan", "own_machine")
    assert found["--what_is_this"][0] == "left"


def test_batch_file(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "train.bat", exchanged.BATCH))
    values = result.values
    assert values["model"] == {"base": r"C:\models\anything v5.safetensors", "family": "sdxl"}
    assert values["dataset"]["train_data_dir"] == r"D:\my pictures\ning"
    assert values["network"]["train_unet_only"] is True and values["training"]["max_train_epochs"] == 4
    where = {finding.where for finding in result.findings if finding.code == "exchange.foreign_path_flag"}
    assert where == {"[model] base", "[dataset] train_data_dir"}


def test_a_command_may_name_a_config(tmp_path: Path) -> None:
    write(tmp_path, "config.toml", exchanged.CONFIG)
    text = "python train_network.py --config_file config.toml --network_dim=64 --resolution 768\n"
    result = imported(write(tmp_path, "pasted.txt", text))
    assert result.values["network"]["dim"] == 64, "an option goes before the config"
    assert result.values["dataset"]["resolution"] == 768
    assert fates(result)["config.toml: training.network_dim"] == ("default", "overruled")


def test_easy_training(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "easy.toml", exchanged.EASY))
    assert result.format == "easy-training"
    accounted(result, list(leaf_keys(files.parse_toml(exchanged.EASY))))
    values = result.values
    assert values["network"]["module"] == "lycoris.kohya" and values["network"]["args"]["algo"] == "locon"
    assert values["optimizer"]["type"] == "pytorch_optimizer.CAME" and values["optimizer"]["args"] == {
        "weight_decay": 0.04
    }
    assert values["dataset"]["subsets"] == [
        {"image_dir": "D:/train/ning", "num_repeats": 3, "caption_extension": ".txt", "shuffle_caption": True}
    ]
    assert values["model"]["family"] == "sdxl" and values["training"]["train_batch_size"] == 4
    assert not result.of_fate("left")


def test_onetrainer(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "one.json", exchanged.ONETRAINER))
    assert result.format == "onetrainer"
    accounted(result, [key for key in leaf_keys(exchanged.ONETRAINER) if not key.startswith("samples")])
    values = result.values
    assert values["network"] == {"dim": 24, "alpha": 12.0, "train_unet_only": True}
    assert values["dataset"]["subsets"] == [
        {
            "image_dir": "/data/ning",
            "num_repeats": 4,
            "shuffle_caption": True,
            "keep_tokens": 2,
            "flip_aug": True,
        }
    ]
    assert values["optimizer"]["args"] == {"weight_decay": 0.01, "betas": [0.9, 0.99], "d_coef": 1.0}
    assert values["training"]["min_snr_gamma"] == 5.0 and values["sampling"]["prompts"] == ["ning, smiling"]
    left = {item.key for item in result.of_fate("left")}
    assert left == {
        "ema",
        "concepts[0].image.enable_crop_jitter",
        "concepts[1].path",
        "secrets.huggingface_token",
    }
    assert "hf_secret" not in json.dumps(result.to_json())


def test_aitoolkit(tmp_path: Path) -> None:
    result = imported(write(tmp_path, "ai.yaml", exchanged.AITOOLKIT))
    assert result.format == "ai-toolkit"
    accounted(result, list(leaf_keys(yaml.safe_load(exchanged.AITOOLKIT))))
    values = result.values
    assert values["dataset"]["trigger"] == "ning" and values["dataset"]["resolution"] == 768
    assert values["sampling"]["prompts"] == ["{trigger}, smiling", "{trigger} at night"]
    assert values["training"]["max_train_steps"] == 2000 and values["optimizer"]["type"] == "AdamW8bit"
    left = {item.key.rpartition(".")[2] for item in result.of_fate("left")}
    assert left == {"use_ema", "max_step_saves_to_keep", "sampler", "walk_seed"}


def test_a_finished_lora(tmp_path: Path) -> None:
    path = write_safetensors(
        tmp_path / "ning.safetensors",
        {"lora_unet_x.lora_up.weight": (4, 4)},
        metadata=exchanged.LORA_METADATA,
    )
    result = imported(path)
    assert result.format == "lora"
    accounted(result, [key for key in exchanged.LORA_METADATA if key != "ss_datasets"])
    values = result.values
    assert values["model"] == {"base": "anything-v5.safetensors", "family": "sd15", "clip_skip": 2}
    assert values["optimizer"]["args"] == {"weight_decay": 0.1, "betas": [0.9, 0.99]}
    assert values["training"]["max_train_steps"] == 180 and values["training"]["train_batch_size"] == 2
    assert values["dataset"]["trigger"] == "ning"
    assert values["dataset"]["subsets"][0]["num_repeats"] == 6
    assert not result.of_fate("left")


def test_the_preset_loads_and_plans(tmp_path: Path) -> None:
    project = write_project(tmp_path / "我的 项目").parent
    source = write(tmp_path, "old.json", exchanged.OLD_GUI)
    preset = tmp_path / "new.toml"
    result = imported(source, images=str(project / "image"), base=str(project / "base.safetensors"))
    preset.write_text(result.text, encoding="utf-8")
    plan = api.plan(load_preset(preset), host=MAC)
    assert not plan.errors and not result.findings
    assert {one.id for one in result.changes} == {one.id for one in plan.overrides if one.before is not None}
    assert '# learning_rate = "1.0"\nlearning_rate = 1.0' in result.text
    assert result.values["dataset"]["class_tokens"] == "宁 光", (
        "as the engine captions by the folder's name without a config"
    )


def test_flags_replace(tmp_path: Path) -> None:
    write_base(tmp_path / "base.safetensors")
    source = write(tmp_path, "c.toml", exchanged.CONFIG)
    write(tmp_path, "dataset.toml", exchanged.DATASET)
    result = imported(source, images="here", base="base.safetensors", trigger="ning")
    assert result.values["dataset"]["train_data_dir"] == "here" and "subsets" not in result.values["dataset"]
    assert (
        result.values["model"]["base"] == "base.safetensors" and result.values["dataset"]["trigger"] == "ning"
    )
    found = fates(result)
    assert found["datasets[0].subsets[0].image_dir"] == ("default", "overruled")
    assert (
        result.values["dataset"]["caption_extension"] == ".txt"
        and result.values["dataset"]["shuffle_caption"]
    )
    not_for_all = {item.key for item in result.items if item.why == "not_for_all"}
    assert not_for_all == {
        "datasets[0].keep_tokens", "datasets[0].subsets[0].num_repeats", "datasets[0].subsets[0].class_tokens",
        "datasets[1].subsets[0].flip_aug",
    }  # fmt: skip
    assert (
        found["datasets[0].subsets[1].image_dir"]
        == found["datasets[0].subsets[1].is_reg"]
        == ("left", "reg_images")
    )
    missing = [finding.where for finding in result.findings if finding.code == "exchange.missing_path_flag"]
    assert missing == ["[dataset] train_data_dir"], "the base is there, beside the preset"


@pytest.mark.parametrize("name", ["stabilityai/stable-diffusion-xl-base-1.0", "Laxhar/noobai-XL-1.1"])
def test_a_hub_name_with_a_dot_is_no_missing_file(tmp_path: Path, name: str) -> None:
    fields = {"LoRA_type": "Standard", "pretrained_model_name_or_path": name, "sdxl": True}
    result = imported(write(tmp_path, "a.json", fields))
    assert result.values["model"]["base"] == name
    assert not [finding.where for finding in result.findings if finding.where == "[model] base"]


def test_strict(tmp_path: Path) -> None:
    source = write(tmp_path, "c.toml", exchanged.CONFIG)
    with pytest.raises(PresetError) as failure:
        imported(source, strict=True)
    assert {finding.code for finding in failure.value.findings} == {"exchange.strict"}
    assert imported(write(tmp_path, "old.json", exchanged.OLD_GUI), strict=True).values


def test_the_api_writes_and_keeps(tmp_path: Path) -> None:
    source = write(tmp_path, "old.json", exchanged.OLD_GUI)
    made = api.import_preset(source, output=tmp_path / "new.toml")
    assert (tmp_path / "new.toml").read_text(encoding="utf-8") == made.text
    with pytest.raises(Exception, match=r"exchange\.output_exists"):
        api.import_preset(source, output=tmp_path / "new.toml")
