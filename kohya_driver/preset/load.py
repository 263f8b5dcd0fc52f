"""From a preset's file, a shipped preset's name, and the command line to one validated `Preset`.

Layers, later over earlier: what `extends` names, the file, --images/--base/--trigger, --set. Paths are resolved where they
are written: in a file against its folder, on the command line against the current one.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from kohya_driver import files, resources
from kohya_driver.errors import Finding, PresetError, error
from kohya_driver.preset.faults import explain
from kohya_driver.preset.model import Preset, Section, Subset
from kohya_driver.preset.places import key_lines

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True, slots=True)
class _Layer:
    """Raw values and where each key was written."""

    values: Mapping[str, Any]
    places: Mapping[str, str]
    text: str = ""
    folder: Path = Path()


def load_preset(
    source: str | Path,
    *,
    images: str | Path | None = None,
    base: str | Path | None = None,
    trigger: str | None = None,
    sets: Sequence[str] = (),
) -> Preset:
    """Read a preset.

    Args:
        source: a TOML file, or the name of a shipped preset.
        images: replaces the preset's pictures: a folder of `<repeats>_<concept>` folders, or of pictures.
        base: replaces `model.base`.
        trigger: replaces `dataset.trigger`.
        sets: `section.key=value` each, the value as in TOML; what is no TOML value is taken as text.

    Raises:
        PresetError: all faults at once, each with file, line and key.
    """
    layers = [
        *_file_layers(str(source), Path.cwd(), ()),
        _flags_layer(images, base, trigger),
        _sets_layer(sets),
    ]
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for layer in layers:
        values = _merge(values, layer.values)
        places = {**_without_replaced(places, layer.values), **layer.places}
    values.pop("extends", None)
    preset = _validate(values, places)
    top = layers[-3]
    preset._source, preset._places, preset._folder = top.text, places, top.folder
    return _named(preset, source)


def _named(preset: Preset, source: str | Path) -> Preset:
    """A preset with neither output_name nor trigger takes its file's name."""
    if preset.saving.output_name or preset.dataset.trigger:
        return preset
    saving = preset.saving.model_copy(update={"output_name": files.safe_name(Path(source).stem)})
    return preset.model_copy(update={"saving": saving})


def resolved_text(preset: Preset) -> str:
    """A preset that stands alone: everything that was said, by whatever way, and nothing that was left open."""
    said = preset.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"extends"})
    return files.dump_toml(said)


def shipped_presets() -> dict[str, Path]:
    """Name to file of every shipped preset."""
    return {path.stem: path for path in sorted(resources.presets().glob("*.toml"))}


def _file_layers(source: str, folder: Path, seen: tuple[Path, ...]) -> list[_Layer]:
    path = find_preset(source, folder)
    if path in seen:
        raise PresetError("preset.extends_itself", path)
    layer = _read(path)
    parent = layer.values.get("extends")
    if not isinstance(parent, str):
        return [layer]
    return [*_file_layers(parent, path.parent, (*seen, path)), layer]


def find_preset(source: str, folder: Path | None = None) -> Path:
    """The file of a preset, by path or by a shipped name.

    Raises:
        PresetError: there is none; the nearest name is suggested.
    """
    path = ((folder or Path.cwd()) / Path(source).expanduser()).resolve()
    if path.is_file():
        return path
    shipped = shipped_presets()
    if source in shipped:
        return shipped[source]
    close = difflib.get_close_matches(source, shipped, n=1)
    if path.is_dir():
        raise PresetError("preset.is_folder", path)
    if close:
        raise PresetError("preset.not_found_close", source, close=close[0])
    raise PresetError("preset.not_found", source, names=", ".join(shipped))


def _read(path: Path) -> _Layer:
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = files.parse_toml(text)
    except UnicodeDecodeError as failure:
        raise PresetError("preset.not_utf8", path, position=failure.start) from failure
    except OSError as failure:
        raise PresetError("preset.unreadable", path, reason=failure.strerror) from failure
    except tomllib.TOMLDecodeError as failure:
        raise PresetError("preset.not_toml", path, reason=failure) from failure
    places = {dotted: f"{path}:{line}" for dotted, line in key_lines(text).items()}
    shipped = path.parent == resources.presets()
    folder = Path.cwd() if shipped else path.parent
    return _Layer(_resolve(values, path.parent), places, text, folder)


