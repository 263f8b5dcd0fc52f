"""The settings that a finished LoRA keeps in its header: `ss_*` from the engine, `modelspec.*`.

All values are texts. What the engine writes down: train_network.py:1003-1206, of tag v0.10.1.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kohya_driver.engine.weights import read_header
from kohya_driver.errors import EngineError, Finding, PresetError, warning
from kohya_driver.exchange.dataset_config import claim_datasets
from kohya_driver.exchange.model import Claim, Reading, idle, left, takes
from kohya_driver.exchange.options import claim_option, find_option, literal
from kohya_driver.exchange.reading import plain

NONE = ("None", "", "null")
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
SUBSET_KEYS = {
    "num_repeats", "color_aug", "flip_aug", "random_crop", "shuffle_caption", "keep_tokens", "keep_tokens_separator",
    "secondary_separator", "enable_wildcard", "caption_prefix", "caption_suffix", "image_dir", "class_tokens", "is_reg",
}  # fmt: skip


def read_lora(path: Path) -> Reading:
    """What a LoRA's header says of its training.

    Raises:
        PresetError: it is no LoRA file, or says nothing.
    """
    try:
        metadata: Mapping[str, str] = plain(read_header(path).metadata)
    except EngineError as failure:
        raise PresetError(findings=failure.findings) from failure
    if not any(key.startswith("ss_") for key in metadata):
        raise PresetError("exchange.no_metadata", path)
    claims = [claim for key, value in metadata.items() for claim in _claims(key, value, metadata)]
    return Reading("lora", tuple(claims), {}, tuple(_findings(metadata)))


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
    rule = _RULES.get(key)
    if rule:
        return [rule(key, value)]
    if key.startswith("ss_") and value in NONE:
        return [idle(key, value, "unset")]
    name = RENAMED.get(key, key.removeprefix("ss_"))
    option = find_option(name) if key.startswith("ss_") else None
    if option is None:
        return [idle(key, _shortened(value), "record")]
    if option.action == "store_true":
        return [claim_option(key, value, name, value in ("True", "1"))]
    return [claim_option(key, value, name, value)]


def _shortened(value: str) -> str:
    return value if len(value) <= 200 else f"{value[:199]}…"


def _base(key: str, value: str) -> Claim:
    """Only the file's name: where it lay is not kept."""
    return takes(key, value, model__base=value)


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


def _told(by: str) -> Callable[[str, str], Claim]:
    return lambda key, value: idle(key, value, "overruled", by=by)


def _datasets(key: str, value: str) -> list[Claim]:
    """JSON: what each dataset had, with the last names of its folders; its statistics are records."""
    found = _json(value)
    if not isinstance(found, list):
        return [left(key, _shortened(value), "unreadable")]
    claims: list[Claim] = []
    tables = []
    for number, one in enumerate(found):
        if not isinstance(one, Mapping):
            continue
        claims += [
            idle(f"{key}[{number}].{name}", _shortened(str(inner)), "record")
            for name, inner in one.items()
            if name not in (*SET_KEYS, "subsets", "batch_size_per_device")
        ]
        tables.append(_table(one))
    prefix = "datasets["
    for claim in claim_datasets({"datasets": tables}):
        shown = claim.key.replace(prefix, f"{key}[", 1).replace(".batch_size", ".batch_size_per_device")
        claims.append(Claim(shown, claim.value, claim.sets, claim.fate, claim.why, claim.words, 0))
    return [claim for claim in claims if claim.value is not None]


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


_RULES: Mapping[str, Callable[[str, str], Claim]] = {
    "ss_sd_model_name": _base,
    "ss_base_model_version": _version,
    "ss_v2": _told("ss_base_model_version"),
    "ss_optimizer": _optimizer,
    "ss_network_args": _network_args,
    "ss_text_encoder_lr": _text_rate,
    "ss_max_train_steps": _steps,
    "ss_num_epochs": _told("ss_max_train_steps"),
    "ss_resolution": _resolution,
    "ss_total_batch_size": _told("ss_batch_size_per_device"),
    "modelspec.trigger_phrase": _trigger,
}
