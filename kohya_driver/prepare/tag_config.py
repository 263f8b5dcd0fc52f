"""What is asked of tagging a folder, what is said meanwhile, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from kohya_driver.errors import Finding, UsageError, error
from kohya_driver.prepare.tag_check import check_policy
from kohya_driver.prepare.tag_models import DEFAULT
from kohya_driver.prepare.tag_policy import TagPolicy
from kohya_driver.prepare.tag_provider import Choice, Provider


class Existing(StrEnum):
    SKIP = "skip"
    """A picture that has a caption is left alone."""
    MERGE = "merge"
    """Its order stays; what is new comes after it."""
    OVERWRITE = "overwrite"
    """The old one goes to the backup."""


@dataclass(frozen=True, slots=True)
class TagConfig:
    """How to tag a folder."""

    policy: TagPolicy = field(default_factory=TagPolicy)
    model: str = DEFAULT
    """A short name, or a folder with model.onnx and selected_tags.csv."""
    provider: Provider = Provider.AUTO
    existing: Existing = Existing.SKIP
    batch: int = 4
    extension: str = ".txt"
    recursive: bool = True


class Stage(StrEnum):
    DOWNLOAD = "download"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class TagProgress:
    stage: Stage
    done: int
    """Bytes of a download, else pictures."""
    total: int
    """0 where it is not known."""
    name: str = ""
    """The file."""


OnProgress = Callable[[TagProgress], None]


@dataclass(frozen=True, slots=True)
class TagReport:
    """What was done. Pictures that could not be tagged are among the findings; nothing is raised for them."""

    folder: Path
    model: str
    model_sha256: str
    """Empty where no model was needed."""
    provider: Choice | None
    """None where nothing was computed."""
    pictures: int
    written: int = 0
    unchanged: int = 0
    """The caption says already what would be written."""
    skipped: int = 0
    """They had a caption, and `existing` is `skip`."""
    inferred: int = 0
    cached: int = 0
    """Pictures whose scores were known from an earlier time."""
    seconds: float = 0.0
    keep_tokens: int = 0
    """For the training: so many tags stand fixed at the front."""
    extension: str = ".txt"
    """For the training: `caption_extension`."""
    backup: Path | None = None
    """Where the captions are that were replaced."""
    findings: tuple[Finding, ...] = ()

    @property
    def failed(self) -> bool:
        """Not one picture has a caption now."""
        return not (self.written or self.unchanged or self.skipped)

    def to_json(self) -> dict[str, Any]:
        data = {name: getattr(self, name) for name in self.__dataclass_fields__}
        data |= {
            "folder": str(self.folder),
            "backup": str(self.backup) if self.backup else None,
            "provider": asdict(self.provider) if self.provider else None,
            "findings": [one.to_json() for one in self.findings],
        }
        return data


def check_config(config: TagConfig) -> None:
    """Raises UsageError with all that is wrong."""
    wrong = [*check_policy(config.policy)]
    if config.batch < 1:
        wrong.append(error("tag.bad_batch", "--batch", value=config.batch))
    if wrong:
        raise UsageError(findings=wrong)
