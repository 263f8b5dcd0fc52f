"""What earlier runs of a project were made of: the only way to know from which model the engine's cache files come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """Of one run, what its cache files depend on beyond pictures and captions."""

    started: float
    """Seconds since the epoch."""
    folders: frozenset[str]
    base: str
    vae: str
    max_token_length: int | None


def earlier_runs(root: Path) -> tuple[EarlierRun, ...]:
    """Runs below a `runs` folder, oldest first; what is no plan of ours is passed over."""
    found = (_read(path) for path in root.glob("*/plan.json"))
    return tuple(sorted((run for run in found if run), key=lambda run: run.started))


def made_by(runs: Sequence[EarlierRun], folder: Path, modified: float) -> EarlierRun | None:
    """The run that wrote a cache file: the last one on its folder that had started by then."""
    fitting = [run for run in runs if str(folder) in run.folders and run.started <= modified]
    return fitting[-1] if fitting else None


def _read(path: Path) -> EarlierRun | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return _run(data, path.stat().st_mtime)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _run(data: dict[str, Any], started: float) -> EarlierRun:
    training, (dataset, *_) = data["training_config"], data["dataset_config"]["datasets"]
    return EarlierRun(
        started=started,
        folders=frozenset(subset["image_dir"] for subset in dataset["subsets"]),
        base=data["base"],
        vae=training.get("vae", ""),
        max_token_length=training.get("max_token_length"),
    )
