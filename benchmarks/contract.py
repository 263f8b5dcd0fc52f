"""Two steps on the real engine with each kind of network, each optimizer and scheduler, each preset; then all their tables.

`make bench ARGS=contract`, or `python benchmarks/contract.py`; `--table` prints what is kept. Half an hour on a machine that does nothing else.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import networks, optimizers, presets_started, tables


def main() -> None:
    for script in (networks, optimizers, presets_started):
        script.main()
    print_tables()


def print_tables() -> None:
    schedulers = optimizers.scheduler_names()
    for lines in (
        tables.network_table(0),
        tables.more_optimizers_table(0, (), schedulers),
        tables.failing_table(0, schedulers),
        tables.scheduler_table(0, schedulers, optimizers.SCHEDULER_ARGUMENTS),
        tables.preset_table(0),
    ):
        print("", *lines, sep="\n")


if __name__ == "__main__":
    print_tables() if sys.argv[1:] == ["--table"] else main()
