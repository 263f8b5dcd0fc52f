"""Exports: what is written, that it reads back as the same training, for random presets too."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import toml
from hypothesis import HealthCheck, given, settings

from kohya_driver import api
from kohya_driver.engine.catalogue import load_catalogue
from kohya_driver.errors import UsageError
from kohya_driver.exchange.elsewhere import elsewhere
from kohya_driver.exchange.export_config import training_config
from kohya_driver.exchange.exporting import Target, export
from kohya_driver.exchange.kohya_defaults import DEFAULTS
from kohya_driver.exchange.settle import nest
from kohya_driver.planning.arguments import dataset_keys, training_options
from kohya_driver.preset.load import build_preset, load_preset
from kohya_driver.preset.model import Preset
from tests import exchanged
from tests.exchanged import PRESETS, imported
from tests.project import write_base, write_picture, write_project

TARGETS: tuple[Target, ...] = ("sd-scripts", "kohya_ss", "shell")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("export") / "我的 项目").parent


def first_file(folder: Path, target: Target) -> Path:
    """What an import is given of an export."""
    return {"sd-scripts": folder / "config.toml", "kohya_ss": folder / "k.json", "shell": folder / "t.sh"}[
        target
    ]


def sent(preset: Preset, target: Target, folder: Path) -> Path:
    path = first_file(folder, target)
    export(preset, target, folder if path.name == "config.toml" else path)
    return path


def back(preset: Preset, target: Target, folder: Path) -> Preset:
    """Exported, and imported again."""
    result = imported(sent(preset, target, folder))
    assert not result.of_fate("left"), [
        (item.key, item.value, item.reason) for item in result.of_fate("left")
    ]
    return build_preset(result.values, folder)


def said(preset: Preset) -> dict[str, Any]:
    """What the engine would be told by a plan, whatever the machine."""
    there = elsewhere(preset)
    tables = {"training": without_defaults(there.training), "dataset": without_defaults(there.dataset)}
    return {**tables, "subsets": there.subsets, "prompts": there.prompts}


def without_defaults(options: Mapping[str, Any]) -> dict[str, Any]:
    """Without what the engine does anyway."""
    catalogue = load_catalogue()
    found = {}
    for name, value in options.items():
        option = catalogue.option("sdxl_train_network", name)
        default = (False if option.action == "store_true" else option.default) if option else None
        if option is None or value != default:
            found[name] = value
    return found


def test_files_for_sd_scripts(project: Path, tmp_path: Path) -> None:
    preset = load_preset(
        project / "preset.toml",
        sets=[
            'sampling.prompts=["{trigger}, 微笑"]',
            "optimizer.type=AdamW8bit",
            "precision.mixed_precision=fp16",
        ],
    )
    made = export(preset, "sd-scripts", tmp_path / "out 文件")
    assert sorted(path.name for path in made.files) == ["config.toml", "dataset.toml", "sample_prompts.txt"]
    config = toml.loads((tmp_path / "out 文件" / "config.toml").read_text(encoding="utf-8"))
    assert config["optimizer_type"] == "AdamW8bit" and config["mixed_precision"] == "fp16", (
        "nothing is taken away for a Mac"
    )
    assert config["dataset_config"] == "dataset.toml" and config["output_dir"] == "output"
    assert config["resolution"] == "512,512" and config["max_train_epochs"] == 10
    dataset = toml.loads((tmp_path / "out 文件" / "dataset.toml").read_text(encoding="utf-8"))["datasets"][0]
    assert dataset["caption_extension"] == ".txt" and dataset["class_tokens"] == "ning"
    assert dataset["subsets"] == [{"image_dir": str(project / "image" / "6_宁 光"), "num_repeats": 6}]
    assert "--config_file config.toml" in made.command and shlex.split(made.command)[1] == "out 文件"
    assert "dataset.trigger" in made.stays
    assert not any("runs" in str(value) or "tokenizer" in name for name, value in config.items())


def test_paths_of_the_other_machine(project: Path, tmp_path: Path) -> None:
    preset = load_preset(project / "preset.toml")
    made = export(preset, "sd-scripts", tmp_path / "a", images="D:\\train", base="D:\\models\\x.safetensors")
    text = "".join(made.files.values())
    assert str(project) not in text
    config, dataset = (
        toml.loads(made.files[tmp_path / "a" / name]) for name in ("config.toml", "dataset.toml")
    )
    assert config["pretrained_model_name_or_path"] == "D:/models/x.safetensors"
    assert dataset["datasets"][0]["subsets"][0]["image_dir"] == "D:/train/6_宁 光"


@pytest.mark.parametrize("images", ["/workspace/pics", "D:\\train\\pics"])
def test_pictures_of_a_preset_that_names_none(tmp_path: Path, images: str) -> None:
    there = images.replace("\\", "/")
    preset = load_preset("sd15-style", trigger="ning")
    for target in TARGETS:
        made = export(preset, target, tmp_path / target, images=images, base="x.safetensors")
        assert "exchange.no_pictures" not in {finding.code for finding in made.findings}
        assert there in "".join(made.files.values()), target
    (subset,) = elsewhere(preset, images=images).subsets
    assert subset == {"image_dir": there, "num_repeats": 2}


def test_pictures_that_are_here_too(project: Path) -> None:
    """Their folders say the repeats."""
    (subset,) = elsewhere(load_preset("sd15-style"), images=str(project / "image")).subsets
    assert subset == {"image_dir": str(project / "image" / "6_宁 光"), "num_repeats": 6}


@pytest.mark.parametrize("target", TARGETS)
def test_what_nobody_has_said_is_told(tmp_path: Path, target: Target) -> None:
    made = export(load_preset("sd15-style"), target, tmp_path / "a")
    codes = [finding.code for finding in made.findings]
    assert codes == ["exchange.family_unknown", "exchange.no_base", "exchange.no_pictures"]
    given = load_preset("sd15-style", sets=["model.family=sd15"])
    made = export(given, target, tmp_path / "b", images="/pics", base="/x.safetensors")
    assert not made.findings


@pytest.mark.parametrize("name", ["sdxl-style", "sdxl-concept-24gb"])
def test_a_preset_for_sdxl_is_exported_for_it_whatever_the_base(tmp_path: Path, name: str) -> None:
    preset, base = load_preset(name), "D:\\x\\m.safetensors"
    script = export(preset, "shell", tmp_path / "t.sh", images="/pics", base=base)
    assert "/sdxl_train_network.py" in script.files[tmp_path / "t.sh"] and not script.findings
    gui = export(preset, "kohya_ss", tmp_path / "k.json", images="/pics", base=base)
    assert json.loads(gui.files[tmp_path / "k.json"])["sdxl"] is True
    sd2 = export(load_preset("sd2-style"), "sd-scripts", tmp_path / "c", images="/pics", base=base)
    assert toml.loads(sd2.files[tmp_path / "c" / "config.toml"])["v2"] is True


def test_kohyas_file_has_every_field(project: Path, tmp_path: Path) -> None:
    preset = load_preset(
        project / "preset.toml", sets=["network.train_unet_only=true", "dataset.class_tokens=宁 光"]
    )
    made = export(preset, "kohya_ss", tmp_path / "k.json")
    table = json.loads(made.files[tmp_path / "k.json"])
    assert set(table) == {*DEFAULTS, "additional_parameters"}
    assert all(value is not None for value in table.values()), "the GUI would keep what it shows"
    assert table["text_encoder_lr"] == 0 and table["unet_lr"] == 1e-4, (
        "how the GUI leaves the text encoder alone"
    )
    assert table["train_data_dir"] == str(project / "image") and table["dataset_config"] == ""
    assert table["epoch"] == table["max_train_epochs"] == 10 and table["max_train_steps"] == 0
    assert (
        table["lr_warmup"] == 10
        and table["LoRA_type"] == "Standard"
        and list(made.files) == [tmp_path / "k.json"]
    )


def test_kohyas_file_with_a_dataset_config(project: Path, tmp_path: Path) -> None:
    """What a folder's name cannot say goes into a dataset config beside it."""
    made = export(load_preset(project / "preset.toml"), "kohya_ss", tmp_path / "k.json")
    assert sorted(path.name for path in made.files) == ["k-dataset.toml", "k.json"]
    table = json.loads(made.files[tmp_path / "k.json"])
    assert table["dataset_config"] == str(tmp_path / "k-dataset.toml") and table["train_data_dir"] == ""


