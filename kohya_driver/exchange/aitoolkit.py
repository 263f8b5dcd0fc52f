"""ai-toolkit's YAML (or JSON), as far as sd-scripts has the same.

Names and defaults: toolkit/config_modules.py, of 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.errors import Finding, PresetError, warning
from kohya_driver.exchange.aitoolkit_lists import claim_datasets, claim_sample
from kohya_driver.exchange.foreign import (
    EMPTY,
    Config,
    Rule,
    because,
    choice,
    claim_by,
    leaves,
    only_if_set,
    option,
    sets,
)
from kohya_driver.exchange.model import Claim, Reading, idle, left, planned
from kohya_driver.exchange.options import claim_option

PRECISIONS = {
    "FLOAT16": "fp16",
    "FP16": "fp16",
    "BF16": "bf16",
    "BFLOAT16": "bf16",
    "FLOAT32": "no",
    "FP32": "no",
}
FILES = {**PRECISIONS, "FLOAT32": "float", "FP32": "float"}
OPTIMIZERS = {
    "ADAMW": "AdamW", "ADAMW8BIT": "AdamW8bit", "ADAM": "Adam", "ADAM8BIT": "AdamW8bit", "LION": "Lion", "LION8BIT": "Lion8bit",
    "PRODIGY": "Prodigy", "PRODIGY8BIT": "Prodigy", "ADAFACTOR": "AdaFactor", "ADAGRAD": "Adagrad",
    "DADAPTATION": "DAdaptAdam", "DADAPTADAM": "DAdaptAdam", "DADAPTLION": "DAdaptLion",
}  # fmt: skip
NEAREST = ("ADAM8BIT", "PRODIGY8BIT")
"""Those that sd-scripts does not have, and has something near."""
SCHEDULERS = {
    "CONSTANT": "constant", "CONSTANT_WITH_WARMUP": "constant_with_warmup", "COSINE": "cosine", "LINEAR": "linear",
    "COSINE_WITH_RESTARTS": "cosine_with_restarts",
}  # fmt: skip
ARCHS = {"SD1": "sd15", "SD2": "sd2", "SDXL": "sdxl"}
OTHERS = (
    "is_v3",
    "is_pixart",
    "is_pixart_sigma",
    "is_auraflow",
    "is_flux",
    "is_lumina2",
    "is_ssd",
    "is_vega",
)
ASSUMED: Mapping[str, Any] = {
    "optimizer.learning_rate": 1e-6, "optimizer.lr_scheduler": "constant", "optimizer.lr_warmup_steps": 0, "network.dim": 4,
    "network.alpha": 1.0, "training.max_train_steps": 1000, "dataset.resolution": 512, "dataset.caption_extension": ".txt",
    "network.train_unet_only": True, "dataset.validation_split": 0.0, "training.gradient_checkpointing": True,
}  # fmt: skip
DEFAULTS: Mapping[str, Any] = {
    "train.train_unet": True, "train.max_denoising_steps": 999, "train.noise_multiplier": 1.0, "train.reg_weight": 1.0,
    "train.num_train_timesteps": 1000, "train.content_or_style": "balanced", "train.timestep_type": "sigmoid", "train.attention_backend": "native",
    "train.prompt_saturation_chance": 0.0, "network.transformer_only": True, "network.lokr_full_rank": True, "network.lokr_factor": -1,
    "save.save_format": "safetensors", "train.ema_config.ema_decay": 0.99, }  # fmt: skip
PLANNED = {
    **dict.fromkeys(("training_folder", "performance_log_every", "sqlite_db_path"), "own_folder"),
    **dict.fromkeys(("device", "model.dtype", "model.quantize", "model.quantize_te", "model.qtype", "model.qtype_te", "model.low_vram",
                     "train.unload_text_encoder", "model.vae_dtype", "model.te_dtype", "model.layer_offloading"), "own_machine"),
}  # fmt: skip


def is_aitoolkit(table: Mapping[str, Any]) -> bool:
    config = table.get("config")
    return isinstance(config, Mapping) and isinstance(config.get("process"), list)


def read_aitoolkit(table: Mapping[str, Any], path: Path) -> Reading:
    """Raises PresetError: it trains something else than a LoRA."""
    config = table.get("config")
    processes = config.get("process") if isinstance(config, Mapping) else None
    first = processes[0] if isinstance(processes, list) and processes else None
    if not isinstance(first, Mapping) or not isinstance(first.get("network"), Mapping):
        raise PresetError("exchange.not_lora", path, name=str(table.get("job", "job")))
    entries = {key: value for key, value in first.items() if key not in ("datasets", "sample")}
    shared = Config(dict(leaves(entries)))
    claims = [*_head(table, config, processes)]
    claims += [
        _claim(shared, f"config.process[0].{key}", key, value) for key, value in shared.entries.items()
    ]
    if "datasets" in first:
        claims += claim_datasets(
            first["datasets"], [claim for claim in claims if "dataset.trigger" in claim.sets]
        )
    if "sample" in first:
        claims += claim_sample(first["sample"])
    return Reading("ai-toolkit", tuple(claims), _assumed(shared), tuple(_findings(shared)))


def _assumed(config: Config) -> dict[str, Any]:
    """Its alpha is 1 unless said, whatever the rank."""
    return {**ASSUMED, "network.train_unet_only": config.get("train.train_text_encoder") is not True}


def _findings(config: Config) -> Iterator[Finding]:
    arch = str(config.get("model.arch") or "")
    other = next((name for name in OTHERS if config.get(f"model.{name}") is True), "")
    if other or (arch and arch.upper() not in ARCHS):
        yield warning("exchange.other_family", family=arch or other.removeprefix("is_"))


def _head(table: Mapping[str, Any], config: Any, processes: Any) -> Iterator[Claim]:
    for key, value in leaves({name: inner for name, inner in table.items() if name != "config"}):
        yield idle(key, value, "record")
    for name, value in config.items():
        if name == "name":
            yield (
                Claim("config.name", value, {"saving.output_name": str(value)})
                if value
                else idle("config.name", value, "unset")
            )
        elif name != "process":
            yield left(f"config.{name}", value, "no_counterpart")
    for number, one in enumerate(processes[1:], 1):
        yield left(f"config.process[{number}]", str(one)[:200], "one_process")


def _claim(config: Config, key: str, bare: str, value: Any) -> Claim:
    if bare in PLANNED:
        return planned(key, value, PLANNED[bare])
    if bare.startswith("logging."):
        return planned(key, value, "own_log")
    if bare.startswith("train.optimizer_params."):
        return _optimizer_argument(key, bare.removeprefix("train.optimizer_params."), value)
    if bare.startswith("model.is_") and bare != "model.is_v_pred":
        return _family_flag(key, bare.removeprefix("model."), value)
    return claim_by(RULES, DEFAULTS, config, key, bare, value)


def _optimizer_argument(key: str, name: str, value: Any) -> Claim:
    if isinstance(value, bool | int | float | str) or (isinstance(value, list) and value):
        return Claim(key, value, {f"optimizer.args.{name}": value})
    return idle(key, value, "unset") if value in EMPTY else left(key, value, "wrong_type", wanted="1")


def _family_flag(key: str, name: str, value: Any) -> Claim:
    if value is not True:
        return idle(key, value, "unset")
    family = {"is_xl": "sdxl", "is_v2": "sd2"}.get(name)
    return (
        Claim(key, value, {"model.family": family})
        if family
        else left(key, value, "other_family_gui", family=name.removeprefix("is_"))
    )


def _network(config: Config, key: str, value: Any) -> Claim:
    kind = str(value).lower()
    algo = {"lora": "", "locon": "locon", "lokr": "lokr", "dora": "locon"}.get(kind)
    if algo is None:
        return left(key, value, "no_network", name=value)
    conv = config.get("network.conv")
    module = "networks.lora" if not algo or (algo == "locon" and conv and kind != "dora") else "lycoris.kohya"
    found: dict[str, Any] = {"network.module": module}
    if module == "lycoris.kohya":
        found["network.args.algo"] = algo
    if kind == "dora":
        found["network.args.dora_wd"] = True
    return Claim(key, value, found)


def _optimizer(config: Config, key: str, value: Any) -> Claim:
    claim = choice("optimizer.type", OPTIMIZERS)(config, key, value)
    return replace(claim, why="nearest_optimizer") if str(value).upper() in NEAREST else claim


def _accumulation(config: Config, key: str, value: Any) -> Claim:
    return claim_option(key, value, "gradient_accumulation_steps")


def _trains_text(config: Config, key: str, value: Any) -> Claim:
    if value is True:
        return idle(key, value, "goes_with")
    return Claim(key, value, {"network.train_unet_only": True})


def _unet(config: Config, key: str, value: Any) -> Claim:
    return (
        idle(key, value, "same")
        if value is True
        else Claim(key, value, {"network.train_text_encoder_only": True})
    )


RULES: Mapping[str, Rule] = {
    "type": because("screen"), "trigger_word": only_if_set(sets("dataset.trigger")),
    "network.type": _network, "network.linear": option("network_dim"), "network.rank": option("network_dim"),
    "network.linear_alpha": option("network_alpha"), "network.alpha": option("network_alpha"),
    "network.conv": only_if_set(sets("network.args.conv_dim")), "network.conv_alpha": only_if_set(sets("network.args.conv_alpha")),
    "network.dropout": only_if_set(option("network_dropout")), "network.pretrained_lora_path": only_if_set(sets("network.weights")),
    "save.dtype": choice("precision.save_precision", FILES), "save.save_every": only_if_set(option("save_every_n_steps")),
    "save.max_step_saves_to_keep": because("counts_files", left), "save.push_to_hub": only_if_set(because("no_counterpart", left)),
    "train.batch_size": option("train_batch_size"), "train.steps": option("max_train_steps"),
    "train.gradient_accumulation_steps": _accumulation, "train.gradient_accumulation": _accumulation, "train.train_unet": _unet,
    "train.train_text_encoder": _trains_text, "train.gradient_checkpointing": option("gradient_checkpointing"),
    "train.noise_scheduler": choice("", {"DDPM": None}), "train.optimizer": _optimizer, "train.lr": option("learning_rate"),
    "train.unet_lr": option("unet_lr"), "train.text_encoder_lr": option("text_encoder_lr"), "train.dtype": choice("precision.mixed_precision", PRECISIONS),
    "train.lr_scheduler": choice("optimizer.lr_scheduler", SCHEDULERS), "train.lr_scheduler_params.num_warmup_steps": option("lr_warmup_steps"),
    "train.min_snr_gamma": only_if_set(option("min_snr_gamma")), "train.noise_offset": only_if_set(option("noise_offset")),
    "train.max_grad_norm": option("max_grad_norm"), "train.xformers": option("xformers"), "train.sdp": option("sdpa"),
    "train.skip_first_sample": sets("sampling.at_first", lambda value: not value), "train.disable_sampling": only_if_set(because("no_counterpart", left)),
    "train.loss_type": choice("training.loss_type", {"MSE": "l2", "MAE": "l1", "PSEUDO_HUBER": "huber"}),
    "train.prompt_dropout_prob": only_if_set(option("caption_dropout_rate")),
    "model.name_or_path": sets("model.base"), "model.vae_path": only_if_set(sets("model.vae")), "model.is_v_pred": option("v_parameterization"),
    "model.arch": choice("model.family", ARCHS),
}  # fmt: skip
