"""OneTrainer's JSON, as far as sd-scripts has the same.

Names and defaults: modules/util/config/TrainConfig.py and ConceptConfig.py, of 2026. A preset of it names only what differs from its
defaults.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from kohya_driver.errors import Finding, PresetError, warning
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
from kohya_driver.exchange.onetrainer_lists import claim_concepts, claim_samples, not_listed
from kohya_driver.exchange.onetrainer_optimizers import claim_optimizer
from kohya_driver.exchange.options import claim_option
from kohya_driver.exchange.reading import parse_json, plain, read_text
from kohya_driver.exchange.sdscripts import find_beside

FAMILIES: Mapping[str, str] = {
    "STABLE_DIFFUSION_15": "sd15", "STABLE_DIFFUSION_20": "sd2", "STABLE_DIFFUSION_20_BASE": "sd2",
    "STABLE_DIFFUSION_21": "sd2", "STABLE_DIFFUSION_21_BASE": "sd2", "STABLE_DIFFUSION_XL_10_BASE": "sdxl",
}  # fmt: skip
PRECISIONS = {"FLOAT_16": "fp16", "BFLOAT_16": "bf16", "FLOAT_32": "no", "TFLOAT_32": "no"}
FILES = {"FLOAT_16": "fp16", "BFLOAT_16": "bf16", "FLOAT_32": "float"}
SCHEDULERS = {
    "LINEAR": "linear", "COSINE": "cosine", "COSINE_WITH_RESTARTS": "cosine_with_restarts",
    "COSINE_WITH_HARD_RESTARTS": "cosine_with_restarts", "ADAFACTOR": "adafactor",
}  # fmt: skip
SAMPLERS = {
    "DDIM": "ddim",
    "EULER": "euler",
    "EULER_A": "euler_a",
    "DPMPP": "dpmsolver++",
    "DPMPP_SDE": "dpmsolver++",
}
TEXT_ENCODERS = ("text_encoder", "text_encoder_2")
NAMED = ("concept_file_name", "sample_definition_file_name")
ASSUMED: Mapping[str, Any] = {
    "optimizer.learning_rate": 3e-6, "optimizer.lr_scheduler": "constant_with_warmup", "optimizer.lr_warmup_steps": 200,
    "training.max_train_epochs": 100, "network.dim": 16, "network.alpha": 1.0, "dataset.resolution": 512, "dataset.enable_bucket": True,
    "precision.save_precision": "float", "dataset.validation_split": 0.0, "dataset.caption_extension": ".txt",
}  # fmt: skip
DEFAULTS: Mapping[str, Any] = {
    "mse_strength": 1.0, "vb_loss_strength": 1.0, "huber_delta": 1.0, "loss_weight_strength": 5.0, "lora_decompose_norm_epsilon": True,
    "max_noising_strength": 1.0, "timestep_distribution": "UNIFORM", "timestep_shift": 1.0, "bundle_additional_embeddings": True,
    "ema_decay": 0.999, "ema_update_step_interval": 5, "ema": "OFF", "learning_rate_scaler": "NONE", "loss_scaler": "NONE",
    "unmasked_probability": 0.1, "unmasked_weight": 0.1, "embedding_weight_dtype": "FLOAT_32", "lora_weight_dtype": "FLOAT_32",
    "oft_block_size": 32, "lokr_dim": 16, "lokr_decompose_factor": -1, "lokr_dora_on_output": True, "lokr_vec_trick": True, "frames": "25",
    "non_ema_sampling": True, "include_train_config": "NONE", "unet.include": True, "unet.train": True, "text_encoder.include": True,
    "text_encoder.train": True, "text_encoder_2.include": True, "text_encoder_2.train": True, "text_encoder.train_embedding": True,
    "text_encoder_2.train_embedding": True, "enable_autocast_cache": True, "text_encoder_sequence_length": 512,
    "text_encoder_2_sequence_length": 77,




}  # fmt: skip
PLANNED_PREFIXES = (
    "backup_",
    "tensorboard",
    "rolling_backup",
    "cloud.",
    "secrets.",
    "gradient_reduce",
    "async_",
    "fused_gradient",
)
PLANNED = {
    **dict.fromkeys(("workspace_dir", "cache_dir", "debug_dir", "debug_mode", "huggingface_cache_dir", "clear_cache_before_training",
                     "samples_to_tensorboard", "sample_image_format", "sample_video_format", "sample_audio_format",
                     "save_filename_prefix", "prevent_overwrites"), "own_folder"),
    **dict.fromkeys(("continue_last_backup",), "own_resume"),
    **dict.fromkeys(("train_device", "temp_device", "multi_gpu", "device_indexes", "dataloader_threads", "compile", "only_cache",
                     "offline_mode", "fallback_train_dtype"), "own_machine"),
}  # fmt: skip


def is_onetrainer(table: Mapping[str, Any]) -> bool:
    return bool({"training_method", "base_model_name", "output_model_destination"} & table.keys())


def read_onetrainer(table: Mapping[str, Any], path: Path) -> Reading:
    """Raises PresetError: it trains something else than a LoRA."""
    if str(table.get("training_method", "LORA")) != "LORA":
        raise PresetError("exchange.not_lora", path, name=table["training_method"])
    whole = dict(table)
    named = {name: _named(table.get(name), path.parent) for name in NAMED}
    for name, place in zip(NAMED, ("concepts", "samples"), strict=True):
        if named[name] is not None and not isinstance(whole.get(place), list):
            whole[place] = named[name]
    config = Config(
        dict(leaves({key: value for key, value in whole.items() if key not in ("concepts", "samples")}))
    )
    claims = [_claim(config, key, value, named) for key, value in config.entries.items()]
    for place, claim_list in (("concepts", claim_concepts), ("samples", claim_samples)):
        if place in table and whole[place] is not table[place]:
            claims.append(not_listed(place, table[place]))
        if place in whole:
            claims += claim_list(whole[place])
    return Reading("onetrainer", tuple(claims), ASSUMED, tuple(_findings(config)))


def _named(value: Any, folder: Path) -> Any:
    """The list in a file that the config names; None if it is not here."""
    path = find_beside(value, folder) if isinstance(value, str) and value else None
    found = plain(parse_json(path, read_text(path))) if path else None
    return found if isinstance(found, list) else None


def _findings(config: Config) -> Iterator[Finding]:
    model = str(config.get("model_type", "STABLE_DIFFUSION_15"))
    if model not in FAMILIES:
        yield warning("exchange.other_family", family=model)


def _claim(config: Config, key: str, value: Any, named: Mapping[str, Any]) -> Claim:
    if key in named:
        return planned(key, value, "own_files") if named[key] is not None else left(key, value, "not_here")
    if key in PLANNED or key.startswith(PLANNED_PREFIXES):
        return (
            left(key, "…", "secret")
            if key.startswith("secrets.") and value
            else planned(key, value, PLANNED.get(key, "own_folder"))
        )
    if key.startswith(("optimizer.", "optimizer_defaults")):
        return claim_optimizer(config, key, value)
    if key.endswith(("weight_dtype", "gradient_checkpointing")) and key not in RULES:
        return planned(key, value, "own_machine")
    return claim_by(RULES, DEFAULTS, config, key, key, value)


def _resolution(config: Config, key: str, value: Any) -> Claim:
    """ "512", "1152x896"; several after another are several trainings of the same pictures, which sd-scripts has not."""
    if re.fullmatch(r"\s*\d+(\s*x\s*\d+)?\s*", str(value)):
        return claim_option(key, value, "resolution", str(value).replace(" ", ""))
    return left(key, value, "no_counterpart_value", known="512, 512x768")


def _output(config: Config, key: str, value: Any) -> Claim:
    """ "models/lora.safetensors": only its name."""
    name = PurePosixPath(PureWindowsPath(str(value)).as_posix()).stem
    return Claim(key, value, {"saving.output_name": name}) if name else idle(key, value, "unset")


def _scheduler(config: Config, key: str, value: Any) -> Claim:
    """Its CONSTANT has a warmup."""
    warmup = config.number("learning_rate_warmup_steps", 200.0)
    known = {**SCHEDULERS, "CONSTANT": "constant_with_warmup" if warmup else "constant"}
    return choice("optimizer.lr_scheduler", known)(config, key, value)


def _warmup(config: Config, key: str, value: Any) -> Claim:
    """Up to 1 a share, above steps."""
    steps = config.number(key)
    return Claim(key, value, {"optimizer.lr_warmup_steps": steps if 0 < steps <= 1 else int(steps)})


def _trained(config: Config, key: str, value: Any) -> Claim:
    """Which parts are trained: all text encoders or none."""
    if value is not False:
        return idle(key, value, "same")
    part = key.partition(".")[0]
    if part == "unet":
        return Claim(key, value, {"network.train_text_encoder_only": True})
    others = [
        name
        for name in TEXT_ENCODERS
        if config.get(f"{name}.train") is not False and config.get(f"{name}.train") is not None
    ]
    if others:
        return left(key, value, "no_counterpart")
    return Claim(key, value, {"network.train_unet_only": True})


def _loss_weight(config: Config, key: str, value: Any) -> Claim:
    if value == "MIN_SNR_GAMMA":
        return Claim(key, value, {"training.min_snr_gamma": config.number("loss_weight_strength", 5.0)})
    if value == "DEBIASED_ESTIMATION":
        return Claim(key, value, {"engine_options.debiased_estimation_loss": True})
    return choice("", {"CONSTANT": None})(config, key, value)


def _network(config: Config, key: str, value: Any) -> Claim:
    """LORA, LOHA, LOKR …; DoRA is LyCORIS's."""
    algo = {"LORA": "", "LOHA": "loha", "LOKR": "lokr"}.get(str(value))
    if algo is None:
        return left(key, value, "no_network", name=value)
    if value == "LORA" and config.get("lora_decompose") is not True:
        return Claim(key, value, {"network.module": "networks.lora"})
    return Claim(key, value, {"network.module": "lycoris.kohya", "network.args.algo": algo or "locon"})


