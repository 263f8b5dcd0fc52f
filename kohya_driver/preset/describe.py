"""A preset in full: every key that it sets, with its value, why, and which file of its chain says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kohya_driver import files, texts
from kohya_driver.preset.comments import Comments, in_language, read_comments
from kohya_driver.preset.load import PresetText, load_preset, read_chain
from kohya_driver.preset.model import Preset, Section
from kohya_driver.texts.fields import ZH


@dataclass(frozen=True, slots=True)
class Setting:
    """One key."""

    key: str
    """Dotted."""
    value: Any
    """None: it is not set."""
    comment: tuple[str, ...]
    """What the preset says to it, else what the key is for; in the language in use."""
    origin: str
    """The preset that sets it; empty if none does."""

    def to_json(self) -> dict[str, Any]:
        return {"key": self.key, "value": self.value, "comment": list(self.comment), "origin": self.origin}


@dataclass(frozen=True, slots=True)
class Description:
    """A preset as it stands after all that it builds on."""

    name: str
    chain: tuple[str, ...]
    """The presets that it builds on, the lowest first, and itself."""
    head: tuple[str, ...]
    settings: tuple[Setting, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "chain": list(self.chain),
            "about": list(self.head),
            "settings": [setting.to_json() for setting in self.settings],
        }


def describe(source: str, *, every: bool = False) -> Description:
    """A preset in full.

    Args:
        every: also the keys that it leaves open.

    Raises:
        PresetError: as `load_preset`.
    """
    load_preset(source)
    chain = read_chain(source)
    set_keys: dict[str, Setting] = {}
    for setting in _settings(chain):
        set_keys[setting.key] = _over(set_keys.get(setting.key), setting)
    keys = [*_open_keys(), *set_keys] if every else set_keys
    settings = (set_keys.get(key) or Setting(key, None, (about(key),), "") for key in _in_order(keys))
    names = tuple(read.source.name for read in chain)
    return Description(names[-1], names, _head(chain), tuple(settings))


def _head(chain: Sequence[PresetText]) -> tuple[str, ...]:
    """What the last of them says of itself; one of a size is first of all what it is laid over."""
    own, *below = [in_language(read_comments(read.text).head, texts.language()) for read in reversed(chain)]
    return (*below[0][:1], *own) if chain[-1].source.base else own


def _over(below: Setting | None, above: Setting) -> Setting:
    """Tables are merged, as `load` merges them; everything else is replaced."""
    if below and isinstance(below.value, Mapping) and isinstance(above.value, Mapping):
        return replace(above, value={**below.value, **above.value})
    return above


def _settings(chain: Sequence[PresetText]) -> Iterator[Setting]:
    """Every key of every file; what a later one says stands for the earlier one's."""
    for read in chain:
        comments = read_comments(read.text)
        for key, value in _flat(read.values):
            yield Setting(key, value, _comment(comments, key), read.source.name)


def _flat(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for section, table in values.items():
        if section == "extends":
            continue
        if isinstance(table, Mapping):
            yield from ((f"{section}.{name}", value) for name, value in table.items())
        else:
            yield section, table


def _comment(comments: Comments, key: str) -> tuple[str, ...]:
    said = in_language(comments.by_key.get(key, ()), texts.language())
    return said or ((about(key),) if about(key) else ())


def about(key: str) -> str:
    """What a key is for, in the language in use; empty for a key of a free table."""
    section, _, name = key.rpartition(".")
    if texts.language() == "zh":
        return ZH.get(f"field.{key}", "")
    kind = Preset.model_fields[section].annotation if section in Preset.model_fields else Preset
    info = kind.model_fields.get(name) if isinstance(kind, type) and issubclass(kind, Section) else None
    return (info.description or "") if info else ""


def _open_keys() -> list[str]:
    return [
        f"{section}.{name}"
        for section, info in Preset.model_fields.items()
        if isinstance(info.annotation, type) and issubclass(info.annotation, Section)
        for name in info.annotation.model_fields
    ]


def _in_order(keys: Sequence[str] | Mapping[str, Any]) -> list[str]:
    """Sections and keys as the preset's model has them; others behind."""
    known = {key: place for place, key in enumerate(_open_keys())}
    sections = {section: place for place, section in enumerate(Preset.model_fields)}
    return sorted(
        dict.fromkeys(keys),
        key=lambda key: (sections.get(key.partition(".")[0], len(sections)), known.get(key, len(known))),
    )


def as_text(description: Description) -> str:
    """The same as a preset that stands alone; paths are as they were written."""
    lines = [f"# {line}" for line in (description.name, *description.head)]
    if len(description.chain) > 1:
        lines.append(f"# {texts.say('preset_screen.chain', chain=' → '.join(description.chain))}")
    section = ""
    for setting in description.settings:
        mine = setting.key.partition(".")[0]
        if mine != section:
            section = mine
            lines += ["", f"[{section}]"]
        lines += _setting_lines(setting, own=description.name)
    return "\n".join(lines) + "\n"


def _setting_lines(setting: Setting, *, own: str) -> Iterator[str]:
    yield from (f"# {line}" for line in setting.comment)
    name = setting.key.partition(".")[2]
    if not setting.origin:
        yield f"# {name} ="
        return
    inherited = texts.say("preset_screen.from", name=setting.origin) if setting.origin != own else ""
    yield f"{toml_pair(name, setting.value)}{f'  # {inherited}' if inherited else ''}"


def toml_pair(name: str, value: Any) -> str:
    """`name = value` on one line, tables in it too."""
    return f"{name} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(name)} = {_toml(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return files.dump_toml({"_": value}).partition("=")[2].strip()


def _key(name: str) -> str:
    return name if name.replace("-", "_").isidentifier() else _toml(name)
