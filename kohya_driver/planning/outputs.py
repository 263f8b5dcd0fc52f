"""What a plan leaves on disk: LoRA files, train states, samples, caches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kohya_driver.dataset.buckets import BucketSettings
from kohya_driver.engine.entry_kept import ROOM_BYTES
from kohya_driver.planning import schedule as counting
from kohya_driver.planning.autosave import Autosave
from kohya_driver.planning.disk import DiskUse, disk_use, latents_bytes, text_bytes
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.layers import Small
from kohya_driver.planning.overrides import Draft
from kohya_driver.planning.prompts import largest_size
from kohya_driver.planning.schedule import Checkpoint, Schedule


def saved_files(schedule: Schedule, training: Mapping[str, Any]) -> tuple[Checkpoint, ...]:
    saving = counting.Saving(
        output_name=training["output_name"],
        save_model_as=training.get("save_model_as", "safetensors"),
        every_n_epochs=training.get("save_every_n_epochs"),
        every_n_steps=training.get("save_every_n_steps"),
        n_epoch_ratio=training.get("save_n_epoch_ratio"),
        last_n_epochs=training.get("save_last_n_epochs"),
        last_n_steps=training.get("save_last_n_steps"),
        last_n_epochs_state=training.get("save_last_n_epochs_state"),
        last_n_steps_state=training.get("save_last_n_steps_state"),
        state=bool(training.get("save_state")),
        state_on_train_end=bool(training.get("save_state_on_train_end")),
    )
    return counting.checkpoints(schedule, saving)


def disk_needed(
    inputs: Inputs,
    draft: Draft,
    settings: BucketSettings,
    schedule: Schedule,
    saved: Sequence[Checkpoint],
    autosave: Autosave | None,
) -> DiskUse:
    sampling = inputs.preset.sampling
    return disk_use(
        draft.family,
        draft.training,
        saved if schedule.steps else (),
        samples=sample_count(schedule, draft.training, len(sampling.prompts)),
        sample_size=largest_size(inputs.preset, settings.resolution) or settings.resolution,
        caches=_cache_bytes(inputs, draft, settings) + _kept_bytes(inputs, draft, settings),
        steps=schedule.steps,
        autosaves=autosave.at_once if autosave and schedule.steps else 0,
        small=_small(inputs),
    )


def _small(inputs: Inputs) -> Small | None:
    """Widths of a base that is smaller than any real one, where they are known."""
    base = inputs.base
    return Small(base.blocks, base.text_width) if base and base.is_small and base.text_width else None


def _cache_bytes(inputs: Inputs, draft: Draft, settings: BucketSettings) -> int:
    """Of the files that the engine will put beside the pictures."""
    training, total = draft.training, 0
    for subset in inputs.subsets:
        pictures = len(subset.folder.pictures)
        if training.get("cache_latents_to_disk"):
            flipped = bool(subset.keys.get("flip_aug", draft.dataset.get("flip_aug")))
            missing = max(0, pictures - len(subset.folder.latents))
            total += latents_bytes(missing, settings.resolution, flipped=flipped)
        if training.get("cache_text_encoder_outputs_to_disk"):
            total += text_bytes(pictures, training.get("max_token_length"))
    return total


def _kept_bytes(inputs: Inputs, draft: Draft, settings: BucketSettings) -> int:
    """Of what the engine will keep for later trainings: of latents the mean and the spread, twice as many numbers."""
    if not inputs.preset.launch.keep_caches:
        return 0
    training, total = draft.training, 0
    pictures = sum(len(subset.folder.pictures) for subset in inputs.subsets)
    if training.get("cache_latents"):
        total += 2 * latents_bytes(pictures, settings.resolution, flipped=bool(draft.dataset.get("flip_aug")))
    if training.get("cache_text_encoder_outputs"):
        total += text_bytes(pictures, training.get("max_token_length"))
    return min(total, ROOM_BYTES)


def sample_count(schedule: Schedule, training: Mapping[str, Any], prompts: int) -> int:
    sampling = counting.Sampling(
        prompts=prompts,
        at_first=bool(training.get("sample_at_first")),
        every_n_epochs=training.get("sample_every_n_epochs"),
        every_n_steps=training.get("sample_every_n_steps"),
    )
    return sum(time.pictures for time in counting.samples(schedule, sampling))
