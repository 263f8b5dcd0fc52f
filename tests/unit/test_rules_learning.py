"""Rules O and W of the failure catalogue: steps, optimizer, scheduler, network. Each breaks one good project in one way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kohya_driver import api, resources
from kohya_driver.engine.networks import load_networks
from kohya_driver.errors import Finding, PresetError, Severity
from kohya_driver.host import Host
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from tests.project import CUDA, GIB, MAC, write_project, write_safetensors

ERROR, WARNING = Severity.ERROR, Severity.WARNING
ROOMY = replace(MAC, memory_bytes=64 * GIB)


@dataclass(frozen=True)
class Case:
    rule: str
    sets: tuple[str, ...]
    code: str
    severity: Severity = ERROR
    family: str = "sd15"
    host: Host = ROOMY
    only: bool = True
    """No other finding comes with it."""


PRODIGY, LYCORIS = "optimizer.type=Prodigy", "network.module=lycoris.kohya"
DYLORA, OFT = "network.module=networks.dylora", "network.module=networks.oft"
BLOCKS_25 = str([4] * 25)

CASES = [
    # O06 is an error: a training all of warmup is never wanted, and every length can be said as a share.
    Case("O06", ("training.max_train_steps=20", "optimizer.lr_warmup_steps=40"), "learning.warmup_too_long"),
    Case("O06", ("training.max_train_steps=20", "optimizer.lr_warmup_steps=20"), "learning.warmup_too_long"),
    Case("O08", ("optimizer.type=AdamWW",), "learning.optimizer_unknown_close"),
    Case("O08", ("optimizer.type=CAME",), "learning.optimizer_unknown_close"),
    Case("O08", ("optimizer.type=ProdigyPlusScheduleFree",), "learning.optimizer_unknown_close", only=False),
    Case("O08", ("optimizer.type=pytorch_optimizer.QQQQ",), "learning.optimizer_unknown"),
    Case("O08", ("optimizer.type=DAdaptAdamPreprint",), "learning.optimizer_package"),
    Case("O08", ("optimizer.type=my_own.Optimizer",), "learning.optimizer_package"),
    Case("O08", ("optimizer.type=LBFGS",), "learning.optimizer_does_not_train"),
    Case("O08", ("optimizer.type=pytorch_optimizer.SAM",), "learning.optimizer_does_not_train"),
    Case("O08", ("optimizer.type=pytorch_optimizer.Ranger21",), "learning.optimizer_does_not_train"),
    Case("O08", ("optimizer.type=Adam8bit",), "learning.optimizer_package", host=CUDA),
    Case("O09", ("optimizer.args={weigth_decay = 0.1}",), "learning.argument_unknown_close"),
    Case("O09", ("optimizer.args={qqqqqq = 0.1}",), "learning.argument_unknown"),
    Case("O09", (PRODIGY, "optimizer.args={decoupled = true}"), "learning.argument_unknown_close"),
    Case("O09", ("optimizer.type=SGDNesterov", "optimizer.args={nesterov = true}"), "learning.argument_unknown", only=False),
    Case("O10", ('optimizer.args={betas = "a b"}',), "learning.argument_literal"),
    Case("O10", ('optimizer.args={weight_decay = "1=2"}',), "learning.argument_literal"),
    Case("O10", ("optimizer.lr_scheduler_args={last_epoch = 'word'}",), "learning.argument_literal"),
    Case("O12", (PRODIGY, "network.args={loraplus_lr_ratio = 4}"), "learning.one_rate_only"),
    Case("O12", (PRODIGY, "network.args={down_lr_weight = 'sine'}"), "learning.one_rate_only"),
    Case("O14", ("optimizer.learning_rate=0.02",), "learning.rate_high", WARNING),
    Case("O14", ("optimizer.type=Lion", "optimizer.learning_rate=1.0"), "learning.rate_high"),
    Case("O14", ("optimizer.text_encoder_lr=0.05",), "learning.rate_high", WARNING),
    Case("O15", ("optimizer.type=AdaFactor", "optimizer.args={relative_step = true}", "optimizer.unet_lr=1e-4"),
         "learning.adafactor_own_rates", WARNING),
    Case("O17", ("optimizer.lr_scheduler=adafactor",), "learning.scheduler_adafactor"),
    Case("O18", ("optimizer.type=AdamWScheduleFree", "optimizer.lr_scheduler=cosine"), "learning.schedule_free", WARNING),
    Case("O18", ("optimizer.type=pytorch_optimizer.ScheduleFreeAdamW",), "learning.schedule_free_unseen"),
    Case("O13", (PRODIGY, "optimizer.learning_rate=0.5"), "learning.rate_not_one", WARNING),
    Case("O13", ("optimizer.type=DAdaptAdam", "optimizer.unet_lr=2.0", "optimizer.text_encoder_lr=2.0"), "learning.rate_not_one",
         WARNING),
    Case("O19", ("optimizer.lr_scheduler_type=CosineAnealingLR",), "learning.scheduler_class"),
    Case("O19", ("optimizer.lr_scheduler_type=nowhere.CosineAnnealingLR",), "learning.scheduler_class"),
    Case("O19", ("optimizer.lr_scheduler_type=LambdaLR",), "learning.scheduler_needs_objects"),
    Case("O19", ("optimizer.lr_scheduler_type=CosineAnnealingLR",), "learning.scheduler_needs"),
    Case("O19", ("optimizer.lr_scheduler_type=StepLR", "optimizer.lr_scheduler_args={step_size = 1, gama = 0.5}"),
         "learning.scheduler_argument"),
    Case("O20", ("optimizer.lr_scheduler=polynomial", "optimizer.learning_rate=1e-8"), "learning.polynomial_rate"),
    Case("O20", ("optimizer.lr_scheduler=polynomial", "optimizer.lr_scheduler_args={lr_end = 0.001}"), "learning.polynomial_rate"),
    Case("O21", ("optimizer.text_encoder_lr=0.0",), "learning.rate_zero", WARNING),
    Case("O21", (PRODIGY, "optimizer.text_encoder_lr=0.0"), "learning.rate_zero", WARNING),
    Case("O21", ("optimizer.learning_rate=0.0",), "learning.rates_zero"),
    Case("O21", ("network.train_unet_only=true", "optimizer.unet_lr=0.0"), "learning.rates_zero"),
    Case("O22", ("network.train_unet_only=true", "network.train_text_encoder_only=true"), "learning.both_only"),
    Case("O24", ("engine_options.use_8bit_adam=true",), "learning.old_switch"),
    Case("O24", ("engine_options.use_lion_optimizer=true",), "learning.old_switch"),
    Case("O25", ("engine_options.fused_backward_pass=true",), "learning.fused_backward"),
    Case("O26", ("training.min_snr_gamma=5.0", "engine_options.debiased_estimation_loss=true"), "learning.two_weights", WARNING),
    Case("O27", ("engine_options.zero_terminal_snr=true",), "learning.zero_terminal_snr", WARNING),
    Case("O28", ("engine_options.scale_v_pred_loss_like_noise_pred=true",), "learning.needs_velocity"),
    Case("O28", ("model.v_parameterization=true", "engine_options.v_pred_like_loss=0.5"), "learning.not_with_velocity", only=False),
    Case("O28", ("engine_options.adaptive_noise_scale=0.1",), "learning.needs_noise_offset"),
    Case("O29", ("engine_options.min_timestep=500", "engine_options.max_timestep=400"), "learning.timesteps"),
    Case("O29", ("engine_options.min_timestep=1000", "engine_options.max_timestep=1000"), "learning.timesteps"),
    Case("O29", ("engine_options.max_timestep=1001",), "learning.timesteps"),
    Case("O31", ("engine_options.huber_schedule=none",), "plan.option_choice"),
    Case("W01", ("network.module=networks.loraa",), "network.module_unknown"),
    Case("W01", ("network.module=networks.merge_lora",), "network.module_unknown"),
    Case("W01", ("network.module=networks.lora_flux",), "network.module_family"),
    Case("W06", ("network.dim=512",), "network.dim_large", WARNING),
    Case("W06", ("network.dim=1025",), "network.dim_large"),
    Case("W08", ("network.args={conv_dims = 4}",), "network.argument_unknown_close"),
    Case("W08", ("network.args={algo = 'lokr'}",), "network.argument_unknown"),
    Case("W08", (DYLORA, "network.args={rank_dropout = 0.1}"), "network.argument_unknown"),
    Case("W09", ("network.args={conv_dim = 'four'}",), "network.argument_whole"),
    Case("W09", ("network.args={conv_dim = 4.5}",), "network.argument_whole"),
    Case("W09", ("network.args={conv_alpha = 'one'}",), "network.argument_number"),
    Case("W10", ("network.args={block_dims = [4, 4]}",), "network.block_list"),
    Case("W10", (f"network.args={{block_dims = {BLOCKS_25}}}",), "network.block_list", family="sdxl"),
    Case("W10", (f"network.args={{block_dims = {[*[4] * 24, 4.5]}}}",), "network.block_list"),
    Case("W11", ("network.args={down_lr_weight = 'cosin'}",), "network.block_weights"),
    Case("W11", ("network.args={up_lr_weight = 'sine+x'}",), "network.block_weights"),
    Case("W22", (f"network.args={{down_lr_weight = {[1] * 13}}}",), "network.block_weights"),
    Case("W22", (f"network.args={{up_lr_weight = {[1] * 12}}}",), "network.block_weights", family="sdxl"),
    Case("W12", ("network.dropout=1.0",), "network.dropout"),
    Case("W12", ("network.args={rank_dropout = 1.5}",), "network.dropout"),
    Case("W13", (DYLORA, "network.args={unit = 5}"), "network.dylora_unit"),
    Case("W13", (DYLORA, "network.args={conv_dim = 4}"), "network.dylora_conv"),
    Case("W14", (OFT, "network.alpha=0.001", "network.train_text_encoder_only=true"), "network.oft_needs_unet"),
    Case("W14", (OFT,), "network.oft_alpha", WARNING),
    Case("W16", (LYCORIS, "network.args={algo = 'lorka'}"), "network.lycoris_algo"),
    Case("W16", (LYCORIS, "network.args={preset = 'attn_mlp'}"), "network.lycoris_preset"),
    Case("W16", (LYCORIS, "network.args={preset = '/nowhere/p.toml'}"), "network.lycoris_preset_missing"),
    Case("W16", (LYCORIS, "network.args={algo = 'boft'}"), "network.no_boft"),
    Case("W16", (LYCORIS, "network.args={algo = 'IA3'}"), "network.no_ia3"),
    Case("W16", (LYCORIS, "network.args={preset = 'ia3'}"), "network.lycoris_preset_empty"),
    Case("W12", (LYCORIS, "network.dropout=0.1"), "network.no_dropout", WARNING),
    Case("W12", (DYLORA, "network.dropout=0.1"), "network.no_dropout", WARNING),
    Case("W14", (OFT, "network.alpha=0.001", "network.dim=12"), "network.oft_blocks"),
    Case("W17", ("network.weights=nowhere.safetensors",), "network.weights_missing"),
    Case("W17", ("network.weights=@start.safetensors", "network.dim=32"), "network.weights_rank"),
    Case("W18", ("network.weights=@diffusers.safetensors",), "network.weights_other"),
    Case("W18", ("network.weights=@sdxl.safetensors",), "network.weights_other"),
    Case("W18", ("network.weights=@sd2.safetensors",), "network.weights_other"),
    Case("W19", ("network.dim_from_weights=true",), "network.dim_from_nothing"),
    Case("W20", ('engine_options.base_weights=["/nowhere.safetensors"]',), "network.base_weights_missing"),
    Case("W21", (DYLORA, "network.scale_weight_norms=1.0"), "network.no_max_norm", WARNING),
]  # fmt: skip

REFUSED = [
    ("O03", "training.max_train_steps=0", "preset.out_of_range"),
    ("O04", "training.gradient_accumulation_steps=0", "preset.out_of_range"),
    ("O07", 'optimizer.lr_warmup_steps="10%"', "preset.wrong_type"),
    ("O23", "optimizer.text_encoder_lr=[1e-4, 1e-5]", "preset.wrong_type"),
    ("O30", "training.seed=4294967296", "preset.out_of_range"),
    ("O30", "training.seed=-1", "preset.out_of_range"),
    ("O31", "training.loss_type=l3", "preset.not_a_choice"),
    ("W04", "network.alpha=0.0", "preset.out_of_range"),
    ("W05", "network.dim=0", "preset.out_of_range"),
    ("W07", 'network.args=["conv_dim"]', "preset.wrong_type"),
]
"""What a preset cannot say at all."""

CHANGED = [
    ("O01", (), "training.length"),
    # Table: warn. The shorter one holds, which is what either alone would have meant.
    ("O02", ("training.max_train_steps=9", "training.max_train_epochs=9"), "training.shorter"),
    ("O05", ("optimizer.lr_scheduler=constant",), "scheduler.constant_warmup"),
    ("O05", ("optimizer.type=AdaFactor", "optimizer.args={relative_step = true}"), "scheduler.own_warmup"),
    ("O05", ("optimizer.lr_scheduler_type=StepLR", "optimizer.lr_scheduler_args={step_size = 9}"), "scheduler.own_warmup"),
    ("O10", ("optimizer.args={amsgrad = 'true'}",), "arguments.optimizer_args"),
    ("O11", ("optimizer.args={weight_decay = '0.1,'}",), "arguments.optimizer_args"),
    ("W14", (OFT, "network.alpha=0.001", "network.args={enable_conv = false}"), "arguments.off_is_on"),
    ("W16", ("network.type=lokr", "network.args={decompose_both = false}"), "arguments.off_is_on"),
    ("O12", (PRODIGY, "optimizer.text_encoder_lr=1e-5"), "optimizer.rate_one"),
    # Table: warn. Nobody wants a rate of 0.0001 there, and both rates must be the same anyway.
    ("O13", (PRODIGY,), "optimizer.rate_one"),
    # Table: warn. Left open, Adafactor is told to follow the rates that the preset gives.
    ("O15", ("optimizer.type=AdaFactor",), "optimizer.adafactor"),
    ("O16", ("optimizer.type=AdaFactor", "optimizer.args={relative_step = false}", "optimizer.lr_scheduler=adafactor"),
     "scheduler.adafactor"),
    ("O19", ("optimizer.lr_scheduler=cosine_with_min_lr",), "scheduler.min_lr"),
    ("O18", ("optimizer.type=RAdamScheduleFree",), "scheduler.schedule_free"),
    ("O18", ("optimizer.type=AdamWScheduleFree",), "optimizer.own_warmup"),
]  # fmt: skip

HANDLED: Mapping[str, str] = {
    **{case.rule: case.code for case in CASES},
    **{rule: code for rule, _, code in REFUSED},
    **{rule: f"override.{name}" for rule, _, name in CHANGED},
    "O06": "learning.warmup_too_long",
    "O10": "learning.argument_literal, override.arguments.optimizer_args",
    "O12": "learning.one_rate_only, override.optimizer.rate_one",
    "O15": "learning.adafactor_own_rates, override.optimizer.adafactor",
    "O13": "override.optimizer.rate_one, learning.rate_not_one",
    "O18": "learning.schedule_free, override.scheduler.schedule_free, override.optimizer.own_warmup",
    "O19": "override.scheduler.min_lr, learning.scheduler_class",
    "W12": "network.dropout, network.no_dropout",
    "W14": "network.oft_needs_unet, network.oft_alpha, network.oft_blocks, override.arguments.off_is_on",
    "W16": "network.lycoris_algo, network.lycoris_preset, network.no_boft",
    "O31": "plan.option_choice, preset.not_a_choice",
    "W02": "by construction: a preset always has a dim",
    "W03": "by construction: a preset always has an alpha",
    "W15": "by construction: LyCORIS is locked to a version without the fault",
}

GOOD = [
    ("sd15", ("optimizer.type=pytorch_optimizer.Ranger21", "optimizer.args={num_iterations = 100}")),
    ("sd15", ("optimizer.lr_scheduler_type=CosineAnnealingWarmRestarts", "optimizer.lr_scheduler_args={T_0 = 10, T_mult = 2}")),
    ("sd15", ("optimizer.lr_scheduler_type=pytorch_optimizer.CosineAnnealingWarmupRestarts",
              "optimizer.lr_scheduler_args={first_cycle_steps = 10}")),
    ("sd15", ("optimizer.type=AdamWScheduleFree", "optimizer.lr_scheduler=constant", "optimizer.lr_warmup_steps=10")),
    ("sd15", ("optimizer.type=pytorch_optimizer.CAME", "optimizer.args={weight_decay = 0.1}")),
    ("sd15", ("optimizer.type=prodigyplus.ProdigyPlusScheduleFree", "optimizer.args={use_speed = true}")),
    ("sd15", ("optimizer.type=adafactor", "optimizer.lr_scheduler=adafactor", "optimizer.args={relative_step = true}")),
    ("sd15", (PRODIGY, "optimizer.args={decouple = true, weight_decay = 0.01, d_coef = 2, betas = [0.9, 0.99]}")),
    ("sd15", ("network.args={conv_dim = 8, conv_alpha = 4, loraplus_lr_ratio = 16}",)),
    ("sd15", (f"network.args={{block_dims = {BLOCKS_25}, down_lr_weight = 'sine+.25', up_lr_weight = {[1] * 12}}}",)),
    ("sdxl", (f"network.args={{block_dims = {[4] * 23}, mid_lr_weight = [1, 0.5, 1]}}", "network.train_unet_only=true")),
    ("sd15", (LYCORIS, "network.args={algo = 'lokr', preset = 'attn-mlp', factor = 8, use_tucker = true}")),
    ("sd15", (DYLORA, "network.args={unit = 4, conv_dim = 16}")),
    ("sd15", (OFT, "network.alpha=0.001", "network.args={enable_conv = true}")),
    ("sd15", ("network.weights=@start.safetensors",)),
    ("sd15", ("network.weights=@start.safetensors", "network.dim=4", "network.dim_from_weights=true")),
    ("sd15", ("optimizer.lr_scheduler=polynomial", "optimizer.lr_warmup_steps=9")),
    ("sd15", ("engine_options.min_timestep=200", "training.min_snr_gamma=5.0")),
]  # fmt: skip


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Good projects, one for each family, with LoRAs to start from beside them."""
    found = {}
    for family, size in (("sd15", 512), ("sdxl", 1024)):
        folder = tmp_path_factory.mktemp(family)
        found[family] = write_project(folder, family=family, sizes=[(size, size)])
        for name, shapes in LORAS.items():
            write_safetensors(folder / f"{name}.safetensors", shapes)
    return found


