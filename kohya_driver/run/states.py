"""Train states: the folders from which a training can go on. `engine/entry_states.py` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files

MANIFEST = "driver.json"
VERSION = 1
RESUMABLE = ("step", "epoch")
"""Kinds of state; one of a finished training has nothing to go on with."""


@dataclass(frozen=True, slots=True)
class TrainState:
    """One train state, as its manifest describes it."""

    path: Path
    kind: str
    """`step`: saved within a step; `epoch`: at an epoch's end; `end`: when everything was done."""
    step: int
    """Optimizer steps done."""
    time: float

    def is_whole(self) -> bool:
        """Whether every file is there, with the bytes that were written."""
        try:
            return all(
                _is_kept(self.path / name, kept) for name, kept in _manifest(self.path)["files"].items()
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False


def newest_whole(*folders: Path) -> tuple[TrainState | None, tuple[Path, ...]]:
    """The newest state below these folders from which a training can go on, and the newer ones that are cut off."""
    passed: list[Path] = []
    for state in find_states(*folders):
        if state.is_whole():
            return state, tuple(passed)
        passed.append(state.path)
    return None, tuple(passed)


def find_states(*folders: Path) -> list[TrainState]:
    """All that have a manifest, whole or not, the most steps first."""
    found = [state for folder in folders for state in _below(folder)]
    return sorted(found, key=lambda state: (state.step, state.time), reverse=True)


def _below(folder: Path) -> Iterator[TrainState]:
    for manifest in folder.glob(f"*/{MANIFEST}"):
        if manifest.parent.name.startswith("."):
            continue
        try:
            facts = _manifest(manifest.parent)
            state = TrainState(manifest.parent, facts["kind"], int(facts["step"]), float(facts["time"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if state.kind in RESUMABLE and facts.get("version") == VERSION:
            yield state


def _manifest(folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return facts


def _is_kept(path: Path, kept: dict[str, Any]) -> bool:
    return bool(path.stat().st_size == kept["size"] and files.sha256(path) == kept["sha256"])
