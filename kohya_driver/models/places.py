"""Where other programs keep base models on this machine: webui and Forge, ComfyUI, Draw Things, InvokeAI, the Hub's cache.

The folders are those that the programs themselves choose, and those that their settings name. Only what is there is told.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files
from kohya_driver.errors import PresetError
from kohya_driver.preset.library import own_presets
from kohya_driver.preset.load import load_preset

Program = Literal["own", "given", "webui", "comfyui", "drawthings", "invokeai", "hub", "preset"]

WEBUIS = (
    "stable-diffusion-webui", "stable-diffusion-webui-forge", "stable-diffusion-webui-reForge", "sd-webui-forge-neo",
    "automatic", "sdnext",
)  # fmt: skip
"""What the programs of this kind are called when they are cloned. All keep checkpoints in models/Stable-diffusion."""
DRAW_THINGS = "Library/Containers/com.liuliu.draw-things/Data/Documents/Models"
COMFY_DESKTOP = "Library/Application Support/ComfyUI/extra_models_config.yaml"
"""Written by ComfyUI's desktop program; in the form of extra_model_paths.yaml."""
COMFY_KINDS = ("checkpoints", "diffusers")
_GIVEN = r"[=\s]+(\"[^\"]+\"|'[^']+'|[^\s\"']+)"
_CKPT_DIR, _LORA_DIR = (re.compile(rf"--{name}-dir{_GIVEN}") for name in ("ckpt", "lora"))


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to look into."""

    program: Program
    folder: Path
    is_deep: bool = True
    """Whether the folders in it are looked into as well."""


def models_folder() -> Path:
    """Where `models get` puts what it gets."""
    return files.home() / "models"


def find_places(home: Path, environment: Mapping[str, str]) -> tuple[Place, ...]:
    """All that are there, each once."""
    found: dict[Path, Place] = {}
    for place in _candidates(home, environment):
        if place.folder.is_dir():
            found.setdefault(Path(os.path.realpath(place.folder)), place)
    return tuple(found.values())


def _candidates(home: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    yield Place("own", models_folder())
    for root in _roots(home, WEBUIS):
        yield Place("webui", root / "models" / "Stable-diffusion")
        yield from (Place("webui", folder) for folder in _given_dirs(root, _CKPT_DIR))
    for root in _roots(home, ("ComfyUI",)):
        yield Place("comfyui", root / "models" / "checkpoints")
        yield Place("comfyui", root / "models" / "diffusers")
        yield from _comfy_extra(root / "extra_model_paths.yaml")
    yield from _comfy_extra(home / COMFY_DESKTOP)
    yield Place("drawthings", home / DRAW_THINGS)
    yield from _invokeai(home, environment)
    yield Place("hub", hub_cache(home, environment))
    yield from (Place("preset", folder, is_deep=False) for folder in _presets_bases())


def _roots(home: Path, names: tuple[str, ...]) -> Iterator[Path]:
    """People clone into their home, or into a folder of it; ComfyUI's desktop program proposes Documents."""
    for parent in (home, home / "Documents", home / "Applications", home / "AI"):
        yield from (parent / name for name in names)


def find_lora_places(home: Path) -> tuple[Place, ...]:
    """Where webui, Forge and ComfyUI look for LoRA files, each once. A fresh program has no such folder yet; its models folder tells."""
    found: dict[Path, Place] = {}
    for place in _lora_candidates(home):
        if place.folder.is_dir() or place.folder.parent.is_dir():
            found.setdefault(Path(os.path.realpath(place.folder)), place)
    return tuple(found.values())


def _lora_candidates(home: Path) -> Iterator[Place]:
    """Of each installation one: what it is told on its command line comes before its own folder."""
    for root in _roots(home, WEBUIS):
        given = next(iter(_given_dirs(root, _LORA_DIR)), None)
        yield Place("webui", given or root / "models" / "Lora")
    for root in _roots(home, ("ComfyUI",)):
        yield Place("comfyui", root / "models" / "loras")
    yield from _comfy_extra(home / COMFY_DESKTOP, ("loras",))


def _given_dirs(root: Path, option: re.Pattern[str]) -> Iterator[Path]:
    """What webui-user.sh gives as --ckpt-dir or --lora-dir."""
    for line in _text(root / "webui-user.sh").splitlines():
        if not line.lstrip().startswith("#"):
            for given in option.findall(line):
                yield _under(root, given.strip("\"'"))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _under(root: Path, given: str) -> Path:
    return root / Path(os.path.expandvars(given)).expanduser()


def _yaml(path: Path) -> Mapping[str, Any]:
    """A table; empty for what is none."""
    import yaml

    try:
        read = yaml.safe_load(_text(path))
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return read if isinstance(read, Mapping) else {}


def _comfy_extra(path: Path, kinds: tuple[str, ...] = COMFY_KINDS) -> Iterator[Place]:
    """The folders that ComfyUI is told to look into as well (its utils/extra_config.py): each section has a base_path, from
    which the others count, and each may name several folders, one a line."""
    for section in _yaml(path).values():
        if not isinstance(section, Mapping):
            continue
        base = _under(path.parent, str(section.get("base_path") or ""))
        for kind in kinds:
            lines = str(section.get(kind) or "").splitlines()
            yield from (
                Place("comfyui", base / Path(line.strip()).expanduser()) for line in lines if line.strip()
            )


def _invokeai(home: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    root = Path(environment.get("INVOKEAI_ROOT") or home / "invokeai").expanduser()
    models = _yaml(root / "invokeai.yaml").get("models_dir")
    yield Place("invokeai", _under(root, models if isinstance(models, str) else "models"))


def hub_cache(home: Path, environment: Mapping[str, str]) -> Path:
    """Where huggingface_hub keeps what it has fetched, by its own order of variables."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if environment.get(name):
            return Path(os.path.expandvars(environment[name])).expanduser()
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache").expanduser()
    root = environment.get("HF_HOME")
    return (Path(os.path.expandvars(root)).expanduser() if root else cache / "huggingface") / "hub"


def _presets_bases() -> Iterator[Path]:
    """The folders in which the bases of one's own presets lie."""
    for path in own_presets().values():
        try:
            base = load_preset(path).model.base
        except PresetError:
            continue
        if Path(base).is_absolute():
            yield Path(base).parent