_KEY = "transformer_blocks_0_attn2_to_k.lora_down.weight"
LORAS = {
    "start": {f"lora_unet_down_blocks_0_attentions_0_{_KEY}": (16, 768)},
    "sd2": {f"lora_unet_down_blocks_0_attentions_0_{_KEY}": (16, 1024)},
    "sdxl": {f"lora_unet_input_blocks_4_1_{_KEY}": (16, 2048)},
    "diffusers": {"unet.down_blocks.0.attentions.0.to_k.lora_A.weight": (16, 768)},
}


def plan_of(project: Path, sets: tuple[str, ...], host: Host = ROOMY) -> Plan:
    placed = [text.replace("@", f"{project.parent}/") for text in sets]
    return api.plan(load_preset(project, sets=placed), host=host)


def told(plan: Plan) -> list[Finding]:
    return [finding for finding in plan.findings if finding.severity is not Severity.INFO]


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_good_project_has_no_finding(projects: Mapping[str, Path], family: str) -> None:
    assert told(plan_of(projects[family], ())) == []


@pytest.mark.parametrize(
    ("family", "sets"), GOOD, ids=lambda value: value if isinstance(value, str) else value[0]
)
def test_what_works_is_not_refused(projects: Mapping[str, Path], family: str, sets: tuple[str, ...]) -> None:
    assert told(plan_of(projects[family], sets)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.code}")
