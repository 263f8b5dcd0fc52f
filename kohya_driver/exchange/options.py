"""From an option of the engine, whoever wrote it down, to a preset's keys. All formats end here."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from kohya_driver.engine.catalogue import Catalogue, Option, load_catalogue
from kohya_driver.engine.kinds import DEFAULT, KINDS
from kohya_driver.exchange.model import SECRET_SHOWN, Claim, idle, left, planned, takes
from kohya_driver.planning.arguments import OWNED
from kohya_driver.planning.checks.subject import preset_key

SECRETS: Mapping[str, str] = {"huggingface_token": "secret", "wandb_api_key": "secret_log"}
"""Options that hold a password, and what is said of it."""
PLANNED: Mapping[str, str] = {
    **dict.fromkeys(("config_file", "output_config", "dataset_config", "tokenizer_cache_dir"), "own_files"),
    **dict.fromkeys(
        (
            "logging_dir", "log_with", "log_prefix", "log_config", "log_tracker_name", "log_tracker_config",
            "wandb_run_name", "console_log_level", "console_log_file", "console_log_simple",
        ),
        "own_log",
    ),
    **dict.fromkeys(("resume", "initial_epoch", "initial_step", "skip_until_initial_step"), "own_resume"),
}  # fmt: skip
"""Options that the plan sets, and why."""
REFUSED = {"in_json": "fine_tuning", "dataset_class": "own_code", "debug_dataset": "no_training"}
ALIASES = {"caption_extention": "caption_extension"}
ATTENTION = ("sdpa", "xformers", "mem_eff_attn")
"""The engine looks at the last of these first (train_util.py, replace_unet_modules)."""


@functools.cache
def scripts() -> tuple[str, ...]:
    """The training scripts whose options a preset can hold."""
    return tuple(dict.fromkeys(name.removesuffix(".py") for name in KINDS[DEFAULT].scripts.values()))


def find_option(name: str) -> Option | None:
    """An option that a preset can hold."""
    catalogue = load_catalogue()
    return next(filter(None, (catalogue.option(script, name) for script in scripts())), None)


def claim_option(key: str, value: Any, name: str, given: Any = None, family: str = "") -> Claim:
    """What an option becomes.

    Args:
        key, value: as they stand in the file.
        name: the engine's.
        given: the value in the engine's form; None: as it stands.
        family: of the base, where it is known.
    """
    name = ALIASES.get(name, name)
    refused = _refused(key, value, name)
    if refused is not None:
        return refused
    option = find_option(name)
    if option is None:
        return _unknown(key, value, name)
    if family and not _has_script(name, family):
        return left(key, value, "other_family", scripts=", ".join(load_catalogue().scripts_with(name)))
    try:
        native = as_native(option, value if given is None else given)
    except ValueError:
        return left(key, value, "wrong_type", wanted=_wanted(option))
    if native is None or native == "":
        return idle(key, value, "unset")
    return _SPECIAL.get(name, _plain)(key, value, name, native)


def _refused(key: str, value: Any, name: str) -> Claim | None:
    """What is never taken, whatever it says."""
    if name in SECRETS:
        return left(key, SECRET_SHOWN if value else value, SECRETS[name])
    if name in PLANNED:
        return planned(key, value, PLANNED[name])
    return left(key, value, REFUSED[name]) if name in REFUSED else None


def _has_script(name: str, family: str) -> bool:
    script = KINDS[DEFAULT].script(family).removesuffix(".py")
    return load_catalogue().option(script, name) is not None


def _wanted(option: Option) -> str:
    return "true/false" if option.action == "store_true" else option.type or "str"


def _unknown(key: str, value: Any, name: str) -> Claim:
    catalogue: Catalogue = load_catalogue()
    others = catalogue.scripts_with(name)
    if others:
        return left(key, value, "other_family", scripts=", ".join(others))
    close = catalogue.closest(scripts()[0], name)
    return left(key, value, "unknown_close", close=close) if close else left(key, value, "unknown")


def as_native(option: Option, given: Any) -> Any:
    """A value in the option's own type; numbers may be texts, as GUIs write them.

    Raises:
        ValueError: it does not fit.
    """
    if option.action == "store_true":
        if given in (True, False):
            return bool(given)
        raise ValueError(given)
    if option.nargs in (None, "?"):
        return _item(option, given)
    items = given if isinstance(given, list) else str(given).split() if isinstance(given, str) else [given]
    found = [_item(option, item) for item in items]
    if None in found:
        raise ValueError(given)
    return found


def _item(option: Option, given: Any) -> Any:
    if given is None or isinstance(given, bool | Mapping | list):
        raise ValueError(given)
    if option.type == "int":
        return whole(given)
    if option.type == "float":
        return number(given)
    if option.type == "int_or_float":
        return _share_or_steps(given)
    native = str(given)
    if option.choices is not None and native not in map(str, option.choices):
        raise ValueError(given)
    return native


def whole(given: Any) -> int | None:
    """`64`, `64.0` or `"64"`; None for an empty text. Raises ValueError."""
    value = number(given)
    if value is not None and value != int(value):
        raise ValueError(given)
    return None if value is None else int(value)


def number(given: Any) -> float | None:
    """A finite number, or one written as a text; None for an empty text. Raises ValueError."""
    if isinstance(given, str) and not given.strip():
        return None
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        raise ValueError(given)
    try:
        value = float(given)
    except OverflowError as failure:
        raise ValueError(given) from failure
    if not math.isfinite(value) or abs(value) > 2**53:
        raise ValueError(given)
    return value


def _share_or_steps(given: Any) -> int | float | None:
    """On a command line `10%` and `0.1` are a share, `100` is steps; a TOML float is always a share."""
    if isinstance(given, str) and given.strip().endswith("%"):
        share = number(given.strip().removesuffix("%"))
        return None if share is None else share / 100
    value = number(given)
    is_whole = isinstance(given, int) or (isinstance(given, str) and re.fullmatch(r"\s*\d+\s*", given))
    return int(value) if value is not None and is_whole else value


def _plain(key: str, value: Any, name: str, native: Any) -> Claim:
    place = preset_key(name)
    if place is None and name in OWNED:
        return planned(key, value, "own_files")
    return Claim(key, value, {place or f"engine_options.{name}": native})


def _arguments(key: str, value: Any, name: str, native: Sequence[str]) -> Claim:
    place = preset_key(name)
    pairs = [entry.partition("=") for entry in native if entry.strip()]
    if any(not separator or not inner for inner, separator, _ in pairs):
        return left(key, value, "no_pairs")
    if not pairs:
        return idle(key, value, "unset")
    return Claim(key, value, {f"{place}.{inner.strip()}": literal(text) for inner, _, text in pairs})


def literal(text: str) -> Any:
    """A value of `name=value` as a preset writes it, if that says the very same again."""
    text = text.strip()
    if text in ("True", "False"):
        return text == "True"
    parts = text.split(",")
    numbers = [_exact_number(part) for part in parts]
    if None in numbers:
        return text
    return numbers[0] if len(parts) == 1 else numbers


def _exact_number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text and math.isfinite(value):
            return value
    return None


def _attention(key: str, value: Any, name: str, native: bool) -> Claim:
    if not native:
        return idle(key, value, "unset")
    return takes(key, value, training__attention=name).ranked(ATTENTION.index(name) + 1)


def _resolution(key: str, value: Any, name: str, native: str) -> Claim:
    sides = re.split(r"[,x]", native.strip("()[] "))
    try:
        numbers = [whole(side) for side in sides]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or None in numbers:
        return left(key, value, "wrong_type", wanted="512 / 512,768")
    return takes(key, value, dataset__resolution=numbers[0] if len(set(numbers)) == 1 else numbers)


def _face_crop(key: str, value: Any, name: str, native: str) -> Claim:
    try:
        low, high = (float(part) for part in native.split(","))
    except ValueError:
        return left(key, value, "wrong_type", wanted="1.0,4.0")
    return takes(key, value, dataset__face_crop_aug_range=[low, high])


def _text_rate(key: str, value: Any, name: str, native: list[float]) -> Claim:
    """The engine takes the first for all text encoders of these families (train_network.py:733)."""
    if not native:
        return idle(key, value, "unset")
    claim = takes(key, value, optimizer__text_encoder_lr=native[0])
    return claim if len(set(native)) == 1 else replace(claim, why="first_rate")


def _token_length(key: str, value: Any, name: str, native: int) -> Claim:
    return idle(key, value, "same") if native == 75 else takes(key, value, model__max_token_length=native)


def _clip_skip(key: str, value: Any, name: str, native: int) -> Claim:
    """1 is the last layer, which is taken anyway."""
    return idle(key, value, "same") if native == 1 else takes(key, value, model__clip_skip=native)


def _last_timestep(key: str, value: Any, name: str, native: int) -> Claim:
    return idle(key, value, "same") if native == 1000 else _plain(key, value, name, native)


def _output_dir(key: str, value: Any, name: str, native: str) -> Claim:
    """A relative one means the other program's folder of the moment."""
    if PurePosixPath(native).is_absolute() or PureWindowsPath(native).is_absolute():
        return takes(key, value, saving__output_dir=native)
    return planned(key, value, "own_folder")


