"""What a folder of pictures holds, as the engine will see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

Size = tuple[int, int]
"""Width and height in pixels."""


class CaptionState(StrEnum):
    PRESENT = "present"
    BLANK = "blank"
    """The file's first line holds nothing: the picture trains with an empty caption."""
    MISSING = "missing"
    """No file: the engine takes `class_tokens`, else an empty caption."""
    EMPTY = "empty"
    """A file of 0 bytes: the engine stops with an AssertionError."""
    NOT_UTF8 = "not UTF-8"
    """The engine stops with a UnicodeDecodeError."""


class FolderState(StrEnum):
    READ = "read"
    MISSING = "missing"
    NOT_A_FOLDER = "not a folder"
    REFUSED = "refused"
    """The system does not let this program look inside."""


@dataclass(frozen=True, slots=True)
class Caption:
    state: CaptionState
    path: Path | None = None
    """None when missing."""
    text: str = ""
    """The first line, stripped, as the engine reads it; a byte-order mark stays in it."""


@dataclass(frozen=True, slots=True)
class Picture:
    path: Path
    width: int
    height: int
    caption: Caption

    @property
    def size(self) -> Size:
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that the engine takes by its name, and then cannot open."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class LatentsFile:
    """Latents of one picture on disk; the name says the picture's size (`girl_0512x0768_sd.npz`)."""

    path: Path
    stem: str
    """The picture's name without its extension."""
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """One `image_dir`. Everything is in the engine's order: sorted by path."""

    path: Path
    state: FolderState = FolderState.READ
    pictures: tuple[Picture, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: tuple[Path, ...] = ()
    """Pictures here whose type or spelling (`.heic`, `.gif`, `.Jpg`) the engine does not take."""
    nested: tuple[tuple[Path, int], ...] = ()
    """Folders in here that hold pictures, and how many; the engine does not look into them."""
    orphans: tuple[Path, ...] = ()
    """Caption files that belong to no picture."""
    latents: tuple[LatentsFile, ...] = ()

    @property
    def sizes(self) -> tuple[Size, ...]:
        return tuple(picture.size for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class SubsetFolder:
    """A folder named `<repeats>_<concept>`, as kohya's trainers lay them out (`6_NingGuang`)."""

    path: Path
    repeats: int
    concept: str
