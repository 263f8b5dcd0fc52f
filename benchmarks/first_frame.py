"""How long a person waits until the dashboard is there: `train` and `watch` in a terminal, from the command to the first frame.

On a stand-in for the engine, so that no more is measured than the driver's own part. No engine is needed.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.measure import PYTHON, Row, keep, wall_seconds
from benchmarks.supervisor_cost import in_a_terminal
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
            nothing.append(wall_seconds([PYTHON, "-c", "import rich.console, rich.table, pydantic"]))
    keep(
        "first_frame",
        [
            Row.of(
                f"`{word}`, until the first frame",
                ours,
                "s",
                "Python with rich and pydantic",
                nothing,
                "< 2 s",
            )
            for word, ours in (("train", trained), ("watch", watched))
        ],
    )


def until_frame(words: Sequence[str], env: Mapping[str, str], cwd: Path) -> float:
    begin, seen = time.perf_counter(), bytearray()
    found: list[float] = []

    def see(data: bytes) -> None:
        seen.extend(data)
        if not found and FRAME in seen:
            found.append(time.perf_counter() - begin)

    child, reading = in_a_terminal(words, env, cwd, see)
    child.wait(LATEST_SECONDS)
    reading.join(LATEST_SECONDS)
    assert found, seen.decode("utf-8", "replace")
    return found[0]


if __name__ == "__main__":
    main()
