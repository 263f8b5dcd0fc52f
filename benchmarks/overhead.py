"""What supervision costs: `kohya-driver train` against the very same command started by hand, in pairs.

A real training of SD 1.5 with random weights at 64 pixels, of some four minutes: what is paid once, at its start and end, is a smaller part of one
that takes hours. Needs the installed engine; about fifteen minutes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.by_hand import run_by_hand
from benchmarks.measure import PYTHON, Row, keep
from kohya_driver import api, quickstart
from kohya_driver.engine.install import require_engine
from kohya_driver.host import probe_host

PAIRS = int(os.environ.get("ROUNDS", "2"))
EPOCHS = 20


def main() -> None:
    base = quickstart.random_base(require_engine())
    with tempfile.TemporaryDirectory() as folder:
        preset = quickstart.write_project(Path(folder), base, probe_host())
        sets = [f"training.max_train_epochs={EPOCHS}", "saving.every_n_epochs=1"]
        rows = [(supervised(preset, sets), by_hand(preset, sets)) for _ in range(PAIRS)]
    ours, theirs = [ours for ours, _ in rows], [hand for _, hand in rows]
    against = "the same command"

    def taken(figure: str, field: str, unit: str, bound: str = "", against: str = "") -> Row:
        values = [one[field] for one in ours]
        return Row.of(figure, values, unit, against, theirs if against else (), bound)

    keep(
        "overhead",
        [
            taken("training under supervision", "engine", "s", "≤ 1.01", against),
            taken("`train` as a whole process", "whole", "s", against=against),
            taken("before the engine starts", "before", "s"),
            taken("after it has ended", "after", "s"),
            taken("supervisor's CPU", "cpu", "% of a core", "< 1 %"),
            taken("supervisor's memory", "memory", "MB", "< 100 MB"),
        ],
    )


def supervised(preset: Path, sets: list[str]) -> dict[str, float]:
    command = [PYTHON, "-m", "kohya_driver", "train", str(preset), "--plain"]
    command += [word for item in sets for word in ("--set", item)]
    begin, started = time.perf_counter(), time.time()
    child = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    cpu = memory = 0.0
    while child.poll() is None:
        try:
            times = child.cpu_times()
            cpu, memory = times.user + times.system, max(memory, child.memory_info().rss / 1e6)
        except psutil.Error:
            pass
        time.sleep(1)
    whole = time.perf_counter() - begin
    assert child.returncode == 0
    run = api.open_run(sorted((preset.parent / "runs").iterdir())[-1])
    records = list(run.events())
    engine = next(r.elapsed for r in records if r.event.kind == "process_exited") - records[0].elapsed
    before = records[0].time - started
    return {
        "whole": whole,
        "engine": engine,
        "before": before,
        "after": max(0.0, whole - engine - before),
        "cpu": 100 * cpu / whole,
        "memory": memory,
    }


def by_hand(preset: Path, sets: list[str]) -> float:
    return run_by_hand(api.plan(api.load_preset(preset, sets=sets)))[1]


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
