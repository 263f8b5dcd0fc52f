"""Looks at a folder for the next step: names, sizes and a few small files, never the pictures. It has 0.2 seconds, and a few tenths
more where another program's settings lie."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.dataset.scan import TAKEN, find_subsets
from kohya_driver.engine.model import NAMES
from kohya_driver.engine.pin import load_recipe
from kohya_driver.engine.store import find_engine
from kohya_driver.errors import PresetError
from kohya_driver.guidance.model import Here, Pictures, Project
from kohya_driver.preset.base_name import is_hub_name
from kohya_driver.run.alive import read_holder, state_of
from kohya_driver.run.noted import PLAN, folders_in, noted_folders

PHOTOS = tuple({kind.lower() for kind in TAKEN} | {".heic", ".heif"})
MODELS = (".safetensors", ".ckpt")
MODEL_BYTES = 1_000_000_000
"""A base model is larger, and next to no LoRA is."""
MOST_FILES, MOST_FOLDERS, MOST_CAPTIONS = 5000, 60, 30
"""Somebody may stand in a folder of everything."""
SETTINGS = (".json", ".toml", ".yaml", ".yml", ".sh", ".bat", ".cmd", ".ps1")
MOST_SETTINGS, MOST_GUESSES, SETTINGS_BYTES = 40, 4, 50_000
"""YAML is read at 100 KB a second."""
_BASE = "pretrained_model_name_or_path"
_MARKS = re.compile(
    rf"{_BASE}|train_network\.py|network_(?:dim|module|args)|LoRA_type|training_method|base_model_name"
    r"|output_model_destination|^\s*\[\[datasets|^\s*['\"]?process['\"]?\s*:",
    re.MULTILINE,
)
"""Words of which one stands in every such file: only then is it worth while to load what can tell."""


def look(folder: Path) -> Here:
    """Nothing is raised: what cannot be read is not there."""
    holder = read_holder()
    below = _folders(folder)
    own = _run_itself(folder) or _project(folder, folder)
    projects = [(path, _project(folder, path)) for path in below]
    found = [(path, project) for path, project in projects if project]
    taken = {path for path, _ in found}
    return Here(
        running=holder.folder if holder and holder.lives() else "",
        project=own,
        below=max(found, key=lambda one: _modified(one[0]))[1] if found else None,
        pictures=_pictures(folder, [path for path in below if path not in taken]),
        base=_base(folder),
        foreign="" if own else _foreign(folder),
        engines=tuple(name for name in NAMES if find_engine(load_recipe(name))),
        has_trained=next(iter(noted_folders()), None) is not None,
    )


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            visible = (one for one in found if not one.name.startswith("."))
            return sorted(itertools.islice(visible, MOST_FILES), key=lambda one: one.name)
    except OSError:
        return []


def _folders(folder: Path) -> list[Path]:
    found = (folder / one.name for one in _entries(folder) if _is_folder(one) and one.name != "runs")
    return list(itertools.islice(found, MOST_FOLDERS))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _typed(path: Path, start: Path) -> str:
    return os.path.relpath(path, start)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _run_itself(folder: Path) -> Project | None:
    return Project(run=".", state=state_of(folder)) if (folder / PLAN).is_file() else None


def _project(start: Path, folder: Path) -> Project | None:
    """The preset in a folder and its newest run; None where there is neither."""
    runs = folders_in(folder / "runs")
    preset = _newest(path for path, text in _small_files(folder, (".toml",)) if _is_preset(path, text))
    if not preset and not runs:
        return None
    table = _table(preset) if preset else {}
    return Project(
        preset=_typed(preset, start) if preset else "",
        is_readable=table is not None,
        engine=_engine(table or {}),
        run=_typed(runs[0], start) if runs else "",
        state=state_of(runs[0]) if runs else "",
        is_changed=bool(preset and runs and _modified(preset) > _modified(runs[0] / PLAN)),
        sources=tuple(_typed(Path(path), start) for path in _sources(folder)),
        missing=next(_missing(folder, table or {}), ""),
    )


def _newest(paths: Iterable[Path]) -> Path | None:
    return max(paths, key=_modified, default=None)


def _small_files(
    folder: Path, endings: tuple[str, ...], most_bytes: int = 1 << 20
) -> Iterator[tuple[Path, str]]:
    for one in _entries(folder):
        if one.name.lower().endswith(endings):
            try:
                if one.is_file() and one.stat().st_size < most_bytes:
                    yield folder / one.name, (folder / one.name).read_text("utf-8", errors="replace")
            except OSError:
                continue


def _is_preset(path: Path, text: str) -> bool:
    """Its own name suffices: a mistake in preset.toml is told. Any other file must look like one."""
    table = _parsed(text)
    if table is None:
        return path.name == "preset.toml"
    dataset, model = table.get("dataset"), table.get("model")
    return (
        isinstance(table.get("extends"), str)
        or (isinstance(model, dict) and "base" in model)
        or (isinstance(dataset, dict) and bool({"train_data_dir", "subsets", "trigger"} & set(dataset)))
    )


def _table(path: Path) -> dict[str, Any] | None:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return files.parse_toml(text)
    except ValueError:
        return None


def _engine(table: dict[str, Any]) -> str:
    launch = table.get("launch")
    asked = launch.get("engine") if isinstance(launch, dict) else None
    return asked if asked in NAMES else ""


def _missing(folder: Path, table: dict[str, Any]) -> Iterator[str]:
    """Of the paths that stand in the preset itself; what it builds on names none that matter here."""
    model, dataset = _section(table, "model"), _section(table, "dataset")
    base = model.get("base")
    subsets = dataset.get("subsets")
    pictures = (
        [one.get("image_dir") for one in subsets if isinstance(one, dict)]
        if isinstance(subsets, list)
        else []
    )
    named = [
        base if isinstance(base, str) and not is_hub_name(base) else "",
        dataset.get("train_data_dir"),
        *pictures,
    ]
    for path in named:
        if isinstance(path, str) and path and not _is_there(folder, path):
            yield path


def _section(table: dict[str, Any], name: str) -> dict[str, Any]:
    section = table.get(name)
    return section if isinstance(section, dict) else {}


def _is_there(folder: Path, path: str) -> bool:
    try:
        return (folder / Path(path).expanduser()).exists()
    except (OSError, ValueError, RuntimeError):
        return False


def _sources(project: Path) -> Iterator[str]:
    """As `init` wrote them down."""
    try:
        request = files.read_json(project / "manifest.json")["request"]
        yield from (
            str(path) for path in [request["images"], *(path for _, path in request["concepts"])] if path
        )
    except (OSError, ValueError, KeyError, TypeError):
        return


def _pictures(folder: Path, below: list[Path]) -> Pictures | None:
    """Those of this folder, else of the folder in it that holds the most."""
    own = _collected(folder, folder)
    found = [own] if own else [one for path in below if (one := _collected(folder, path))]
    return max(found, key=lambda one: one.count, default=None)


def _collected(start: Path, folder: Path) -> Pictures | None:
    concepts = [subset.path for subset in find_subsets(folder)[:MOST_FOLDERS]]
    names = {path: {one.name for one in _entries(path)} for path in [folder, *concepts]}
    photos = [
        path / name for path, inside in names.items() for name in inside if name.lower().endswith(PHOTOS)
    ]
    if not photos:
        return None
    captions = [photo.with_suffix(".txt") for photo in photos if f"{photo.stem}.txt" in names[photo.parent]]
    is_ready = 2 * len(captions) > len(photos)
    trigger = _common_tag(captions) if is_ready else ""
    return Pictures(_typed(folder, start), len(photos), is_ready, trigger)


def _common_tag(captions: list[Path]) -> str:
    first = {_first_tag(path) for path in sorted(captions)[:MOST_CAPTIONS]}
    return first.pop() if len(first) == 1 else ""


def _first_tag(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition(",")[0].strip()[:60]
    except (OSError, ValueError):
        return ""


def _base(folder: Path) -> str:
    """The largest one here or in `models`."""
    sizes = {
        path / one.name: one.stat().st_size
        for path in (folder, folder / "models")
        for one in _entries(path)
        if one.name.lower().endswith(MODELS) and Path(one.path).is_file()
    }
    large = [path for path, size in sizes.items() if size >= MODEL_BYTES]
    return _typed(max(large, key=lambda path: sizes[path]), folder) if large else ""


def _foreign(folder: Path) -> str:
    """Settings of another program: the first that name a base model, else the first."""
    small = itertools.islice(_small_files(folder, SETTINGS, SETTINGS_BYTES), MOST_SETTINGS)
    marked = [(path, text) for path, text in small if _MARKS.search(text)]
    marked.sort(key=lambda one: _BASE not in one[1])
    return next((path.name for path, text in marked[:MOST_GUESSES] if _is_foreign(path, text)), "")


def _is_foreign(path: Path, text: str) -> bool:
    # Slow to load.
    from kohya_driver.exchange.formats import guess

    try:
        return bool(guess(path, text))
    except PresetError:
        return False
