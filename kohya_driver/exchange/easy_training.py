"""LoRA_Easy_Training_Scripts' TOML: sections with `args` and `dataset_args`, and a list of subsets.

Its server makes the engine's config of them (its backend's utils/validation.py): what is empty, false or 0 is dropped, and the
network's module follows from its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver.exchange.dataset_config import claim_datasets
from kohya_driver.exchange.model import Claim, Reading, idle, left, takes
from kohya_driver.exchange.options import claim_option, find_option, literal
from kohya_driver.exchange.sdscripts import beside, engine_assumed

SCREEN = frozenset(
    {
        "easy_name", "save_toml", "save_toml_location", "tag_occurrence", "tag_file_location", "is_dataset",
        "skip_network_args_warning", "skip_optimizer_args_warning", "skip_extra_args_warning",
    }
)  # fmt: skip
"""What its window does with files beside the training."""
OWN_PACKAGE = "LoraEasyCustomOptimizer"
OPTIMIZERS: Mapping[str, str] = {
    "came": "pytorch_optimizer.CAME",
    "rmsprop": "RMSprop",
    "compass": "",
    "lpfadamw": "",
}
"""Names of optimizers in its own package; empty: nobody else has it."""
NOTHING = ("", None, False, 0)
LISTS = ("network_args", "optimizer_args", "lr_scheduler_args")


def is_easy_training(table: Mapping[str, Any]) -> bool:
    """`[general_args.args]`."""
    return any(
        name.endswith("_args")
        and isinstance(value, Mapping)
        and not {"args", "dataset_args"}.isdisjoint(value)
        for name, value in table.items()
    )


def read_easy_training(table: Mapping[str, Any], folder: Path) -> Reading:
    claims = [claim for section, value in table.items() for claim in _section(section, value, folder)]
    claims += _subsets(table.get("subsets"))
    claims.append(_module(table))
    assumed = engine_assumed(tuple(claims))
    if any(OWN_PACKAGE in str(claim.value) and claim.key.endswith("lr_scheduler_type") for claim in claims):
        assumed.pop("optimizer.lr_scheduler", None)
    return Reading("easy-training", tuple(claims), assumed)


def _section(section: str, value: Any, folder: Path) -> Iterator[Claim]:
    if section == "subsets":
        return
    if section == "train_mode":
        yield _mode(value)
    elif not isinstance(value, Mapping):
        yield left(section, value, "unknown")
    else:
        for part in value:
            inner = value[part]
            if part not in ("args", "dataset_args") or not isinstance(inner, Mapping):
                yield left(f"{section}.{part}", inner, "unknown")
                continue
            for name, one in inner.items():
                yield from _option(f"{section}.{part}.{name}", name, one, folder)


def _mode(value: Any) -> Claim:
    mode = value.get("train_mode") if isinstance(value, Mapping) else value
    key = "train_mode.train_mode"
    return idle(key, mode, "same") if mode == "lora" else left(key, mode, "not_lora")


def _option(key: str, name: str, value: Any, folder: Path) -> Iterator[Claim]:
    if name in LISTS and isinstance(value, Mapping):
        yield from _pairs(key, name, value)
    elif name in SCREEN:
        yield idle(key, value, "screen")
    elif name in _RULES:
        yield _RULES[name](key, value) if value else idle(key, value, "unset")
    elif name == "sample_prompts" and value:
        yield from beside(key, str(value), name, folder)
    else:
        yield _plain(key, name, value)


def _plain(key: str, name: str, value: Any) -> Claim:
    option = find_option(name)
    if value in NOTHING and (option is None or option.default is None):
        return idle(key, value, "unset")
    return claim_option(key, value, name)


def _resolution(key: str, value: Any) -> Claim:
    """`1024` or `[1024, 768]`."""
    sides = value if isinstance(value, list) else [value]
    return claim_option(key, value, "resolution", ",".join(map(str, sides)))


def _scheduler_type(key: str, value: Any) -> Claim:
    return (
        left(key, value, "own_code")
        if OWN_PACKAGE in str(value)
        else claim_option(key, value, "lr_scheduler_type")
    )


def _optimizer(key: str, value: Any) -> Claim:
    name = str(value).lower().rpartition(".")[2]
    if name not in OPTIMIZERS:
        return claim_option(key, value, "optimizer_type")
    return (
        takes(key, value, optimizer__type=OPTIMIZERS[name])
        if OPTIMIZERS[name]
        else left(key, value, "own_code")
    )


_RULES: Mapping[str, Callable[[str, Any], Claim]] = {
    "fa": lambda key, value: takes(key, value, network__module="networks.lora_fa").ranked(1),
    "sdxl": lambda key, value: takes(key, value, model__family="sdxl"),
    "warmup_ratio": lambda key, value: takes(key, value, optimizer__lr_warmup_steps=value),
    "batch_size": lambda key, value: claim_option(key, value, "train_batch_size"),
    "resolution": _resolution,
    "lr_scheduler_type": _scheduler_type,
    "optimizer_type": _optimizer,
}
"""Keys that are not the engine's, or mean something of their own."""


def _pairs(key: str, name: str, value: Mapping[str, Any]) -> Iterator[Claim]:
    place = {"network_args": "network.args", "optimizer_args": "optimizer.args"}.get(
        name, "optimizer.lr_scheduler_args"
    )
    if not value:
        yield idle(key, {}, "unset")
    for inner, one in value.items():
        if one in ("", None) or (one is False and name == "network_args"):
            yield idle(f"{key}.{inner}", one, "unset")
        elif isinstance(one, list):
            yield Claim(f"{key}.{inner}", one, {f"{place}.{inner}": literal(",".join(map(str, one)))})
        elif isinstance(one, Mapping):
            yield left(f"{key}.{inner}", one, "wrong_type", wanted="1")
        else:
            text = str(one).capitalize() if str(one) in ("true", "false") else str(one)
            yield Claim(f"{key}.{inner}", one, {f"{place}.{inner}": literal(text)})


def _module(table: Mapping[str, Any]) -> Claim:
    """The module is not written down: it follows from the arguments."""
    section = table.get("network_args")
    args = section.get("args") if isinstance(section, Mapping) else None
    pairs = args.get("network_args") if isinstance(args, Mapping) else None
    names = pairs if isinstance(pairs, Mapping) else {}
    module = "lycoris.kohya" if "algo" in names else "networks.dylora" if "unit" in names else "networks.lora"
    return takes("network_args", module, network__module=module).ranked(-1)


def _subsets(value: Any) -> Iterator[Claim]:
    """Its subsets are those of a dataset config, with a name each."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    bare = []
    for number, one in enumerate(listed):
        if not isinstance(one, Mapping):
            yield left(f"subsets[{number}]", one, "wrong_type", wanted="[[subsets]]")
            continue
        said = {name: inner for name, inner in one.items() if name != "name" and inner not in NOTHING}
        for name in one.keys() - said.keys():
            yield idle(f"subsets[{number}].{name}", one[name], "screen" if name == "name" else "unset")
        bare.append(said)
    for claim in claim_datasets({"datasets": [{"subsets": bare}]}):
        yield replace(claim, key=claim.key.removeprefix("datasets[0]."))
