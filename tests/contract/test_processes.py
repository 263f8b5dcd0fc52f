"""Two processes on the real engine: it counts as was planned, both stop in one step, and they go on together.

These take minutes. The same is held every day on the embedded engine (tests/embedded/test_processes.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.preset.model import Preset
from tests.contract.test_resume import project, stopping_at
from tests.embedded.test_processes import assert_as_planned, assert_same_end, assert_stopped_in_order

pytestmark = [pytest.mark.engine, pytest.mark.long]

STEPS = 4
"""Seven batches are four a process; two of them make a step, in each of two epochs."""


def two(folder: Path, base: Path) -> Preset:
    sets = [
        "launch.num_processes=2", "launch.device=cpu", "optimizer.lr_warmup_steps=2", "training.max_train_epochs=2",
        "sampling.every_n_epochs=50", "sampling.at_first=false", "safety.recover=0",
    ]  # fmt: skip
    return api.load_preset(project(folder, base), sets=sets)


@pytest.fixture(scope="module")
def whole(random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    result = api.train(two(tmp_path_factory.mktemp("whole"), random_base))
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


def test_planned_as_run(whole: api.Run) -> None:
    assert_as_planned(whole, STEPS)


def test_stopped_and_resumed_together(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    stop, watch = stopping_at(1)
    result = api.train(two(tmp_path, random_base), on_event=watch, stop=stop)
    assert_stopped_in_order(result)
    result = api.resume(result.folder)
    assert (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 2), result.evidence
    assert_same_end(api.open_run(result.folder), whole)
