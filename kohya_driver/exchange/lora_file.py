"""The settings that a finished LoRA keeps in its header: `ss_*` from the engine, `modelspec.*`, OneTrainer's `ot_config`.

All values are texts. What the engine writes down: train_network.py:1003-1206, of tag v0.10.1.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import EngineError, Finding, PresetError, warning
from kohya_driver.exchange.dataset_config import claim_datasets
from kohya_driver.exchange.model import Claim, Reading, idle, left, takes
from kohya_driver.exchange.onetrainer import read_onetrainer
from kohya_driver.exchange.options import claim_option, find_option, literal
from kohya_driver.exchange.reading import plain

NONE = ("None", "", "null")
DOWN = (".lora_down.weight", ".lora_A.weight")
RENAMED = {
    "ss_debiased_estimation": "debiased_estimation_loss", "ss_batch_size_per_device": "train_batch_size",
    "ss_face_crop_aug_range": "face_crop_aug_range",
}  # fmt: skip
SET_KEYS = {
    "resolution",
    "enable_bucket",
    "min_bucket_reso",
    "max_bucket_reso",
    "resize_interpolation",
    "bucket_no_upscale",
}
RECORDS = frozenset(
    {
        "ss_session_id", "ss_training_started_at", "ss_training_finished_at", "ss_num_train_images", "ss_num_validation_images",
        "ss_num_reg_images", "ss_num_batches_per_epoch", "ss_steps", "ss_epoch", "ss_sd_scripts_commit_hash", "ss_sd_model_hash",
        "ss_new_sd_model_hash", "ss_vae_hash", "ss_new_vae_hash", "ss_tag_frequency", "ss_bucket_info",
    }
)  # fmt: skip
"""What the engine writes down of what happened."""
ONETRAINER = "ot_config"
"""OneTrainer's settings, as JSON."""
FOLDERS = ("ss_dataset_dirs", "ss_reg_dataset_dirs")
SUBSET_KEYS = {
    "num_repeats", "color_aug", "flip_aug", "random_crop", "shuffle_caption", "keep_tokens", "keep_tokens_separator",
    "secondary_separator", "enable_wildcard", "caption_prefix", "caption_suffix", "image_dir", "class_tokens", "is_reg",
    "resize_interpolation", "metadata_file",
}  # fmt: skip


def read_lora(path: Path) -> Reading:
    """What a LoRA's header says of its training.

    Raises:
        PresetError: it is no LoRA file, or says nothing.
    """
    try:
        header = read_header(path)
    except EngineError as failure:
        raise PresetError(findings=failure.findings) from failure
    metadata: Mapping[str, str] = plain(header.metadata)
    if not any(key.startswith("ss_") or key == ONETRAINER for key in metadata):
        raise PresetError("exchange.no_metadata", path)
    claims = [claim for key, value in metadata.items() for claim in _claims(key, value, metadata)]
    other = _onetrainer(metadata, path)
    if other is not None:
        claims += [replace(claim, key=f"{ONETRAINER}.{claim.key}") for claim in other.claims]
        return Reading("lora", tuple(claims), other.assumed, (*_findings(metadata), *other.findings))
    rank = None if _says(metadata, "ss_network_dim") else _rank(header)
    claims += [takes("lora_down.weight", rank, network__dim=rank)] if rank else []
    findings = _findings(metadata)
    if not any(_says(metadata, key) for key in ("ss_network_dim", "ss_learning_rate", "ss_unet_lr")):
        findings.append(warning("exchange.little_metadata", path))
    return Reading("lora", tuple(claims), {}, tuple(findings))


def _says(metadata: Mapping[str, str], key: str) -> bool:
    return metadata.get(key, "") not in NONE


def _onetrainer(metadata: Mapping[str, str], path: Path) -> Reading | None:
    found = plain(_json(metadata.get(ONETRAINER, "")))
    return read_onetrainer(found, path) if isinstance(found, Mapping) else None


def _rank(header: Header) -> int | None:
    """As the shapes tell it: of most of the matrices that lead down."""
    ranks = Counter(
        tensor.shape[0]
        for name, tensor in header.tensors.items()
        if name.endswith(DOWN) and len(tensor.shape) == 2
    )
    return ranks.most_common(1)[0][0] if ranks else None


def _findings(metadata: Mapping[str, str]) -> list[Finding]:
    family = _family(metadata)
    return [] if family in ("sd15", "sd2", "sdxl", "") else [warning("exchange.other_family", family=family)]


def _family(metadata: Mapping[str, str]) -> str:
    """`sd_v1`, `sd_v2_v`, `sdxl_base_v1-0` …"""
    version = metadata.get("ss_base_model_version", "")
    if version.startswith("sdxl"):
        return "sdxl"
    return {"sd_v1": "sd15", "sd_v2": "sd2"}.get(version[:5], version)


