"""Rules of the machine, the launch, the types of options, saving, sampling and logging (H*, T*, S* of the rules' table).

Each case breaks one thing in a good project, and gets exactly the finding, or the change, that belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.errors import PresetError
from kohya_driver.host import Host
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import Inputs, read_inputs
from kohya_driver.planning.model import Plan
from kohya_driver.planning.surroundings import Volume
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Precision
from tests.project import CPU, CUDA, MAC, write_picture, write_project, write_safetensors

HANDLED = {
    "H01": "machine.mac_without_mps",  # and host.rosetta; the engine's own Python is asked by `doctor`
    "H02": "precision.no_fp16",  # and precision.no_bf16; the pinned accelerate and torch do bf16 from macOS 14 on
    "H03": "precision.full_fp16",  # and precision.full_bf16, precision.fp8
    "H04": "by construction: every launch names a config file of its own",
    "H05": "by construction: the launcher is always told `no`, the training config decides",
    "H06": "environment.pytorch_enable_mps_fallback",
    "H07": "environment.low_watermark",  # and environment.watermark
    "H08": "environment.columns",
    "H09": "workers.none",  # and plan.workers_on_mac for who wants them
    "H10": "workers.not_persistent",
    "H11": "by construction: every child of process.start_child may open 4096 files",
    "H12": "attention.sdpa",
    "H13": "optimizer.no_8bit",  # and learning.optimizer_package where there is no full twin
    "H14": "device.one_process",  # and device.no_compile, memory.no_highvram
    "H15": "by construction: entry_loop.py answers on MPS what validation asks CUDA for",
    "H16": "base.not_on_mps",
    "H17": "machine.many_buckets",
    "H18": "machine.disk_full",  # and machine.disk_low
    "H19": "by construction: an engine takes its place only after all it needs was imported",
    "H20": "by construction: not a rule of a plan; keeping the machine awake belongs to the run",
    "H21": "machine.evicted",  # what cannot be read at all has codes of its own
    "H22": "option.relative_path",
    "H23": "attention.not_plain",
    "H24": "plan.option_modelled",
    "T01": "plan.option_unknown_close",
    # The table would convert; what has to be guessed may not be what was meant, and the finding says what to write.
    "T02": "plan.option_type",
    "T03": "plan.option_choice",
    "T04": "plan.option_type",
    "T05": "plan.option_modelled",
    "T06": "by construction: configs are written without a byte-order mark",
    "T07": "by construction: lists are made of one kind, and the engine's own library writes and reads back",
    # The table would wrap the text in a list; `a=1 b=2` is two arguments, which only the person knows.
    "T08": "plan.option_nargs",
    "T09": "by construction: the config is written before the engine starts",
    "T10": "plan.option_owned",
    "S01": "by construction: there is always an output folder",
    "S02": "saving.folder_not_a_folder",  # and saving.folder_not_writable
    "S03": "plan.bad_output_name",  # and saving.name_too_long; a name is always written
    "S04": "plan.would_overwrite",
    "S05": "saving.never",
    "S06": "by construction: the plan expects no numbered file for the last epoch",
    "S07": "saving.last_without_every",
    "S08": "saving.half",  # a word that is none is refused when the preset is read
    "S09": "plan.option_choice",
    "S10": "plan.samples_without_prompts",
    "S11": "by construction: prompts are written to a .txt file in the run's folder",
    "S12": "by construction: prompts are written to a .txt file in the run's folder",
    "S13": "sampling.every_epoch",
    "S14": "by construction: prompts are written to a .txt file in the run's folder",
    "S15": "by construction: numbers and samplers are typed fields, and a prompt cannot hold options",
    # A state is named by the driver's own resuming, never by a preset.
    "S16": "plan.option_owned",
    "S17": "plan.option_owned",
    "S18": "plan.option_owned",
    "S19": "plan.option_owned",
    "S20": "plan.option_owned",
    "S21": "saving.no_state",
    "S22": "by construction: there is always a folder for TensorBoard",
    "S23": "plan.option_owned",
    "S24": "saving.upload_without_token",  # and saving.upload_offline
    "S25": "plan.option_owned",
    "S26": "plan.samples_by_epoch_only",
}  # fmt: skip

ERROR, WARNING, CHANGED, REFUSED = "error", "warning", "changed", "refused"
"""Findings of the plan, an override, and a preset that cannot be read."""


def same(inputs: Inputs) -> Inputs:
    return inputs


def nothing(folder: Path) -> None:
    pass


@dataclass(frozen=True)
class Case:
    rule: str
    expect: str
    severity: str
    sets: tuple[str, ...] = ()
    """`{folder}` is the project's."""
    extra: str = ""
    """Text at the end of the preset."""
    host: Host = MAC
    prepare: Callable[[Path], object] = nothing
    change: Callable[[Inputs], Inputs] = same
    also: frozenset[str] = frozenset()
    """What else is rightly found."""
    env: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.rule}-{self.expect}-{self.severity}"


