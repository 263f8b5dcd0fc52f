"""Plans: every override, every check, the numbers, and the JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import toml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kohya_driver import api, files, texts
from kohya_driver.engine.extras import EXTRAS
from kohya_driver.host import Host
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.model import Plan
from kohya_driver.planning.overrides import RULES
from kohya_driver.preset.library import family_of, shipped_presets, sized_names
from kohya_driver.preset.load import load_preset, resolved_text
from kohya_driver.preset.model import Preset
from tests.project import (
    CPU,
    CUDA,
    MAC,
    OLD_MAC,
    SMALL_MAC,
    write_base,
    write_picture,
    write_project,
    write_safetensors,
)


def plan_of(path: Path, *sets: str, host: Host = MAC, strict: bool = False) -> Plan:
    return api.plan(load_preset(path, sets=sets), host=host, strict=strict)


def codes(plan: Plan) -> set[str]:
    return {finding.code for finding in plan.findings if finding.severity != "info"}


def overrides(plan: Plan) -> dict[str, tuple[Any, Any]]:
    return {f"{o.id}:{o.option}": (o.before, o.after) for o in plan.overrides}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "我的 项目")


def test_a_good_project(project: Path) -> None:
    plan = plan_of(project)
    assert codes(plan) == set()
    assert (plan.images, plan.repeats, plan.epochs, plan.steps) == (3, 18, 10, 180)
    assert plan.family == "sd15" and plan.script == "train_network.py" and plan.device == "mps"
    assert plan.folder == project.parent / "runs" / "ning-001"
    assert plan.final == plan.folder / "models" / "ning.safetensors"
    assert sum(bucket.count for bucket in plan.buckets) == 18
    assert plan.warmup_steps == 18


def test_planning_writes_nothing(project: Path) -> None:
    before = sorted(project.parent.rglob("*"))
    plan_of(project)
    assert sorted(project.parent.rglob("*")) == before


def test_the_json_has_all_that_is_promised(project: Path) -> None:
    value = plan_of(project).to_json()
    promised = (
        "images repeats buckets batches_per_epoch epochs steps checkpoints overrides findings command environment "
        "training_config dataset_config"
    )
    assert set(promised.split()) <= set(value)
    assert set(value["overrides"][0]) == {"id", "option", "from", "to", "reason"}
    assert set(value["buckets"][0]) == {"width", "height", "count"}
    again = json.loads(json.dumps(value, ensure_ascii=False))
    assert again == value
    assert Plan.from_json(again).to_json() == value


def test_the_resolved_preset_repeats_the_plan(project: Path, tmp_path: Path) -> None:
    first = plan_of(project, "network.dim=32", "optimizer.type=AdamW8bit", 'sampling.prompts=["{trigger}"]')
    alone = tmp_path / "elsewhere" / "resolved.toml"
    files.write_text(alone, first.resolved_preset)
    again = api.plan(load_preset(alone), host=MAC, folder=first.folder)
    for name in (
        "training_config",
        "dataset_config",
        "command",
        "environment",
        "sample_prompts",
        "overrides",
    ):
        assert getattr(again, name) == getattr(first, name)


def test_the_configs_read_back_as_the_engine_reads_them(project: Path) -> None:
    plan = plan_of(project, 'network.args={conv_dim = 4, algo = "lora"}', "optimizer.args.betas=[0.9, 0.99]")
    assert toml.loads(files.dump_toml(plan.training_config)) == plan.training_config
    assert toml.loads(files.dump_toml(plan.dataset_config)) == plan.dataset_config
    assert plan.training_config["network_args"] == ["conv_dim=4", "algo=lora"]
    assert plan.training_config["optimizer_args"] == ["betas=0.9,0.99"]
    subset = plan.dataset_config["datasets"][0]["subsets"][0]
    assert subset == {"image_dir": str(project.parent / "image" / "6_宁 光"), "num_repeats": 6}


BF16_CPU = replace(CPU, bf16=True)
# every rule: (host, what the preset sets, rule and option, before, after)
CASES: list[tuple[Host, list[str], str, Any, Any]] = [
    (MAC, ["optimizer.type=AdamW8bit"], "optimizer.no_8bit:training.optimizer_type", "AdamW8bit", "AdamW"),
    (CPU, ["optimizer.type=PagedLion8bit"], "optimizer.no_8bit:training.optimizer_type", "PagedLion8bit", "Lion"),
    (MAC, ["precision.mixed_precision=fp16"], "precision.no_fp16:training.mixed_precision", "fp16", "no"),
    (OLD_MAC, ["precision.mixed_precision=bf16"], "precision.no_bf16:training.mixed_precision", "bf16", "no"),
    (MAC, [], "precision.default:training.mixed_precision", None, "no"),
    (CUDA, [], "precision.default:training.mixed_precision", None, "fp16"),
    (MAC, ["precision.full_fp16=true"], "precision.full_fp16:training.full_fp16", True, None),
    (MAC, ["precision.full_bf16=true"], "precision.full_bf16:training.full_bf16", True, None),
    (MAC, ["precision.fp8_base=true"], "precision.fp8:training.fp8_base", True, None),
    (MAC, ["training.attention=xformers"], "attention.sdpa:training.sdpa", None, True),
    (MAC, ["training.attention=xformers"], "attention.no_xformers:training.xformers", True, None),
    (MAC, ["dataset.validation_split=0.34"], "validation.seed:dataset.validation_seed", None, 42),
    (MAC, ["optimizer.type=Prodigy"], "optimizer.rate_one:training.learning_rate", 1e-4, 1.0),
    (MAC, ["optimizer.type=Prodigy", "optimizer.text_encoder_lr=0.1"],
     "optimizer.rate_one:training.text_encoder_lr", [0.1], [1.0]),
    (MAC, ['optimizer.args={amsgrad="true"}'], "arguments.optimizer_args:training.optimizer_args",
     ["amsgrad=true"], ["amsgrad=True"]),
    (MAC, ['optimizer.lr_scheduler_args={last_epoch="-1,"}'], "arguments.lr_scheduler_args:training.lr_scheduler_args",
     ["last_epoch=-1,"], ["last_epoch=-1"]),
    (MAC, ["optimizer.type=DAdaptAdam"], "optimizer.dadapt:training.optimizer_type", "DAdaptAdam", "pytorch_optimizer.DAdaptAdam"),
    (MAC, ["optimizer.type=DAdaptAdam", "optimizer.args={decouple=true, log_every=9, d0=1e-5}"],
     "optimizer.dadapt_words:training.optimizer_args", ["decouple=True", "log_every=9", "d0=1e-05"],
     ["weight_decouple=True", "d0=1e-05"]),
    (MAC, ["optimizer.type=AdaFactor"], "optimizer.adafactor:training.optimizer_args",
     None, ["scale_parameter=False", "relative_step=False", "warmup_init=False"]),
    (MAC, ["optimizer.type=AdaFactor", "optimizer.lr_scheduler=adafactor"], "scheduler.adafactor:training.lr_scheduler",
     "adafactor", "constant_with_warmup"),
    (MAC, ["optimizer.lr_scheduler=cosine_with_min_lr"], "scheduler.min_lr:training.lr_scheduler_min_lr_ratio", None, 0.1),
    (MAC, ["optimizer.lr_scheduler_type=StepLR", "optimizer.lr_scheduler_args={step_size=9}"],
     "scheduler.own_warmup:training.lr_warmup_steps", 0.1, 0),
    (MAC, ["optimizer.type=RAdamScheduleFree"], "scheduler.schedule_free:training.lr_scheduler", "cosine", "constant"),
    (MAC, ["optimizer.type=AdamWScheduleFree", "optimizer.lr_warmup_steps=3"], "optimizer.own_warmup:training.optimizer_args",
     None, ["warmup_steps=3"]),
    (MAC, ["network.type=oft", "network.args={enable_conv=false}"], "arguments.off_is_on:training.network_args",
     ["enable_conv=False"], []),
    (CPU, ["precision.mixed_precision=bf16", "model.clip_skip=2"],
     "precision.no_bf16_clip_skip:training.mixed_precision", "bf16", "no"),
    (BF16_CPU, [], "precision.native_bf16:training.mixed_precision", None, "bf16"),
    (BF16_CPU, [], "precision.native_bf16:training.no_half_vae", None, True),
    (BF16_CPU, ["model.clip_skip=2"], "precision.default:training.mixed_precision", None, "no"),
    (MAC, ["optimizer.lr_scheduler=constant"], "scheduler.constant_warmup:training.lr_warmup_steps", 0.1, 0),
    (MAC, [], "workers.none:training.max_data_loader_n_workers", None, 0),
    (MAC, ["training.persistent_data_loader_workers=true"],
     "workers.not_persistent:training.persistent_data_loader_workers", True, None),
    (MAC, ["training.cache_latents=false", "training.cache_latents_to_disk=true"],
     "caching.on:training.cache_latents", None, True),
    (MAC, ["dataset.min_bucket_reso=300"], "buckets.whole_steps:dataset.min_bucket_reso", 300, 256),
    (MAC, ["dataset.max_bucket_reso=1000"], "buckets.whole_steps:dataset.max_bucket_reso", 1000, 1024),
    (MAC, [], "training.length:training.max_train_epochs", None, 10),
    (MAC, ["training.max_train_steps=7", "training.max_train_epochs=9"],
     "training.shorter:training.max_train_epochs", 9, None),
    (MAC, ["training.max_train_steps=700", "training.max_train_epochs=2"],
     "training.shorter:training.max_train_steps", 700, None),
    (MAC, [], "dataset.resolution:dataset.resolution", None, 512),
    (MAC, [], "dataset.buckets:dataset.enable_bucket", None, True),
    (MAC, ["dataset.bucket_reso_steps=1"], "buckets.finest:dataset.bucket_reso_steps", 1, 64),
    (MAC, ["dataset.resolution=128"], "dataset.min_bucket:dataset.min_bucket_reso", None, 128),
    (MAC, ["dataset.resolution=[512, 1024]"], "dataset.max_bucket:dataset.max_bucket_reso", None, 2048),
    (MAC, [], "dataset.caption_extension:dataset.caption_extension", None, ".txt"),
    (MAC, [], "dataset.class_tokens:dataset.class_tokens", None, "ning"),
    (MAC, ["dataset.shuffle_caption=true"], "dataset.keep_trigger:dataset.keep_tokens", None, 1),
    (MAC, [], "memory.vae_batch:training.vae_batch_size", None, 4),
    (SMALL_MAC, [], "memory.checkpointing:training.gradient_checkpointing", None, True),
    (MAC, ['sampling.prompts=["{trigger}"]'], "sampling.every_epoch:training.sample_every_n_epochs", None, 1),
    (MAC, ['sampling.prompts=["{trigger}"]'], "sampling.at_first:training.sample_at_first", None, True),
    (MAC, [], "launch.direct:launch.launcher", None, "direct"),
    (MAC, [], "launch.threads:launch.num_cpu_threads_per_process", None, 6),
    (MAC, [], "environment.pytorch_enable_mps_fallback:environment.PYTORCH_ENABLE_MPS_FALLBACK", None, "1"),
    (MAC, ['launch.env.PYTORCH_MPS_HIGH_WATERMARK_RATIO="2.7"'],
     "environment.watermark:environment.PYTORCH_MPS_HIGH_WATERMARK_RATIO", "2.7", None),
    (MAC, ['launch.env.PYTORCH_MPS_HIGH_WATERMARK_RATIO="0.7"'],
     "environment.low_watermark:environment.PYTORCH_MPS_LOW_WATERMARK_RATIO", None, "0.7"),
    (CUDA, ["optimizer.type=AdamW8bit"], "optimizer.bitsandbytes_missing:training.optimizer_type", "AdamW8bit", "AdamW"),
    (CUDA, ["training.attention=xformers"], "attention.xformers_missing:training.sdpa", None, True),
    (CUDA, ["training.attention=xformers"], "attention.xformers_missing:training.xformers", True, None),
    (CPU, ["launch.num_processes=2", "optimizer.lr_warmup_steps=9"], "launch.warmup:training.lr_warmup_steps", 9, 18),
    (CPU, ["launch.num_processes=2", "launch.launcher=direct"], "launch.accelerate:launch.launcher", "direct", "accelerate"),
    (CPU, ["launch.num_processes=2"], "launch.use_cpu:environment.ACCELERATE_USE_CPU", None, "true"),
    (CPU, ["launch.num_processes=2"], "launch.threads:launch.num_cpu_threads_per_process", None, 1),
    (MAC, ["training.attention=plain"], "attention.not_plain:training.sdpa", None, True),
    (MAC, ["engine_options.ddp_timeout=9"], "device.one_process:training.ddp_timeout", 9, None),
    (MAC, ["engine_options.torch_compile=true"], "device.no_compile:training.torch_compile", True, None),
    (CPU, ["training.highvram=true"], "memory.no_highvram:training.highvram", True, None),
    (MAC, ["engine_options.validate_every_n_steps=0"], "saving.never:training.validate_every_n_steps", 0, None),
    (MAC, ['launch.env.FORCE_COLOR="1"'], "environment.force_color:environment.FORCE_COLOR", "1", None),
    (MAC, [], "environment.pythonutf8:environment.PYTHONUTF8", None, "1"),
    (MAC, [], "environment.pythonunbuffered:environment.PYTHONUNBUFFERED", None, "1"),
    (MAC, [], "environment.columns:environment.COLUMNS", None, "400"),
    (MAC, [], "environment.tokenizers_parallelism:environment.TOKENIZERS_PARALLELISM", None, "false"),
    (MAC, [], "environment.hf_hub_offline:environment.HF_HUB_OFFLINE", None, "1"),
]  # fmt: skip
BASE_CASES = {"base.v_prediction", "base.v_by_name", "base.zero_terminal_snr", "base.real_file", "base.v2"}
"""Tested in test_rules_base.py."""
SDXL_CASES = {"precision.half_vae"}


@pytest.mark.parametrize(
    ("host", "sets", "rule", "before", "after"), CASES, ids=[f"{c[2]}-{c[0].accelerator}" for c in CASES]
)
def test_rule(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: Host,
    sets: list[str],
    rule: str,
    before: Any,
    after: Any,
) -> None:
    for name in ("PYTHONUNBUFFERED", "PYTHONUTF8", "COLUMNS", "HF_HUB_OFFLINE", "TOKENIZERS_PARALLELISM"):
        monkeypatch.delenv(name, raising=False)
    plan = plan_of(project, *sets, host=host)
    assert overrides(plan)[rule] == (before, after)
    assert next(o for o in plan.overrides if f"{o.id}:{o.option}" == rule).reason
    assert codes(plan) <= {"dataset.validation_none", "dataset.picture_enlarged"}


RUN_CASES = {"saving.half", "validation.on", "launch.one_thread", "launch.interface"}
"""Tested in test_rules_run.py, in test_validation.py, in test_engine_kinds.py, and in test_distribution.py."""


def test_every_rule_is_tested() -> None:
    from_shell = texts.say("override.environment.lines")
    shell = {rule.id for rule in RULES if texts.say(f"override.{rule.id}") == from_shell}
    tested = {case[2].split(":")[0] for case in CASES} | SDXL_CASES | BASE_CASES | RUN_CASES
    assert {rule.id for rule in RULES} - shell - tested == set()


@pytest.mark.parametrize("host", [CPU, MAC, CUDA])
def test_bf16_is_chosen_where_a_processor_computes_in_it(project: Path, host: Host) -> None:
    for one in (host, replace(host, bf16=True)):
        plan = plan_of(project, host=one)
        chosen = one.accelerator == "cpu" and one.bf16
        assert ("precision.native_bf16:training.mixed_precision" in overrides(plan)) is chosen
        said = plan_of(project, "precision.mixed_precision=no", host=one)
        assert said.training_config["mixed_precision"] == "no"


@pytest.mark.parametrize(
    ("family", "gigabytes", "sets", "saves"),
    [
        ("sd15", 16, (), True),
        ("sd15", 24, (), False),
        ("sd15", 24, ("training.train_batch_size=4",), True),
        ("sd15", 64, ("training.train_batch_size=4",), False),
        ("sdxl", 64, (), True),
        ("sdxl", 192, (), False),
        ("sdxl", 16, ("training.gradient_checkpointing=false",), False),
    ],
)
def test_gradient_checkpointing_only_where_memory_asks_for_it(
    tmp_path: Path, family: str, gigabytes: int, sets: tuple[str, ...], saves: bool
) -> None:
    side = {"sd15": 512, "sdxl": 1024}[family]
    project = write_project(tmp_path, family=family, sizes=[(side, side)])
    plan = plan_of(project, *sets, host=replace(MAC, memory_bytes=gigabytes << 30))
    assert bool(plan.training_config.get("gradient_checkpointing")) is saves
    assert ("memory.checkpointing:training.gradient_checkpointing" in overrides(plan)) is saves


@pytest.mark.parametrize("family", ["sd15", "sd2", "sdxl"])
def test_sized_presets_save_memory_as_the_plan_would(tmp_path: Path, family: str) -> None:
    """What the files for each size of memory say is what the estimate comes to."""
    side = {"sd15": 512, "sd2": 768, "sdxl": 1024}[family]
    name = next(name for name in shipped_presets() if family_of(name) == family)
    project = write_project(tmp_path, family=family, sizes=[(side, side)])
    base, images = load_preset(project).model.base, tmp_path / "image"
    for gigabytes, sized in sized_names(name).items():
        host = replace(MAC, memory_bytes=gigabytes << 30)
        preset = load_preset(sized, images=images, base=base, trigger="ning")
        left_open = load_preset(resolved_without(preset, tmp_path))
        plans = [
            build_plan(read_inputs(one, host, tmp_path / "runs" / "ning-001")) for one in (preset, left_open)
        ]
        said, chosen = (bool(one.training_config.get("gradient_checkpointing")) for one in plans)
        assert said is chosen, sized


def resolved_without(preset: Preset, folder: Path) -> Path:
    """The same preset, with that question left open."""
    values = files.parse_toml(resolved_text(preset))
    del values["training"]["gradient_checkpointing"]
    path = folder / "open.toml"
    files.write_text(path, files.dump_toml(values))
    return path


def test_nothing_is_taken_from_cuda(project: Path) -> None:
    wanted = [
        "optimizer.type=AdamW8bit",
        "training.attention=xformers",
        "precision.mixed_precision=fp16",
        "precision.full_fp16=true",
        "training.max_data_loader_n_workers=4",
    ]
    preset = load_preset(project, sets=wanted)
    plan = build_plan(read_inputs(preset, CUDA, project.parent / "runs" / "ning-001", extras=EXTRAS))
    assert not plan.errors
    config = plan.training_config
    assert config["optimizer_type"] == "AdamW8bit" and config["xformers"] and config["full_fp16"]
    assert config["max_data_loader_n_workers"] == 4
    assert "--cpu" not in plan.command


def test_sdxl(tmp_path: Path) -> None:
    plan = plan_of(
        write_project(tmp_path, family="sdxl", sizes=[(1024, 1024)]),
        "precision.mixed_precision=fp16",
        host=CUDA,
    )
    assert plan.script == "sdxl_train_network.py" and plan.dataset_config["datasets"][0]["resolution"] == 1024
    assert overrides(plan)["precision.half_vae:training.no_half_vae"] == (None, True)
    assert codes(plan) == set()


def test_sd2_says_v2(tmp_path: Path) -> None:
    plan = plan_of(write_project(tmp_path, family="sd2", sizes=[(768, 768)]))
    assert plan.training_config["v2"] is True and plan.dataset_config["datasets"][0]["resolution"] == 768


def test_strict_refuses_what_the_preset_says_and_only_that(project: Path) -> None:
    assert codes(plan_of(project, strict=True)) == set()
    plan = plan_of(project, "optimizer.type=AdamW8bit", "precision.mixed_precision=fp16", strict=True)
    refused = [finding for finding in plan.errors if finding.code == "plan.strict"]
    assert {finding.where for finding in refused} == {
        "--set optimizer.type [optimizer] type",
        "--set precision.mixed_precision [precision] mixed_precision",
    }


# every check: (what the preset sets, code)
FAULTS = [
    (['model.base=""'], "base.missing"),
    (["model.base=nowhere.safetensors"], "base.not_found"),
    (["model.family=sdxl"], "base.other_family"),
    (["launch.device=cuda"], "plan.device_missing"),
    (["engine_options.logging_dir=x"], "plan.option_owned"),
    (["engine_options.network_dim=4"], "plan.option_modelled"),
    (["engine_options.batch_size=4"], "plan.option_unknown_close"),
    (["engine_options.blocks_to_swap=4"], "plan.option_other_script"),
    (["engine_options.qqqqqqq=4"], "plan.option_unknown"),
    (['engine_options.masked_loss="false"'], "plan.option_type"),
    (['engine_options.huber_schedule="none"'], "plan.option_choice"),
    (['engine_options.base_weights="x"'], "plan.option_nargs"),
    (["optimizer.lr_scheduler=reduce_lr_on_plateau"], "plan.scheduler_unknown"),
    (["optimizer.lr_scheduler=cosine_with_restarts"], "plan.scheduler_cycles"),
    (["dataset.color_aug=true"], "plan.cache_and_augment"),
    (["dataset.random_crop=true"], "plan.cache_and_augment"),
    (["sampling.every_n_epochs=1"], "plan.samples_without_prompts"),
    (['sampling.prompts=["a"]', "sampling.every_n_epochs=1", "sampling.every_n_steps=1"], "plan.samples_by_epoch_only"),
    (['sampling.prompts=["{trigger}"]', 'dataset.trigger=""'], "plan.trigger_missing"),
    (['sampling.prompts=["{trigger}", "--n blurry"]'], "plan.prompt_empty"),
    (['sampling.prompts=["{trigger} --size 512"]'], "plan.prompt_option"),
    (['sampling.prompts=["{trigger} --d seven"]'], "plan.prompt_option"),
    (['sampling.prompts=["{trigger} --ss Euler a"]'], "plan.prompt_option"),
    (["saving.output_name=a/b"], "plan.bad_output_name"),
    (["training.max_data_loader_n_workers=2"], "plan.workers_on_mac"),
    (["dataset.resolution=128", "dataset.min_bucket_reso=256"], "dataset.bucket_minimum"),
    (["dataset.bucket_reso_steps=48"], "dataset.bucket_step"),
]  # fmt: skip


@pytest.mark.parametrize(("sets", "code"), FAULTS, ids=[code for _, code in FAULTS])
def test_check(project: Path, sets: list[str], code: str) -> None:
    plan = plan_of(project, *sets)
    assert code in codes(plan)
    assert all(finding.message and finding.hint for finding in plan.findings)
    kinds = [finding.severity for finding in plan.findings]
    assert kinds == sorted(kinds, key=("error", "warning", "info").index)


def test_text_encoder_cache(tmp_path: Path) -> None:
    project = write_project(tmp_path, family="sdxl", sizes=[(1024, 1024)])
    sets = ["training.cache_text_encoder_outputs=true", "dataset.shuffle_caption=true"]
    assert codes(plan_of(project, *sets)) == {
        "plan.text_cache_needs_unet_only",
        "plan.text_cache_needs_fixed_captions",
    }


def test_no_pictures(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    preset.write_text('[model]\nbase = "base.safetensors"\n')
    assert "plan.pictures_missing" in codes(plan_of(preset))
    preset.write_text(
        '[model]\nbase = "base.safetensors"\n[[dataset.subsets]]\nimage_dir = "image/6_宁 光"\nis_reg = true\n'
    )
    assert "plan.only_regularization" in codes(plan_of(preset))
    preset.write_text('[model]\nbase = "base.safetensors"\n[dataset]\ntrain_data_dir = "nowhere"\n')
    plan = plan_of(preset)
    assert "dataset.folder_missing" in codes(plan) and plan.steps == 0


@pytest.mark.parametrize(
    ("name", "code"), [("lora_unet_x.lora_down.weight", "base.is_lora"), ("decoder.conv_in.weight", "base.is_vae"),
                       ("joint_blocks.0.x", "base.not_yet")],
)  # fmt: skip
def test_another_kind_of_file_as_base(project: Path, name: str, code: str) -> None:
    write_safetensors(project.parent / "base.safetensors", {name: (2, 2)})
    assert code in codes(plan_of(project))


def test_a_broken_base(project: Path) -> None:
    (project.parent / "base.safetensors").write_bytes(b"\x00" * 5)
    assert "engine.weights_broken" in codes(plan_of(project))


def test_a_hub_name_is_a_warning(project: Path) -> None:
    plan = plan_of(project, "model.base=owner/name")
    assert codes(plan) == {"base.on_hub"} and not plan.errors
    assert "HF_HUB_OFFLINE" not in plan.environment


def test_it_would_overwrite(project: Path) -> None:
    (project.parent / "out").mkdir()
    (project.parent / "out" / "ning-000002.safetensors").touch()
    assert codes(plan_of(project, f"saving.output_dir={project.parent / 'out'}")) == {"plan.would_overwrite"}


def test_a_rosetta_python(project: Path) -> None:
    host = Host(**{**MAC.to_json(), "rosetta": True, "accelerator": "cpu"})
    assert "host.rosetta" in codes(plan_of(project, host=host))


def test_repeats_come_from_the_subset_then_the_folder_then_the_dataset(project: Path) -> None:
    folder = project.parent
    write_picture(folder / "loose" / "a.png")
    base = '[model]\nbase = "base.safetensors"\n[dataset]\nnum_repeats = 3\n'
    for subsets, wanted in (
        ('[[dataset.subsets]]\nimage_dir = "image/6_宁 光"\nnum_repeats = 2\n', 2),
        ('[[dataset.subsets]]\nimage_dir = "image/6_宁 光"\n', 6),
        ('[[dataset.subsets]]\nimage_dir = "loose"\n', 3),
    ):
        project.write_text(base + subsets, encoding="utf-8")
        assert [subset.repeats for subset in plan_of(project).subsets] == [wanted]


def test_the_next_run_has_the_next_number(project: Path) -> None:
    (project.parent / "runs" / "ning-009").mkdir(parents=True)
    assert plan_of(project).folder.name == "ning-010"


def test_prompts(project: Path) -> None:
    plan = plan_of(
        project,
        'sampling.prompts=["{trigger}, smile\\nnow", "a -- b --n worse --d 7"]',
        'sampling.negative="bad"',
    )
    lines = plan.sample_prompts.splitlines()
    assert lines[0] == "ning, smile now --n bad --w 512 --h 512 --d 42 --s 24 --l 7"
    assert lines[1] == "a — b --n worse --w 512 --h 512 --d 7 --s 24 --l 7"
    assert plan.samples == 22  # of ten epochs, and before the first
    assert plan.training_config["sample_prompts"] == str(plan.folder / "sample_prompts.txt")


@pytest.mark.parametrize("name", sorted(shipped_presets()))
@pytest.mark.parametrize("host", [MAC, CPU, CUDA], ids=lambda host: host.accelerator)
def test_shipped_presets_plan_without_a_finding(tmp_path: Path, name: str, host: Host) -> None:
    family = name.split("-")[0]
    base = write_base(tmp_path / "base.safetensors", family)
    picture = write_picture(tmp_path / "图片" / "a.png", (1024, 1024))
    # What an SD 2.x base was trained to predict stands nowhere in its file.
    said = ["model.v_parameterization=true"] if family == "sd2" else []
    preset = load_preset(name, images=picture.parent, base=base, trigger="ning", sets=said)
    assert codes(api.plan(preset, host=host)) == set()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    dim=st.integers(1, 128),
    batch=st.integers(1, 4),
    accumulation=st.integers(1, 4),
    epochs=st.one_of(st.none(), st.integers(1, 12)),
    steps=st.one_of(st.none(), st.integers(1, 500)),
    resolution=st.sampled_from([256, 512, 640, 768]),
    scheduler=st.sampled_from(["cosine", "linear", "constant", "constant_with_warmup", "polynomial"]),
    optimizer=st.sampled_from(["AdamW", "Lion", "Prodigy", "AdaFactor", "AdamW8bit"]),
)
def test_random_good_presets_have_no_error(
    project: Path, dim: int, batch: int, accumulation: int, epochs: int | None, steps: int | None, resolution: int,
    scheduler: str, optimizer: str,
) -> None:  # fmt: skip
    sets = [
        f"network.dim={dim}", f"training.train_batch_size={batch}", f"dataset.resolution={resolution}",
        f"training.gradient_accumulation_steps={accumulation}", f"optimizer.lr_scheduler={scheduler}",
        f"optimizer.type={optimizer}",
    ]  # fmt: skip
    sets += [f"training.max_train_epochs={epochs}"] if epochs else []
    sets += [f"training.max_train_steps={steps}"] if steps else []
    plan = plan_of(project, *sets)
    assert not plan.errors
    assert plan.steps >= 1 and plan.warmup_steps <= plan.steps
    if steps:
        assert plan.steps <= steps
    assert plan.epochs == -(-plan.steps // plan.steps_per_epoch)
