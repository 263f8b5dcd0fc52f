"""Rules M of the failure catalogue: the base model and the VAE. Each case breaks one good project in one way."""

from __future__ import annotations

import json
import pickle
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.engine.families import PARTS
from kohya_driver.errors import PresetError, Severity
from kohya_driver.host import Host
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.prepare import prepare_folder
from tests.project import CUDA, GIB, base_shapes, write_project, write_safetensors
from tests.project import MAC as SMALL_MAC

MAC = replace(SMALL_MAC, memory_bytes=64 * GIB)  # SDXL does not fit into 16
ERROR, WARNING = Severity.ERROR, Severity.WARNING
Break = Callable[[Path], object]
"""Given the good base model's file."""

HANDLED = {
    "M01": "base.not_found",  # and base.missing
    "M02": "base.not_on_mps",  # base.not_yet, base.is_…, base.unknown, base.other_family; the script follows the family
    "M03": "base.v2",
    # A warning, as the table says, where the preset contradicts the file; where it is silent the file is believed.
    "M04": "base.v_prediction",
    "M05": "base.inpainting",
    "M06": "engine.weights_broken",  # base.empty, base.web_page, base.lfs_pointer say more where more is known
    "M07": "base.pickle",
    "M08": "base.real_file",
    "M09": "base.quantised",  # and base.gguf
    "M10": "base.vae_not_found",
    "M11": "by construction: the tokenizers are built when the engine is installed, and every config names their folder",
    "M12": "by construction: the same; `engine verify` finds a tokenizer that has changed since",
    "M13": "by construction: v2 is set by the family alone, and refused under [engine_options]",
    "M14": "base.clip_skip_sdxl",
    # For SD 2.x, too, at most 12: it is warned of at any value (M16).
    "M15": "preset.out_of_range",
    "M16": "base.clip_skip_sd2",
}


@dataclass(frozen=True)
class Case:
    rule: str
    code: str
    severity: Severity = ERROR
    do: Break = lambda base: None
    sets: tuple[str, ...] = ()
    family: str = "sd15"
    host: Host = MAC


def content(data: bytes) -> Break:
    return lambda base: base.write_bytes(data)


def tensors(shapes: Mapping[str, Sequence[int]], **more: Any) -> Break:
    return lambda base: write_safetensors(base, shapes, **more)


def plus(*names: str, family: str = "sd15", metadata: Mapping[str, str] | None = None) -> Break:
    """The good base with some more tensors."""
    return tensors({**base_shapes(family), **dict.fromkeys(names, (1,))}, metadata=metadata)


def one(name: str) -> Break:
    return tensors({name: (2, 2)})


def cut(base: Path) -> None:
    base.write_bytes(base.read_bytes()[:-1])


def longer(base: Path) -> None:
    base.write_bytes(base.read_bytes() + b"\0")


