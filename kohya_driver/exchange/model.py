"""What an import is: every key of a file, what became of it, and the preset that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from kohya_driver import texts
from kohya_driver.errors import Finding
from kohya_driver.planning.model import Override

Fate = Literal["taken", "default", "plan", "left"]
"""Taken into the preset; without effect, as it is so anyway; decided by the plan; not mapped."""
Format = Literal["kohya_ss", "sd-scripts", "command", "easy-training", "onetrainer", "ai-toolkit", "lora"]
FORMATS: tuple[Format, ...] = (
    "kohya_ss", "sd-scripts", "command", "easy-training", "onetrainer", "ai-toolkit", "lora",
)  # fmt: skip
SECRET_SHOWN = "…"


@dataclass(frozen=True, slots=True)
class Claim:
    """One key of a file, in this program's words."""

    key: str
    """As it stands there: `network_dim`, `general_args.args.seed`, `datasets[0].subsets[1].num_repeats`."""
    value: Any
    """As it stands there."""
    sets: Mapping[str, Any] = field(default_factory=dict)
    """Dotted keys of a preset, and their values."""
    fate: Fate = "taken"
    why: str = ""
    """The text `exchange_screen.why.<why>`; empty where nothing need be said."""
    words: Mapping[str, object] = field(default_factory=dict)
    rank: int = 0
    """Where two say something of one key of a preset, the higher one holds, then the later one."""

    def ranked(self, rank: int) -> Claim:
        return replace(self, rank=rank)

    @property
    def reason(self) -> str:
        return texts.say(f"exchange_screen.why.{self.why}", **self.words) if self.why else ""

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "value": self.value,
            "fate": self.fate,
            "preset": dict(self.sets),
            "reason": self.reason,
        }


def takes(key: str, value: Any, **sets: Any) -> Claim:
    """A key that becomes keys of a preset; `__` in a name stands for a dot."""
    return Claim(key, value, {name.replace("__", "."): inner for name, inner in sets.items()})


def idle(key: str, value: Any, why: str, **words: object) -> Claim:
    """A key that changes nothing."""
    return Claim(key, value, fate="default", why=why, words=words)


def planned(key: str, value: Any, why: str, **words: object) -> Claim:
    """A key that the plan decides on."""
    return Claim(key, value, fate="plan", why=why, words=words)


def left(key: str, value: Any, why: str, **words: object) -> Claim:
    """A key that cannot be mapped."""
    return Claim(key, value, fate="left", why=why, words=words)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says."""

    format: Format
    claims: tuple[Claim, ...]
    assumed: Mapping[str, Any] = field(default_factory=dict)
    """Dotted keys of a preset to what holds in the other tool where the file says nothing, if this program would
    choose something else."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A preset out of another tool's file."""

    sources: tuple[Path, ...]
    format: Format
    items: tuple[Claim, ...]
    """Every key of the file, once, in its order."""
    assumed: Mapping[str, Any]
    values: Mapping[str, Any]
    """The preset, as nested tables."""
    text: str
    """The same as a commented TOML file."""
    overrides: tuple[Override, ...]
    """What the plan would change about it on this machine."""
    findings: tuple[Finding, ...]
    """What a person should know or do: other machines' paths, what cannot be had here, what the plan would refuse."""

    def of_fate(self, fate: Fate) -> tuple[Claim, ...]:
        return tuple(item for item in self.items if item.fate == fate)

    @property
    def changes(self) -> tuple[Override, ...]:
        """The overrides of something that the preset says."""
        return tuple(one for one in self.overrides if one.before is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "sources": [str(path) for path in self.sources],
            "format": self.format,
            "items": [item.to_json() for item in self.items],
            "assumed": dict(self.assumed),
            "preset": dict(self.values),
            "text": self.text,
            "overrides": [override.to_json() for override in self.overrides],
            "findings": [finding.to_json() for finding in self.findings],
        }
