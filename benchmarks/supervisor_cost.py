"""What watching costs: `kohya-driver train` with its dashboard, on a stand-in for the engine that makes a step each second.

The supervisor's processor time after its start, and its memory. Takes four minutes; no engine is needed.
"""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks.measure import Row, keep
from tests.faults.stand_in_engine import command, environment, install_stand_in, runs_below
from tests.project import write_project

STEPS = int(os.environ.get("KOHYA_DRIVER_COST_STEPS", "240"))
STARTED_STEPS = 5
COLUMNS, LINES = 120, 40
LOOK_SECONDS = 0.5


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = install_stand_in(Path(folder) / "home")
        extra = (
            f"[training]\nmax_train_steps = {STEPS}\n[saving]\nevery_n_epochs = 4\n[safety]\nnotify = false\n"
        )
        preset = write_project(Path(folder) / "project", extra=extra)
        env = environment(home, STAND_IN_STEP_SECONDS="1", STAND_IN_STATE_EVERY="60", TERM="xterm-256color")
        drawn: list[int] = []
        watched, _ = in_a_terminal(
            command("train", preset), env, preset.parent, lambda data: drawn.append(len(data))
        )
        cpu, memory = watch(watched, preset.parent)
    keep(
        "supervisor_cost",
        [
            Row("supervisor's CPU, dashboard on", cpu, "% of a core", bound="< 1 %"),
            Row("supervisor's memory, dashboard on", memory, "MB", bound="< 100 MB"),
            Row("written to the terminal", sum(drawn) / STEPS / 1000, "kB/s"),
        ],
    )


def in_a_terminal(
    words: Sequence[str], env: Mapping[str, str], cwd: Path, see: Callable[[bytes], None]
) -> tuple[psutil.Popen, threading.Thread]:
    """Start it in a terminal of its own, of a usual size; the thread gives all that is written there to `see`, and ends with it."""
    window, inside = os.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("4H", LINES, COLUMNS, 0, 0))
    child = psutil.Popen(
        list(words),
        env=dict(env),
        cwd=cwd,
        stdin=inside,
        stdout=inside,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(inside)

    def read() -> None:
        try:
            while data := os.read(window, 1 << 16):
                see(data)
        except OSError:  # the end of a terminal is an error on Linux
            os.close(window)

    reading = threading.Thread(target=read, daemon=True)
    reading.start()
    return child, reading


def watch(child: psutil.Popen, project: Path) -> tuple[float, float]:
    """Per cent of a core from the first steps to the last look, and the most megabytes."""
    first: tuple[float, float] | None = None
    last, memory = (0.0, 0.0), 0.0
    while child.poll() is None:
        time.sleep(LOOK_SECONDS)
        try:
            times, size = child.cpu_times(), child.memory_info().rss / 1e6
        except psutil.Error:
            break
        now = (time.monotonic(), times.user + times.system)
        if first is None:
            runs = runs_below(project)
            first = now if runs and runs[0].snapshot().step >= STARTED_STEPS else None
            continue
        last, memory = now, max(memory, size)
    assert child.wait() == 0 and first is not None
    return 100 * (last[1] - first[1]) / (last[0] - first[0]), memory


if __name__ == "__main__":
    main()
