"""What a preset says to sd-scripts on another machine: its options, and what it leaves open filled in as the plan does.

A value that somebody set is written as it stands, whatever a plan would make of it here. What nobody set is put so that the engine
trains with it; for what depends on the machine, one with an NVIDIA card is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.engine.extras import EXTRAS
from kohya_driver.engine.kinds import DEFAULT
from kohya_driver.errors import Finding, warning
from kohya_driver.host import Host
from kohya_driver.planning.arguments import dataset_keys, training_options
from kohya_driver.planning.build import build_draft
from kohya_driver.planning.checks.subject import preset_key
from kohya_driver.planning.inputs import SubsetInput, read_inputs
from kohya_driver.planning.model import Override
from kohya_driver.planning.prompts import prompts_text
from kohya_driver.preset.model import Preset

NVIDIA = Host("Linux", "x86_64", "", "", "", 64 << 30, 8, "cuda")
NOT_ELSEWHERE = re.compile(
    r"base\.real_file|memory\.|launch\.|environment\.|validation\.on|workers\.|sampling\.at_first|optimizer\.adafactor"
)
"""Rules about this machine's memory and files, about watching a training with this program, and about what works without."""
STAYS = ("safety", "launch", "checks")
"""Sections that only this program knows."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One training as sd-scripts is told of it."""

    name: str
    family: str
    script: str
    training: Mapping[str, Any]
    """Options of the training config, without files and folders."""
    dataset: Mapping[str, Any]
    """Keys for the whole set."""
    subsets: tuple[Mapping[str, Any], ...]
    folder: str
    """The folder of folders `<repeats>_<name>`, if that is all there is to say of the pictures; else empty."""
    reg_folder: str
    prompts: str
    filled: tuple[Override, ...]
    """What the preset leaves open, or the engine would refuse."""
    stays: tuple[str, ...]
    """Keys of the preset that mean nothing elsewhere."""
    findings: tuple[Finding, ...]
    """What has to be said for it to train there."""


def elsewhere(preset: Preset, *, images: str = "", base: str = "") -> Elsewhere:
    """A preset as sd-scripts is told of it.

    Args:
        images: where the pictures lie on the other machine; subsets keep their folders' names.
        base: where the base lies there.
    """
    images = as_written(images)
    if images and not _names_pictures(preset):
        preset, images = _with_pictures(preset, images), ""
    inputs = read_inputs(_free(preset), NVIDIA, preset.folder / "runs", extras=EXTRAS)
    draft, overrides = build_draft(inputs)
    chosen = tuple(one for one in overrides if not NOT_ELSEWHERE.match(one.id) and not _is_said(preset, one))
    training, dataset = _tables(preset, chosen)
    if base:
        training["pretrained_model_name_or_path"] = as_written(base)
    subsets = tuple(_subset(one, images) for one in inputs.subsets) or _unseen(preset, images)
    return Elsewhere(
        name=preset.name,
        family=draft.family,
        script=inputs.kind.script(draft.family),
        training=training,
        dataset=dataset,
        subsets=subsets,
        folder=_plain_folder(preset, images),
        reg_folder=_moved(str(preset.dataset.reg_data_dir or ""), images),
        prompts=prompts_text(preset, dataset.get("resolution", 512)),
        filled=chosen,
        stays=tuple(_staying(preset)),
        findings=tuple(_left_open(preset, draft.family, training, subsets)),
    )


def _names_pictures(preset: Preset) -> bool:
    return bool(preset.dataset.subsets) or preset.dataset.train_data_dir is not None


def _with_pictures(preset: Preset, images: str) -> Preset:
    """Of a preset for any pictures, such as a shipped one: these."""
    dataset = preset.dataset.model_copy(update={"train_data_dir": Path(images)})
    return preset.model_copy(update={"dataset": dataset})


def _left_open(
    preset: Preset, family: str, training: Mapping[str, Any], subsets: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """What nobody has said, and cannot be seen from here."""
    if not family:
        yield warning("exchange.family_unknown", preset.where("model.family"))
    if not training.get("pretrained_model_name_or_path"):
        yield warning("exchange.no_base", preset.where("model.base"))
    if all(one.get("is_reg") for one in subsets):
        yield warning("exchange.no_pictures", preset.where("dataset.train_data_dir"))


def _free(preset: Preset) -> Preset:
    """Of what it says about the machine and the program here."""
    launch = preset.launch.model_copy(
        update={"device": "auto", "engine": DEFAULT, "num_machines": 1, "num_processes": 1}
    )
    return preset.model_copy(update={"launch": launch})


def _tables(preset: Preset, chosen: Sequence[Override]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The options and the dataset's keys, with what was chosen."""
    training, dataset = dict(training_options(preset)), dict(dataset_keys(preset.dataset))
    for one in chosen:
        _put({"training": training, "dataset": dataset}, one)
    if preset.saving.output_dir:
        training["output_dir"] = str(preset.saving.output_dir)
    return training, dataset


def _subset(one: SubsetInput, images: str) -> dict[str, Any]:
    reg = {"is_reg": True} if one.is_reg else {}
    return {**one.keys, "image_dir": _moved(str(one.folder.path), images), "num_repeats": one.repeats, **reg}


def _is_said(preset: Preset, one: Override) -> bool:
    name = one.option.partition(".")[2]
    return one.before is not None and preset.is_set(preset_key(name) or f"engine_options.{name}")


def _put(tables: Mapping[str, dict[str, Any]], one: Override) -> None:
    section, _, name = one.option.partition(".")
    if section in tables:
        tables[section].pop(name, None)
        if one.after is not None:
            tables[section][name] = one.after


def _moved(path: str, images: str) -> str:
    """The same folder below another one."""
    return f"{images.rstrip('/')}/{Path(path).name}" if images and path else path


def as_written(path: str) -> str:
    """Windows takes slashes too, and nothing has to be escaped then."""
    return path.replace("\\", "/") if re.match(r"[A-Za-z]:[\\/]|\\\\", path) else path


def _plain_folder(preset: Preset, images: str) -> str:
    """Only where nothing is said of single folders, and their names say the repeats."""
    dataset = preset.dataset
    return "" if dataset.subsets or dataset.train_data_dir is None else images or str(dataset.train_data_dir)


def _unseen(preset: Preset, images: str) -> tuple[Mapping[str, Any], ...]:
    """Of pictures that are not here: the folder itself, with the repeats that are said."""
    dataset = preset.dataset
    found: Sequence[tuple[Path | None, bool]] = (
        (dataset.train_data_dir, False),
        (dataset.reg_data_dir, True),
    )
    return tuple(
        {
            "image_dir": images if images and not reg else str(path),
            "num_repeats": dataset.num_repeats or 1,
            **({"is_reg": True} if reg else {}),
        }
        for path, reg in found
        if path is not None
    )


def _staying(preset: Preset) -> list[str]:
    found = []
    for section in STAYS:
        table = getattr(preset, section)
        found += [f"{section}.{name}" for name in table.model_fields_set]
    return found + (["dataset.trigger"] if preset.dataset.trigger else [])
