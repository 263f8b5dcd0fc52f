"""Reads a file that somebody else's program wrote, whatever it is: encodings, JSON, TOML, YAML; nothing makes it crash."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.errors import PresetError
from kohya_driver.exchange.model import FORMATS
from kohya_driver.wording import reason_of

MOST_BYTES = 20_000_000
"""No settings are larger; a model file has a reader of its own."""
DEEPEST = 40
MOST_VALUES = 200_000
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_text(path: Path) -> str:
    """A file's text with plain line ends.

    Raises:
        PresetError: it is not there, a folder, too large, or no text.
    """
    try:
        if path.is_dir():
            raise PresetError("exchange.is_folder", path)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise PresetError("exchange.too_large", path, size=size // 1_000_000)
        data = path.read_bytes()
    except FileNotFoundError as failure:
        raise PresetError("exchange.not_found", path) from failure
    except (OSError, ValueError) as failure:
        raise PresetError("preset.unreadable", path, reason=reason_of(failure)) from failure
    return _decode(path, data)


def _decode(path: Path, data: bytes) -> str:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as failure:
        # Windows in China writes GBK where it is not told otherwise.
        text = _legacy(data)
        if not text:
            raise PresetError("exchange.no_text", path) from failure
    if "\0" in text:
        raise PresetError("exchange.no_text", path)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _legacy(data: bytes) -> str:
    if b"\0" in data:
        return ""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    printable = sum(char.isprintable() or char in "\r\n\t" for char in text)
    return text if printable == len(text) else ""


def parse_json(path: Path, text: str) -> Any:
    try:
        value = json.loads(text)
    except RecursionError as failure:
        raise PresetError("exchange.too_deep", path) from failure
    except ValueError as failure:
        raise PresetError("exchange.not_json", path, reason=reason_of(failure)) from failure
    return _bounded(path, value)


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        value = files.parse_toml(text)
    except RecursionError as failure:
        raise PresetError("exchange.too_deep", path) from failure
    except ValueError as failure:
        raise PresetError("exchange.not_toml", path, reason=reason_of(failure)) from failure
    _bounded(path, value)
    found: dict[str, Any] = plain(value)
    return found


def parse_yaml(path: Path, text: str) -> Any:
    """YAML without anything that could run; anchors are followed, a bomb of them is refused."""
    import yaml

    try:
        value = yaml.safe_load(text)
    except RecursionError as failure:
        raise PresetError("exchange.too_deep", path) from failure
    except (yaml.YAMLError, ValueError, OverflowError, TypeError, AttributeError) as failure:
        raise PresetError("exchange.not_yaml", path, reason=_yaml_reason(failure)) from failure
    return _bounded(path, value)


def _yaml_reason(failure: Exception) -> str:
    """Where it is, and what is wrong there as the library words it."""
    mark = getattr(failure, "problem_mark", None)
    text = " ".join(str(getattr(failure, "problem", None) or failure).split())[:200]
    if mark is None:
        return texts.say("exchange.yaml_somewhere", text=text)
    return texts.say("exchange.yaml_at", text=text, line=mark.line + 1, column=mark.column + 1)


def _bounded(path: Path, value: Any) -> Any:
    """Refuses what is nested without end or, by its anchors, would be endless when written out."""
    left = MOST_VALUES
    stack = [(value, 0)]
    while stack:
        one, depth = stack.pop()
        left -= 1
        if depth > DEEPEST or left < 0:
            raise PresetError("exchange.too_deep", path)
        if isinstance(one, Mapping):
            stack += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list | tuple | set):
            stack += [(inner, depth + 1) for inner in one]
    return value


def plain(value: Any) -> Any:
    """A value as JSON has it: keys are texts, dates and the like too."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(inner) for inner in value]
    if isinstance(value, str):
        # JSON may hold halves of characters, and no path takes a zero byte.
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if abs(value) < float("inf") else str(value)
    return str(value)


def table(path: Path, value: Any) -> dict[str, Any]:
    """What should be a table, with texts as keys."""
    if not isinstance(value, Mapping):
        raise PresetError("exchange.no_table", path, known=", ".join(FORMATS))
    found: dict[str, Any] = plain(value)
    return found