def free(size: int) -> Callable[[Inputs], Inputs]:
    """With so much room on every disk."""

    def change(inputs: Inputs) -> Inputs:
        around = inputs.surroundings
        volumes = {folder: Volume(1, size) for folder in around.volumes}
        return replace(inputs, surroundings=replace(around, volumes=volumes))

    return change


def evicted(inputs: Inputs) -> Inputs:
    paths = tuple(picture.path for subset in inputs.subsets for picture in subset.folder.pictures)
    return replace(inputs, surroundings=replace(inputs.surroundings, evicted=paths))


def not_writable(inputs: Inputs) -> Inputs:
    around = replace(inputs.surroundings, faults={inputs.folder: "not_writable"})
    return replace(inputs, surroundings=around)


def without_save_precision(inputs: Inputs) -> Inputs:
    """Only a preset built in Python can leave it open."""
    preset = inputs.preset.model_copy(update={"precision": Precision(save_precision=None)})
    return replace(inputs, preset=preset)


def many_shapes(folder: Path) -> None:
    sides = [
        (512, 512),
        (448, 576),
        (576, 448),
        (384, 640),
        (640, 384),
        (320, 768),
        (768, 320),
        (256, 1024),
        (1024, 256),
    ]
    for number, size in enumerate(sides):
        write_picture(folder / "image" / "6_宁 光" / f"shape {number}.png", size)


def a_flux_base(folder: Path) -> None:
    write_safetensors(folder / "base.safetensors", {"double_blocks.0.img_attn.qkv.weight": (2, 2)})


def a_file_named_out(folder: Path) -> None:
    (folder / "out").write_text("not a folder")


def a_lora_in_out(folder: Path) -> None:
    files.write_text(folder / "out" / "Ning.safetensors", "an older LoRA")


def own(name: str, value: str) -> tuple[str, ...]:
    return (f"engine_options.{name}={value}",)


