"""Several processes on the embedded engine: planned as run, stopped and resumed together, and none waits for a dead one."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

import psutil
import pytest

from kohya_driver import api, files, process
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import Record, StepDone
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.preset.model import Preset
from tests.contract.test_resume import curve, names, stopping_at, tensors
from tests.embedded.conftest import preset
from tests.embedded.in_time import in_time

pytestmark = pytest.mark.engine

STEPS = 8
"""Seven batches are four a process; two of them make a step, in each of four epochs."""


def two(folder: Path, base: Path, *sets: str) -> Preset:
    """With a warmup of two steps."""
    return preset(folder, base, "launch.num_processes=2", "optimizer.lr_warmup_steps=2", *sets)


@pytest.fixture(scope="module")
def whole(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """The training that nothing interrupted."""
    result = api.train(two(tmp_path_factory.mktemp("whole"), tiny_base))
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


def assert_as_planned(run: api.Run, steps: int) -> None:
    """Steps, batches, the pictures of a step, files and a warmup of two steps."""
    plan, snapshot = run.plan(), run.snapshot()
    assert (plan.steps, plan.batches_per_epoch, plan.effective_batch, plan.warmup_steps) == (steps, 4, 4, 2)
    assert (snapshot.step, snapshot.steps, snapshot.epoch) == (plan.steps, plan.steps, plan.epochs)
    assert [point[0] for point in curve(run)] == list(range(1, steps + 1))
    assert sorted(plan.checkpoints) == names(run)
    told = read_header(plan.final).metadata
    assert (told["ss_steps"], told["ss_num_batches_per_epoch"]) == (str(plan.steps), "4")
    warm = [max(rates.values()) for _, _, _, rates in curve(run)]
    assert warm[0] < warm[1] < warm[2] == max(warm)


def assert_stopped_in_order(result: api.RunResult) -> None:
    """Both processes ended in the same step."""
    assert (result.outcome, result.status) == ("stopped", 0), result.evidence
    assert "Traceback" not in (Path(result.folder) / "engine.log").read_text(encoding="utf-8")


def assert_same_end(run: api.Run, whole: api.Run) -> None:
    assert curve(run) == curve(whole)
    assert tensors(run.plan().final) == tensors(whole.plan().final)


def test_planned_as_run(whole: api.Run) -> None:
    assert_as_planned(whole, STEPS)


@pytest.mark.long
def test_stopped_and_resumed_together(whole: api.Run, tiny_base: Path, tmp_path: Path) -> None:
    """Both end in the same step and in order, and go on as if nothing had been."""
    stop, watch = stopping_at(3)
    result = api.train(two(tmp_path, tiny_base), on_event=watch, stop=stop)
    assert_stopped_in_order(result)
    result = api.resume(result.folder)
    assert (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 2), result.evidence
    assert_same_end(api.open_run(result.folder), whole)


def test_one_dies(tiny_base: Path, tmp_path: Path) -> None:
    """The other does not wait for it: the training has failed, and says which process and why."""
    killed: list[float] = []

    def kill(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and not killed:
            # It may have come to its end.
            with contextlib.suppress(ValueError, psutil.Error, ProcessLookupError):
                os.kill(_other(Path(snapshot.folder)), signal.SIGKILL)
                killed.append(time.monotonic())

    def train() -> api.RunResult:
        killed.clear()
        return api.train(two(tmp_path, tiny_base, "safety.recover=0"), on_event=kill)

    result = in_time(train)
    assert time.monotonic() - killed[0] < 60
    assert result.outcome == "failed"
    assert result.diagnosis["kind"] == "proc.one_of_several", result.diagnosis
    assert not process.marked(result.folder)


def _other(folder: Path) -> int:
    """The trainer that is not the first one."""
    first = files.read_json(folder / "trainer.json")["pid"]
    parent = psutil.Process(first).ppid()
    (other,) = (one for one in process.marked(str(folder)) if one.ppid() == parent and one.pid != first)
    return other.pid
