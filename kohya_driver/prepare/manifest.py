"""What `init` made: each file with its source, its hashes, and how it came about. By it a second run knows what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DatasetError

NAME = "manifest.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture of the set. Paths in the project are relative to it, those of sources as they were given."""

    picture: str
    caption: str
    source: str
    source_sha256: str
    source_caption: str
    """Empty where the source has none."""
    picture_sha256: str
    """Of the file as it was written here: another one now was changed by a person."""
    caption_sha256: str
    recipe: str
    """What decided over the picture: the source's bytes, and how it was cut."""
    caption_recipe: str
    caption_from: str
    """`source`, `tags`, `merged`, `trigger` (nothing else was at hand), or `class` for regularization images."""
    box: tuple[int, ...] = ()
    """Left, top, right, bottom in the upright source; empty where all of it was taken."""
    size: tuple[int, ...] = ()
    fit: str = ""
    flags: tuple[str, ...] = ()
    tag_model: str = ""
    tag_asked: str = ""
    """What was asked for; empty: the usual one."""
    crop: Mapping[str, Any] = field(default_factory=dict)
    """All that is known of how it was cut, from which the contact sheet is drawn again."""

    @property
    def stem(self) -> str:
        return Path(self.picture).stem

    @property
    def folder(self) -> str:
        """Such as `image/6_ningguang`."""
        return Path(self.picture).parent.as_posix()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        lists = {name: tuple(data[name]) for name in ("box", "size", "flags") if name in data}
        return cls(**{**data, **lists})


@dataclass(frozen=True, slots=True)
class Manifest:
    entries: tuple[Entry, ...] = ()
    request: Mapping[str, Any] = field(default_factory=dict)
    """What was asked for; what a later `init` does not say is taken from it."""
    preset: str = ""
    """preset.toml as it was written: another one now is a person's own."""
    driver: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "version": VERSION,
            "driver": self.driver,
            "request": dict(self.request),
            "preset": self.preset,
            "files": [asdict(entry) for entry in self.entries],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Manifest:
        return cls(
            entries=tuple(Entry.from_json(entry) for entry in data["files"]),
            request=dict(data["request"]),
            preset=str(data["preset"]),
            driver=str(data.get("driver", "")),
        )


def read_manifest(project: Path) -> Manifest | None:
    """None where there is none.

    Raises:
        DatasetError: `init.manifest_broken`, `init.manifest_newer`.
    """
    path = project / NAME
    if not path.is_file():
        return None
    try:
        data = files.read_json(path)
        if int(data["version"]) > VERSION:
            raise DatasetError("init.manifest_newer", path)
        return Manifest.from_json(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        raise DatasetError("init.manifest_broken", path) from failure
