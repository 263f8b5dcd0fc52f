"""Two steps with every shipped preset, of every size of memory, on the real engine: its own settings, with all that costs shrunk.

Base and pictures are of no matter (random weights, noise), the resolution is 64, and there are two steps on a processor; everything else is
as the preset has it. `run.py presets_started` runs all; names, families or `missing` as arguments of this file run those. Kept in
tests/golden/starts. SDXL takes 17 GB of free memory.
"""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.starts import SHRUNK, keep_row, make_project, read_rows, starter
from kohya_driver import api
from kohya_driver.events.model import StepDone
from kohya_driver.planning.model import Plan
from kohya_driver.preset.library import family_of, shipped_presets, sized_names
from kohya_driver.preset.load import load_preset
from kohya_driver.run.start import start_run

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
        with tempfile.TemporaryDirectory() as folder:
            for name, found in started(mine, family, Path(folder)):
                keep_row(NAME, {"name": name, **found}, names())
                print(f"| {name} | {found['reason'] or 'two steps'} | {found['seconds']} s |", flush=True)


def started(chosen: Sequence[str], family: str, folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What came of each. Those that a fork has no memory for, beside the base that its interpreter holds, are trained alone at the end."""
    project = make_project(folder, family)
    too_large = []
    with starter() as engine:
        for name in chosen:
            told = engine.train(plan_of(name, project))
            if told.code == -signal.SIGKILL:
                too_large.append(name)
            else:
                yield name, row(told.reason, told.seconds, told.losses)
    for name in too_large:
        yield name, alone(plan_of(name, project, "-alone"))


def plan_of(name: str, project: Path, suffix: str = "") -> Plan:
    """A preset by name, on this project's base and pictures."""
    base = load_preset(project).model.base
    folder = project.parent
    preset = load_preset(name, images=folder / "image", base=base, trigger="photos", sets=SHRUNK)
    return api.plan(preset, folder=folder / "runs" / f"{name}{suffix}")


def alone(plan: Plan) -> dict[str, Any]:
    result = start_run(plan)
    losses = [
        each.event.loss for each in api.open_run(result.folder).events() if isinstance(each.event, StepDone)
    ]
    reason = "" if result.outcome == "succeeded" else result.evidence or result.outcome
    return row(reason, round(result.seconds, 1), losses)


def row(reason: str, seconds: float, losses: Sequence[float]) -> dict[str, Any]:
    return {"trains": not reason, "reason": reason, "seconds": seconds, "losses": list(losses)}


if __name__ == "__main__":
    main(sys.argv[1:])
