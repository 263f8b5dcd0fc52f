"""What goes up: pictures, models, the preset with their places there, and this program itself. Pure but for looking at files."""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import kohya_driver
from kohya_driver import files, resources
from kohya_driver.cloud.machine import Rented
from kohya_driver.preset.model import Preset

HOME = "~/kohya"
"""Of everything there; below the home folder, which every image has."""
APP = f"{HOME}/app"
DISTRIBUTION = "kohya-driver"


@dataclass(frozen=True, slots=True)
class Upload:
    """One training's files."""

    preset: Mapping[str, Any]
    """As it is read there."""
    mounts: Mapping[str, Path]
    """Place there, relative to the project's folder → what lies there."""

    @property
    def size_bytes(self) -> int:
        return sum(_size(path) for path in self.mounts.values())


def build_upload(preset: Preset, rented: Rented) -> Upload:
    """The preset for there, where every file that it names lies in the project's own folder."""
    said = preset.model_dump(mode="json", exclude_unset=True, exclude_none=True, exclude={"extends"})
    mounts: dict[str, Path] = {}
    for table, key, folder in _named(said):
        local = Path(table[key]).expanduser()
        if key == "base" and not local.exists():
            continue  # a name on the Hub, from where it is fetched there
        place = str(PurePosixPath(folder, local.name))
        mounts[place], table[key] = local, place
    said.setdefault("launch", {}).update(_launch(rented))
    for name in ("machine_rank", "main_process_ip", "main_process_port"):
        said["launch"].pop(name, None)
    said.get("saving", {}).pop("output_dir", None)
    said.setdefault("safety", {}).update(notify=False, keep_awake=False)
    return Upload(said, mounts)


def _launch(rented: Rented) -> dict[str, Any]:
    device = "cuda" if rented.gpu else "cpu"
    return {"device": device, "num_processes": rented.processes, "num_machines": rented.nodes}


def _named(said: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Each table and key that names a file or folder here, and the folder there into which it goes.

    Folders keep their names, which say how often each picture is shown.
    """
    dataset, model, network = (said.get(name, {}) for name in ("dataset", "model", "network"))
    wanted = [
        (dataset, "train_data_dir", "pictures"),
        (dataset, "reg_data_dir", "regularization"),
        *((one, "image_dir", f"subsets/{n}") for n, one in enumerate(dataset.get("subsets", ()))),
        (model, "base", "models"),
        (model, "vae", "models/vae"),
        (network, "weights", "models/start"),
    ]
    yield from ((table, key, folder) for table, key, folder in wanted if table.get(key))


def application() -> Mapping[str, Path]:
    """Place there → what lies there, of this program itself: the very version that made the plan."""
    package = Path(kohya_driver.__file__).parent
    mounts = {f"{APP}/kohya_driver": package}
    if not (package / "_data").is_dir():
        mounts |= {f"{APP}/vendor": resources.vendor().parent, f"{APP}/presets": resources.presets()}
    return mounts


def requirements() -> list[str]:
    """What this program needs of other packages: as its checkout says, or as it was installed."""
    project = Path(kohya_driver.__file__).parent.parent / "pyproject.toml"
    if project.is_file():
        return list(files.parse_toml(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    return [one for one in importlib.metadata.requires(DISTRIBUTION) or () if "extra ==" not in one]


def preset_text(upload: Upload) -> str:
    return files.dump_toml(upload.preset)


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    found = (Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    return sum(one.stat().st_size for one in found if one.is_file())
