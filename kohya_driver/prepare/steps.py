"""What `init` has done for it: cutting, tagging, auditing, each behind a small protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from kohya_driver.errors import Finding

OnDone = Callable[[int, int], None]
"""How many are done, of how many."""


@dataclass(frozen=True, slots=True)
class CropWish:
    """How pictures are to be cut."""

    fit: str
    resolution: int
    detector: str
    overrides: Path
    """A person's crops.toml; it need not be there."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture as it was cut."""

    path: Path
    size: tuple[int, ...]
    """Width and height."""
    box: tuple[int, ...] = ()
    fit: str = ""
    flags: tuple[str, ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    """All that is known of how it was cut."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of the set for the contact sheet."""

    name: str
    """As crops.toml knows it."""
    source: Path
    cut: Cut


@dataclass(frozen=True, slots=True)
class Cutting:
    done: Mapping[str, Cut]
    """By the picture's name; those that are missing could not be read, or are not wanted."""
    findings: tuple[Finding, ...] = ()
    """Of pictures that cannot be read, and what else is worth knowing."""


@dataclass(frozen=True, slots=True)
class TagWish:
    """How captions are to be made."""

    model: str
    """Empty: the usual one."""
    trigger: str
    existing: str


@dataclass(frozen=True, slots=True)
class Tagging:
    model: str
    """Which it was, with its revision."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditWish:
    trigger: str
    resolution: int
    pictures: int


OnTag = Callable[[Literal["download", "tag"], int, int], None]
"""Bytes of a model that is fetched, or pictures."""


class Steps(Protocol):
    def keys(self, names: Sequence[str], wish: CropWish) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
        """What decides over each picture beside its bytes, such as a line in crops.toml; by its name.

        Args:
            names: of all pictures of the set, as crops.toml knows them.
        """

    def crop(self, pictures: Mapping[str, Path], target: Path, wish: CropWish, on_done: OnDone) -> Cutting:
        """Cut these pictures, by their names, into a folder."""

    def sheet(self, pictures: Sequence[Shown], folder: Path, work: Path, on_done: OnDone) -> bool:
        """Draw the contact sheet of the whole set into a folder; False if there is nothing to draw.

        Args:
            work: a folder for what is only needed meanwhile.
        """

    def tag(self, folder: Path, wish: TagWish, on_tag: OnTag) -> Tagging:
        """Write a caption beside each picture of a folder.

        Raises:
            DatasetError: no model is to be had.
        """

    def audit(self, project: Path, wish: AuditWish, on_done: OnDone) -> tuple[Finding, ...]:
        """Look a finished set through."""
