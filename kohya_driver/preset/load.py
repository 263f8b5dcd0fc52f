"""From a preset's file or name, and the command line, to one validated `Preset`.

Layers, later over earlier: what `extends` names, the file, --images/--base/--trigger/--engine, --set. Paths are resolved where they
are written: in a file against its folder, on the command line against the current one.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from kohya_driver import files
from kohya_driver.errors import Finding, PresetError, error
from kohya_driver.preset.base_name import is_hub_name
from kohya_driver.preset.faults import explain, faults_by_key
from kohya_driver.preset.library import PresetSource, find_shipped, find_source
from kohya_driver.preset.model import Preset, Section, Subset
from kohya_driver.preset.places import key_lines
from kohya_driver.wording import reason_of


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
    engine: str | None = None,
    sets: Sequence[str] = (),
) -> Preset:
    """Read a preset.

    Args:
        source: a TOML file, or the name of a preset: one's own, or a shipped one.
        images: replaces the preset's pictures: a folder of `<repeats>_<concept>` folders, or of pictures.
        base: replaces `model.base`.
        trigger: replaces `dataset.trigger`.
        engine: replaces `launch.engine`.
        sets: `section.key=value` each, the value as in TOML; what is no TOML value is taken as text.

    Raises:
        PresetError: all faults at once, each with file, line and key.
    """
    layers = [
        *map(_layer, read_chain(str(source))),
        _flags_layer(images, base, trigger, engine),
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


def build_preset(values: Mapping[str, Any], folder: Path) -> Preset:
    """A preset from plain tables, as one that stood in a file in this folder.

    Raises:
        PresetError: all faults at once.
    """
    preset = _validate(_resolve(values, folder), {})
    preset._folder = folder
    return preset


def faults_in(values: Mapping[str, Any]) -> dict[str, Finding]:
    """Dotted key to what is wrong with it, for plain tables; empty if they are a preset."""
    try:
        _validate(values, {})
    except PresetError as failure:
        cause = failure.__cause__
        return faults_by_key(cause) if isinstance(cause, ValidationError) else {}
    return {}


def resolved_text(preset: Preset) -> str:
    """A preset that stands alone: everything that was said, by whatever way, and nothing that was left open."""
    said = preset.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"extends"})
    return files.dump_toml(said)


@dataclass(frozen=True, slots=True)
class PresetText:
    """One file of a chain of presets."""

    source: PresetSource
    text: str
    values: Mapping[str, Any]


def read_chain(source: str) -> tuple[PresetText, ...]:
    """A preset's files, from what it builds on to itself.

    Raises:
        PresetError: one is not there, or is no TOML, or they extend each other in a circle.
    """
    return tuple(_chain(find_source(source), ()))


def _chain(found: PresetSource, seen: tuple[PresetSource, ...]) -> list[PresetText]:
    read = _read(found)
    parent = _parent(read, (*seen, found))
    return [*(_chain(parent, (*seen, found)) if parent else ()), read]


def _parent(read: PresetText, seen: tuple[PresetSource, ...]) -> PresetSource | None:
    """What a preset extends; None if nothing."""
    found = read.source
    if found.base:
        return find_shipped(found.base)
    wanted = read.values.get("extends")
    if wanted is None:
        return None
    where = f"{found.path}:{key_lines(read.text).get('extends', 1)} extends"
    if not isinstance(wanted, str):
        raise PresetError(
            "preset.wrong_type", where, value=json.dumps(wanted, default=str)[:80], wanted='"text"'
        )
    try:
        parent = find_source(wanted, found.path.parent, apart_from=[found.path])
    except PresetError as failure:
        raise PresetError(
            findings=[replace(one, where=f"{where}: {one.where}") for one in failure.findings]
        ) from failure
    if parent.path in [one.path for one in seen]:
        circle = " → ".join(one.name for one in (*seen, parent))
        raise PresetError("preset.extends_itself", where, circle=circle)
    return parent


def _read(found: PresetSource) -> PresetText:
    path = found.path
    try:
        text = path.read_text(encoding="utf-8-sig")
        return PresetText(found, text, files.parse_toml(text))
    except UnicodeDecodeError as failure:
        raise PresetError("preset.not_utf8", path, position=failure.start) from failure
    except OSError as failure:
        raise PresetError("preset.unreadable", path, reason=reason_of(failure)) from failure
    except tomllib.TOMLDecodeError as failure:
        raise PresetError("preset.not_toml", path, reason=reason_of(failure)) from failure


def _layer(read: PresetText) -> _Layer:
    found = read.source
    places = {dotted: f"{found.path}:{line}" for dotted, line in key_lines(read.text).items()}
    folder = Path.cwd() if found.has_no_folder else found.path.parent
    # A size alone would be no preset that repeats the run.
    text = f'extends = "{found.base}"\n\n{read.text}' if found.base else read.text
    return _Layer(_resolve(read.values, found.path.parent), places, text, folder)


def _flags_layer(
    images: str | Path | None, base: str | Path | None, trigger: str | None, engine: str | None
) -> _Layer:
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
    if engine is not None:
        values["launch"] = {"engine": engine}
        places["launch.engine"] = "--engine"
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
        if files.exists(Path(path)) or not is_hub_name(model["base"]):
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
