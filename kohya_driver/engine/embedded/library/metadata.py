"""What a LoRA file says of its training: the `ss_…` values of sd-scripts and those of modelspec, as far as they apply."""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import library.train_util as train_util
from library.pictures import PictureSet, Subset

AS_GIVEN = (
    "output_name", "learning_rate", "unet_lr", "gradient_checkpointing", "gradient_accumulation_steps", "max_train_steps",
    "lr_warmup_steps", "lr_scheduler", "network_module", "network_dim", "network_alpha", "network_dropout", "mixed_precision",
    "clip_skip", "max_token_length", "cache_latents", "seed", "lowram", "noise_offset", "training_comment", "max_grad_norm",
    "prior_loss_weight", "min_snr_gamma", "loss_type",
)  # fmt: skip
"""Options that stand under their own name."""


def of_training(
    args: Any, sets: Sequence[PictureSet], optimizer: str, batches: int, epochs: int
) -> dict[str, str]:
    values: dict[str, Any] = {f"ss_{name}": getattr(args, name) for name in AS_GIVEN}
    values |= {
        "ss_session_id": int.from_bytes(os.urandom(4), "big"),
        "ss_training_started_at": time.time(),
        "ss_text_encoder_lr": args.text_encoder_lr,
        "ss_num_train_images": sum(one.num_train_images for one in sets),
        "ss_num_validation_images": 0,
        "ss_num_reg_images": sum(one.num_reg_images for one in sets),
        "ss_num_batches_per_epoch": batches,
        "ss_num_epochs": epochs,
        "ss_v2": False,
        "ss_base_model_version": "sd_v1",
        "ss_optimizer": optimizer,
        "ss_sd_scripts_commit_hash": "(kohya-driver, embedded engine)",
        "ss_datasets": json.dumps([of_set(one) for one in sets]),
        "ss_tag_frequency": json.dumps(
            # A folder's name that several sets use counts once, as of the first.
            {name: tags for one in reversed(sets) for name, tags in one.tag_frequency.items()}
        ),
        "ss_dataset_dirs": json.dumps(folders(sets)),
    }
    return {name: str(value) for name, value in {**values, **of_base(args), **modelspec(args)}.items()}


def of_set(one: PictureSet) -> dict[str, Any]:
    settings = one.settings
    smallest, largest = (settings.minimum, settings.maximum) if settings.enable else (None, None)
    return {
        "is_dreambooth": True,
        "batch_size_per_device": one.batch_size,
        "num_train_images": one.num_train_images,
        "num_reg_images": one.num_reg_images,
        "resolution": settings.resolution,
        "enable_bucket": settings.enable,
        "min_bucket_reso": smallest,
        "max_bucket_reso": largest,
        "tag_frequency": one.tag_frequency,
        "bucket_info": one.bucket_info,
        "subsets": [of_subset(subset) for subset in one.subsets],
    }


def of_subset(subset: Subset) -> dict[str, Any]:
    rules = subset.rules
    return {
        "img_count": len(subset.paths),
        "num_repeats": subset.num_repeats,
        "shuffle_caption": rules.shuffle_caption,
        "keep_tokens": rules.keep_tokens,
        "keep_tokens_separator": rules.keep_tokens_separator,
        "secondary_separator": rules.secondary_separator,
        "caption_prefix": rules.caption_prefix,
        "caption_suffix": rules.caption_suffix,
        "image_dir": Path(subset.image_dir).name,
        "class_tokens": subset.class_tokens,
        "is_reg": subset.is_reg,
    }


def folders(sets: Sequence[PictureSet]) -> dict[str, dict[str, int]]:
    """Folders of training pictures by name; further ones of the same name get a number."""
    found: dict[str, dict[str, int]] = {}
    for subset in (subset for one in sets for subset in one.subsets if not subset.is_reg):
        base = name = Path(subset.image_dir).name
        number = 2
        while name in found:
            name, number = f"{base} ({number})", number + 1
        found[name] = {"n_repeats": subset.num_repeats, "img_count": len(subset.paths)}
    return found


def of_base(args: Any) -> dict[str, str]:
    path = Path(args.pretrained_model_name_or_path)
    name = {"ss_sd_model_name": path.name}
    return {**name, "ss_new_sd_model_hash": train_util.calculate_sha256(path)} if path.is_file() else name


def modelspec(args: Any) -> dict[str, str]:
    """https://github.com/Stability-AI/ModelSpec, as sd-scripts fills it in for a LoRA of SD 1.x."""
    width, _, height = str(args.resolution or "512").partition(",")
    spec = {
        "sai_model_spec": "1.0.1",
        "architecture": "stable-diffusion-v1/lora",
        "implementation": "diffusers",
        "title": args.output_name or f"LoRA@{int(time.time())}",
        "resolution": f"{width}x{height or width}",
        "date": datetime.datetime.now().replace(microsecond=0).isoformat(),
        "prediction_type": "epsilon",
    }
    if args.clip_skip is not None:
        spec["encoder_layer"] = str(args.clip_skip)
    return {f"modelspec.{name}": value for name, value in spec.items()}
