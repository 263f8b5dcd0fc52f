"""What the embedded engine carries out: families, options and their values, dataset keys. Everything else it refuses by name.

The plan asks before a training starts, and the trainer once more when it does: nothing is ignored in silence. Names are
those of sd-scripts. Only the standard library, as this is read in the engine's interpreter too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FAMILIES = ("sd15",)

ANY: tuple[object, ...] = ()
"""Every value of the right kind."""
ON_OR_OFF: tuple[object, ...] = (True, False)
OFF: tuple[object, ...] = (False,)

OPTIONS: Mapping[str, tuple[object, ...]] = {
    # the base
    "pretrained_model_name_or_path": ANY, "clip_skip": ANY, "max_token_length": (150, 225), "tokenizer_cache_dir": ANY,
    "lowram": ON_OR_OFF, "highvram": ON_OR_OFF,
    # the network
    "network_module": ("networks.lora",), "network_dim": ANY, "network_alpha": ANY, "network_dropout": ANY,
    "network_args": ANY, "network_train_unet_only": ON_OR_OFF, "network_train_text_encoder_only": ON_OR_OFF,
    "network_weights": ANY, "dim_from_weights": ON_OR_OFF,
    # the optimizer
    "optimizer_type": ("AdamW", "adamw"), "optimizer_args": ANY, "learning_rate": ANY, "unet_lr": ANY,
    "text_encoder_lr": ANY, "max_grad_norm": ANY,
    "lr_scheduler": (
        "constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "cosine_with_min_lr", "polynomial",
    ),
    "lr_scheduler_args": ANY, "lr_warmup_steps": ANY, "lr_scheduler_num_cycles": ANY, "lr_scheduler_power": ANY,
    "lr_scheduler_min_lr_ratio": ANY,
    # the training
    "max_train_epochs": ANY, "max_train_steps": ANY, "train_batch_size": ANY, "gradient_accumulation_steps": ANY,
    "gradient_checkpointing": ON_OR_OFF, "seed": ANY, "noise_offset": ANY, "min_snr_gamma": ANY, "prior_loss_weight": ANY,
    "loss_type": ("l2",), "sdpa": ON_OR_OFF, "mixed_precision": ("no", "fp16", "bf16"), "no_half_vae": ON_OR_OFF,
    "max_data_loader_n_workers": (0,),
    # pictures
    "dataset_config": ANY, "resolution": ANY, "cache_latents": ON_OR_OFF, "vae_batch_size": ANY,
    # what is written
    "output_dir": ANY, "output_name": ANY, "logging_dir": ANY, "log_prefix": ANY, "log_with": ("tensorboard",),
    "save_model_as": ("safetensors",), "save_precision": ("fp16", "bf16", "float"), "training_comment": ANY,
    "save_every_n_epochs": ANY, "save_every_n_steps": ANY, "save_last_n_epochs": ANY, "save_last_n_steps": ANY,
    "save_state": ON_OR_OFF, "save_state_on_train_end": ON_OR_OFF,
    "save_last_n_epochs_state": ANY, "save_last_n_steps_state": ANY,
    # samples
    "sample_prompts": ANY, "sample_every_n_epochs": ANY, "sample_every_n_steps": ANY, "sample_at_first": ON_OR_OFF,
    "sample_sampler": (
        "ddim", "pndm", "euler", "k_euler", "euler_a", "k_euler_a", "heun", "dpm_2", "k_dpm_2", "dpm_2_a", "k_dpm_2_a",
        "dpmsolver", "dpmsolver++", "dpmsingle",
    ),
}  # fmt: skip
"""Training option → the values that are carried out. One of another name is refused, unless it is a switch that is off."""

PAIRS: Mapping[str, tuple[str, ...]] = {
    "network_args": (),
    "optimizer_args": ("weight_decay", "betas", "eps"),
    "lr_scheduler_args": ("min_lr", "min_lr_rate"),
}
"""Options that hold `name=value` entries → the names that are carried out."""

CAPTION_KEYS: Mapping[str, tuple[object, ...]] = {
    "num_repeats": ANY, "caption_extension": ANY, "class_tokens": ANY, "shuffle_caption": ON_OR_OFF, "keep_tokens": ANY,
    "keep_tokens_separator": ANY, "caption_separator": ANY, "secondary_separator": ANY, "caption_prefix": ANY,
    "caption_suffix": ANY, "caption_dropout_rate": ANY, "caption_dropout_every_n_epochs": ANY,
    "caption_tag_dropout_rate": ANY, "token_warmup_min": (1,), "token_warmup_step": (0,),
}  # fmt: skip
DATASET_KEYS: Mapping[str, tuple[object, ...]] = {
    **CAPTION_KEYS, "resolution": ANY, "batch_size": ANY, "enable_bucket": ON_OR_OFF, "min_bucket_reso": ANY,
    "max_bucket_reso": ANY, "bucket_reso_steps": ANY, "bucket_no_upscale": ON_OR_OFF, "validation_split": (0,),
    "validation_seed": ANY,  # says nothing where nothing is split off
    "network_multiplier": (1,),
}  # fmt: skip
"""Keys of `[general]` and of each `[[datasets]]`."""
SUBSET_KEYS: Mapping[str, tuple[object, ...]] = {**CAPTION_KEYS, "image_dir": ANY, "is_reg": ON_OR_OFF}
"""Keys of each `[[datasets.subsets]]`."""

PROMPT_OPTIONS = ("w", "h", "d", "s", "l", "n", "ss")
"""`--w 512` and its like, behind a sample's prompt."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Something that the embedded engine does not carry out."""

    where: str
    """`option`, `dataset` or `subset`; `network_args` and its like for an entry of theirs."""
    name: str
    value: object
    carried_out: tuple[object, ...] = ()
    """The values that are; none where the name itself is unknown here."""


def outside_training(options: Mapping[str, Any]) -> Iterator[Outside]:
    """The training options that are not carried out."""
    yield from _outside("option", options, OPTIONS)
    for option, names in PAIRS.items():
        for entry in options.get(option) or ():
            name, _, value = str(entry).partition("=")
            if name not in names:
                yield Outside(option, name, value)


def outside_dataset(config: Mapping[str, Any]) -> Iterator[Outside]:
    """The keys of a dataset config that are not carried out."""
    yield from _outside("dataset", _without(config, "general", "datasets"), {})
    for table in (config.get("general") or {}, *_tables(config.get("datasets"))):
        yield from _outside("dataset", _without(table, "subsets"), DATASET_KEYS)
        for subset in _tables(table.get("subsets")):
            yield from _outside("subset", subset, SUBSET_KEYS)


def _outside(
    where: str, given: Mapping[str, Any], known: Mapping[str, tuple[object, ...]]
) -> Iterator[Outside]:
    for name, value in given.items():
        values = known.get(name, OFF)
        if values and not any(value == one and _is_switch(value) == _is_switch(one) for one in values):
            yield Outside(where, name, value, known.get(name, ()))


def _is_switch(value: object) -> bool:
    """Python takes False for 0, and TOML does not."""
    return isinstance(value, bool)


def _tables(value: Sequence[Mapping[str, Any]] | None) -> Sequence[Mapping[str, Any]]:
    return value or ()


def _without(table: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    return {name: value for name, value in table.items() if name not in names}


def words(outside: Iterable[Outside]) -> tuple[str, ...]:
    """One line for each, in English, for the trainer's log."""
    return tuple(
        f"{each.name} = {each.value!r} ({each.where})"
        + (f": only {', '.join(map(repr, each.carried_out))}" if each.carried_out else "")
        for each in outside
    )
