"""No false alarm: what the engine's own documentation shows is planned without an error, and refused only where it must be.

The presets in tests/golden/engine_examples/ hold the settings of each example, under the preset's own names; the first line of
each names its document.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kohya_driver import api
from kohya_driver.errors import Finding, PresetError
from kohya_driver.host import Host
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from tests.project import CPU as SMALL_CPU
from tests.project import CUDA, MAC, base_shapes, write_picture, write_project, write_safetensors

EXAMPLES = Path(__file__).parents[1] / "golden" / "engine_examples"
CPU = replace(SMALL_CPU, memory_bytes=256 << 30)
"""Memory is another question: on a processor what does not fit is refused, whoever wrote it."""
HOSTS = {"mac": MAC, "cpu": CPU, "cuda": CUDA}
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.toml"))

OTHER_FAMILIES = {
    "flux": ("double_blocks.0.img_attn.qkv.weight", "base.not_on_mps"),
    "chroma": ("distilled_guidance_layer.in_proj.weight", "base.not_on_mps"),
    "hunyuan_image": ("byt5_in.fc1.weight", "base.not_on_mps"),
    "sd3": ("model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight", "base.not_yet"),
    "lumina": ("cap_embedder.0.weight", "base.not_yet"),
    "anima": ("net.llm_adapter.blocks.0.x.weight", "base.not_yet"),
}
"""A tensor that only this family's base has, and what is said of it on a Mac."""

DATASET_VALUES = [
    "training.train_batch_size=1", "dataset.bucket_no_upscale=true", "dataset.bucket_reso_steps=64",
    "dataset.enable_bucket=true", "dataset.max_bucket_reso=1024", "dataset.min_bucket_reso=128", "dataset.resolution=256",
    "dataset.resolution=[512, 512]", "dataset.color_aug=false", "dataset.face_crop_aug_range=[1.0, 3.0]",
    "dataset.flip_aug=true", "dataset.keep_tokens=2", "dataset.num_repeats=10", "dataset.random_crop=false",
    "dataset.shuffle_caption=true", 'dataset.caption_prefix="masterpiece, best quality, "',
    'dataset.caption_suffix=", from side"', 'dataset.keep_tokens_separator="|||"', 'dataset.secondary_separator=";;;"',
    "dataset.enable_wildcard=true", 'dataset.caption_extension=".txt"', 'dataset.class_tokens="sks girl"',
    "engine_options.cache_info=false",
    *(f"dataset.resize_interpolation={name}" for name in
      ("lanczos", "nearest", "bilinear", "linear", "bicubic", "cubic", "area", "box")),
]  # fmt: skip
"""docs/config_README-en.md: the value beside each option."""

TRAINING_VALUES = [
    "training.noise_offset=0.0357", "training.multires_noise_iterations=6", "training.multires_noise_iterations=10",
    "training.multires_noise_discount=0.3", "training.ip_noise_gamma=0.1", "training.min_snr_gamma=5.0",
    "engine_options.debiased_estimation_loss=true", *(f"training.loss_type={name}" for name in ("l1", "l2", "huber", "smooth_l1")),
    *(f"engine_options.huber_schedule={name}" for name in ("constant", "exponential", "snr")),
    "network.scale_weight_norms=1.0", "network.args={loraplus_lr_ratio = 16}", "model.max_token_length=150",
    "model.max_token_length=225", "optimizer.args={weight_decay = 0.01, betas = [0.9, 0.999]}",
    "optimizer.learning_rate=1e-3", "optimizer.learning_rate=4e-5", "optimizer.text_encoder_lr=2e-5", "network.dim=64",
    "precision.full_fp16=true", "precision.full_bf16=true", "precision.fp8_base=true", "training.lowram=true",
    "training.highvram=true", "training.attention=mem_eff_attn", "engine_options.save_n_epoch_ratio=5",
    "engine_options.no_metadata=true", "engine_options.disable_mmap_load_safetensors=true",
    "optimizer.type=PagedAdamW8bit", "optimizer.type=Lion", "optimizer.type=Prodigy", "optimizer.type=Adafactor",
    *(f"optimizer.lr_scheduler={name}" for name in
      ("constant", "cosine", "linear", "constant_with_warmup", "cosine_with_restarts", "polynomial")),
]  # fmt: skip
"""docs/train_network_advanced.md, which is about SDXL: values that it calls usual, good or possible."""

ENGINE_REFUSES = {
    # docs/sdxl_train_network.md (3.1): the command as it stands. The engine has no such options, and would want U-Net only.
    "engine_options.text_encoder_lr1=1e-5": "plan.option_unknown_close",
    "training.cache_text_encoder_outputs=true": "plan.text_cache_needs_unet_only",
    # docs/validation.md: a resolution in quotes, and a split for one subset
    'dataset.resolution="1024,1024"': "preset.wrong_type",
    'dataset.subsets=[{image_dir = "hoge", validation_split = 1.0}]': "preset.unknown_key_elsewhere",
    # docs/train_network_advanced.md (1.7): a sampler that it does not know
    "sampling.sampler=dpm++_2m_karras": "preset.not_a_choice",
}
"""What the documents show and the engine itself does not take."""

