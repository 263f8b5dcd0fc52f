"""Makes a run's plan anew, for a further attempt, and says what must not have changed since the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from kohya_driver.host import probe_host, read_memory
from kohya_driver.planning.again import made_before, next_saving
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import Inputs, read_inputs
from kohya_driver.planning.model import Override, Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset
from kohya_driver.run.folder import Run

MAY_CHANGE = (
    "max_train_epochs", "max_train_steps", "learning_rate", "unet_lr", "text_encoder_lr", "max_grad_norm",
    "gradient_checkpointing", "vae_batch_size", "cache_latents", "cache_latents_to_disk", "mixed_precision", "sdpa",
    "mem_eff_attn", "xformers", "lowram", "highvram", "max_data_loader_n_workers", "persistent_data_loader_workers",
    "training_comment", "log_prefix", "save_precision",
)  # fmt: skip
"""Options of the engine that may differ between two attempts, and those below that begin so."""
MAY_CHANGE_BEGINNINGS = ("save_", "sample_", "metadata_", "validate_")


def read_again(run: Run, sets: Sequence[str] = (), preset: Preset | None = None) -> Inputs:
    """What the run's preset says, or another that is to hold from now on, and the world as it is now.

    Raises:
        PresetError: `sets` are not understood.
    """
    preset = preset or load_preset(str(run.resolved_preset_file), sets=sets)
    inputs = read_inputs(preset, probe_host(), run.folder, read_memory())
    return replace(inputs, existing_outputs=())  # they are this run's own


def plan_again(plan: Plan, inputs: Inputs, changes: Sequence[Override] = ()) -> Plan:
    """The plan for a further attempt; what earlier ones changed stays changed."""
    new = build_plan(inputs, changes=(*made_before(plan, inputs), *changes))
    return replace(new, preset_text=plan.preset_text)


def saving_measure(plan: Plan, inputs: Inputs, *, going_on: bool) -> tuple[Override, ...]:
    """The mildest measure against a lack of memory that this run has not taken yet."""
    return next_saving(inputs, made_before(plan, inputs), going_on=going_on)


def differences(old: Plan, new: Plan) -> Iterator[tuple[str, Any, Any]]:
    """What differs and must not: (name, before, now)."""
    for name, before, now in _differing(old.training_config, new.training_config):
        if name not in MAY_CHANGE and not name.startswith(MAY_CHANGE_BEGINNINGS):
            yield name, before, now
    for name, before, now in _differing(old.dataset_config, new.dataset_config):
        yield f"dataset.{name}", before, now
    for name in ("engine_name", "base", "family", "images", "repeats", "batches_per_epoch"):
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            yield name, before, now


def _differing(old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    for name in sorted({*old, *new}):
        before, now = old.get(name), new.get(name)
        if before != now:
            yield name, before, now