def test_what_kohya_cannot_say_is_told(project: Path, tmp_path: Path) -> None:
    preset = load_preset(
        project / "preset.toml",
        sets=["training.seed=0", "network.module=networks.oft", "network.args={enable_conv=true}", "optimizer.max_grad_norm=0.0",
              'optimizer.args={note="a b"}', "optimizer.lr_warmup_steps=0.055"],
    )  # fmt: skip
    made = export(preset, "kohya_ss", tmp_path / "k.json")
    extra = json.loads(made.files[tmp_path / "k.json"])["additional_parameters"].split()
    assert extra[extra.index("--network_module") + 1] == "networks.oft" and "enable_conv=True" in extra
    assert extra[extra.index("--seed") + 1] == "0" and extra[extra.index("--max_grad_norm") + 1] == "0.0"
    assert extra[extra.index("--lr_warmup_steps") + 1] == "0.055"
    assert [(finding.code, finding.where) for finding in made.findings] == [
        ("exchange.not_in_gui", "optimizer_args")
    ]


def test_the_script_passes_everything_on(project: Path, tmp_path: Path) -> None:
    """bash runs it; a stand-in for accelerate writes down what it was given."""
    preset = load_preset(
        project / "preset.toml",
        sets=[
            'saving.comment="$HOME `x` \'y\' \\"z\\" 宁"',
            "optimizer.lr_warmup_steps=1.0",
            'sampling.prompts=["a $b"]',
        ],
    )
    path = sent(preset, "shell", tmp_path / "脚 本")
    write_argv = "#!/bin/sh\nprintf '%s\\n' \"$@\" > argv.txt\n"
    fake = exchanged.write(tmp_path / "bin", "accelerate", write_argv)
    fake.chmod(0o755)
    environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "SD_SCRIPTS": "/opt/sd scripts"}
    subprocess.run(["bash", path.name], cwd=path.parent, env=environment, check=True)
    words = (path.parent / "argv.txt").read_text(encoding="utf-8").splitlines()
    assert "/opt/sd scripts/train_network.py" in words
    assert words[words.index("--training_comment") + 1] == "$HOME `x` 'y' \"z\" 宁"
    assert words[words.index("--lr_warmup_steps") + 1] == "100%", "argparse takes no 1.0 for a share there"
    config = training_config(elsewhere(preset))
    assert {f"--{name}" for name, value in config.items() if value is not False} <= set(words)
    written = toml.loads((path.parent / "dataset.toml").read_text(encoding="utf-8"))
    assert written["datasets"][0]["subsets"][0]["image_dir"] == str(project / "image" / "6_宁 光")
    assert (path.parent / "sample_prompts.txt").read_text(encoding="utf-8") == elsewhere(preset).prompts
    refused = subprocess.run(
        ["bash", path.name], cwd=path.parent, env={"PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert refused.returncode != 0, "without the variable it says what is missing"


def test_nothing_is_written_over(project: Path, tmp_path: Path) -> None:
    preset = load_preset(project / "preset.toml")
    exchanged.write(tmp_path, "t.sh", "mine")
    with pytest.raises(UsageError) as failure:
        api.export_preset(preset, "shell", output=tmp_path / "t.sh")
    assert failure.value.code == "exchange.output_exists" and (tmp_path / "t.sh").read_text() == "mine"


def test_several_folders(tmp_path: Path) -> None:
    write_base(tmp_path / "base.safetensors")
    for name in ("a b", "reg"):
        write_picture(tmp_path / name / "1.png", (512, 512))
    text = (
        '[model]\nbase = "base.safetensors"\n[[dataset.subsets]]\nimage_dir = "a b"\nnum_repeats = 3\nflip_aug = true\n'
        'class_tokens = "宁"\n[[dataset.subsets]]\nimage_dir = "reg"\nis_reg = true\n'
    )
    preset = load_preset(exchanged.write(tmp_path, "p.toml", text))
    for target in TARGETS:
        again = back(preset, target, tmp_path / target)
        assert said(again)["subsets"] == said(preset)["subsets"]


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(keys=PRESETS)
def test_exported_and_imported_it_is_the_same_training(
    project: Path, tmp_path_factory: pytest.TempPathFactory, target: Target, keys: Mapping[str, Any]
) -> None:
    """What sd-scripts is told, after a way there and back."""
    base = {"model.base": str(project / "base.safetensors"), "dataset.train_data_dir": str(project / "image")}
    usual = {"training.max_train_epochs": 3, "dataset.class_tokens": "宁 光"}
    preset = build_preset(nest({**usual, **keys, **base}), project)
    folder = tmp_path_factory.mktemp("there")
    path = sent(preset, target, folder)
    result = imported(path)
    lost = {item.key for item in result.of_fate("left")}
    assert not lost, [(item.key, item.value, item.reason) for item in result.of_fate("left")]
    again = build_preset(result.values, folder)
    one, other = said(preset), said(again)
    if target == "kohya_ss":
        one, other = _as_the_gui_can(one), _as_the_gui_can(other)
    assert other == one


def _as_the_gui_can(values: dict[str, Any]) -> dict[str, Any]:
    """Without what its fields always say, and what they cannot."""
    training = dict(values["training"])
    for name in (
        "max_data_loader_n_workers",
        "gradient_checkpointing",
        "clip_skip",
        "output_dir",
        "vae_batch_size",
    ):
        training.pop(name, None)
    rates = [training.pop(name, None) for name in ("text_encoder_lr", "unet_lr")]
    common = training["learning_rate"]
    text = 0 if training.get("network_train_unet_only") else (rates[0] or [common])[0]
    training |= {"text": text, "unet": rates[1] if rates[1] is not None else common}
    for name in ("optimizer_args", "network_args"):
        training[name] = sorted(training.get(name) or [])
    dataset = dict(values["dataset"])
    if not dataset.get("enable_bucket"):
        dataset.pop("max_bucket_reso", None)
    return {**values, "training": training, "dataset": dataset}


def test_training_options_come_back_one_by_one(project: Path, tmp_path: Path) -> None:
    """Not only what the engine is told in the end: each key of the preset that was set is set again."""
    preset = load_preset(
        project / "preset.toml",
        sets=["network.dim=24", "network.args={conv_dim=4,conv_alpha=1}", "optimizer.args={weight_decay=0.1}", "training.seed=7",
              "dataset.shuffle_caption=true", "dataset.resolution=[512,640]", "saving.every_n_epochs=2", "model.clip_skip=2"],
    )  # fmt: skip
    again = back(preset, "sd-scripts", tmp_path)
    wanted, found = training_options(preset), training_options(again)
    assert {name: found.get(name) for name in wanted} == wanted
    keys, same = dataset_keys(preset.dataset), dataset_keys(again.dataset)
    assert {name: same.get(name) for name in keys} == keys
