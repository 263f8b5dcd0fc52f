"""Reads the files that something is to be made from, and refuses what the engine's tools would pass over in silence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kohya_driver.engine.base import BaseModel, read_base
from kohya_driver.engine.kinds import DEFAULT, kind_of
from kohya_driver.engine.pickles import SUFFIXES
from kohya_driver.engine.weights import read_header
from kohya_driver.errors import DriverError, Finding, RunError, error
from kohya_driver.inspection.look import inspect_file
from kohya_driver.inspection.model import Inspection

FAMILIES = ("sd15", "sd2", "sdxl")
"""What the merging and extracting tools write metadata for."""
PLAIN = frozenset({"lora", "locon"})
"""Of which the tools know every tensor."""


def read_lora(path: Path) -> Inspection:
    """An adapter of any kind, from its header alone.

    Raises:
        RunError: `lora.missing`, `lora.pickle`, `lora.not_a_lora`, or what is wrong with the file.
    """
    if not path.exists():
        raise RunError("lora.missing", path)
    try:
        found = inspect_file(path)
    except DriverError as failure:
        raise RunError(findings=failure.findings) from failure
    if found.format == "pickle" and path.suffix.lower() in SUFFIXES:
        raise RunError("lora.pickle", path)
    if not found.is_adapter:
        raise RunError("lora.not_a_lora", path, kind=found.kind)
    return found


def check_plain(found: Inspection) -> Iterator[Finding]:
    """The tools look for `lora_down` and `lora_up` alone: of anything else they would make an empty or a wrong file."""
    if found.naming != "kohya":
        yield error("lora.other_names", found.path, naming=found.naming)
        return
    other = [kind for kind in found.kinds if kind not in PLAIN]
    if other or found.is_decomposed:
        yield error("lora.kind_unfit", found.path, kind="dora" if found.is_decomposed else other[0])
    elif any(name.endswith(".lora_mid.weight") for name in read_header(found.path).tensors):
        yield error("lora.kind_unfit", found.path, kind="locon (Tucker)")


def check_family(found: Inspection) -> Iterator[Finding]:
    if found.family not in FAMILIES:
        yield error("lora.family_unfit", found.path, family=found.family, known=", ".join(FAMILIES))


def read_model(path: Path) -> BaseModel:
    """A base model in one file, from its header alone.

    Raises:
        RunError: `lora.base_missing`, or what is wrong with it.
    """
    if not path.exists():
        raise RunError("lora.base_missing", path)
    try:
        return read_base(path)
    except DriverError as failure:
        raise RunError(findings=failure.findings) from failure


def check_model(base: BaseModel) -> Iterator[Finding]:
    """What the engine's tools could not load."""
    if base.format == "diffusers":
        yield error("lora.base_folder", base.path)
    elif base.pickles:
        yield error("lora.pickle", base.path)
    elif base.family not in FAMILIES:
        yield error("lora.base_family", base.path, family=base.family, known=", ".join(FAMILIES))
    elif base.missing or base.quantised or not kind_of(DEFAULT).trains_on(base):
        reason = ", ".join(base.missing) or base.quantised or f"{base.width} channels"
        yield error("lora.base_incomplete", base.path, reason=reason)
