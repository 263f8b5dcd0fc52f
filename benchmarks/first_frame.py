"""How long a person waits until the dashboard is there: `train` and `watch` in a terminal, from the command to the first frame.

On a stand-in for the engine, so that no more is measured than the driver's own part. No engine is needed.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks.measure import PYTHON, Row, keep, median
from benchmarks.supervisor_cost import terminal
from tests.faults.stand_in_engine import command, environment, install_stand_in, runs_below
from tests.project import write_project

TIMES = 5
FRAME = "━".encode()
"""Of the bar, in the first line of the dashboard: nothing else that these commands write has one."""
LATEST_SECONDS = 60.0


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = install_stand_in(Path(folder) / "home")
        extra = "[training]\nmax_train_steps = 4\n[safety]\nnotify = false\n"
        preset = write_project(Path(folder) / "project", extra=extra)
        env = environment(home, STAND_IN_STEP_SECONDS="0.1", TERM="xterm-256color")
        trained, watched, nothing = [], [], []
        for _ in range(TIMES):
            trained.append(until_frame(command("train", preset), env, preset.parent))
            run = runs_below(preset.parent)[-1].folder
            watched.append(until_frame(command("watch", run), env, preset.parent))
            begin = time.perf_counter()
            subprocess.run([PYTHON, "-c", "import rich.console, rich.table, pydantic"], check=True)
            nothing.append(time.perf_counter() - begin)
    keep(
        "first_frame",
        [
            Row(f"`{word}`, until the first frame", median(ours), "s", "Python with rich and pydantic", median(nothing),
                bound, tuple(ours))
            for word, ours, bound in (("train", trained, "< 2 s"), ("watch", watched, "< 2 s"))
        ],
    )  # fmt: skip


def until_frame(words: Sequence[str], env: Mapping[str, str], cwd: Path) -> float:
    begin, seen = time.perf_counter(), b""
    window, inside = terminal()
    child = psutil.Popen(
        list(words), env=dict(env), cwd=cwd, stdin=inside, stdout=inside, stderr=subprocess.DEVNULL, start_new_session=True
    )  # fmt: skip
    os.close(inside)
    found = 0.0
    try:
        while data := os.read(window, 1 << 16):
            seen += data
            if not found and FRAME in seen:
                found = time.perf_counter() - begin
    except OSError:  # the end of a terminal is an error on Linux
        pass
    os.close(window)
    child.wait(LATEST_SECONDS)
    assert found, seen.decode("utf-8", "replace")
    return found


if __name__ == "__main__":
    main()
