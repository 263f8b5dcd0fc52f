"""Where each key of a TOML text stands, for messages that say `preset.toml:12`."""

from __future__ import annotations

import re
import tomllib

_HEADER = re.compile(r"\s*(\[\[|\[)\s*([\w.\"' -]+?)\s*\]")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")


def key_lines(text: str) -> dict[str, int]:
    """Dotted key to line number (from 1) for a valid TOML text; items of `[[a.b]]` are `a.b.0`, `a.b.1` …"""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        header = _HEADER.match(lines[number])
        key = None if header else _KEY.match(lines[number])
        if header:
            prefix = _table(header[1], _plain(header[2]), counts)
            found.setdefault(prefix, number + 1)
        elif key:
            dotted = _plain(key[1])
            found[f"{prefix}.{dotted}" if prefix else dotted] = number + 1
            number += _extra_lines(lines, number)
        number += 1
    return found


def _table(bracket: str, name: str, counts: dict[str, int]) -> str:
    if bracket == "[":
        return name
    counts[name] = counts.get(name, -1) + 1
    return f"{name}.{counts[name]}"


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))


def _extra_lines(lines: list[str], start: int) -> int:
    """How many more lines a value takes: as many as make it valid TOML by itself."""
    for extra in range(len(lines) - start):
        try:
            tomllib.loads("\n".join(lines[start : start + extra + 1]))
            return extra
        except tomllib.TOMLDecodeError:
            continue
    return 0
