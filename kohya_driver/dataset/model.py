"""What a folder of pictures holds, as the engine will see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Flag, StrEnum, auto
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


class Trait(Flag):
    """What the engine gets wrong about a picture, or gets right only by luck."""

    NONE = 0
    TRUNCATED = auto()
    """Its data end too early: the engine stops when it comes to decode it."""
    ROTATED = auto()
    """Its EXIF data turn it; the engine trains it unturned."""
    SIXTEEN_BIT = auto()
    """More than 8 bits a channel: nearly all of it becomes white."""
    ALPHA = auto()
    """It can have transparent places; whether it does, only its pixels tell."""
    ANIMATED = auto()
    """Only its first frame is used."""
    CMYK = auto()
    """Made for printing: the engine's conversion takes no notice of its profile, and the colours are off."""


class Fault(StrEnum):
    """Why a picture cannot be opened."""

    BROKEN = "broken"
    """No picture, or none that the engine knows."""
    EMPTY = "empty"
    """A file of 0 bytes."""
    BOMB = "bomb"
    """So many pixels that PIL, and so the engine, refuses it."""
    REFUSED = "refused"
    """The system does not let this program read it."""


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
    further_lines: tuple[str, ...] = ()
    """The other lines that hold something; read with `enable_wildcard` only."""
    modified: float = 0.0
    """Seconds since the epoch."""

    @property
    def lines(self) -> tuple[str, ...]:
        return (self.text, *self.further_lines) if self.text else self.further_lines


@dataclass(frozen=True, slots=True)
class Picture:
    path: Path
    width: int
    height: int
    caption: Caption
    traits: Trait = Trait.NONE
    modified: float = 0.0
    """Seconds since the epoch."""

    @property
    def size(self) -> Size:
        return self.width, self.height


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A picture that the engine takes by its name, and then cannot open."""

    path: Path
    reason: str
    fault: Fault = Fault.BROKEN


@dataclass(frozen=True, slots=True)
class CacheFile:
    """What the engine kept of one picture in an .npz: its latents, or its caption after the text encoders."""

    path: Path
    stem: str
    """The picture's name without its extension."""
    modified: float = 0.0
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class LatentsFile(CacheFile):
    """Latents whose name says the picture's size (`girl_0512x0768_sd.npz`)."""

    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class CacheHead:
    """The first bytes of an .npz."""

    size: Size | None = None
    """In pixels of the picture that the latents were made of; None where there are no latents inside."""
    is_broken: bool = False
    """Not a zip file: the engine stops with a BadZipFile."""
    has_nan: bool = False
    """Numbers gone wrong in 16 bit; the engine puts 0 in their place."""


@dataclass(frozen=True, slots=True)
class Transparency:
    """What the pixels of some pictures with an alpha channel showed."""

    looked_at: int = 0
    """How many were decoded; few are enough, as the pictures of a folder are of one making."""
    see_through: tuple[Path, ...] = ()


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
    junk: tuple[Path, ...] = ()
    """What systems leave behind (`._a.png`, `.DS_Store`); the engine takes none of it for a picture."""
    latents: tuple[LatentsFile, ...] = ()
    old_latents: tuple[CacheFile, ...] = ()
    """Latents under the name that older engines gave (`girl.npz`), which goes before the new one."""
    text_caches: tuple[CacheFile, ...] = ()
    """Captions after SDXL's text encoders."""
    transparency: Transparency = Transparency()
    is_writable: bool = True
    identity: tuple[int, int] | None = None
    """Device and inode: the same for every way to write the same folder."""

    @property
    def sizes(self) -> tuple[Size, ...]:
        return tuple(picture.size for picture in self.pictures)


@dataclass(frozen=True, slots=True)
class SubsetFolder:
    """A folder named `<repeats>_<concept>`, as kohya's trainers lay them out (`6_NingGuang`)."""

    path: Path
    repeats: int
    concept: str
