"""A plan in the making, and the rules that change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from kohya_driver.host import Host
from kohya_driver.planning.distribution import ALONE, Distribution

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan in the making. Missing keys are open; `environment` maps to None what must not be inherited."""

    family: str
    device: str
    host: Host
    trigger: str
    base_is_local: bool
    training: Mapping[str, Any]
    dataset: Mapping[str, Any]
    launch: Mapping[str, Any]
    environment: Mapping[str, Any]
    base_load: str = ""
    """What the engine is to load the base from, where the plan knows."""
    v_by: Literal["", "file", "name"] = ""
    """What says that the base was trained on velocity, where the preset leaves that open."""
    zero_terminal_snr: bool = False
    """Whether the base's file says that it was trained down to pure noise."""
    base_is_small: bool = False
    """Whether it is smaller than any real one."""
    distribution: Distribution = ALONE
    extras: frozenset[str] = frozenset()
    """Packages for NVIDIA cards that the environment has."""
    pictures: tuple[int, ...] = ()
    """In each folder that is trained on, as far as the engine can keep some of them apart."""

    @property
    def is_direct(self) -> bool:
        """Whether the trainer is started without a launcher."""
        return self.launch.get("launcher") == "direct"

    def get(self, option: str) -> Any:
        section, name = option.split(".", 1)
        return getattr(self, section).get(name)

    def put(self, option: str, value: Any) -> Draft:
        section, name = option.split(".", 1)
        table = {key: old for key, old in getattr(self, section).items() if key != name}
        # An environment variable that is to be taken away stays in the table, as None.
        if value is not None or section == "environment":
            table[name] = value
        changes: dict[str, Any] = {section: table}
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    option: str
    applies: Callable[[Draft], bool]
    value: Callable[[Draft], Any]


def to(value: Any) -> Callable[[Draft], Any]:
    return lambda draft: value


def is_open(option: str) -> Callable[[Draft], bool]:
    return lambda draft: draft.get(option) is None


def is_on(option: str) -> Callable[[Draft], bool]:
    return lambda draft: bool(draft.get(option))


def not_cuda(draft: Draft) -> bool:
    return draft.device != "cuda"


def on_mps(draft: Draft) -> bool:
    return draft.device == "mps"


def is_single(draft: Draft) -> bool:
    return not draft.distribution.is_spread


def every(*conditions: Callable[[Draft], bool]) -> Callable[[Draft], bool]:
    return lambda draft: all(condition(draft) for condition in conditions)