def test_rule(projects: Mapping[str, Path], case: Case) -> None:
    findings = told(plan_of(projects[case.family], case.sets, case.host))
    mine = [finding for finding in findings if finding.code == case.code]
    assert mine and {finding.severity for finding in mine} == {case.severity}
    assert all(finding.message and finding.hint and finding.where for finding in mine)
    assert not case.only or mine == findings


@pytest.mark.parametrize(("rule", "setting", "code"), REFUSED, ids=lambda value: value)
def test_a_preset_cannot_say_it(projects: Mapping[str, Path], rule: str, setting: str, code: str) -> None:
    with pytest.raises(PresetError) as caught:
        load_preset(projects["sd15"], sets=[setting])
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize(
    ("rule", "sets", "override"), CHANGED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_plan_changes_it(
    projects: Mapping[str, Path], rule: str, sets: tuple[str, ...], override: str
) -> None:
    plan = plan_of(projects["sd15"], sets)
    assert override in [done.id for done in plan.overrides] and not plan.errors


def test_a_rate_of_zero_stays_zero_with_prodigy(projects: Mapping[str, Path]) -> None:
    config = plan_of(projects["sd15"], (PRODIGY, "optimizer.text_encoder_lr=0.0")).training_config
    assert (config["learning_rate"], config["text_encoder_lr"]) == (1.0, [0.0])


@pytest.mark.parametrize(
    ("sets", "rates"),
    [
        (("optimizer.learning_rate=1e-4",), (1.0, None, None)),
        (("optimizer.learning_rate=0.5",), (0.5, None, None)),
        (("optimizer.unet_lr=0.5", "optimizer.text_encoder_lr=0.5"), (1e-4, 0.5, [0.5])),
        # Parts with rates of their own would stop Prodigy at its first step.
        (("optimizer.unet_lr=0.5", "optimizer.text_encoder_lr=0.25"), (1.0, 1.0, [1.0])),
        (("optimizer.learning_rate=0.5", "optimizer.text_encoder_lr=5e-5"), (1.0, None, [1.0])),
        (
            ("optimizer.learning_rate=0.5", "optimizer.unet_lr=1.0", "network.train_unet_only=true"),
            (0.5, 1.0, None),
        ),
    ],
)
@pytest.mark.parametrize("name", ["Prodigy", "DAdaptLion", "prodigyplus.ProdigyPlusScheduleFree"])
def test_one_rate_everywhere_unless_another_is_meant(
    projects: Mapping[str, Path], name: str, sets: tuple[str, ...], rates: tuple[object, ...]
) -> None:
    config = plan_of(projects["sd15"], (f"optimizer.type={name}", *sets)).training_config
    assert tuple(config.get(key) for key in ("learning_rate", "unet_lr", "text_encoder_lr")) == rates


@pytest.mark.parametrize(("warmup", "steps"), [("0.25", 5), ("7", 7)])
def test_a_schedule_free_one_warms_up_itself(projects: Mapping[str, Path], warmup: str, steps: int) -> None:
    """As a share of all steps, or in steps: it wants steps, and the engine makes no scheduler that could."""
    sets = (
        "optimizer.type=AdamWScheduleFree",
        f"optimizer.lr_warmup_steps={warmup}",
        "training.max_train_steps=20",
    )
    plan = plan_of(projects["sd15"], sets)
    assert plan.training_config["optimizer_args"] == [f"warmup_steps={steps}"]
    assert (plan.training_config["lr_scheduler"], plan.training_config["lr_warmup_steps"]) == ("constant", 0)
    assert plan.warmup_steps == steps


def test_a_schedule_free_one_keeps_its_own_warmup(projects: Mapping[str, Path]) -> None:
    sets = ("optimizer.type=SGDScheduleFree", "optimizer.args={warmup_steps = 3}")
    assert plan_of(projects["sd15"], sets).training_config["optimizer_args"] == ["warmup_steps=3"]


@pytest.mark.parametrize("name", ["RAdamScheduleFree", "prodigyplus.ProdigyPlusScheduleFree"])
def test_a_schedule_free_one_without_warmup_gets_none(projects: Mapping[str, Path], name: str) -> None:
    config = plan_of(projects["sd15"], (f"optimizer.type={name}",)).training_config
    assert (config["lr_scheduler"], config["lr_warmup_steps"]) == (
        "constant",
        0,
    ) and "optimizer_args" not in config


def test_an_argument_is_found_where_it_stands(projects: Mapping[str, Path]) -> None:
    finding = told(plan_of(projects["sd15"], ("network.args={conv_dims = 4}",)))[0]
    assert "args" in finding.where and finding.values["close"] == "conv_dim"


def test_dim_and_alpha_are_always_written(projects: Mapping[str, Path]) -> None:
    config = plan_of(projects["sd15"], ()).training_config
    assert (config["network_dim"], config["network_alpha"]) == (16, 8.0)


def test_the_environment_is_what_the_rules_believe() -> None:
    """LyCORIS 4 fails on SD 1.x with its default preset; two packages are left out."""
    wanted = (resources.vendor() / "requirements.in").read_text(encoding="utf-8").splitlines()
    packages = {
        line.split("==")[0].split("[")[0]: line for line in wanted if line and not line.startswith("#")
    }
    assert packages["lycoris-lora"] == "lycoris-lora==3.2.0.post2"
    assert not {"bitsandbytes", "dadaptation"} & packages.keys()
    for name in (
        "lion-pytorch",
        "pytorch-optimizer",
        "prodigyopt",
        "prodigy-plus-schedule-free",
        "schedulefree",
    ):
        assert name in packages
    assert {"networks.lora", "lycoris.kohya"} <= load_networks().modules.keys()


def test_every_rule_of_this_part_is_handled() -> None:
    wanted = {f"O{number:02}" for number in range(1, 32)} | {f"W{number:02}" for number in range(1, 23)}
    assert set(HANDLED) == wanted
