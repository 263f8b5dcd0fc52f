"""What holds where nothing is said: in a preset, in the engine, in the other tools."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from kohya_driver.engine.catalogue import Option
from kohya_driver.exchange.options import find_option
from kohya_driver.host import Host
from kohya_driver.planning.checks.subject import preset_key
from kohya_driver.planning.overrides import RULES, Draft, Rule
from kohya_driver.preset.model import Preset, Section, fields

RESULT = (
    "learning_rate", "lr_scheduler", "lr_warmup_steps", "network_dim", "network_alpha", "enable_bucket", "min_bucket_reso",
    "max_bucket_reso", "caption_extension", "validation_split", "keep_tokens",
)  # fmt: skip
"""Options that decide over the result and that a preset has otherwise, or leaves to the plan. How memory is used, and what
is written when, is not among them: that follows the machine."""
BEYOND: Mapping[str, Any] = {"network_dim": 4, "save_precision": "float"}
"""What the engine does where its own default is None (networks/lora.py:387; what it trains in, which is 32 bit)."""


def engine_defaults() -> dict[str, Any]:
    """Dotted keys of a preset to what the engine does if a config says nothing."""
    found = {}
    for name in (*RESULT, "save_precision"):
        option = find_option(name)
        place = preset_key(name)
        if option is not None and place is not None:
            found[place] = BEYOND.get(name, option.default)
    return found


@functools.cache
def _preset_defaults() -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            values = kind.model_construct()
            found |= {f"{section}.{name}": getattr(values, name, None) for name in kind.model_fields}
    return found


@functools.cache
def _engine_names() -> Mapping[str, str]:
    """Dotted key of a preset to the engine's option or dataset key."""
    found: dict[str, str] = {}
    for section, info in Preset.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            for ours, theirs in (*fields(kind, "option").items(), *fields(kind, "key").items()):
                found[f"{section}.{ours}"] = theirs
    return found


_NOBODY = Draft("", "", Host("", "", "", "", "", 0, 0, "cpu"), "", False, {}, {}, {}, {}, pictures=(100,))


def _may_choose(rule: Rule) -> bool:
    """Whether a rule can put something where nothing is said; those that only take away cannot."""
    try:
        return rule.value(_NOBODY) is not None
    except (KeyError, TypeError, ValueError):
        return True


_DECIDED = frozenset(
    {"max_train_steps", *(rule.option.partition(".")[2] for rule in RULES if _may_choose(rule))}
)
"""Where nothing is said, the plan may say something: these are always written."""


_RULED = frozenset(rule.option.partition(".")[2] for rule in RULES)
"""What a rule may change where nobody has set it, though a preset has a default: that too is written."""


def is_default(dotted: str, value: Any) -> bool:
    """Whether a preset means the same without this line."""
    section, _, name = dotted.partition(".")
    if section == "engine_options":
        option = find_option(name)
        return option is not None and name not in _DECIDED and _equal(value, _of(option))
    default = _preset_defaults().get(dotted)
    theirs = _engine_names().get(dotted)
    if default is not None:
        return (theirs not in _RULED or isinstance(value, bool)) and _equal(value, default)
    option = find_option(theirs) if theirs else None
    return option is not None and theirs not in _DECIDED and _equal(value, _of(option))


def _of(option: Option) -> Any:
    return False if option.action == "store_true" else option.default


def _equal(value: Any, default: Any) -> bool:
    return (type(value) is type(default) and value == default) or _number(value) == _number(
        default
    ) is not None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
