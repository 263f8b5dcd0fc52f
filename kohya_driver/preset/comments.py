"""The comments in a preset's text: those at its head, and those that belong to a key.

The shipped presets say everything in English and in Chinese, one line below the other; a line with a Chinese character in it is
Chinese. Other files are taken as they are: where nothing is said in one language, the other's lines are shown.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kohya_driver.preset.places import key_lines

_CHINESE = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class Comments:
    """Of one text, line by line, without the `#`."""

    head: tuple[str, ...]
    by_key: Mapping[str, tuple[str, ...]]
    """By dotted key: the lines right above it, and what stands behind its value."""


def read_comments(text: str) -> Comments:
    """The comments of a valid TOML text."""
    lines = text.splitlines()
    found = {}
    for dotted, number in key_lines(text).items():
        above = _block_above(lines, number - 1)
        behind = _behind(lines[number - 1])
        if above or behind:
            found[dotted] = (*above, *behind)
    head = _head(lines)
    return Comments(head, {key: said for key, said in found.items() if said != head})


def in_language(lines: Sequence[str], language: str) -> tuple[str, ...]:
    """The lines of one language; all of them where there is none in it."""
    wanted = tuple(line for line in lines if bool(_CHINESE.search(line)) is (language == "zh"))
    return wanted or tuple(lines)


def _head(lines: Sequence[str]) -> tuple[str, ...]:
    """The first lines, as long as they are comments."""
    head = []
    for line in lines:
        if not line.startswith("#"):
            break
        head.append(_bare(line))
    return tuple(head)


def _block_above(lines: Sequence[str], index: int) -> tuple[str, ...]:
    start = index
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return tuple(_bare(line) for line in lines[start:index])


def _bare(line: str) -> str:
    return line.strip().removeprefix("#").strip()


def _behind(line: str) -> tuple[str, ...]:
    """What stands behind the value on its own line: a `#` that is in no text, as what is before it is whole."""
    for place in (match.start() for match in re.finditer("#", line)):
        try:
            tomllib.loads(line[:place])
        except tomllib.TOMLDecodeError:
            continue
        return (_bare(line[place:]),)
    return ()
