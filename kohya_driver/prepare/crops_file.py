"""crops.toml: what a person wants for single pictures. Read, never written; so it survives every re-run.

"IMG 1.jpg" = { box = [100, 50, 900, 1650] }
"sub/图 2.png" = { focus = [400, 300] }
"3.webp" = { skip = true }
"4.png" = { fit = "pad" }
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DatasetError, Finding, error, warning
from kohya_driver.prepare.crop import FITS, Override
from kohya_driver.wording import reason_of

NAME = "crops.toml"
KEYS = ("box", "focus", "skip", "fit")


def read_overrides(path: Path) -> dict[str, Override]:
    """What the file says, by the picture's name as it is written there.

    Raises:
        DatasetError: all faults together, each with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = files.parse_toml(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as failure:
        raise DatasetError("crop.overrides_unreadable", path, reason=reason_of(failure)) from failure
    faults = [fault for name, value in data.items() for fault in _faults(path, text, name, value)]
    if faults:
        raise DatasetError(findings=faults)
    return {name: _override(value, _line(text, name)) for name, value in data.items()}


def _override(value: Mapping[str, Any], line: int) -> Override:
    box, focus = value.get("box"), value.get("focus")
    return Override(
        box=(int(box[0]), int(box[1]), int(box[2]), int(box[3])) if box else None,
        focus=(float(focus[0]), float(focus[1])) if focus else None,
        skip=value.get("skip", False),
        fit=value.get("fit", ""),
        line=line,
    )


def _faults(path: Path, text: str, name: str, value: object) -> Iterator[Finding]:
    where = f"{path}:{_line(text, name)}"
    if not isinstance(value, dict):
        yield error("crop.override_shape", where, name=name)
        return
    for key, given in value.items():
        if key not in KEYS:
            close = difflib.get_close_matches(key, KEYS, n=1)
            known = ", ".join(close or KEYS)
            yield error("crop.override_key", where, name=name, key=key, known=known)
        elif key == "box" and not _is_box(given):
            yield error("crop.override_box", where, name=name)
        elif key == "focus" and not (_are_numbers(given, 2)):
            yield error("crop.override_focus", where, name=name)
        elif key == "skip" and not isinstance(given, bool):
            yield error("crop.override_skip", where, name=name)
        elif key == "fit" and given not in FITS:
            yield error("crop.override_fit", where, name=name, known=", ".join(FITS))


def _are_numbers(value: object, count: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == count
        and all(
            isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one < 1e6 for one in value
        )
    )


def _is_box(value: object) -> bool:
    if not _are_numbers(value, 4) or not isinstance(value, list):
        return False
    left, top, right, bottom = (int(one) for one in value)
    return right > left and bottom > top


def _line(text: str, name: str) -> int:
    """Where the picture's name is first written as a key; 1 if it is written in some odd way."""
    quoted = re.escape(name)
    pattern = re.compile(rf"""^\s*\[?\s*["']?{quoted}["']?\s*[\].=]""")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 1


def match_overrides(
    overrides: Mapping[str, Override], names: Iterable[str], path: Path
) -> tuple[dict[str, Override], tuple[Finding, ...]]:
    """The overrides by the picture's path within the folder, and a warning for each that fits none.

    Args:
        names: the pictures' paths within their folder, with `/`.

    A file's name alone is enough where only one picture has it. Macs write some letters in two parts, which counts as
    the same name.
    """
    whole = {_plain(name): name for name in names}
    by_file: dict[str, list[str]] = {}
    for plain, name in whole.items():
        by_file.setdefault(plain.rpartition("/")[2], []).append(name)
    found: dict[str, Override] = {}
    unmatched = []
    for written, override in overrides.items():
        plain = _plain(written)
        alone = by_file.get(plain, [])
        if plain in whole:
            found[whole[plain]] = override
        elif len(alone) == 1:
            found[alone[0]] = override
        else:
            close = difflib.get_close_matches(plain, whole, n=1)
            code = "crop.override_close" if close else "crop.override_nobody"
            values = {"close": whole[close[0]]} if close else {}
            unmatched.append(warning(code, f"{path}:{override.line}", name=written, **values))
    return found, tuple(unmatched)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\\", "/").removeprefix("./"))


def override_line(name: str, box: Iterable[int]) -> str:
    """The line of crops.toml that says what was done with a picture anyway, to copy and to change."""
    return f"{_quoted(name)} = {{ box = [{', '.join(map(str, box))}] }}"


def skip_line(name: str) -> str:
    return f"{_quoted(name)} = {{ skip = true }}"


def _quoted(name: str) -> str:
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    escaped = "".join(
        f"\\u{ord(sign):04x}" if ord(sign) < 32 or ord(sign) == 127 else sign for sign in escaped
    )
    return f'"{escaped}"'
