"""From what a plan says of its pictures to what an audit looks at, so that both count and check the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.dataset.buckets import BucketSettings
from kohya_driver.dataset.caption_checks import CaptionUse
from kohya_driver.dataset.model import ImageFolder
from kohya_driver.errors import Finding
from kohya_driver.prepare.audit_model import AuditConfig, AuditedFolder, AuditedSet


def planned_set(
    root: Path,
    dataset_config: Mapping[str, Any],
    folders: Mapping[str, ImageFolder],
    findings: Iterable[Finding],
    *,
    trigger: str,
    max_tokens: int,
    parents: Iterable[Path | None] = (),
) -> AuditedSet:
    """
    Args:
        root: the preset's folder.
        dataset_config: as the engine gets it.
        folders: read already, by the `image_dir` that the config names.
        findings: about how they are laid out.
        parents: of concept folders.
    """
    (dataset,) = dataset_config["datasets"]
    shared = {name: value for name, value in dataset.items() if name != "subsets"}
    found = []
    for subset in dataset["subsets"]:
        keys = {**shared, **subset}
        use = CaptionUse(
            class_tokens=keys.get("class_tokens") or "",
            is_reg=bool(keys.get("is_reg")),
            class_tokens_are_trigger=keys.get("class_tokens") == trigger,
            wildcards=bool(keys.get("enable_wildcard")),
            trigger=trigger,
            around=f"{keys.get('caption_prefix') or ''} {keys.get('caption_suffix') or ''}",
            separator=keys.get("caption_separator") or ",",
            max_tokens=max_tokens,
            face_names=bool(keys.get("face_crop_aug_range")),
        )
        mask = bool(keys.get("alpha_mask"))
        extension = keys.get("caption_extension") or ".txt"
        folder = folders[keys["image_dir"]]
        found.append(AuditedFolder(folder, use, keys["num_repeats"], mask, extension))
    return AuditedSet(root, tuple(found), tuple(findings), tuple(one for one in parents if one))


def planned_config(
    config: AuditConfig,
    dataset_config: Mapping[str, Any],
    *,
    trigger: str,
    divisor: int,
    silence: Mapping[str, str],
) -> AuditConfig:
    """The config with all that the plan decides."""
    (dataset,) = dataset_config["datasets"]
    size = dataset["resolution"]
    buckets = BucketSettings(
        resolution=(size, size) if isinstance(size, int) else (size[0], size[1]),
        enable=bool(dataset.get("enable_bucket")),
        minimum=dataset.get("min_bucket_reso", 256),
        maximum=dataset.get("max_bucket_reso", 1024),
        step=dataset.get("bucket_reso_steps", 64),
        no_upscale=bool(dataset.get("bucket_no_upscale")),
    )
    return replace(
        config,
        trigger=trigger,
        buckets=buckets,
        batch_size=dataset["batch_size"],
        bucket_divisor=divisor,
        validation_split=dataset.get("validation_split", 0.0),
        validation_seed=dataset.get("validation_seed", 0),
        silence=silence,
    )