def _dora(config: Config, key: str, value: Any) -> Claim:
    if value is not True:
        return idle(key, value, "unset")
    module = (
        {"network.module": "lycoris.kohya", "network.args.algo": "locon"}
        if config.get("peft_type") is None
        else {}
    )
    return Claim(key, value, {**module, "network.args.dora_wd": True})


def _layers(config: Config, key: str, value: Any) -> Claim:
    """sd-scripts' LoRA trains the attention blocks and their MLPs; LyCORIS has presets of the same names."""
    lycoris = config.get("lora_decompose") is True or str(config.get("peft_type", "LORA")) != "LORA"
    if value == "attn-mlp" and not lycoris:
        return idle(key, value, "same")
    if lycoris and value in ("attn-mlp", "full", "attn-only"):
        return Claim(key, value, {"network.args.preset": value})
    return left(key, value, "no_counterpart_value", known="attn-mlp")


def _every(epochs: str, steps: str) -> Rule:
    """`save_every` with its unit; times are for train states, which the clock writes anyway."""

    def rule(config: Config, key: str, value: Any) -> Claim:
        unit = str(config.get(f"{key}_unit", "NEVER"))
        if value in EMPTY or unit == "NEVER":
            return idle(key, value, "unset")
        place = {"EPOCH": epochs, "STEP": steps}.get(unit)
        return (
            Claim(key, value, {place: int(value)})
            if place and isinstance(value, int | float)
            else left(key, value, "no_counterpart_value", known="EPOCH, STEP")
        )

    return rule