def write_checkpoint(path: Path, value: object) -> None:
    """As torch.save does: a zip with a pickle in it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(value, protocol=2))


class Dangerous:
    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        import os

        return os.system, ("true",)


def old(value: object) -> Break:
    return lambda base: write_checkpoint(base.with_suffix(".ckpt"), value)


def named(suffix: str) -> Break:
    return lambda base: base.rename(base.with_suffix(suffix))


CKPT, ALLOW = "model.base=PROJECT/base.ckpt", "model.allow_pickle=true"
NAMES = {"cond_stage_model.transformer.text_model.embeddings.position_ids": 1}
VAE = "model.vae=PROJECT/vae.safetensors"
EPSILON, VELOCITY = {"modelspec.prediction_type": "epsilon"}, {"modelspec.prediction_type": "v"}


def vae_of(name: str) -> Break:
    return lambda base: write_safetensors(base.with_name("vae.safetensors"), {name: (2, 2)})


CASES = [
    Case("M01", "base.missing", sets=('model.base=""',)),
    Case("M01", "base.not_found", sets=("model.base=PROJECT/nowhere.safetensors",)),
    Case("M01", "base.on_hub", WARNING, sets=("model.base=owner/name", "model.family=sd15")),
    Case("M02", "base.is_lora", do=one("lora_unet_x.lora_down.weight")),
    Case("M02", "base.is_vae", do=one("decoder.conv_in.weight")),
    Case("M02", "base.is_vae", do=one("decoder.conv_in.weight"), sets=("model.family=sd15",)),
    Case("M02", "base.is_text_encoder", do=one("text_model.encoder.layers.0.mlp.fc1.weight")),
    Case("M02", "base.is_controlnet", do=one("control_model.input_blocks.0.0.weight")),
    Case("M02", "base.is_controlnet", do=one("lllite_unet_x.down.0.weight")),
    Case("M02", "base.is_embedding", do=one("emb_params")),
    Case("M02", "base.is_sdxl_refiner", do=tensors(
        {"model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (4, 1280)})),
    Case("M02", "base.not_on_mps", do=one("double_blocks.0.img_attn.qkv.weight")),
    Case("M02", "base.not_on_mps", do=one("distilled_guidance_layer.in_proj.weight")),
    Case("M02", "base.not_on_mps", do=one("byt5_in.fc1.weight")),
    Case("M02", "base.not_yet", do=one("double_blocks.0.img_attn.qkv.weight"), host=CUDA),
    Case("M02", "base.not_yet", do=one("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight")),
    Case("M02", "base.not_yet", do=one("cap_embedder.0.weight")),
    Case("M02", "base.not_yet", do=one("net.llm_adapter.blocks.0.x.weight")),
    Case("M02", "base.unknown", do=one("something")),
    Case("M02", "base.unknown_taken", WARNING, do=one("something"), sets=("model.family=sd15",)),
    Case("M02", "base.other_family", sets=("model.family=sd2", "dataset.resolution=512")),
    Case("M02", "base.no_unet", do=tensors(
        {"down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight": (4, 768)})),
    Case("M02", "base.parts_missing", do=tensors(base_shapes(without="vae"))),
    Case("M02", "base.parts_missing", do=tensors(base_shapes(without="text_encoder"))),
    Case("M02", "base.parts_missing", do=tensors(base_shapes("sdxl", without="text_encoder_2")), family="sdxl"),
    Case("M02", "base.parts_missing", do=tensors(dict(list(base_shapes().items())[:-1]))),
    Case("M04", "base.v_left_out", WARNING, do=plus("v_pred"), sets=("model.v_parameterization=false",)),
    Case("M04", "base.v_on_epsilon", WARNING, do=plus(metadata=EPSILON), sets=("model.v_parameterization=true",)),
    Case("M04", "base.v_unproven", WARNING, sets=("model.v_parameterization=true",)),
    Case("M04", "base.prediction_unknown", WARNING, family="sd2"),
    Case("M04", "base.prediction_by_name", WARNING, family="sd2",
         do=lambda base: base.rename(base.with_name("v2-1_768-ema.safetensors")),
         sets=("model.base=PROJECT/v2-1_768-ema.safetensors",)),
    Case("M05", "base.inpainting", do=tensors(base_shapes(channels=9))),
    Case("M06", "base.empty", do=content(b"")),
    Case("M06", "base.web_page", do=content(b"<!DOCTYPE html><html>")),
    Case("M06", "base.web_page", do=content(b"\n <html><body>")),
    Case("M06", "base.lfs_pointer", do=content(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")),
    Case("M06", "engine.weights_broken", do=content(b"\xff" * 40)),
    Case("M06", "engine.weights_broken", do=cut),
    Case("M06", "engine.weights_broken", do=longer),
    Case("M07", "base.pickle", do=old(NAMES), sets=(CKPT,)),
    Case("M07", "base.pickle_dangerous", do=old({**NAMES, "x": Dangerous()}), sets=(CKPT, ALLOW)),
    Case("M07", "base.pickle_suspicious", WARNING, do=old({**NAMES, "x": Path("x")}), sets=(CKPT, ALLOW)),
    Case("M07", "base.unknown", do=old({"x": 1}), sets=(CKPT, ALLOW)),
    Case("M07", "base.safetensors_by_another_name", do=named(".ckpt"), sets=(CKPT, ALLOW)),
    Case("M07", "base.pickle_named_safetensors", do=lambda base: write_checkpoint(base, NAMES)),
    Case("M09", "base.quantised", do=tensors(base_shapes(), dtype="F8_E4M3")),
    Case("M09", "base.quantised", do=plus("model.diffusion_model.x.weight.quant_state.bitsandbytes__nf4")),
    Case("M09", "base.gguf", do=content(b"GGUF\x03\0\0\0")),
    Case("M10", "base.vae_not_found", sets=(VAE,)),
    Case("M10", "base.vae_folder", do=lambda base: base.with_name("vae.safetensors").mkdir(), sets=(VAE,)),
    Case("M10", "base.vae_is_other", do=vae_of("lora_unet_x.lora_down.weight"), sets=(VAE,)),
    Case("M13", "plan.option_owned", sets=("engine_options.v2=true",), family="sdxl"),
    Case("M14", "base.clip_skip_sdxl", WARNING, sets=("model.clip_skip=2",), family="sdxl"),
    Case("M16", "base.clip_skip_sd2", WARNING, family="sd2",
         sets=("model.clip_skip=2", "model.v_parameterization=false")),
]  # fmt: skip


def plan_of(preset: Path, *sets: str, host: Host = MAC) -> Plan:
    said = [item.replace("PROJECT", str(preset.parent)) for item in sets]
    return api.plan(load_preset(preset, sets=said), host=host)


def found(plan: Plan) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in plan.findings if finding.severity != "info"]


def said_by(plan: Plan) -> dict[str, Any]:
    return {override.id: override.after for override in plan.overrides if override.id.startswith("base.")}


def project_of(folder: Path, family: str = "sd15") -> Path:
    size = {"sd15": 512, "sd2": 768, "sdxl": 1024}[family]
    return write_project(folder / "我的 项目", family=family, sizes=[(size, size)])


@pytest.mark.parametrize("family", PARTS)
def test_the_good_project_has_no_finding(tmp_path: Path, family: str) -> None:
    said = ("model.v_parameterization=false",) if family == "sd2" else ()
    assert found(plan_of(project_of(tmp_path, family), *said)) == []


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.code}" for case in CASES])
def test_rule(tmp_path: Path, case: Case) -> None:
    preset = project_of(tmp_path, case.family)
    case.do(preset.parent / "base.safetensors")
    plan = plan_of(preset, *case.sets, host=case.host)
    assert found(plan) == [(case.code, case.severity)]
    finding = next(finding for finding in plan.findings if finding.code == case.code)
    assert "[model]" in finding.where or "[engine_options]" in finding.where
    assert finding.message and finding.hint


@pytest.mark.parametrize("value", [0, 13, 14])
def test_clip_skip_out_of_range(tmp_path: Path, value: int) -> None:
    with pytest.raises(PresetError) as caught:
        load_preset(project_of(tmp_path), sets=[f"model.clip_skip={value}"])
    assert [finding.code for finding in caught.value.findings] == ["preset.out_of_range"]


def test_v2_and_the_script_follow_the_family(tmp_path: Path) -> None:
    for family, script in (
        ("sd15", "train_network.py"),
        ("sd2", "train_network.py"),
        ("sdxl", "sdxl_train_network.py"),
    ):
        plan = plan_of(project_of(tmp_path / family, family))
        assert plan.script == script
        assert plan.training_config.get("v2") is (True if family == "sd2" else None)


@pytest.mark.parametrize("family", ["sd15", "sd2", "sdxl"])
def test_velocity_is_read_from_the_file(tmp_path: Path, family: str) -> None:
    preset = project_of(tmp_path, family)
    for do in (plus("v_pred", family=family), plus(family=family, metadata=VELOCITY)):
        do(preset.parent / "base.safetensors")
        plan = plan_of(preset)
        assert found(plan) == [] and said_by(plan)["base.v_prediction"] is True
        assert plan.training_config["v_parameterization"] is True
        assert "zero_terminal_snr" not in plan.training_config


def test_zero_terminal_snr_is_read_from_the_file(tmp_path: Path) -> None:
    preset = project_of(tmp_path, "sdxl")
    plus("v_pred", "ztsnr", family="sdxl")(preset.parent / "base.safetensors")
    assert plan_of(preset).training_config["zero_terminal_snr"] is True
    # Without velocity the engine would only warn, and train to no good.
    assert "zero_terminal_snr" not in plan_of(preset, "model.v_parameterization=false").training_config


def test_a_name_is_followed_and_doubted(tmp_path: Path) -> None:
    preset = project_of(tmp_path, "sd2")
    for name, velocity in (("sd2-768-v.safetensors", True), ("512-base-ema.safetensors", None)):
        shutil.copy(preset.parent / "base.safetensors", preset.parent / name)
        plan = plan_of(preset, f"model.base=PROJECT/{name}")
        assert [code for code, _ in found(plan)] == ["base.prediction_by_name"]
        assert plan.training_config.get("v_parameterization") is velocity
        assert said_by(plan).get("base.v_by_name") is velocity


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_link_is_followed_for_the_engine(tmp_path: Path, family: str) -> None:
    preset = project_of(tmp_path, family)
    base = preset.parent / "base.safetensors"
    base.rename(preset.parent / "real.safetensors")
    base.symlink_to("real.safetensors")
    plan = plan_of(preset)
    assert found(plan) == []
    assert plan.training_config["pretrained_model_name_or_path"] == str(preset.parent / "real.safetensors")
    assert found(api.plan(load_preset(preset), host=MAC, strict=True)) == []


def test_a_link_into_a_cache_gets_a_second_name(tmp_path: Path) -> None:
    """As in Hugging Face's cache: the file behind the link has no ending, and the engine would unpickle it."""
    preset = project_of(tmp_path)
    base = preset.parent / "base.safetensors"
    blob = preset.parent / "blobs" / "0123abcd"
    blob.parent.mkdir()
    base.rename(blob)
    base.symlink_to(Path("blobs") / "0123abcd")
    plan = plan_of(preset)
    assert found(plan) == []
    prepare_folder(plan)
    named = Path(plan.training_config["pretrained_model_name_or_path"])
    assert named == plan.folder / "base.safetensors"
    assert named.samefile(blob) and not named.is_symlink()