def _switch(**sets: Any) -> Callable[[str, Any, str, Any], Claim]:
    def claim(key: str, value: Any, name: str, native: bool) -> Claim:
        return takes(key, value, **sets) if native else idle(key, value, "unset")

    return claim


_SPECIAL: Mapping[str, Callable[[str, Any, str, Any], Claim]] = {
    **dict.fromkeys(("network_args", "optimizer_args", "lr_scheduler_args"), _arguments),
    **dict.fromkeys(ATTENTION, _attention),
    "resolution": _resolution,
    "face_crop_aug_range": _face_crop,
    "text_encoder_lr": _text_rate,
    "max_token_length": _token_length,
    "clip_skip": _clip_skip,
    "max_timestep": _last_timestep,
    "output_dir": _output_dir,
    "v2": _switch(model__family="sd2"),
    "use_8bit_adam": _switch(optimizer__type="AdamW8bit"),
    "use_lion_optimizer": _switch(optimizer__type="Lion"),
    "train_data_dir": lambda key, value, name, native: takes(key, value, dataset__train_data_dir=native),
    "reg_data_dir": lambda key, value, name, native: takes(key, value, dataset__reg_data_dir=native),
    "dataset_repeats": lambda key, value, name, native: takes(key, value, dataset__num_repeats=native),
}
