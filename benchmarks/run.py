"""Runs every benchmark and prints one table: `make bench`; `make bench ARGS=startup` for one.

`make bench ARGS=contract` starts everything that the documents say trains, and prints those tables: an hour, so only by this word.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import optimizers, tables
from benchmarks.measure import RESULTS, Row, machine, table

FIGURES = (
    "startup",
    "plan_pictures",
    "audit",
    "overhead",
    "supervisor_cost",
    "tall_figures",
    "crop_photos",
    "advice",
    "embedded",
    "first_lora",
    "long_run",
    "scale",
)


CONTRACT = ("networks", "optimizers", "presets_started")
"""Two steps on the real engine with each kind of network, each optimizer and scheduler, each preset."""


def main(names: list[str]) -> None:
    if names == ["contract"]:
        start_everything()
        return
    for name in names or FIGURES:
        print(f"\n{name}: {(import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}\n")
        import_module(f"benchmarks.{name}").main()
    rows = [row for name in FIGURES for row in kept(name)]
    print(f"\nAll that was measured on this machine ({machine()}):\n\n{table(rows)}")


def start_everything() -> None:
    for name in CONTRACT:
        import_module(f"benchmarks.{name}").main()
    schedulers = optimizers.scheduler_names()
    for lines in (
        tables.network_table(0),
        tables.more_optimizers_table(0, (), schedulers),
        tables.failing_table(0, schedulers),
        tables.scheduler_table(0, schedulers, optimizers.SCHEDULER_ARGUMENTS),
        tables.preset_table(0),
    ):
        print("", *lines, sep="\n")


def kept(name: str) -> list[Row]:
    path = RESULTS / f"{name}.json"
    return (
        [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]] if path.exists() else []
    )


if __name__ == "__main__":
    main(sys.argv[1:])