def test_a_link_to_another_disk_is_refused(tmp_path: Path) -> None:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second disk here")
    preset = project_of(tmp_path)
    base, blob = preset.parent / "base.safetensors", memory / f"kohya-driver-{tmp_path.name}"
    try:
        shutil.copy(base, blob)
        base.unlink()
        base.symlink_to(blob)
        assert found(plan_of(preset)) == [("base.link_to_other_disk", ERROR)]
    finally:
        blob.unlink()


def write_diffusers(folder: Path, family: str = "sd15", *, suffix: str = ".safetensors", **unet: Any) -> Path:
    width = {"sd15": 768, "sd2": 1024, "sdxl": 2048}[family]
    for part in PARTS[family]:
        write_safetensors(folder / part / f"model{suffix}", {"x": (2,)})
    (folder / "scheduler").mkdir()
    (folder / "model_index.json").write_text('{"_class_name": "StableDiffusionPipeline"}')
    (folder / "unet" / "config.json").write_text(
        json.dumps({"cross_attention_dim": width, "in_channels": 4, **unet})
    )
    (folder / "scheduler" / "scheduler_config.json").write_text('{"prediction_type": "v_prediction"}')
    return folder


def test_a_diffusers_folder(tmp_path: Path) -> None:
    preset = project_of(tmp_path, "sd2")
    write_diffusers(preset.parent / "folder", "sd2")
    plan = plan_of(preset, "model.base=PROJECT/folder")
    assert found(plan) == [] and plan.family == "sd2"
    assert plan.training_config["v_parameterization"] is True
    shutil.rmtree(preset.parent / "folder" / "vae")
    assert found(plan_of(preset, "model.base=PROJECT/folder")) == [("base.parts_missing", ERROR)]
    (preset.parent / "folder" / "model_index.json").unlink()
    assert found(plan_of(preset, "model.base=PROJECT/folder")) == [("engine.base_folder", ERROR)]


