"""OneTrainer's optimizers, and the arguments of theirs that sd-scripts' ones take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kohya_driver.exchange.foreign import EMPTY, Config
from kohya_driver.exchange.model import Claim, idle, left

NAMES: Mapping[str, str] = {
    "ADAMW": "AdamW", "ADAMW_8BIT": "AdamW8bit", "ADAM": "Adam", "SGD": "SGD", "LION": "Lion", "LION_8BIT": "Lion8bit",
    "RMSPROP": "RMSprop", "ADAGRAD": "Adagrad", "PRODIGY": "Prodigy", "ADAFACTOR": "AdaFactor",
    "SCHEDULE_FREE_ADAMW": "AdamWScheduleFree", "SCHEDULE_FREE_SGD": "SGDScheduleFree", "DADAPT_ADAM": "DAdaptAdam",
    "DADAPT_ADA_GRAD": "DAdaptAdaGrad", "DADAPT_ADAN": "DAdaptAdan", "DADAPT_LION": "DAdaptLion", "DADAPT_SGD": "DAdaptSGD",
    "PRODIGY_PLUS_SCHEDULE_FREE": "prodigyplus.ProdigyPlusScheduleFree", "CAME": "pytorch_optimizer.CAME",
    "ADOPT": "pytorch_optimizer.ADOPT", "LAMB": "pytorch_optimizer.Lamb", "LARS": "pytorch_optimizer.LARS",
    "TIGER": "pytorch_optimizer.Tiger", "AIDA": "pytorch_optimizer.Aida", "YOGI": "pytorch_optimizer.Yogi",
    "ADABELIEF": "pytorch_optimizer.AdaBelief", "ADEMAMIX": "pytorch_optimizer.AdEMAMix",
}  # fmt: skip
ADAM = frozenset({"weight_decay", "eps", "amsgrad"})
PRODIGY = frozenset(
    {"weight_decay", "d0", "d_coef", "decouple", "growth_rate", "safeguard_warmup", "use_bias_correction"}
)
ARGUMENTS: Mapping[str, frozenset[str]] = {
    "ADAMW": ADAM, "ADAMW_8BIT": ADAM, "ADAM": ADAM, "LION": frozenset({"weight_decay"}), "PRODIGY": PRODIGY,
    "ADAFACTOR": frozenset({"weight_decay", "clip_threshold", "decay_rate", "relative_step", "scale_parameter", "warmup_init"}),
    **dict.fromkeys(
        ("DADAPT_ADAM", "DADAPT_ADA_GRAD", "DADAPT_ADAN", "DADAPT_LION", "DADAPT_SGD"),
        frozenset({"weight_decay", "d0", "decouple", "growth_rate"})),
    "SCHEDULE_FREE_ADAMW": frozenset({"weight_decay", "eps", "weight_lr_power", "r"}),
}  # fmt: skip
"""Those that mean the same in both."""
TWO_BETAS = frozenset(
    {"ADAMW", "ADAMW_8BIT", "ADAM", "LION", "PRODIGY", "DADAPT_ADAM", "DADAPT_LION", "SCHEDULE_FREE_ADAMW"}
)
MACHINE = frozenset({"fused", "foreach", "fused_back_pass", "stochastic_rounding", "fsdp_in_use", "is_paged", "block_wise",
                     "min_8bit_size", "quant_block_size", "log_every", "adam_w_mode", "optim_bits", "percentile_clipping",
                     "capturable", "differentiable", "maximize", "use_triton", "compile"})  # fmt: skip
"""How it is computed, and what no LoRA is trained with."""


def claim_optimizer(config: Config, key: str, value: Any) -> Claim:
    """`optimizer.optimizer`, `optimizer.weight_decay` …"""
    name = key.partition(".")[2]
    kind = str(config.get("optimizer.optimizer", "ADAMW")).upper()
    if key.startswith("optimizer_defaults"):
        return idle(key, value, "screen")
    if name == "optimizer":
        known = NAMES.get(kind)
        return (
            Claim(key, value, {"optimizer.type": known})
            if known
            else left(key, value, "no_counterpart_value", known=", ".join(NAMES))
        )
    if name in MACHINE or name.startswith("__"):
        return idle(key, value, "screen")
    if name in ("beta1", "beta2") and kind in TWO_BETAS and value is not None:
        return _betas(config, key, value)
    if name in ARGUMENTS.get(kind, ()) and value is not None:
        return Claim(key, value, {f"optimizer.args.{name}": value})
    return idle(key, value, "unset") if value in EMPTY else idle(key, value, "not_this_optimizer", name=kind)


def _betas(config: Config, key: str, value: Any) -> Claim:
    """One argument there is two keys here; the first tells it."""
    first, second = config.get("optimizer.beta1"), config.get("optimizer.beta2")
    if first is None or second is None:
        return left(key, value, "no_counterpart")
    if key.endswith("beta2"):
        return idle(key, value, "with_first")
    return Claim(key, value, {"optimizer.args.betas": [first, second]})
