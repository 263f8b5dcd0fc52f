"""What `init` has done for it: cutting, tagging, auditing, each behind a small protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

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
    size: tuple[int, int]
    box: tuple[int, ...] = ()
    fit: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cutting:
    done: Mapping[str, Cut]
    """By the picture's name within its source folder."""
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


class Steps(Protocol):
    def overrides_key(self, wish: CropWish, name: str) -> str:
        """What crops.toml says of one picture; another answer means that it is cut anew."""

    def crop(
        self, root: Path, names: Sequence[str], target: Path, wish: CropWish, on_done: OnDone
    ) -> Cutting:
        """Cut these pictures of a folder into another one."""

    def sheet(self, work: Path) -> Path | None:
        """Draw the contact sheet of what was cut since, below `work`; its folder, or None if nothing was cut."""

    def tag(self, folder: Path, wish: TagWish, on_done: OnDone) -> Tagging:
        """Write a caption beside each picture of a folder.

        Raises:
            DriverError: no model is to be had.
        """

    def audit(self, project: Path, on_done: OnDone) -> tuple[Finding, ...]:
        """Look at a finished set, by headers and captions."""
