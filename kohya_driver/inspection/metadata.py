"""What a trainer wrote into a file's metadata: grouped for a reader, tags counted, the trigger word guessed from them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

GROUPS: Mapping[str, tuple[str, ...]] = {
    "about": (
        "modelspec.title", "modelspec.author", "modelspec.description", "modelspec.license", "modelspec.usage_hint",
        "modelspec.trigger_phrase", "modelspec.tags", "modelspec.date", "ss_output_name", "ss_training_comment",
    ),
    "base": (
        "ss_sd_model_name", "ss_base_model_version", "modelspec.architecture", "ss_sd_model_hash", "ss_new_sd_model_hash",
        "ss_vae_name", "ss_vae_hash", "modelspec.prediction_type", "ss_v2", "ss_clip_skip", "ss_max_token_length",
        "ss_zero_terminal_snr", "ss_model_prediction_type",
    ),
    "network": (
        "ss_network_module", "ss_network_dim", "ss_network_alpha", "ss_network_args", "ss_network_dropout",
        "ss_scale_weight_norms", "ss_mixed_precision", "ss_full_fp16", "ss_fp8_base",
    ),
    "training": (
        "ss_steps", "ss_max_train_steps", "ss_epoch", "ss_num_epochs", "ss_optimizer", "ss_learning_rate", "ss_unet_lr",
        "ss_text_encoder_lr", "ss_lr_scheduler", "ss_lr_warmup_steps", "ss_batch_size_per_device", "ss_total_batch_size",
        "ss_gradient_accumulation_steps", "ss_max_grad_norm", "ss_seed", "ss_noise_offset", "ss_multires_noise_iterations",
        "ss_multires_noise_discount", "ss_min_snr_gamma", "ss_ip_noise_gamma", "ss_loss_type", "ss_prior_loss_weight",
        "ss_training_started_at", "ss_training_finished_at", "ss_sd_scripts_commit_hash",
    ),
    "pictures": (
        "ss_num_train_images", "ss_num_reg_images", "ss_num_validation_images", "ss_num_batches_per_epoch", "ss_resolution",
        "modelspec.resolution", "ss_enable_bucket", "ss_min_bucket_reso", "ss_max_bucket_reso", "ss_dataset_dirs",
        "ss_reg_dataset_dirs", "ss_shuffle_caption", "ss_keep_tokens", "ss_caption_dropout_rate",
        "ss_caption_tag_dropout_rate", "ss_flip_aug", "ss_color_aug", "ss_cache_latents",
    ),
}  # fmt: skip
"""Keys by what they tell (train_network.py and library/sai_model_spec.py of the engine); all others stand at the end."""
LONG = ("ss_tag_frequency", "ss_datasets", "ss_bucket_info", "modelspec.thumbnail")
"""Left out of the groups: the tags are shown by themselves, the others are for programs."""
NOTHING = ("", "None", "null")
OFTEN = 0.95
"""A word in so large a share of the captions calls up what they have in common."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, and in how many captions it stood; `share` of the pictures, None where their number is not told."""

    name: str
    count: int
    share: float | None


def grouped(metadata: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Group → key → value, without what says nothing; `other` has the rest."""
    said = {key: value for key, value in metadata.items() if value not in NOTHING and key not in LONG}
    groups = {name: {key: said.pop(key) for key in keys if key in said} for name, keys in GROUPS.items()}
    return {name: values for name, values in {**groups, "other": said}.items() if values}


def tags_of(metadata: Mapping[str, str]) -> tuple[Tag, ...]:
    """The most frequent first; of equally frequent ones that which came first in a caption."""
    counts: dict[str, int] = {}
    for tags in _tables(_parsed(metadata.get("ss_tag_frequency", ""))):
        for name, count in tags.items():
            if isinstance(count, int):
                counts[name.strip()] = counts.get(name.strip(), 0) + count
    counts.pop("", None)
    pictures = pictures_of(metadata)
    found = [Tag(name, count, count / pictures if pictures else None) for name, count in counts.items()]
    return tuple(sorted(found, key=lambda tag: -tag.count))


def _tables(value: object) -> Iterator[Mapping[str, Any]]:
    """Folder → tag → count; older files have the tags of a single folder alone."""
    if not isinstance(value, Mapping):
        return
    inner = [one for one in value.values() if isinstance(one, Mapping)]
    yield from inner or [value]


def pictures_of(metadata: Mapping[str, str]) -> int:
    """How many pictures it was trained on, each counted once; 0 where it does not tell."""
    folders = _parsed(metadata.get("ss_dataset_dirs", ""))
    if not isinstance(folders, Mapping):
        return 0
    counts = [one.get("img_count") for one in folders.values() if isinstance(one, Mapping)]
    return sum(count for count in counts if isinstance(count, int) and count > 0)


def trigger_of(metadata: Mapping[str, str], tags: tuple[Tag, ...]) -> str:
    """As the file says, or the first tag that is in nearly every caption: trainers write the trigger first."""
    said = metadata.get("modelspec.trigger_phrase", "").strip()
    if said:
        return said
    common = [tag.name for tag in tags if tag.share is not None and tag.share >= OFTEN]
    return common[0] if common else ""


def parsed(metadata: Mapping[str, str]) -> dict[str, Any]:
    """With what is JSON in it taken apart; a picture is left out."""
    return {key: _value(value) for key, value in metadata.items() if key != "modelspec.thumbnail"}


def _value(text: str) -> Any:
    return _parsed(text) if text[:1] in ("{", "[") else text


def _parsed(text: str) -> Any:
    """What is no JSON is the text itself; what is no number that JSON can hold stays as it was written."""
    try:
        return json.loads(text, parse_constant=str, parse_float=_finite)
    except (ValueError, RecursionError):
        return text


def _finite(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text