def _flags_layer(images: str | Path | None, base: str | Path | None, trigger: str | None) -> _Layer:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if images is not None:
        values["dataset"] = {"train_data_dir": str(images), "subsets": []}
        places["dataset.train_data_dir"] = "--images"
    if trigger is not None:
        values.setdefault("dataset", {})["trigger"] = trigger
        places["dataset.trigger"] = "--trigger"
    if base is not None:
        values["model"] = {"base": str(base)}
        places["model.base"] = "--base"
    return _Layer(_resolve(values, Path.cwd()), places)


def _sets_layer(sets: Iterable[str]) -> _Layer:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    faults: list[Finding] = []
    for item in sets:
        dotted, separator, text = item.partition("=")
        dotted = dotted.strip()
        if not separator or not re.fullmatch(r"\w+(\.\w+)+", dotted):
            faults.append(error("preset.bad_set", "--set", item=item))
            continue
        table = values
        *sections, name = dotted.split(".")
        for section in sections:
            table = table.setdefault(section, {})
        table[name] = _parse_value(text.strip())
        places[dotted] = f"--set {dotted}"
    if faults:
        raise PresetError(findings=faults)
    return _Layer(_resolve(values, Path.cwd()), places)


def _parse_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged, everything else is replaced; a number as key reaches into a list (`subsets.0.num_repeats`)."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            merged[name] = _merge(old, value)
        elif isinstance(old, list) and isinstance(value, Mapping) and all(key.isdigit() for key in value):
            merged[name] = [_merge(item, value.get(str(index), {})) for index, item in enumerate(old)]
        else:
            merged[name] = value
    return merged


def _without_replaced(places: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, str]:
    """Places of a list's items go when the list is replaced."""
    subsets = values.get("dataset", {}) if isinstance(values.get("dataset"), Mapping) else {}
    replaced = isinstance(subsets.get("subsets"), list)
    return {
        key: place for key, place in places.items() if not (replaced and key.startswith("dataset.subsets."))
    }


def _path_fields(section: type[BaseModel]) -> set[str]:
    return {name for name, info in section.model_fields.items() if "Path" in str(info.annotation)}


def _resolve(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Absolute paths for every field that holds one; a base that is a Hub name stays."""
    resolved = dict(values)
    for name, info in Preset.model_fields.items():
        table, kind = resolved.get(name), info.annotation
        if isinstance(table, Mapping) and isinstance(kind, type) and issubclass(kind, Section):
            resolved[name] = _resolve_table(table, kind, folder)
    dataset = resolved.get("dataset")
    if isinstance(dataset, dict) and isinstance(dataset.get("subsets"), list):
        dataset["subsets"] = [
            _resolve_table(subset, Subset, folder) if isinstance(subset, Mapping) else subset
            for subset in dataset["subsets"]
        ]
    model = resolved.get("model")
    if isinstance(model, dict) and isinstance(model.get("base"), str) and model["base"]:
        path = _absolute(model["base"], folder)
        hub = _HUB_NAME.fullmatch(model["base"]) and not model["base"].startswith(".")
        if Path(path).exists() or not hub or Path(path).suffix:
            model["base"] = path
    return resolved


def _resolve_table(table: Mapping[str, Any], kind: type[Section], folder: Path) -> dict[str, Any]:
    paths = _path_fields(kind)
    return {
        name: _absolute(value, folder) if name in paths and isinstance(value, str) and value else value
        for name, value in table.items()
    }


def _absolute(text: str, folder: Path) -> str:
    # Not resolve(): a symbolic link that a person chose keeps its name in everything we show.
    return str((Path.cwd() / folder / Path(text).expanduser()).absolute())


def _validate(values: Mapping[str, Any], places: Mapping[str, str]) -> Preset:
    try:
        # JSON mode: strict about types, yet a TOML array may become a tuple and a string a path.
        return Preset.model_validate_json(json.dumps(values, default=str))
    except ValidationError as failure:
        raise PresetError(findings=explain(failure, places)) from failure
