"""What supervision costs: `kohya-driver train` against the very same command started by hand, in pairs.

A real training of SD 1.5 with random weights at 64 pixels; needs the installed engine. Takes about six minutes.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.by_hand import run_by_hand
from benchmarks.measure import PYTHON, Row, keep, median
from kohya_driver import api, quickstart
from kohya_driver.engine.install import require_engine
from kohya_driver.host import probe_host

PAIRS = 3
EPOCHS = 2


def main() -> None:
    base = quickstart.random_base(require_engine())
    with tempfile.TemporaryDirectory() as folder:
        preset = quickstart.write_project(Path(folder), base, probe_host())
        sets = [f"training.max_train_epochs={EPOCHS}", "saving.every_n_epochs=1"]
        rows = [(supervised(preset, sets), by_hand(preset, sets)) for _ in range(PAIRS)]
    whole = [ours["whole"] for ours, _ in rows]
    engine = [ours["engine"] for ours, _ in rows]
    theirs = [hand for _, hand in rows]
    against = "the same command"
    keep(
        "overhead",
        [
            Row(
                "training under supervision",
                median(engine),
                "s",
                against,
                median(theirs),
                "≤ 1.01",
                tuple(engine),
            ),
            Row("`train` as a whole process", median(whole), "s", against, median(theirs), "", tuple(whole)),
            Row("before the engine starts", median([ours["before"] for ours, _ in rows]), "s"),
            Row("after it has ended", median([ours["after"] for ours, _ in rows]), "s"),
            Row("supervisor's CPU", median([ours["cpu"] for ours, _ in rows]), "% of a core", bound="< 1 %"),
            Row("supervisor's memory", median([ours["memory"] for ours, _ in rows]), "MB", bound="< 100 MB"),
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