CASES = [
    Case("H01", "machine.mac_without_mps", ERROR, host=replace(MAC, machine="x86_64", accelerator="cpu")),
    Case("H01", "host.rosetta", ERROR, host=replace(MAC, rosetta=True, accelerator="cpu")),
    Case("H02", "precision.no_fp16", CHANGED, ("precision.mixed_precision=fp16",)),
    Case("H03", "precision.full_fp16", CHANGED, ("precision.full_fp16=true",)),
    Case("H03", "precision.full_bf16", CHANGED, ("precision.full_bf16=true",)),
    Case("H03", "precision.fp8", CHANGED, ("precision.fp8_base=true",)),
    Case("H03", "precision.fp8", CHANGED, own("fp8_base_unet", "true")),
    Case("H06", "environment.pytorch_enable_mps_fallback", CHANGED),
    Case("H07", "environment.low_watermark", CHANGED, env={"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.7"}),
    Case("H07", "environment.watermark", CHANGED, env={"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "2.5"}),
    Case("H07", "environment.watermark", CHANGED, env={"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0,7"}),
    Case("H07", "environment.watermark", CHANGED, env={
        "PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.7", "PYTORCH_MPS_LOW_WATERMARK_RATIO": "0.9"}),
    Case("H08", "environment.columns", CHANGED),
    Case("H08", "environment.pythonunbuffered", CHANGED),
    Case("H09", "workers.none", CHANGED),
    Case("H09", "plan.workers_on_mac", WARNING, ("training.max_data_loader_n_workers=2",)),
    Case("H10", "workers.not_persistent", CHANGED, ("training.persistent_data_loader_workers=true",)),
    Case("H12", "attention.sdpa", CHANGED, ("training.attention=xformers",)),
    Case("H13", "optimizer.no_8bit", CHANGED, ("optimizer.type=PagedAdamW8bit",)),
    Case("H13", "learning.optimizer_package", ERROR, ("optimizer.type=bitsandbytes.optim.AdEMAMix8bit",)),
    Case("H14", "device.one_process", CHANGED, own("deepspeed", "true")),
    Case("H14", "device.one_process", CHANGED, own("ddp_timeout", "9")),
    Case("H14", "device.no_compile", CHANGED, own("torch_compile", "true")),
    Case("H14", "device.no_compile", CHANGED, own("dynamo_backend", "eager")),
    Case("H14", "memory.no_highvram", CHANGED, ("training.highvram=true",)),
    Case("H16", "base.not_on_mps", ERROR, prepare=a_flux_base),
    Case("H17", "machine.many_buckets", WARNING, prepare=many_shapes, also=frozenset({"dataset.extreme_ratio"})),
    Case("H18", "machine.disk_full", ERROR, change=free(1 << 20)),
    Case("H18", "machine.disk_low", WARNING, change=free(1 << 30)),
    Case("H21", "machine.evicted", WARNING, change=evicted),
    Case("H22", "option.relative_path", ERROR, own("log_tracker_config", "tracker.toml")),
    Case("H22", "option.relative_path", ERROR, own("base_weights", '["other.safetensors"]'),
         also=frozenset({"network.base_weights_missing"})),
    Case("H23", "attention.not_plain", CHANGED, ("training.attention=plain",)),
    Case("H24", "plan.option_modelled", ERROR, own("xformers", "true")),
    Case("T01", "plan.option_unknown_close", ERROR, own("max_train_step", "5")),
    Case("T01", "plan.option_unknown", ERROR, own("qqqqqqq", "5")),
    Case("T01", "preset.unknown_key_close", REFUSED, ("network.dimm=5",)),
    Case("T02", "preset.wrong_type", REFUSED, ('optimizer.learning_rate="1e-4"',)),
    Case("T02", "plan.option_type", ERROR, own("max_validation_steps", "2.0")),
    Case("T02", "plan.option_type", ERROR, own("max_validation_steps", '"16"')),
    Case("T03", "plan.option_choice", ERROR, own("huber_schedule", '"expo"')),
    Case("T03", "preset.not_a_choice", REFUSED, ("training.loss_type=l3",)),
    Case("T04", "plan.option_type", ERROR, own("async_upload", '"false"')),
    Case("T04", "preset.wrong_type", REFUSED, ('training.cache_latents="false"',)),
    Case("T05", "preset.not_toml", REFUSED, extra='[network]\ndim = 4\ndim = 8\n'),
    Case("T05", "plan.option_modelled", ERROR, extra='[network]\ndim = 4\n[engine_options]\nnetwork_dim = 8\n'),
    Case("T08", "plan.option_nargs", ERROR, own("base_weights_multiplier", "1.0")),
    Case("T08", "preset.wrong_type", REFUSED, ('network.args="conv_dim=4"',)),
    Case("T10", "plan.option_owned", ERROR, own("output_config", "true")),
    Case("S02", "saving.folder_not_a_folder", ERROR, ("saving.output_dir={folder}/out/loras",), prepare=a_file_named_out),
    Case("S02", "saving.folder_not_writable", ERROR, change=not_writable),
    Case("S03", "plan.bad_output_name", ERROR, ("saving.output_name=my/lora",)),
    Case("S03", "saving.name_too_long", ERROR, (f"saving.output_name={'凝光' * 34}",)),
    Case("S04", "plan.would_overwrite", ERROR,
         ("saving.output_dir={folder}/out", "saving.output_name=ning"), prepare=a_lora_in_out),
    Case("S05", "preset.out_of_range", REFUSED, ("saving.every_n_epochs=0",)),
    Case("S05", "preset.out_of_range", REFUSED, ("saving.every_n_steps=0",)),
    Case("S05", "saving.never", CHANGED, own("validate_every_n_steps", "0")),
    Case("S05", "saving.never", CHANGED, own("validate_every_n_epochs", "0")),
    Case("S07", "saving.last_without_every", WARNING, ("saving.last_n_epochs=2",)),
    Case("S07", "saving.last_without_every", WARNING, ("saving.last_n_steps=20",)),
    Case("S08", "preset.not_a_choice", REFUSED, ("precision.save_precision=fp61",)),
    Case("S08", "saving.half", CHANGED, change=without_save_precision),
    Case("S09", "plan.option_choice", ERROR, own("save_model_as", "diffusers")),
    Case("S10", "plan.samples_without_prompts", ERROR, ("sampling.every_n_steps=5",)),
    Case("S10", "plan.samples_without_prompts", ERROR, ("sampling.at_first=true",)),
    Case("S11", "plan.option_owned", ERROR, own("sample_prompts", "prompts.csv")),
    Case("S12", "plan.option_owned", ERROR, own("sample_prompts", "nowhere.txt")),
    Case("S13", "sampling.every_epoch", CHANGED, ('sampling.prompts=["{{trigger}}"]',)),
    Case("S14", "plan.option_owned", ERROR, own("sample_prompts", "prompts.toml")),
    Case("S15", "preset.not_a_choice", REFUSED, ("sampling.sampler=eulr",)),
    Case("S15", "preset.wrong_type", REFUSED, ("sampling.seed=abc",)),
    *(Case(rule, "plan.option_owned", ERROR, own("resume", "{folder}/ning-000001-state"))
      for rule in ("S16", "S17", "S18", "S19")),
    Case("S20", "plan.option_owned", ERROR, own("skip_until_initial_step", "true")),
    Case("S21", "saving.no_state", WARNING, ("training.max_train_epochs=200", "safety.autosave_minutes=0")),
    Case("S22", "plan.option_owned", ERROR, own("logging_dir", "logs")),
    Case("S23", "plan.option_owned", ERROR, own("log_with", "wandb")),
    Case("S24", "saving.upload_without_token", WARNING, own("huggingface_repo_id", "me/mine")),
    Case("S24", "saving.upload_offline", WARNING, own("huggingface_repo_id", "me/mine"),
         env={"HF_TOKEN": "x", "HF_HUB_OFFLINE": "1"}),
    Case("S25", "plan.option_owned", ERROR, own("console_log_level", "INFOO"), also=frozenset({"plan.option_choice"})),
    Case("S26", "plan.samples_by_epoch_only", WARNING,
         ('sampling.prompts=["a"]', "sampling.every_n_epochs=1", "sampling.every_n_steps=5")),
]  # fmt: skip
MUST_BE_BROKEN = {
    "H08", "H09", "H10", "H12", "H13", "T01", "T02", "T03", "T04", "T08", "S02", "S03", "S04", "S05", "S07",
    "S08", "S09", "S10", "S11", "S12", "S14", "S15", "S16", "S17", "S18", "S19", "S22", "S23", "S24", "S25",
}  # fmt: skip
"""The rules that were seen to hurt on the real engine, and that a preset can break at all."""


@pytest.fixture(autouse=True)
def _plain_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HF_TOKEN",
        "HF_TOKEN_PATH",
        "HUGGING_FACE_HUB_TOKEN",
        "HF_HUB_OFFLINE",
        "COLUMNS",
        "PYTHONUNBUFFERED",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "no hub"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "我的 项目")


def plan_of(
    preset: Path,
    *sets: str,
    host: Host = MAC,
    change: Callable[[Inputs], Inputs] = same,
    strict: bool = False,
) -> Plan:
    folder = preset.parent
    loaded = load_preset(preset, sets=[item.format(folder=folder) for item in sets])
    return build_plan(change(read_inputs(loaded, host, folder / "runs" / "x-001")), strict=strict)


def found(plan: Plan) -> dict[str, str]:
    return {finding.code: finding.severity for finding in plan.findings if finding.severity != "info"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_rule(project: Path, monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    for name, value in case.env.items():
        monkeypatch.setenv(name, value)
    case.prepare(project.parent)
    files.write_text(project, project.read_text(encoding="utf-8") + case.extra)
    if case.severity == REFUSED:
        with pytest.raises(PresetError) as caught:
            plan_of(project, *case.sets, host=case.host)
        assert {finding.code for finding in caught.value.findings} == {case.expect}
        return
    plan = plan_of(project, *case.sets, host=case.host, change=case.change)
    if case.severity == CHANGED:
        assert case.expect in {override.id for override in plan.overrides}
        assert set(found(plan)) == case.also
        files.dump_toml(plan.training_config)
    else:
        assert found(plan).pop(case.expect) == case.severity
        assert set(found(plan)) == {case.expect} | case.also
        finding = next(one for one in plan.findings if one.code == case.expect)
        assert finding.message and finding.hint


def test_every_rule_is_broken_by_a_case() -> None:
    assert {case.rule for case in CASES} >= MUST_BE_BROKEN
    assert {case.rule for case in CASES} <= set(HANDLED)
    cases = {(case.rule, case.expect) for case in CASES}
    said = {(rule, code) for rule, code in HANDLED.items() if not code.startswith("by construction: ")}
    assert said <= cases


@pytest.mark.parametrize("host", [MAC, CPU, CUDA], ids=lambda host: host.accelerator)
def test_a_good_project_has_no_finding(project: Path, host: Host) -> None:
    sets = (
        'sampling.prompts=["{{trigger}}, smile"]', "saving.every_n_epochs=2", "saving.last_n_epochs=3", "saving.state=true",
        "saving.output_dir={folder}/loras", 'network.args={{conv_dim=4}}',
    )  # fmt: skip
    assert found(plan_of(project, *sets, host=host)) == {}


def test_nothing_is_taken_from_an_nvidia_card(project: Path) -> None:
    sets = (
        "training.attention=plain", "training.highvram=true",
        "engine_options.torch_compile=true", "engine_options.fp8_base_unet=true",
    )  # fmt: skip
    plan = plan_of(project, *sets, host=CUDA)
    assert found(plan) == {}
    config = plan.training_config
    assert config["highvram"] and config["torch_compile"] and config["fp8_base_unet"] and "sdpa" not in config
