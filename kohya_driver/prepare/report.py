"""What `init` tells while it works and at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from kohya_driver.errors import Finding
from kohya_driver.prepare.manifest import NAME


@dataclass(frozen=True, slots=True)
class Progress:
    step: Literal["scan", "crop", "download", "tag", "build", "sheet", "audit"]
    done: int
    """Pictures; of a download bytes."""
    of: int


OnProgress = Callable[[Progress], None]
RepeatsFrom = Literal["asked", "auto", "style", "folder", "kept", "reg"]


@dataclass(frozen=True, slots=True)
class ConceptReport:
    """One folder of the set."""

    folder: str
    """Such as `image/6_ningguang`."""
    pictures: int
    repeats: int
    repeats_from: RepeatsFrom
    """`folder`: its name in the source; `kept`: a person has renamed it in the project."""
    is_reg: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the pictures and captions, in numbers of files."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    pictures_kept: int = 0
    """Changed by a person since they were written."""
    captions_kept: int = 0
    """The same of captions."""
    captions_new: int = 0
    """Written now."""
    captions_from_source: int = 0
    captions_from_tags: int = 0
    captions_trigger_only: int = 0


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was made; in a dry run, what would be."""

    project: Path
    preset: Path
    family: str
    resolution: int
    concepts: tuple[ConceptReport, ...]
    counts: Counts
    findings: tuple[Finding, ...]
    sheet: Path | None = None
    tag_model: str = ""
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "project": str(self.project),
            "preset": str(self.preset),
            "manifest": str(self.project / NAME),
            "family": self.family,
            "resolution": self.resolution,
            "concepts": [asdict(concept) for concept in self.concepts],
            "counts": asdict(self.counts),
            "tag_model": self.tag_model,
            "sheet": str(self.sheet) if self.sheet else None,
            "dry_run": self.dry_run,
            "findings": [finding.to_json() for finding in self.findings],
        }
