"""Two steps with every shipped preset, of every size of memory, on the real engine: its own settings, with all that costs shrunk.

Base and pictures are of no matter (random weights, noise), the resolution is 64, and there are two steps on a processor; everything else is
as the preset has it. `run.py presets_started` runs all; names, families or `missing` as arguments of this file run those. Kept in
tests/golden/starts. SDXL takes 17 GB of free memory.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.starts import SHRUNK, Started, Starter, keep_row, make_project, read_rows, starter
from kohya_driver import api
from kohya_driver.planning.model import Plan
from kohya_driver.preset.library import family_of, shipped_presets, sized_names
from kohya_driver.preset.load import load_preset

NAME = "presets_started"
FAMILIES = ("sd15", "sd2", "sdxl")
NEEDED_BYTES = {"sd15": 6 << 30, "sd2": 7 << 30, "sdxl": 17 << 30}
"""Free memory that a family waits for, or is left out."""


def names() -> list[str]:
    """Those without a size first: they say most."""
    shipped = list(shipped_presets())
    return [*shipped, *(one for name in shipped for one in sized_names(name).values())]


def main(wanted: Sequence[str] = ()) -> None:
    chosen = [name for name in names() if not wanted or name in wanted or family_of(name) in wanted]
    if "missing" in wanted:
        chosen = [name for name in names() if name not in read_rows(NAME)]
    for family in FAMILIES:
        mine = [name for name in chosen if family_of(name) == family]
        if not mine:
            continue
        free = psutil.virtual_memory().available
        if free < NEEDED_BYTES[family]:
            print(
                f"{family}: {free / 1e9:.0f} GB are free, and it takes {NEEDED_BYTES[family] / 1e9:.0f}: not started"
            )
            continue
        with tempfile.TemporaryDirectory() as folder, starter() as engine:
            project = make_project(Path(folder), family)
            for name in mine:
                started = start(engine, name, project)
                keep_row(NAME, {"name": name, **row(started)}, names())
                print(f"| {name} | {started.reason or 'two steps'} | {started.seconds} s |", flush=True)


def plan_of(name: str, project: Path) -> Plan:
    """A preset by name, on this project's base and pictures."""
    base = load_preset(project).model.base
    folder = project.parent
    preset = load_preset(name, images=folder / "image", base=base, trigger="photos", sets=SHRUNK)
    return api.plan(preset, folder=folder / "runs" / name)


def start(engine: Starter, name: str, project: Path) -> Started:
    return engine.train(plan_of(name, project))


def row(started: Started) -> dict[str, object]:
    return {
        "trains": started.succeeded,
        "reason": started.reason,
        "seconds": started.seconds,
        "losses": list(started.losses),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
