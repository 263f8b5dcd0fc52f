"""Writes a preset for another program or machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files
from kohya_driver.errors import Finding, UsageError, warning
from kohya_driver.exchange.elsewhere import Elsewhere, elsewhere
from kohya_driver.exchange.export_config import (
    CONFIG,
    DATASET,
    PROMPTS,
    config_files,
    dataset_text,
    training_command,
)
from kohya_driver.exchange.export_kohya import kohya_json
from kohya_driver.exchange.export_shell import script_text
from kohya_driver.planning.model import Override
from kohya_driver.preset.model import Preset, label

Target = Literal["sd-scripts", "kohya_ss", "shell"]
TARGETS: tuple[Target, ...] = ("sd-scripts", "kohya_ss", "shell")


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
    made = _make(there, target, output)
    for path in made.files:
        if path.exists():
            raise UsageError("exchange.output_exists", path)
    for path, text in made.files.items():
        files.write_text(path, text)
        if target == "shell":
            path.chmod(0o755)
    return made


def _make(there: Elsewhere, target: Target, output: Path | None) -> Exported:
    name = files.safe_name(there.name, "lora")
    if target == "sd-scripts":
        folder = output or Path(f"{name}-sd-scripts")
        written = {folder / file: text for file, text in config_files(there).items()}
        return Exported(target, written, training_command(there, folder), there.filled, there.stays)
    if target == "shell":
        path = output or Path(f"{name}.sh")
        return Exported(
            target, {path: script_text(there)}, f"SD_SCRIPTS=… bash {path.name}", there.filled, there.stays
        )
    path = output or Path(f"{name}.json")
    text, dataset, lost = kohya_json(there, path)
    written = {
        path: text,
        **({path.with_name(f"{path.stem}-{DATASET}"): dataset_text(there)} if dataset else {}),
    }
    findings = tuple(warning("exchange.not_in_gui", label(key), reason=why) for key, why in lost)
    return Exported(target, written, "", there.filled, there.stays, findings)


__all__ = ["CONFIG", "DATASET", "PROMPTS", "TARGETS", "Exported", "Target", "export"]
