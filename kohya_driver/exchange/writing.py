"""The preset's text: every line with what it came from, in the order of the model."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kohya_driver import texts
from kohya_driver.exchange.model import Claim, Reading
from kohya_driver.exchange.settle import Settled
from kohya_driver.preset.model import Preset, Section, Subset

LONGEST = 100
"""Characters of a value that a comment repeats."""


def preset_text(reading: Reading, settled: Settled, sources: Sequence[Path]) -> str:
    """A commented TOML file that says exactly `settled.values`."""
    origins = _origins(settled)
    lines = [*_head(reading, sources)]
    for section, table in _in_order(settled.values, Preset):
        plain = {name: value for name, value in table.items() if not _is_subsets(value)}
        if plain:
            lines += ["", f"[{section}]"]
            for name, value in _sorted(section, plain):
                lines += _entry(f"{section}.{name}", name, value, origins)
        for number, subset in enumerate(table.get("subsets", ()) if section == "dataset" else ()):
            lines += ["", f"[[{section}.subsets]]"]
            for name, value in _ranked(subset, Subset):
                lines += _entry(f"{section}.subsets.{number}.{name}", name, value, origins)
    text = "\n".join([*lines, *_tail(settled.items)]) + "\n"
    if tomllib.loads(text) != settled.values:
        raise AssertionError("the preset read back differs from what was written")
    return text


def _head(reading: Reading, sources: Sequence[Path]) -> Iterator[str]:
    names = ", ".join(path.name for path in sources)
    tool = texts.say(f"exchange_screen.format.{reading.format}")
    yield _comment(texts.say("exchange_screen.made_from", names=names, tool=tool))


def _tail(items: Iterable[Claim]) -> Iterator[str]:
    """What was not taken is kept as a comment, so that the preset tells it too."""
    lost = [item for item in items if item.fate == "left"]
    if lost:
        yield ""
        yield _comment(texts.say("exchange_screen.not_taken"))
        yield from (_comment(f"{item.key} = {_short(item.value)}: {item.reason}") for item in lost)


def _origins(settled: Settled) -> dict[str, str]:
    found = {}
    for item in settled.items:
        for dotted in item.sets:
            found[dotted] = f"{item.key} = {_short(item.value)}"
    for dotted in settled.assumed:
        by_folder = dotted == "dataset.class_tokens"
        found[dotted] = texts.say("exchange_screen.folder_name" if by_folder else "exchange_screen.assumed")
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _entry(dotted: str, name: str, value: Any, origins: Mapping[str, str]) -> Iterator[str]:
    """`name = value  # from where`; a table of arguments tells for each of them."""
    said = [origin for key, origin in origins.items() if key == dotted or key.startswith(f"{dotted}.")]
    yield from (_comment(origin) for origin in dict.fromkeys(said))
    yield f"{_key(name)} = {toml_value(value)}"


def _comment(text: str) -> str:
    return f"# {' '.join(text.split())}" if text.isprintable() else f"# {_printable(' '.join(text.split()))}"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


def _is_subsets(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _in_order(values: Mapping[str, Any], kind: type[Section]) -> list[tuple[str, Any]]:
    known = list(kind.model_fields)
    return sorted(values.items(), key=lambda entry: known.index(entry[0]))


def _sorted(section: str, table: Mapping[str, Any]) -> list[tuple[str, Any]]:
    kind = Preset.model_fields[section].annotation
    return (
        _ranked(table, kind) if isinstance(kind, type) and issubclass(kind, Section) else list(table.items())
    )


def _ranked(table: Mapping[str, Any], kind: type[Section]) -> list[tuple[str, Any]]:
    """In the model's order, which is not that of its bases: what it has itself stands behind."""
    known = list(kind.model_fields)
    return sorted(table.items(), key=lambda entry: known.index(entry[0]) if entry[0] in known else len(known))


def toml_value(value: Any) -> str:
    """TOML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {toml_value(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return repr(value)


def _key(name: str) -> str:
    return name if name.isascii() and name.replace("-", "_").isidentifier() else toml_value(name)