def _claims(key: str, value: str, metadata: Mapping[str, str]) -> list[Claim]:
    if key == "ss_datasets":
        return _datasets(key, value)
    if key in FOLDERS:
        return _folders(key, value, metadata)
    told = _TOLD.get(key)
    if told and _says(metadata, told):
        return [idle(key, value, "overruled", by=told)]
    rule = _RULES.get(key)
    if rule:
        return [rule(key, value)]
    if key == ONETRAINER:
        found = isinstance(_json(value), Mapping)
        return [(idle if found else left)(key, _shortened(value), "goes_with" if found else "unreadable")]
    if key in RECORDS or not key.startswith("ss_"):
        return [idle(key, _shortened(value), "record")]
    if value in NONE:
        return [idle(key, value, "unset")]
    name = RENAMED.get(key, key.removeprefix("ss_"))
    option = find_option(name)
    if option is None:
        return [idle(key, value, "unset") if value == "False" else claim_option(key, _shortened(value), name)]
    if option.action == "store_true":
        return [claim_option(key, value, name, value in ("True", "1"))]
    return [claim_option(key, value, name, value)]


def _shortened(value: str) -> str:
    return value if len(value) <= 200 else f"{value[:199]}…"


def _base(key: str, value: str) -> Claim:
    """Only the file's name: where it lay is not kept."""
    return takes(key, value, model__base=value)


def _vae(key: str, value: str) -> Claim:
    """Only the file's name, as of the base."""
    return idle(key, value, "unset") if value in NONE else takes(key, value, model__vae=value)


def _version(key: str, value: str) -> Claim:
    family = _family({key: value})
    known = family in ("sd15", "sd2", "sdxl")
    return (
        takes(key, value, model__family=family)
        if known
        else left(key, value, "other_family_gui", family=value)
    )


def _optimizer(key: str, value: str) -> Claim:
    """`torch.optim.adamw.AdamW(weight_decay=0.1,betas=(0.9, 0.99))`"""
    found = re.fullmatch(r"(?P<path>[\w.]+)(?:\((?P<args>.*)\))?", value.strip(), re.S)
    if found is None:
        return left(key, value, "unreadable")
    sets: dict[str, Any] = {"optimizer.type": _optimizer_name(found["path"])}
    for name, text in _keywords(found["args"] or ""):
        sets[f"optimizer.args.{name}"] = literal(text)
    return Claim(key, value, sets)


_OWN = {
    "AdamW": "AdamW", "Prodigy": "Prodigy", "Lion": "Lion", "Adafactor": "AdaFactor", "AdamW8bit": "AdamW8bit",
    "AdamWScheduleFree": "AdamWScheduleFree", "PagedAdamW8bit": "PagedAdamW8bit", "Lion8bit": "Lion8bit",
}  # fmt: skip


def _optimizer_name(path: str) -> str:
    package, _, name = path.partition(".")[0], "", path.rpartition(".")[2]
    if name in _OWN or name.startswith("DAdapt"):
        return _OWN.get(name, name)
    return name if package == "torch" or "." not in path else f"{package}.{name}"