def test_a_diffusers_folder_for_inpainting(tmp_path: Path) -> None:
    preset = project_of(tmp_path)
    write_diffusers(preset.parent / "folder", in_channels=9)
    codes = {
        code
        for code, _ in found(plan_of(preset, "model.base=PROJECT/folder", "model.v_parameterization=true"))
    }
    assert codes == {"base.inpainting"}


def test_a_diffusers_folder_of_pickles(tmp_path: Path) -> None:
    preset = project_of(tmp_path)
    folder = write_diffusers(preset.parent / "folder", suffix=".bin")
    plan = plan_of(preset, "model.base=PROJECT/folder")
    assert set(found(plan)) == {("base.pickle", ERROR)} and len(plan.errors) == 3
    for part in PARTS["sd15"]:
        write_checkpoint(folder / part / "model.bin", {"x": 1})
    assert found(plan_of(preset, "model.base=PROJECT/folder", ALLOW)) == []


def test_an_allowed_checkpoint_is_known_by_its_names(tmp_path: Path) -> None:
    preset = project_of(tmp_path)
    old(NAMES)(preset.parent / "base.safetensors")
    plan = plan_of(preset, CKPT, ALLOW)
    assert found(plan) == [] and plan.family == "sd15"


def test_a_checkpoint_that_cannot_be_scanned_is_refused(tmp_path: Path) -> None:
    preset = project_of(tmp_path)
    (preset.parent / "base.ckpt").write_bytes(b"PK\x03\x04" + b"\0" * 60)
    assert ("base.pickle_unreadable", ERROR) in found(plan_of(preset, CKPT, ALLOW, "model.family=sd15"))


def test_a_good_vae_and_a_whole_model_as_vae(tmp_path: Path) -> None:
    preset = project_of(tmp_path)
    vae_of("decoder.conv_in.weight")(preset.parent / "base.safetensors")
    assert found(plan_of(preset, VAE)) == []
    assert found(plan_of(preset, "model.vae=PROJECT/base.safetensors")) == []
    (preset.parent / "vae.pt").write_bytes(b"PK\x03\x04")
    assert found(plan_of(preset, "model.vae=PROJECT/vae.pt")) == [("base.pickle", ERROR)]


def test_every_config_names_the_folder_of_the_tokenizers(tmp_path: Path) -> None:
    plan = plan_of(project_of(tmp_path))
    assert plan.training_config["tokenizer_cache_dir"] == str(plan.engine_root / "tokenizers")


def test_every_rule_is_handled_and_tried() -> None:
    assert list(HANDLED) == [f"M{number:02}" for number in range(1, 17)]
    apart = {"M03", "M08", "M11", "M12", "M15"}
    """These have tests of their own above; M12's is in test_engine_tokenizer_files.py."""
    assert {case.rule for case in CASES} | apart == set(HANDLED)
