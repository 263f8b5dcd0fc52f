"""What of the rules in test_rules_run.py holds by construction, and what their checks leave alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toml

from kohya_driver import files
from kohya_driver.errors import PresetError
from kohya_driver.host import SF_DATALESS
from kohya_driver.planning.arguments import accelerate_config
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.surroundings import Volume, look_around
from kohya_driver.preset.load import load_preset
from tests.project import CPU, MAC, write_project
from tests.unit.test_rules_run import a_lora_in_out, found, plan_of


@pytest.fixture(autouse=True)
def _without_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "我的 项目")


def test_strict_refuses_what_stands_among_the_engine_options(project: Path) -> None:
    plan = plan_of(project, "engine_options.torch_compile=true", strict=True)
    assert found(plan) == {"plan.strict": "error"}
    assert plan.errors[0].where.endswith("[engine_options] torch_compile")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"HIGH": "0.0"}, {}),
        ({"HIGH": "1.5"}, {}),
        ({"HIGH": "0.7"}, {"LOW": "0.7"}),
        ({"HIGH": "0.7", "LOW": "0.5"}, {}),
        ({"HIGH": "0.7", "LOW": "0.9"}, {"LOW": "0.7"}),
        ({"HIGH": "3", "LOW": "0.5"}, {"HIGH": None}),
    ],
)
def test_memory_limits_stay_where_torch_takes_them(
    project: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], kept: dict[str, str | None]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"PYTORCH_MPS_{name}_WATERMARK_RATIO", value)
    plan = plan_of(project)
    for name, wanted in {**given, **kept}.items():
        variable = f"PYTORCH_MPS_{name}_WATERMARK_RATIO"
        assert plan.environment.get(variable) == wanted
        assert (variable in plan.removed_environment) == (wanted is None)


def test_persistent_workers_are_not_warned_of(project: Path) -> None:
    sets = ("training.max_data_loader_n_workers=2", "training.persistent_data_loader_workers=true")
    assert found(plan_of(project, *sets)) == {}


def test_the_launcher_has_its_own_config(project: Path) -> None:
    """H04, H05."""
    plan = plan_of(project, "precision.mixed_precision=bf16", "launch.launcher=accelerate")
    command = list(plan.command)
    assert command[command.index("--config_file") + 1] == str(plan.folder / "accelerate.yaml")
    assert command[command.index("--mixed_precision") + 1] == "no"
    assert plan.training_config["mixed_precision"] == "bf16"
    text = accelerate_config(cpu=False)
    assert "use_cpu: false" in text and "distributed_type: 'NO'" in text and "num_processes: 1" in text


def test_without_a_launcher_the_trainer_is_told_what_it_would_tell(project: Path) -> None:
    plan = plan_of(project, "launch.num_cpu_threads_per_process=3")
    python, entry, script, *rest = plan.command
    assert (Path(python).name, Path(entry).name, Path(script).name) == (
        "python",
        "entry.py",
        "train_network.py",
    )
    assert rest == ["--config_file", str(plan.folder / "config.toml")]
    told = plan.environment
    assert (told["OMP_NUM_THREADS"], told["ACCELERATE_MIXED_PRECISION"]) == ("3", "no")
    assert "accelerate.yaml" not in " ".join(plan.command)


def test_all_paths_are_absolute(project: Path) -> None:
    """H22."""
    (project.parent / "vae.safetensors").touch()
    project.write_text(
        project.read_text(encoding="utf-8").replace("[model]", '[model]\nvae = "vae.safetensors"'),
        encoding="utf-8",
    )
    plan = plan_of(project)
    named = (
        "pretrained_model_name_or_path",
        "vae",
        "dataset_config",
        "output_dir",
        "logging_dir",
        "tokenizer_cache_dir",
    )
    assert all(Path(plan.training_config[name]).is_absolute() for name in named)
    subsets = plan.dataset_config["datasets"][0]["subsets"]
    assert all(Path(subset["image_dir"]).is_absolute() for subset in subsets)
    assert plan.environment["PYTHONPATH"] == str(plan.engine_root / "sd-scripts")


def test_a_byte_order_mark_is_read_and_never_written(project: Path, tmp_path: Path) -> None:
    """T06."""
    project.write_bytes(b"\xef\xbb\xbf" + project.read_bytes())
    plan = plan_of(project)
    assert found(plan) == {} and plan.trigger == "ning"
    files.write_text(tmp_path / "config.toml", files.dump_toml(plan.training_config))
    assert not (tmp_path / "config.toml").read_bytes().startswith(b"\xef\xbb\xbf")


def test_lists_of_numbers_read_back_with_the_engines_library(project: Path) -> None:
    """T07."""
    config = plan_of(project, "engine_options.base_weights_multiplier=[1, 0.5]").training_config
    assert toml.loads(files.dump_toml(config))["base_weights_multiplier"] == [1.0, 0.5]


def test_a_preset_that_is_not_there(tmp_path: Path) -> None:
    """T09."""
    with pytest.raises(PresetError) as caught:
        load_preset(tmp_path / "nowhere.toml")
    assert caught.value.code == "preset.not_found"


def test_what_the_engine_always_gets(project: Path) -> None:
    """S01, S03, S11, S12, S14, S22."""
    plan = plan_of(project, 'sampling.prompts=["{{trigger}}"]', 'dataset.trigger="宁光"')
    config = plan.training_config
    assert config["output_dir"] and config["output_name"] == "宁光"
    assert config["logging_dir"] and config["log_with"] == "tensorboard"
    assert config["sample_prompts"] == str(plan.folder / "sample_prompts.txt") and plan.sample_prompts


def test_a_prompt_cannot_hold_options(project: Path) -> None:
    """S15."""
    lines = plan_of(project, 'sampling.prompts=["girl --d abc"]').sample_prompts.splitlines()
    assert len(lines) == 1 and lines[0].count(" --d ") == 1 and " --d 42 " in lines[0]


def test_no_numbered_file_is_expected_of_the_last_epoch(project: Path) -> None:
    """S06."""
    plan = plan_of(project, "training.max_train_epochs=3", "saving.every_n_epochs=3")
    assert plan.checkpoints == ("ning.safetensors",)


def test_names_that_only_a_mac_takes_for_the_same(project: Path) -> None:
    a_lora_in_out(project.parent)
    sets = ("saving.output_dir={folder}/out", "saving.output_name=ning")
    assert found(plan_of(project, *sets, host=MAC)) == {"plan.would_overwrite": "error"}
    assert found(plan_of(project, *sets, host=CPU)) == {}


def test_a_token_is_found_where_the_hub_keeps_it(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    files.write_text(tmp_path / "hub" / "token", "hf_x")
    assert found(plan_of(project, "engine_options.huggingface_repo_id=me/mine")) == {}


def test_folders_on_two_disks_do_not_share_their_room(project: Path) -> None:
    output = project.parent / "loras"

    def two_disks(inputs: Inputs) -> Inputs:
        volumes = {path: Volume(1, 1 << 40) for path in inputs.surroundings.volumes}
        around = replace(inputs.surroundings, volumes={**volumes, output: Volume(2, 1000)})
        return replace(inputs, surroundings=around)

    assert found(plan_of(project, "saving.output_dir={folder}/loras", change=two_disks)) == {
        "machine.disk_full": "error"
    }
    assert found(plan_of(project, change=two_disks)) == {}


def test_what_surrounds_a_folder_that_does_not_exist_yet(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    good, bad = tmp_path / "a" / "b", tmp_path / "file" / "c"
    around = look_around(
        [good, bad, good], [tmp_path / "file", tmp_path / "gone"], {"HF_HOME": str(tmp_path)}
    )
    assert around.faults == {bad: "not_a_folder"}
    assert around.volumes[good].free_bytes > 0 and around.volumes[good].device == tmp_path.stat().st_dev
    assert around.evicted == () and not around.hub_token


def test_files_that_are_in_the_cloud_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a Mac gives files such flags."""
    flags: dict[str, Any] = {"here": 0, "away": SF_DATALESS | 0x20}
    monkeypatch.setattr("kohya_driver.planning.surroundings._flags", lambda path: flags[path.name])
    assert look_around([], [tmp_path / "here", tmp_path / "away"], {}).evicted == (tmp_path / "away",)