NOT_SAID_IN_A_PRESET = {
    # docs/config_README-en.md: the fine-tuning way
    'dataset.subsets=[{image_dir = "piyo", metadata_file = "piyo/piyo_md.json"}]': "preset.unknown_key",
    # docs/masked_loss_README.md: masks in a folder of their own
    'dataset.subsets=[{image_dir = "hoge", conditioning_data_dir = "masks"}]': "preset.unknown_key",
}


def write_example(name: str, folder: Path) -> Path:
    """The preset in a project of its own, with the pictures and the base model that it names."""
    text = (EXAMPLES / f"{name}.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    family = values["model"].get("family", "sd15")
    shapes: Mapping[str, Sequence[int]] = base_shapes(family)
    if name.startswith("refused/"):
        shapes = {OTHER_FAMILIES[name.removeprefix("refused/")][0]: (2, 2)}
    write_safetensors(folder / "base.safetensors", shapes)
    for subset in subsets(values["dataset"]):
        write_subset(folder, subset, 1024 if family == "sdxl" else 512)
    preset = folder / "preset.toml"
    preset.write_text(text, encoding="utf-8")
    return preset


def subsets(dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = [dict(subset) for subset in dataset.get("subsets", [])]
    found += [{"image_dir": f"{dataset['train_data_dir']}/4_ning"}] if "train_data_dir" in dataset else []
    found += [{"image_dir": f"{dataset['reg_data_dir']}/1_girl"}] if "reg_data_dir" in dataset else []
    return [{**{"caption_extension": dataset.get("caption_extension", ".txt")}, **subset} for subset in found]


def write_subset(folder: Path, subset: Mapping[str, Any], side: int) -> None:
    for number in range(6):
        path = folder / subset["image_dir"] / f"{subset['image_dir'][:2]}{number}.png"
        write_picture(path, (side, side))
        path.with_suffix(".txt").rename(path.with_suffix(subset["caption_extension"]))
        if subset.get("alpha_mask"):
            Image.new("RGBA", (side, side)).save(path)


def plan_of(preset: Path, *sets: str, host: Host = MAC) -> Plan:
    return api.plan(load_preset(preset, sets=sets), host=host)


def codes(findings: Sequence[Finding]) -> set[str]:
    return {finding.code for finding in findings}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_planned_without_an_error(name: str, host: str, tmp_path: Path) -> None:
    plan = plan_of(write_example(name, tmp_path), host=HOSTS[host])
    allowed = {"learning.optimizer_package"} if host == "cuda" else set()
    """The engine's environment has no 8-bit optimizers; on a card that could use them this is said, not changed."""
    assert codes(plan.errors) <= allowed
    assert plan.steps >= 1 or plan.errors


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Good projects that no test changes, one for each family."""
    return {
        family: write_project(tmp_path_factory.mktemp(family), family=family, sizes=[(side, side)] * 4)
        for family, side in (("sd15", 512), ("sdxl", 1024))
    }


@pytest.mark.parametrize(
    ("family", "setting"),
    [*(("sd15", value) for value in DATASET_VALUES), *(("sdxl", value) for value in TRAINING_VALUES)],
)
def test_a_value_from_the_documents_is_no_error(
    family: str, setting: str, projects: Mapping[str, Path]
) -> None:
    for host in (MAC, CPU):
        assert codes(plan_of(projects[family], setting, host=host).errors) == set()


@pytest.mark.parametrize("name", OTHER_FAMILIES)
def test_another_family_gets_the_right_refusal(name: str, tmp_path: Path) -> None:
    preset = write_example(f"refused/{name}", tmp_path)
    assert OTHER_FAMILIES[name][1] in codes(plan_of(preset).errors)
    assert codes(plan_of(preset, host=CPU).errors) & {"base.not_yet", "base.not_on_mps"}


def test_every_other_family_has_its_example() -> None:
    assert {path.stem for path in (EXAMPLES / "refused").glob("*.toml")} == set(OTHER_FAMILIES)
    assert len(NAMES) >= 25


@pytest.mark.parametrize(
    ("setting", "code"), [*ENGINE_REFUSES.items(), *NOT_SAID_IN_A_PRESET.items()], ids=lambda value: value
)
def test_what_cannot_be_trained_is_refused(setting: str, code: str, projects: Mapping[str, Path]) -> None:
    try:
        said = codes(plan_of(projects["sdxl"], setting).errors)
    except PresetError as failure:
        said = codes(failure.findings)
    assert said == {code}
