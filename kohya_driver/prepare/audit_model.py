"""What an audit is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver.dataset.buckets import Bucket, BucketSettings, count_batches
from kohya_driver.dataset.caption_checks import CaptionUse
from kohya_driver.dataset.model import ImageFolder
from kohya_driver.errors import DatasetError, Finding, Severity, UsageError
from kohya_driver.prepare.audit_codes import kind_of

Depth = Literal["quick", "normal", "deep"]
"""Headers and captions only, as before every training; also what each picture looks like, decoded small; every pixel."""
OnProgress = Callable[[str, int, int], None]
"""Called with what is done (`read`, `look`), how many are done, and of how many."""
SD15 = BucketSettings((512, 512), enable=True)
"""1024 is twice 512: what a plan chooses is the engine's own default there."""


_RESOLUTIONS, _BATCH_SIZES = (64, 4096), (1, 1000)


def no_progress(stage: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class AuditConfig:
    """What the pictures are for. Of a preset, this is what its plan says."""

    trigger: str = ""
    depth: Depth = "normal"
    buckets: BucketSettings = SD15
    batch_size: int = 1
    caption_extension: str = ".txt"
    fuse: tuple[str, ...] = ()
    """Tags that are meant to be in nearly every caption."""
    bucket_divisor: int = 64
    validation_split: float = 0.0
    validation_seed: int = 0
    silence: Mapping[str, str] = field(default_factory=dict)
    """Codes that may be ignored, each with the reason."""


def folder_config(
    trigger: str | None,
    resolution: int | None,
    batch_size: int | None,
    *,
    fuse: Iterable[str] = (),
    depth: Depth = "normal",
) -> AuditConfig:
    """For a folder without a preset: what was not said is as the plan would choose it.

    Raises:
        UsageError: `audit.out_of_range`.
    """
    for name, value, (least, most) in (
        ("resolution", resolution, _RESOLUTIONS),
        ("batch-size", batch_size, _BATCH_SIZES),
    ):
        if value is not None and not least <= value <= most:
            raise UsageError("audit.out_of_range", f"--{name}", value=value, least=least, most=most)
    return AuditConfig(
        trigger or "",
        depth,
        square_buckets(resolution or 512),
        batch_size or 1,
        fuse=tuple(tag for text in fuse for tag in text.split(",")),
    )


def square_buckets(side: int, step: int = 64) -> BucketSettings:
    """As the plan makes them where the preset leaves them open."""
    smallest = max(step, min(256, side) // step * step)
    return BucketSettings((side, side), True, smallest, -(-2 * side // step) * step, step)


@dataclass(frozen=True, slots=True)
class AuditedFolder:
    """One folder of pictures, read, and what becomes of it."""

    folder: ImageFolder
    use: CaptionUse
    repeats: int = 1
    """0: the engine does not take it, because of its name."""
    alpha_mask: bool = False
    caption_extension: str = ".txt"

    @property
    def is_trained(self) -> bool:
        return self.repeats > 0


@dataclass(frozen=True, slots=True)
class AuditedSet:
    """Everything that is looked at."""

    root: Path
    folders: tuple[AuditedFolder, ...]
    findings: tuple[Finding, ...] = ()
    """About how the folders are laid out."""
    sources: tuple[Path, ...] = ()
    """Folders in which, besides those with pictures, nothing may be written."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Pictures that show the same."""

    kind: Literal["exact", "near", "mirrored"]
    keep: Path
    """The one with the most pixels, of these the largest file: never the sharpest, as a small copy looks sharper."""
    others: tuple[Path, ...]

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "keep": str(self.keep), "others": [str(path) for path in self.others]}


@dataclass(frozen=True, slots=True)
class Counts:
    folders: int
    pictures: int
    """That the engine would take."""
    reg_pictures: int
    captions: int
    images: int
    """Pictures times repeats, without regularization images: what one epoch shows."""
    steps: int
    """Of one epoch."""
    looked_at: int
    """Pictures that were decoded."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of a set in its copy."""

    out: Path
    files: int = 0
    changes: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """What was done, by a short word, to which files of the source."""
    left_out: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Why, to files that are not in the copy."""

    @property
    def changed(self) -> frozenset[Path]:
        return frozenset(path for paths in self.changes.values() for path in paths)

    def to_json(self) -> dict[str, Any]:
        def plain(found: Mapping[str, tuple[Path, ...]]) -> dict[str, list[str]]:
            return {name: [str(path) for path in paths] for name, paths in found.items()}

        return {
            "out": str(self.out),
            "files": self.files,
            "repaired": len(self.changed),
            "changes": plain(self.changes),
            "left_out": plain(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What is wrong with a set of pictures, and what the engine would make of it."""

    target: Path
    depth: Depth
    findings: tuple[Finding, ...]
    buckets: tuple[Bucket, ...]
    batch_size: int
    duplicates: tuple[Duplicates, ...]
    counts: Counts
    repaired: Repaired | None = None
    """How the copy was made that this is about."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return self._of(Severity.WARNING)

    def _of(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is severity and not one.silenced)

    def raise_for_errors(self, *, strict: bool = False) -> None:
        """Raises DatasetError with every error, and with every warning too where `strict` is given."""
        found = (*self.errors, *(self.warnings if strict else ()))
        if found:
            raise DatasetError(findings=found)

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/audit.md."""
        return {
            "version": 1,
            "target": str(self.target),
            "depth": self.depth,
            "counts": {**asdict(self.counts), "errors": len(self.errors), "warnings": len(self.warnings)},
            "findings": [_finding_json(finding) for finding in self.findings],
            "buckets": [asdict(bucket) for bucket in self.buckets],
            "batch_size": self.batch_size,
            "batches": count_batches(self.buckets, self.batch_size),
            "duplicates": [group.to_json() for group in self.duplicates],
            "repaired": self.repaired.to_json() if self.repaired else None,
        }


def _finding_json(finding: Finding) -> dict[str, Any]:
    paths = [str(path) for path in finding.paths] or [finding.where]
    return {"kind": kind_of(finding.code), **finding.to_json(), "paths": paths}
