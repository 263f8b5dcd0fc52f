"""Reads the base model and the VAE that a preset names: what they are, and what the engine is to load them from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from kohya_driver.engine.base import BaseModel, is_pickle_name, read_base, real_path
from kohya_driver.engine.families import PARTS, model_family
from kohya_driver.engine.pickles import scan_pickle
from kohya_driver.engine.weights import read_header
from kohya_driver.errors import DriverError, Finding, error
from kohya_driver.preset.model import Preset


@dataclass(frozen=True, slots=True)
class BaseInput:
    """The base model as it was found."""

    model: BaseModel | None
    """None: not given, not there, not readable, or a name on the Hub."""
    load: Path | None
    """What the engine is to load; in the run's folder where it needs another name. None: not known, or no way."""
    findings: tuple[Finding, ...]


def read_base_input(preset: Preset, folder: Path) -> BaseInput:
    """Look at the base and the VAE. Nothing is raised for what is wrong with them."""
    model, findings = _read_base(preset)
    return BaseInput(model, _loadable(model.path, folder) if model else None, (*findings, *_read_vae(preset)))


def _read_base(preset: Preset) -> tuple[BaseModel | None, tuple[Finding, ...]]:
    where = preset.where("model.base")
    if not preset.model.base:
        return None, (error("base.missing", where),)
    path = Path(preset.model.base)
    if not path.exists():
        # A Hub name stayed as it was written; a path was made absolute.
        return None, (error("base.not_found", where, path=path),) if path.is_absolute() else ()
    try:
        model = read_base(path)
    except DriverError as failure:
        return None, _placed(failure.findings, where, path)
    return model, _pickles(preset, where, model.pickles)


def _placed(findings: Iterable[Finding], where: str, path: Path) -> tuple[Finding, ...]:
    return tuple(replace(finding, where=f"{where}: {path}") for finding in findings)


def _pickles(preset: Preset, where: str, paths: Iterable[Path]) -> tuple[Finding, ...]:
    """Files that could run code: refused, or looked through first where the preset asks for them."""
    if preset.model.allow_pickle:
        return tuple(finding for path in paths for finding in _placed(scan_pickle(path), where, path))
    return tuple(error("base.pickle", f"{where}: {path}") for path in paths)


def _loadable(path: Path, folder: Path) -> Path | None:
    """The engine follows a symbolic link, SDXL's scripts even wrongly, and goes by the ending of what it finds, which
    Hugging Face's cache does not have (train_util.py and sdxl_train_util.py, `_load_target_model`)."""
    real = real_path(path)
    if real.is_dir() or real.suffix.lower() == path.suffix.lower():
        return real
    same_disk = real.stat().st_dev == _first_that_exists(folder).stat().st_dev
    return folder / f"base{path.suffix}" if same_disk else None


def _first_that_exists(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _read_vae(preset: Preset) -> tuple[Finding, ...]:
    path, where = preset.model.vae, preset.where("model.vae")
    if path is None:
        return ()
    if not path.exists():
        return (error("base.vae_not_found", where, path=path),)
    if path.is_dir():
        there = any((folder / "config.json").is_file() for folder in (path, path / "vae"))
        return () if there else (error("base.vae_folder", where, path=path),)
    if is_pickle_name(path):
        return _pickles(preset, where, (path,))
    try:
        family = model_family(read_header(path))
    except DriverError as failure:
        return _placed(failure.findings, where, path)
    # A whole checkpoint will do as well: the engine takes the VAE out of it.
    good = family == "vae" or family in PARTS
    return () if good else (error("base.vae_is_other", where, path=path, family=family),)
