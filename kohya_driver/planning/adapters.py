"""Reads the LoRA files that a preset names: to start from, and to put into the base."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import DriverError, Finding, error
from kohya_driver.preset.model import Preset


def read_adapters(preset: Preset) -> tuple[Header | None, tuple[Finding, ...]]:
    """The header of `network.weights`, and what is wrong with any of the files.

    The header is None where there is no such file, or one that is not safetensors.
    """
    header, findings = _read_weights(preset)
    return header, (*findings, *_missing_base_weights(preset), *_missing_lycoris_preset(preset))


def _read_weights(preset: Preset) -> tuple[Header | None, tuple[Finding, ...]]:
    path, where = preset.network.weights, preset.where("network.weights")
    if path is None:
        return None, ()
    if not path.is_file():
        return None, (error("network.weights_missing", where, path=path),)
    if path.suffix.lower() != ".safetensors":
        return None, ()
    try:
        return read_header(path), ()
    except DriverError as failure:
        return None, failure.findings


def _missing_base_weights(preset: Preset) -> Iterator[Finding]:
    """The engine runs in its own folder: a relative path would not be found there."""
    paths = preset.engine_options.get("base_weights")
    for text in paths if isinstance(paths, list) else []:
        if not _is_there(str(text)):
            yield error(
                "network.base_weights_missing", preset.where("engine_options.base_weights"), path=text
            )


def _missing_lycoris_preset(preset: Preset) -> Iterator[Finding]:
    """LyCORIS takes a name of its own or a TOML file; names are checked later."""
    value = str(preset.network.args.get("preset", ""))
    named = preset.network.module.startswith("lycoris") and value.endswith(".toml")
    if named and not _is_there(value):
        yield error("network.lycoris_preset_missing", preset.where("network.args.preset"), path=value)


def _is_there(text: str) -> bool:
    return Path(text).is_absolute() and Path(text).is_file()
