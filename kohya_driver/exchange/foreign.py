"""Configs that are nested tables with words of their own: their keys one by one, and a table of rules for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kohya_driver.exchange.model import Claim, idle, left
from kohya_driver.exchange.options import claim_option

EMPTY = ("", None, False, 0)


def leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every key with its value: `process[0].train.lr`. A list of plain values is one value."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{prefix}.{name}" if prefix else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{prefix}[{number}]")
    else:
        yield prefix, value


@dataclass(frozen=True, slots=True)
class Config:
    """All keys of one, so that one may depend on another."""

    entries: Mapping[str, Any]

    def get(self, key: str, default: Any = None) -> Any:
        return self.entries.get(key, default)

    def number(self, key: str, default: float = 0.0) -> float:
        value = self.entries.get(key, default)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


Rule = Callable[[Config, str, Any], Claim]


def option(name: str, convert: Callable[[Any], Any] | None = None) -> Rule:
    """Means this option of the engine."""

    def rule(config: Config, key: str, value: Any) -> Claim:
        try:
            return claim_option(key, value, name, convert(value) if convert else value)
        except (ValueError, TypeError, KeyError):
            return left(key, value, "wrong_type", wanted="1")

    return rule


def sets(place: str, convert: Callable[[Any], Any] | None = None) -> Rule:
    """Means this key of a preset."""

    def rule(config: Config, key: str, value: Any) -> Claim:
        if value in ("", None):
            return idle(key, value, "unset")
        try:
            return Claim(key, value, {place: convert(value) if convert else value})
        except (ValueError, TypeError, KeyError):
            return left(key, value, "wrong_type", wanted="1")

    return rule


def choice(place: str, known: Mapping[str, Any]) -> Rule:
    """One of several words, each with its value here; None: the preset's own default is the same."""

    def rule(config: Config, key: str, value: Any) -> Claim:
        word = str(value).upper()
        if word not in known:
            return left(key, value, "no_counterpart_value", known=", ".join(known))
        native = known[word]
        return idle(key, value, "same") if native is None else Claim(key, value, {place: native})

    return rule


def because(why: str, fate: Callable[..., Claim] = idle) -> Rule:
    return lambda config, key, value: fate(key, value, why)


def only_if_set(rule: Rule) -> Rule:
    """Empty, false and 0 say nothing."""
    return lambda config, key, value: (
        idle(key, value, "unset") if value in EMPTY else rule(config, key, value)
    )


def claim_by(
    rules: Mapping[str, Rule], defaults: Mapping[str, Any], config: Config, key: str, bare: str, value: Any
) -> Claim:
    """A key by its rule; without one it is empty, as that program has it anyway, or not mapped.

    Args:
        bare: the key in the table of rules.
    """
    if bare in rules:
        return rules[bare](config, key, value)
    if value in EMPTY or value in ([], {}):
        return idle(key, value, "unset")
    if bare in defaults and defaults[bare] == value:
        return idle(key, value, "same")
    return left(key, value, "no_counterpart")