def _timestep(name: str) -> Rule:
    return lambda config, key, value: claim_option(key, value, name, round(config.number(key) * 1000))


RULES: Mapping[str, Rule] = {
    "training_method": because("same"), "model_type": choice("model.family", FAMILIES), "base_model_name": sets("model.base"),
    "vae.model_name": sets("model.vae"), "output_model_destination": _output,
    "output_model_format": choice("", {"SAFETENSORS": None, "KOHYA_LORA": None, "LEGACY_SAFETENSORS": None}),
    "output_dtype": choice("precision.save_precision", FILES), "train_dtype": choice("precision.mixed_precision", PRECISIONS),
    "resolution": _resolution, "aspect_ratio_bucketing": sets("dataset.enable_bucket"), "latent_caching": sets("training.cache_latents"),
    "epochs": sets("training.max_train_epochs"), "batch_size": sets("training.train_batch_size"),
    "gradient_accumulation_steps": sets("training.gradient_accumulation_steps"), "gradient_checkpointing": choice(
        "training.gradient_checkpointing", {"ON": True, "OFF": False, "TRUE": True, "FALSE": False, "CPU_OFFLOADED": True}),
    "learning_rate": option("learning_rate"), "learning_rate_scheduler": _scheduler, "learning_rate_warmup_steps": _warmup,
    "learning_rate_cycles": option("lr_scheduler_num_cycles"), "unet.learning_rate": only_if_set(option("unet_lr")),
    "text_encoder.learning_rate": only_if_set(option("text_encoder_lr")), "unet.train": _trained, "text_encoder.train": _trained,
    "text_encoder_2.train": _trained, "clip_grad_norm": option("max_grad_norm"), "loss_weight_fn": _loss_weight,
    "loss_weight_strength": because("goes_with"),
    "offset_noise_weight": only_if_set(option("noise_offset")), "perturbation_noise_weight": only_if_set(option("ip_noise_gamma")),
    "rescale_noise_scheduler_to_zero_terminal_snr": option("zero_terminal_snr"), "force_v_prediction": sets("model.v_parameterization"),
    "min_noising_strength": only_if_set(_timestep("min_timestep")), "max_noising_strength": _timestep("max_timestep"),
    "dropout_probability": only_if_set(option("network_dropout")), "attention_mechanism": choice(
        "training.attention", {"SDP": "sdpa", "XFORMERS": "xformers", "DEFAULT": "plain"}),
    "text_encoder_layer_skip": only_if_set(sets("model.clip_skip", lambda value: int(value) + 1)),
    "lora_rank": option("network_dim"), "lora_alpha": option("network_alpha"), "lora_model_name": only_if_set(sets("network.weights")),
    "peft_type": _network, "lora_decompose": _dora, "layer_filter_preset": _layers,
    "save_every": _every("saving.every_n_epochs", "saving.every_n_steps"), "save_every_unit": because("goes_with"),
    "sample_after": _every("sampling.every_n_epochs", "sampling.every_n_steps"), "sample_after_unit": because("goes_with"),
    "masked_training": only_if_set(option("alpha_mask")), "__version": because("record"),
}  # fmt: skip
