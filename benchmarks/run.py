"""Runs every benchmark and prints one table: `make bench`; `make bench ARGS=startup` for one."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

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


def main(names: list[str]) -> None:
    for name in names or FIGURES:
        print(f"\n{name}: {(import_module(f'benchmarks.{name}').__doc__ or '').splitlines()[0]}\n")
        import_module(f"benchmarks.{name}").main()
    rows = [row for name in FIGURES for row in kept(name)]
    print(f"\nAll that was measured on this machine ({machine()}):\n\n{table(rows)}")


def kept(name: str) -> list[Row]:
    path = RESULTS / f"{name}.json"
    return (
        [Row(**row) for row in json.loads(path.read_text(encoding="utf-8"))["rows"]] if path.exists() else []
    )


if __name__ == "__main__":
    main(sys.argv[1:])
