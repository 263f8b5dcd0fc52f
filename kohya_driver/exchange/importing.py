"""Another tool's file as a preset, with the fate of every key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.dataset.scan import find_subsets
from kohya_driver.errors import Finding, PresetError, Severity, warning
from kohya_driver.exchange.formats import read_files
from kohya_driver.exchange.model import Format, Imported
from kohya_driver.exchange.settle import Settled, settle
from kohya_driver.exchange.writing import preset_text
from kohya_driver.host import Host
from kohya_driver.planning.build import build_plan, run_root
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.model import Override
from kohya_driver.preset.base_name import is_hub_name
from kohya_driver.preset.load import build_preset
from kohya_driver.preset.model import label
from kohya_driver.wording import reason_of

PATHS = (
    "model.base", "model.vae", "dataset.train_data_dir", "dataset.reg_data_dir", "network.weights", "saving.output_dir",
)  # fmt: skip
MISSING = frozenset(
    {
        "base.missing",
        "base.not_found",
        "base.vae_not_found",
        "plan.pictures_missing",
        "dataset.folder_missing",
        "dataset.not_a_folder",
        "network.weights_missing",
    }
)
"""What a plan says of paths that are not here; an import has said it already."""
PATH_CODES = {
    (True, True): "exchange.foreign_path_flag",
    (True, False): "exchange.foreign_path",
    (False, True): "exchange.missing_path_flag",
    (False, False): "exchange.missing_path",
}
"""By whether it is another machine's, and whether an option of the command replaces it."""
_FOREIGN = re.compile(r"[A-Za-z]:[\\/]|\\\\|/(workspace|content|root|home|mnt|notebooks|kaggle)(/|$)")


def import_files(
    paths: Sequence[Path],
    host: Host,
    folder: Path,
    *,
    wanted: Format | None = None,
    images: str | None = None,
    base: str | None = None,
    trigger: str | None = None,
    strict: bool = False,
) -> Imported:
    """Read a file, or a training config and a dataset config together, and say what became of each key.

    Args:
        host: the machine that the overrides are shown for.
        folder: where the preset will lie; relative paths are meant from there.
        wanted: the format, where it is not to be guessed.
        images, base, trigger: what the preset is to have instead.
        strict: what cannot be mapped is an error.

    Raises:
        PresetError: it cannot be read, is nothing that is known here, or `strict` refuses it.
    """
    reading = read_files(paths, wanted)
    settled = settle(reading, _given(images, base, trigger))
    if strict:
        _refuse(settled, paths)
    settled, class_findings = _with_class_tokens(settled, folder)
    overrides, errors = _planned(settled, host, folder)
    findings = (*reading.findings, *_foreign(settled, folder), *class_findings, *errors)
    return Imported(
        sources=tuple(paths),
        format=reading.format,
        items=settled.items,
        assumed=settled.assumed,
        values=settled.values,
        text=preset_text(reading, settled, paths),
        overrides=overrides,
        findings=findings,
    )


def _given(images: str | None, base: str | None, trigger: str | None) -> dict[str, Any]:
    given = {
        "dataset.train_data_dir": _from_here(images),
        "model.base": _from_here(base),
        "dataset.trigger": trigger,
    }
    return {dotted: value for dotted, value in given.items() if value is not None}


def _from_here(path: str | None) -> str | None:
    """What is given on the command line is meant from the current folder, wherever the preset will lie."""
    return str(Path(path).expanduser().absolute()) if path and Path(path).expanduser().exists() else path


def _refuse(settled: Settled, paths: Sequence[Path]) -> None:
    lost = [item for item in settled.items if item.fate == "left"]
    if lost:
        raise PresetError(
            findings=[
                Finding("exchange.strict", Severity.ERROR, f"{paths[0]}: {item.key}", {"reason": item.reason})
                for item in lost
            ]
        )


def _with_class_tokens(settled: Settled, folder: Path) -> tuple[Settled, tuple[Finding, ...]]:
    """Without a dataset config the engine captions pictures that have no caption with their folder's name; with one, as a
    plan always has, it does not."""
    parent, sets = settled.sets.get("dataset.train_data_dir"), settled.sets
    if parent is None or "dataset.class_tokens" in sets or "dataset.trigger" in sets:
        return settled, ()
    names = {concept.path.name.partition("_")[2] for concept in _concepts(folder / Path(parent).expanduser())}
    if len(names) != 1:
        return settled, (warning("exchange.class_tokens", parent, names=", ".join(sorted(names)) or "…"),)
    tokens = {"dataset.class_tokens": names.pop()}
    dataset = {**settled.values["dataset"], "class_tokens": tokens["dataset.class_tokens"]}
    return (
        replace(
            settled,
            sets={**sets, **tokens},
            assumed={**settled.assumed, **tokens},
            values={**settled.values, "dataset": dataset},
        ),
        (),
    )


def _concepts(parent: Path) -> Iterable[Any]:
    try:
        return find_subsets(parent)
    except (OSError, ValueError):
        return ()


def _planned(settled: Settled, host: Host, folder: Path) -> tuple[tuple[Override, ...], tuple[Finding, ...]]:
    """What a plan would change here, and what it would refuse apart from paths."""
    preset = build_preset(settled.values, folder)
    try:
        plan = build_plan(read_inputs(preset, host, run_root(folder) / files.safe_name(preset.name)))
    except PresetError as failure:
        return (), failure.findings
    except OSError as failure:
        return (), (warning("exchange.not_planned", failure.filename, reason=reason_of(failure)),)
    return plan.overrides, tuple(finding for finding in plan.errors if finding.code not in MISSING)


def _foreign(settled: Settled, folder: Path) -> Iterator[Finding]:
    """Paths are kept as they are; that they are not here is told, with what to do."""
    for dotted, value in _paths(settled.sets):
        if isinstance(value, str) and value and not _is_here(dotted, value, folder):
            flag = _flag(dotted)
            code = PATH_CODES[bool(_FOREIGN.match(value)), bool(flag)]
            yield warning(code, label(dotted), path=value, flag=flag)


def _flag(dotted: str) -> str:
    """What replaces it on the command line."""
    if dotted == "model.base":
        return "--base"
    return "--images" if dotted == "dataset.train_data_dir" or dotted.endswith(".image_dir") else ""


def _paths(sets: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from (
        (dotted, value) for dotted, value in sets.items() if dotted in PATHS or dotted.endswith(".image_dir")
    )


def _is_here(dotted: str, value: str, folder: Path) -> bool:
    if dotted == "model.base" and is_hub_name(value):
        return True
    try:
        will_be_made = dotted == "saving.output_dir" and not _FOREIGN.match(value)
        return will_be_made or (folder / Path(value).expanduser()).exists()
    except (OSError, ValueError):
        return False
