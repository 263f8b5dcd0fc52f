"""A million lines through a whole supervised run, from the command line: in bounded memory."""

from __future__ import annotations

import time
from pathlib import Path

from kohya_driver.run.folder import Run
from tests.faults.nights import EXTRA, STEPS, check_curve
from tests.faults.stand_in_engine import command, environment, install_stand_in, left_over
from tests.project import write_project
from tests.watched import run_watched

SECONDS = 40
MEGABYTES = 150


def test_a_million_lines(tmp_path: Path) -> None:
    home, preset = install_stand_in(tmp_path / "home"), write_project(tmp_path / "project", extra=EXTRA)
    env = environment(home, STAND_IN="flood_of_a_million", STAND_IN_STATE_EVERY="0")
    begin = time.monotonic()
    done = run_watched(command("train", preset, "--plain"), env=env)
    assert done.code == 0, done.stderr
    run = Run(preset.parent / "runs" / "ning-001")
    assert run.log_file.read_bytes().count(b" of a million\n") == 1_000_000
    result = run.result()
    assert result and (result.outcome, result.steps) == ("succeeded", STEPS)
    check_curve(run)
    assert done.memory / (1 << 20) < MEGABYTES
    assert time.monotonic() - begin < SECONDS
    assert run.events_file.stat().st_size < 1 << 20
    assert not list(left_over(preset.parent))
    print(
        f"\n{time.monotonic() - begin:.1f} s, {done.memory / (1 << 20):.0f} MB, {done.processor:.1f} s of CPU"
    )
