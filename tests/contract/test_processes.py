"""Two processes on the real engine: it counts as was planned, both stop in one step, and they go on together.

These take minutes. The same is held every day on the embedded engine (tests/embedded/test_processes.py).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.engine.weights import read_header
from kohya_driver.preset.model import Preset
from tests.contract.test_resume import curve, names, project, stopping_at, tensors

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
    plan, snapshot = whole.plan(), whole.snapshot()
    assert (plan.steps, plan.batches_per_epoch, plan.effective_batch, plan.warmup_steps) == (STEPS, 4, 4, 2)
    assert (snapshot.step, snapshot.steps, snapshot.epoch) == (plan.steps, plan.steps, plan.epochs)
    assert [point[0] for point in curve(whole)] == list(range(1, STEPS + 1))
    assert sorted(plan.checkpoints) == names(whole)
    told = read_header(plan.final).metadata
    assert (told["ss_steps"], told["ss_num_batches_per_epoch"]) == (str(plan.steps), "4")
    # The engine multiplies by its processes too.
    assert told["ss_total_batch_size"] == str(plan.effective_batch)
    warm = [max(rates.values()) for _, _, _, rates in curve(whole)]
    assert warm[0] < warm[1] < warm[2] == max(warm)


def test_stopped_and_resumed_together(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    stop, watch = stopping_at(1)
    result = api.train(two(tmp_path, random_base), on_event=watch, stop=stop)
    assert (result.outcome, result.status) == ("stopped", 0), result.evidence
    assert "Traceback" not in (Path(result.folder) / "engine.log").read_text(encoding="utf-8")
    result = api.resume(result.folder)
    assert (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 2), result.evidence
    run = api.open_run(result.folder)
    assert curve(run) == curve(whole)
    assert tensors(run.plan().final) == tensors(whole.plan().final)
