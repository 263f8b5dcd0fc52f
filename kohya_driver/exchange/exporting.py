"""Writes a preset for another program or machine."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files
from kohya_driver.errors import Finding, UsageError, warning
from kohya_driver.exchange.elsewhere import Elsewhere, elsewhere
from kohya_driver.exchange.export_config import (
    DATASET,
    config_files,
    dataset_text,
    training_command,
)
from kohya_driver.exchange.export_kohya import kohya_json
from kohya_driver.exchange.export_shell import script_text
from kohya_driver.planning.model import Override
from kohya_driver.preset.model import Preset

Target = Literal["sd-scripts", "kohya_ss", "shell"]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written for elsewhere."""

    target: Target
    files: Mapping[Path, str]
    """Each file with its text."""
    command: str
    """What is typed on the other machine; empty for a GUI."""
    filled: tuple[Override, ...]
    """What the preset leaves open and now stands there."""
    stays: tuple[str, ...]
    """Keys of the preset that mean nothing elsewhere."""
    findings: tuple[Finding, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "target": self.target,
            "files": [str(path) for path in self.files],
            "command": self.command,
            "filled": [override.to_json() for override in self.filled],
            "stays": list(self.stays),
            "findings": [finding.to_json() for finding in self.findings],
        }


def export(
    preset: Preset, target: Target, output: Path | None = None, *, images: str = "", base: str = ""
) -> Exported:
    """Write a preset for another machine. Files that are there already are left alone.

    Args:
        output: a folder for sd-scripts, else a file; by default named after the LoRA, in the current folder.
        images, base: where these lie on the other machine.

    Raises:
        UsageError: something of that name is there.
        HostError: it cannot be written.
    """
    there = elsewhere(preset, images=images, base=base)
    made = _MAKERS[target](there, files.safe_name(there.name, "lora"), output)
    made = replace(made, findings=(*there.findings, *made.findings))
    for path in made.files:
        if path.exists():
            raise UsageError("exchange.output_exists", path)
    for path, text in made.files.items():
        files.write_text(path, text)
        if text.startswith("#!"):
            path.chmod(0o755)
    return made


def _config(there: Elsewhere, name: str, output: Path | None) -> Exported:
    folder = output or Path(f"{name}-sd-scripts")
    written = {folder / file: text for file, text in config_files(there).items()}
    return Exported("sd-scripts", written, training_command(there, folder), there.filled, there.stays)


def _script(there: Elsewhere, name: str, output: Path | None) -> Exported:
    path = output or Path(f"{name}.sh")
    command = f"bash {shlex.quote(path.name)}"
    return Exported("shell", {path: script_text(there)}, command, there.filled, there.stays)


def _gui(there: Elsewhere, name: str, output: Path | None) -> Exported:
    path = output or Path(f"{name}.json")
    text, dataset, lost = kohya_json(there, path)
    beside = {path.with_name(f"{path.stem}-{DATASET}"): dataset_text(there)} if dataset else {}
    findings = tuple(warning("exchange.not_in_gui", key, reason=why) for key, why in lost)
    return Exported("kohya_ss", {path: text, **beside}, "", there.filled, there.stays, findings)


_MAKERS: Mapping[Target, Callable[[Elsewhere, str, Path | None], Exported]] = {
    "sd-scripts": _config,
    "kohya_ss": _gui,
    "shell": _script,
}
