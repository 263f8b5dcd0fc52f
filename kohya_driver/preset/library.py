"""Which presets there are by name: the shipped ones, each also for a size of memory, and the person's own.

A shipped preset is `<family>-<use>`. Behind it may stand a size, as in `sdxl-style-24gb`: then `memory/sdxl-24gb.toml` is laid
over it, so that each size is one small file and not a copy of every preset. One's own presets lie in the data folder and go before
the shipped ones of the same name, which they may still extend.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kohya_driver import files, resources
from kohya_driver.errors import PresetError

Origin = Literal["shipped", "own", "file"]

SUFFIX = ".toml"
RENAMED: Mapping[str, str] = {"sdxl-character": "sdxl-anime-character"}
"""Earlier names of shipped presets, which go on working."""
_SIZED = re.compile(r"(?P<base>.+)-(?P<gigabytes>\d+)gb")
_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class PresetSource:
    """A preset that was found."""

    name: str
    """Its own; for a file its stem."""
    path: Path
    """Where its lines stand; for one of a size, those of the size."""
    origin: Origin
    base: str = ""
    """Of one of a size: the shipped preset that it is laid over."""
    memory_gb: int | None = None

    @property
    def has_no_folder(self) -> bool:
        """Whether it is known by name only, so that a project's folder is where one stands."""
        return self.origin != "file"


def shipped_presets() -> dict[str, Path]:
    """Name to file of every shipped preset, without the sizes."""
    return _in(resources.presets())


def own_folder() -> Path:
    """Where one's own presets lie."""
    return files.home() / "presets"


def own_presets() -> dict[str, Path]:
    """Name to file of every preset of one's own."""
    return _in(own_folder())


def _in(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}")) if not path.name.startswith(".")}


def memory_sizes(family: str) -> dict[int, Path]:
    """Gigabytes to file, for the sizes of memory that there are for a family."""
    found = {}
    for path in (resources.presets() / "memory").glob(f"{family}-*gb{SUFFIX}"):
        sized = _SIZED.fullmatch(path.stem)
        if sized:
            found[int(sized["gigabytes"])] = path
    return dict(sorted(found.items()))


def family_of(name: str) -> str:
    """The family in a shipped preset's name."""
    return name.partition("-")[0]


def sized_names(name: str) -> dict[int, str]:
    """Gigabytes to name, for a shipped preset's sizes."""
    return {size: f"{name}-{size}gb" for size in memory_sizes(family_of(name))}


def known_names() -> tuple[str, ...]:
    """Every name that may stand for a preset: one's own, the shipped ones, and those of a size."""
    shipped = tuple(shipped_presets())
    sized = (one for name in shipped for one in sized_names(name).values())
    return tuple(dict.fromkeys((*own_presets(), *shipped, *sized)))


def find_source(source: str, folder: Path | None = None, *, apart_from: Iterable[Path] = ()) -> PresetSource:
    """A preset by path or by name: a file, else one's own, else a shipped one.

    Args:
        folder: what a path counts from; by default the current folder.
        apart_from: presets of one's own that are not meant, because they are asking for a shipped one of their name.

    Raises:
        PresetError: there is none; the nearest name is suggested.
    """
    path = ((folder or Path.cwd()) / Path(source).expanduser()).resolve()
    if path.is_file():
        return PresetSource(path.stem, path, "file")
    own = own_presets().get(source)
    if own is not None and own.resolve() not in set(apart_from):
        return PresetSource(source, own.resolve(), "own")
    shipped = find_shipped(source)
    if shipped:
        return shipped
    raise _missing(source, path)


def find_shipped(source: str) -> PresetSource | None:
    """A shipped preset, or one of a size, by name; None if there is none.

    Raises:
        PresetError: `preset.no_such_size`.
    """
    name, known = RENAMED.get(source, source), shipped_presets()
    if name in known:
        return PresetSource(name, known[name], "shipped")
    sized = _SIZED.fullmatch(name)
    base = RENAMED.get(sized["base"], sized["base"]) if sized else ""
    if not sized or base not in known:
        return None
    gigabytes, sizes = int(sized["gigabytes"]), memory_sizes(family_of(base))
    if gigabytes not in sizes:
        names = ", ".join(sized_names(base).values())
        raise PresetError("preset.no_such_size", name, base=base, gigabytes=gigabytes, names=names)
    return PresetSource(name, sizes[gigabytes], "shipped", base, gigabytes)


def _missing(source: str, path: Path) -> PresetError:
    if path.is_dir():
        return PresetError("preset.is_folder", path)
    close = difflib.get_close_matches(source, known_names(), n=1)
    if close:
        return PresetError("preset.not_found_close", source, close=close[0])
    return PresetError("preset.not_found", source, names=", ".join((*own_presets(), *shipped_presets())))


def find_preset(source: str, folder: Path | None = None) -> Path:
    """The file of a preset, by path or by name; of one of a size, that of the size.

    Raises:
        PresetError: there is none; the nearest name is suggested.
    """
    return find_source(source, folder).path


def is_shadowing(name: str) -> bool:
    """Whether a preset of one's own stands before a shipped one of the same name."""
    try:
        return name in own_presets() and find_shipped(name) is not None
    except PresetError:
        return False


def is_good_name(name: str) -> bool:
    """Whether a preset can be called so: a word, which no path is taken for."""
    return bool(_WORD.fullmatch(name)) and not name.startswith(".") and not name.endswith(SUFFIX)
