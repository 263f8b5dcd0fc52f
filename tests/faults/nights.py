"""Nights on a stand-in for the engine: what the tests of faults share.

The stand-in's network is the sum of its losses (1/step), so that a step that is lost or made twice shows.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from kohya_driver import process
from kohya_driver.events.model import Resumed, StepDone
from kohya_driver.run.folder import Run, RunResult
from tests.faults.stand_in_engine import environment, runs_below, start

EXTRA = "[training]\nmax_train_epochs = 2\n[saving]\nevery_n_epochs = 1\n[safety]\nnotify = false\n"
STEPS = 36
EVERY = 4
"""Steps between two train states."""
SECONDS = 90

Table = Counter[tuple[str, str]]
"""What happened, what came of it: how often."""


def counted() -> Iterator[Table]:
    """A table for a module's tests, printed behind the last of them."""
    counts: Table = Counter()
    yield counts
    lines = [f"| {case} | {outcome} | {count} |" for (case, outcome), count in sorted(counts.items())]
    print("\n| what happened | what came of it | times |\n|---|---|---|\n" + "\n".join(lines))


def night(home: Path, fault: str = "", *, pace: float = 0.05, **more: str) -> dict[str, str]:
    return environment(
        home, STAND_IN=fault, STAND_IN_STEP_SECONDS=str(pace), STAND_IN_STATE_EVERY=str(EVERY), **more
    )


def begin(
    preset: Path, env: dict[str, str], *arguments: str, step: int = 1
) -> tuple[subprocess.Popen[str], Run]:
    child = start("train", preset, "--plain", *arguments, env=env, cwd=preset.parent)
    return child, wait(lambda: reached(preset, step), child)


def say(preset: Path, env: dict[str, str], *arguments: str | Path) -> tuple[int, str]:
    """A command of its own, to its end: its exit code, and all that it said."""
    output, errors = (told := start(*arguments, env=env, cwd=preset.parent)).communicate(timeout=SECONDS)
    return told.returncode, output + errors


def reached(preset: Path, step: int) -> Run | None:
    for run in runs_below(preset.parent):
        if run.snapshot().step >= step:
            return run
    return None


Found = TypeVar("Found")


def wait(look: Callable[[], Found | None], child: subprocess.Popen[str] | None = None) -> Found:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        if child is not None and child.poll() is not None:
            raise AssertionError(child.communicate())
        time.sleep(0.02)
    raise AssertionError("it took too long")


def trainer(run: Run) -> int:
    return int(json.loads(run.trainer_file.read_text())["pid"])


def started(run: Run) -> int:
    """The launcher, where there is one, or the trainer itself."""
    return int(json.loads(run.supervisor_file.read_text())["engine_pid"])


def supervisor(run: Run) -> int:
    return int(json.loads(run.supervisor_file.read_text())["pid"])


def end_of(run: Run) -> RunResult:
    result = wait(run.result)
    wait(lambda: not process.marked(str(run.folder)))
    return result


def check_curve(run: Run) -> None:
    """Every step stands in the curve once, with its own loss, whatever happened on the way."""
    points = run.snapshot().losses.points
    assert [point[0] for point in points] == list(range(1, STEPS + 1))
    assert all(loss == pytest.approx(1 / step) for step, loss, _ in points)


def lost_steps(run: Run) -> int:
    """The most steps that were made again in one attempt."""
    most = last = 0
    for record in run.events():
        if isinstance(record.event, StepDone):
            last = record.event.step
        elif isinstance(record.event, Resumed):
            most = max(most, last - record.event.step)
    return most
