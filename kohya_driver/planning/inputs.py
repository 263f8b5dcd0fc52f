"""Reads what a plan is built from: the machine, the engine's catalogue, the base model's header, the pictures' headers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.dataset.layout import check_layout
from kohya_driver.dataset.model import ImageFolder
from kohya_driver.dataset.scan import count_pictures, find_subsets, folder_repeats, scan_folder
from kohya_driver.engine.base import BaseModel
from kohya_driver.engine.catalogue import Catalogue, load_catalogue
from kohya_driver.engine.extras import extras_in
from kohya_driver.engine.kinds import Kind, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import Header
from kohya_driver.errors import Finding, error
from kohya_driver.host import Host, Memory, interface_towards
from kohya_driver.planning.adapters import read_adapters
from kohya_driver.planning.arguments import dataset_keys
from kohya_driver.planning.base_input import BaseInput, read_base_input
from kohya_driver.planning.pace import Measured, history_file, read_history
from kohya_driver.planning.surroundings import Surroundings, look_around
from kohya_driver.preset.model import Preset


@dataclass(frozen=True, slots=True)
class SubsetInput:
    """One folder of pictures, read, with the dataset-config keys that the preset gives for it."""

    folder: ImageFolder
    repeats: int
    is_reg: bool
    keys: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that a plan depends on; `build_plan` looks at nothing else."""

    preset: Preset
    host: Host
    engine: Engine
    engine_installed: bool
    catalogue: Catalogue
    base_input: BaseInput
    weights: Header | None
    """Of the LoRA that the training starts from."""
    subsets: tuple[SubsetInput, ...]
    folder: Path
    existing_outputs: tuple[str, ...]
    """LoRA files that already stand in the output folder that the preset names."""
    environment: Mapping[str, str]
    surroundings: Surroundings
    available_bytes: int | None
    """Memory that is free now; None for another machine."""
    history: tuple[Measured, ...]
    """What earlier trainings took on this machine."""
    findings: tuple[Finding, ...]
    """What was wrong with any of it."""
    extras: frozenset[str] = frozenset()
    """Packages beyond the lock's that the environment has in which it trains."""
    interface: str = ""
    """Of the network, by which this machine reaches the first of several."""

    @property
    def kind(self) -> Kind:
        """The engine that the preset asks for."""
        return kind_of(self.preset.launch.engine)

    @property
    def base(self) -> BaseModel | None:
        """None: not given, not there, not readable, or a name on the Hub."""
        return self.base_input.model


def read_inputs(
    preset: Preset,
    host: Host,
    folder: Path,
    memory: Memory | None = None,
    *,
    extras: frozenset[str] | None = None,
) -> Inputs:
    """Look at everything once. Nothing is raised for what a person got wrong: that is among the findings.

    Args:
        memory: of this machine, just now; counts only if `host` is this machine.
        extras: packages that another machine's environment has beyond the lock's; None: as the engine here.
    """
    kind = kind_of(preset.launch.engine)
    installed = kind.find()
    base = read_base_input(preset, folder)
    suffix = "_sdxl.npz" if _family(preset, base.model) == "sdxl" else "_sd.npz"
    weights, weights_findings = read_adapters(preset)
    subsets, layout_findings = _read_subsets(preset, suffix)
    return Inputs(
        preset=preset,
        host=host,
        engine=installed or kind.expected(),
        engine_installed=installed is not None,
        catalogue=load_catalogue(),
        base_input=base,
        weights=weights,
        subsets=subsets,
        folder=folder,
        existing_outputs=_existing_outputs(preset),
        environment=dict(os.environ),
        surroundings=_look_around(preset, folder, subsets),
        available_bytes=memory.available if memory and memory.total == host.memory_bytes else None,
        history=read_history(history_file(host, installed)) if installed else (),
        findings=(*base.findings, *weights_findings, *layout_findings),
        extras=extras_in(installed) if extras is None and installed else extras or frozenset(),
        interface=interface_towards(preset.launch.main_process_ip) if preset.launch.num_machines > 1 else "",
    )


def _look_around(preset: Preset, folder: Path, subsets: Sequence[SubsetInput]) -> Surroundings:
    written = [preset.saving.output_dir or folder, folder, *(subset.folder.path for subset in subsets)]
    models = [Path(path) for path in (preset.model.base, preset.model.vae, preset.network.weights) if path]
    pictures = (picture.path for subset in subsets for picture in subset.folder.pictures)
    return look_around(written, [*models, *pictures], os.environ)


def _family(preset: Preset, base: BaseModel | None) -> str:
    return preset.model.family or (base.family if base else "")


def _read_subsets(preset: Preset, suffix: str) -> tuple[tuple[SubsetInput, ...], tuple[Finding, ...]]:
    dataset = preset.dataset
    found: list[SubsetInput] = []
    findings: list[Finding] = []
    for parent, is_reg in ((dataset.train_data_dir, False), (dataset.reg_data_dir, True)):
        if parent is None:
            continue
        folders = _concept_folders(parent)
        found += [_read_subset(preset, path, repeats, is_reg, {}, suffix) for path, repeats in folders]
        if not (folders and folders[0][0] == parent):
            findings += check_layout(parent)
    for subset in dataset.subsets:
        keys = dataset_keys(subset)
        path = Path(keys.pop("image_dir"))
        repeats, is_reg = keys.pop("num_repeats", None), bool(keys.pop("is_reg", False))
        found.append(_read_subset(preset, path, repeats, is_reg, keys, suffix))
    if not found and dataset.train_data_dir is None:
        findings.append(error("plan.pictures_missing", preset.where("dataset.train_data_dir")))
    return tuple(found), tuple(findings)


def _concept_folders(parent: Path) -> list[tuple[Path, int | None]]:
    """The concept folders in a folder, or the folder itself where the pictures lie in it."""
    concepts = find_subsets(parent)
    if not concepts and count_pictures(parent):
        return [(parent, None)]
    return [(concept.path, concept.repeats) for concept in concepts]


def _read_subset(
    preset: Preset, path: Path, repeats: int | None, is_reg: bool, keys: Mapping[str, Any], suffix: str
) -> SubsetInput:
    """Repeats are the subset's own, else the number in the folder's name, else the dataset's, else 1."""
    extension = keys.get("caption_extension") or preset.dataset.caption_extension or ".txt"
    named = folder_repeats(path.name)
    by_name = named[0] if named and named[0] >= 1 else None
    folder = scan_folder(path, caption_extension=extension, latents_suffix=suffix)
    return SubsetInput(folder, repeats or by_name or preset.dataset.num_repeats or 1, is_reg, keys)


def _existing_outputs(preset: Preset) -> tuple[str, ...]:
    output = preset.saving.output_dir
    if output is None or not output.is_dir():
        return ()
    return tuple(sorted(path.name for path in output.iterdir()))