def _keywords(text: str) -> list[tuple[str, str]]:
    try:
        call = ast.parse(f"f({text})", mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    keywords = call.keywords if isinstance(call, ast.Call) else []
    return [(one.arg, ast.unparse(one.value).strip("()[]").replace(" ", "")) for one in keywords if one.arg]


def _network_args(key: str, value: str) -> Claim:
    """JSON."""
    found = _json(value)
    if not isinstance(found, Mapping):
        return left(key, value, "unreadable")
    sets = {f"network.args.{name}": literal(str(one)) for name, one in found.items()}
    return Claim(key, value, sets) if sets else idle(key, value, "unset")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _text_rate(key: str, value: str) -> Claim:
    """`0.0001`, or `[0.0001, 0.0001]` where there are several text encoders."""
    if value in NONE:
        return idle(key, value, "unset")
    return claim_option(key, value, "text_encoder_lr", value.strip("[]").replace(",", " "))


def _steps(key: str, value: str) -> Claim:
    return claim_option(key, value, "max_train_steps", value)


def _resolution(key: str, value: str) -> Claim:
    return (
        claim_option(key, value, "resolution", value.strip("()[]").replace(" ", ""))
        if value not in NONE
        else idle(key, value, "unset")
    )


def _trigger(key: str, value: str) -> Claim:
    return takes(key, value, dataset__trigger=value) if value else idle(key, value, "unset")


def _version_2(key: str, value: str) -> Claim:
    return takes(key, value, model__family="sd2") if value == "True" else idle(key, value, "unset")


def _folders(key: str, value: str, metadata: Mapping[str, str]) -> list[Claim]:
    """JSON: the last name of each folder, with its repeats; a dataset config is written down in full instead."""
    found = _json(value)
    if not isinstance(found, Mapping):
        return [left(key, _shortened(value), "unreadable")]
    if "ss_datasets" in metadata:
        return [idle(key, _shortened(value), "overruled", by="ss_datasets")]
    if not found:
        return [idle(key, value, "unset")]
    is_reg = key == FOLDERS[1]
    before = _json(metadata.get(FOLDERS[0], "")) if is_reg else ()
    number = len(before) if isinstance(before, Mapping) else 0
    return [
        _folder(f"{key}.{name}", str(name), info, f"dataset.subsets.{number + place}.", is_reg)
        for place, (name, info) in enumerate(found.items())
    ]


def _folder(key: str, name: str, info: Any, place: str, is_reg: bool) -> Claim:
    repeats = info.get("n_repeats") if isinstance(info, Mapping) else None
    if not isinstance(repeats, int) or isinstance(repeats, bool):
        return left(key, _shortened(str(info)), "unreadable")
    reg = {f"{place}is_reg": True} if is_reg else {}
    return Claim(key, info, {f"{place}image_dir": name, f"{place}num_repeats": repeats, **reg})


def _datasets(key: str, value: str) -> list[Claim]:
    """JSON: what each dataset had, with the last names of its folders; its statistics are records."""
    found = _json(value)
    if not isinstance(found, list):
        return [left(key, _shortened(value), "unreadable")]
    claims: list[Claim] = []
    tables = []
    for number, one in enumerate(found):
        if not isinstance(one, Mapping):
            claims.append(left(f"{key}[{number}]", _shortened(str(one)), "unreadable"))
            continue
        claims += [
            idle(f"{key}[{number}].{name}", _shortened(str(inner)), "record")
            for name, inner in one.items()
            if name not in (*SET_KEYS, "subsets", "batch_size_per_device")
        ]
        claims += _told_of_subsets(f"{key}[{number}].subsets", one.get("subsets"))
        tables.append(_table(one))
    prefix = "datasets["
    for claim in claim_datasets({"datasets": tables}):
        shown = claim.key.replace(prefix, f"{key}[", 1).replace(".batch_size", ".batch_size_per_device")
        claims.append(Claim(shown, claim.value, claim.sets, claim.fate, claim.why, claim.words, 0))
    return [claim for claim in claims if claim.value is not None]


def _told_of_subsets(key: str, subsets: Any) -> Iterator[Claim]:
    """What a dataset config would not say."""
    if not isinstance(subsets, list):
        yield left(key, subsets, "unreadable")
        return
    for number, subset in enumerate(subsets):
        if not isinstance(subset, Mapping):
            yield left(f"{key}[{number}]", subset, "unreadable")
            continue
        for name, value in subset.items():
            if name == "img_count":
                yield idle(f"{key}[{number}].{name}", value, "record")
            elif name not in SUBSET_KEYS:
                yield left(f"{key}[{number}].{name}", value, "unknown")


def _table(one: Mapping[str, Any]) -> dict[str, Any]:
    """As a dataset config would say it."""
    table = {name: value for name, value in one.items() if name in SET_KEYS and value is not None}
    if isinstance(one.get("batch_size_per_device"), int):
        table["batch_size"] = one["batch_size_per_device"]
    subsets = one.get("subsets")
    table["subsets"] = [
        {name: value for name, value in subset.items() if name in SUBSET_KEYS and value is not None}
        for subset in (subsets if isinstance(subsets, list) else [])
        if isinstance(subset, Mapping)
    ]
    return table


_TOLD = {
    "ss_v2": "ss_base_model_version",
    "ss_num_epochs": "ss_max_train_steps",
    "ss_total_batch_size": "ss_batch_size_per_device",
}
"""What another key says too, if it is there."""
_RULES: Mapping[str, Callable[[str, str], Claim]] = {
    "ss_sd_model_name": _base,
    "ss_base_model_version": _version,
    "ss_v2": _version_2,
    "ss_vae_name": _vae,
    "ss_optimizer": _optimizer,
    "ss_network_args": _network_args,
    "ss_text_encoder_lr": _text_rate,
    "ss_max_train_steps": _steps,
    "ss_num_epochs": lambda key, value: claim_option(key, value, "max_train_epochs", value),
    "ss_resolution": _resolution,
    "ss_total_batch_size": lambda key, value: left(key, value, "no_field"),
    "modelspec.trigger_phrase": _trigger,
}
