"""The preset for the next training: the run's own, with what is advised changed in place and every comment kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DriverError, PresetError, RunError, UsageError
from kohya_driver.judging.model import Advice
from kohya_driver.judging.read import run_preset
from kohya_driver.preset.load import load_preset, resolved_text
from kohya_driver.preset.model import Preset
from kohya_driver.run.folder import Run


def write_next(run: Run, advice: Advice, target: Path) -> Path:
    """Write it and return its path, whole.

    It says what the run's preset says, in the person's own words and with their comments; what was said on the command line
    instead stands in it too, and paths that would lead elsewhere from its new folder are whole ones.

    Raises:
        UsageError: `advise.nothing_to_change`, `advise.unchanged`, `advise.exists`.
        RunError: `advise.no_preset`, the run's folder has none that can be read; `advise.no_plan`, `advise.newer`, nothing asks
            for another preset, but not all of the run could be read.
        HostError: it cannot be written.
    """
    target = target.expanduser().absolute()
    if not advice.changes:
        raise _nothing_to_change(run, advice)
    if files.exists(target):
        raise UsageError("advise.exists", target)
    try:
        text = next_text(run, advice.changes, target.parent)
    except OSError as failure:
        raise files.host_error(failure, target) from failure
    files.write_text(target, text)
    return target


def _nothing_to_change(run: Run, advice: Advice) -> DriverError:
    """Where something could not be read, that is why."""
    if "no_preset" in advice.gaps:
        _resolved(run)
    for gap in ("no_plan", "newer"):
        if gap in advice.gaps:
            return RunError(f"advise.{gap}", run.folder)
    return UsageError("advise.nothing_to_change", run.folder)


def next_text(run: Run, changes: Mapping[str, Any], folder: Path) -> str:
    """
    Args:
        folder: where it will stand, from which its relative paths lead.

    Raises:
        UsageError: `advise.unchanged`, it would train the very same.
        RunError: `advise.no_preset`.
        OSError: nothing can be written there.
    """
    resolved = _resolved(run)
    now = dict(_flat(resolved.model_dump(mode="json")))
    if all(now.get(key) == value for key, value in changes.items()):
        raise UsageError("advise.unchanged", run.folder)
    wanted = {**_said(resolved), **changes}
    for text in _texts(run):
        try:
            return _fitted(text, wanted, folder)
        except (PresetError, ValueError, TypeError, KeyError):
            continue  # it builds on a file that is not there any more, say
    return files.edit_toml(resolved_text(resolved), changes)


def _resolved(run: Run) -> Preset:
    try:
        return run_preset(run)
    except (PresetError, OSError) as failure:
        raise RunError("advise.no_preset", run.folder, reason=str(failure)) from failure


def _texts(run: Run) -> Iterator[str]:
    try:
        yield run.preset_file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return


def _fitted(text: str, wanted: Mapping[str, Any], folder: Path) -> str:
    """With every value as wanted: first as it stands, then with what differs set right."""
    differing = _differing(text, wanted, folder)
    edited = files.edit_toml(text, differing)
    if _differing(edited, wanted, folder):
        raise ValueError("it still differs")
    return edited


def _differing(text: str, wanted: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    now = _said(_loaded(text, folder))
    missing: dict[str, Any] = dict.fromkeys(set(now) - set(wanted))
    return {key: value for key, value in wanted.items() if now.get(key) != value} | missing


def _loaded(text: str, folder: Path) -> Preset:
    """As it would be read there; from a file, as what it builds on is looked for beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", suffix=".toml", dir=folder, encoding="utf-8") as file:
        file.write(text)
        file.flush()
        return load_preset(file.name)


def _said(preset: Preset) -> dict[str, Any]:
    """By dotted key, everything that is said; lists and their tables as they are."""
    return dict(_flat(files.parse_toml(resolved_text(preset))))


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
