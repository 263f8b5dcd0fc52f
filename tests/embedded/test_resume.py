"""Stopped, saved, killed and resumed on the embedded engine: the driver's own machinery, which knows of no engine."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import Record, Resumed, StateSaved, StepDone
from kohya_driver.events.snapshot import RunSnapshot
from tests.contract.test_resume import STEPS, assert_same, lora_at, lora_at_stop, states, stopping_at
from tests.embedded.conftest import preset
from tests.embedded.in_time import in_time

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def whole(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """The training that nothing interrupted."""
    result = api.train(preset(tmp_path_factory.mktemp("whole"), tiny_base))
    assert (result.outcome, result.steps) == ("succeeded", STEPS), result.evidence
    return api.open_run(result.folder)


def test_stopped_and_resumed_to_the_bit(whole: api.Run, tiny_base: Path, tmp_path: Path) -> None:
    at = sorted(random.sample(range(1, STEPS // 2), 2))
    print(f"stopped after steps {at}")

    def train() -> api.RunResult:
        stop, watch = stopping_at(at[0])
        return api.train(preset(tmp_path, tiny_base), on_event=watch, stop=stop)

    result = in_time(train)
    while result.outcome == "stopped":
        assert result.status == 0 and Path(result.state).is_dir()
        assert read_header(lora_at_stop(result)).metadata["ss_steps"] == str(result.steps)
        stop, watch = stopping_at(max(at[-1], result.steps + 1) if result.attempts == 1 else STEPS + 1)
        result = api.resume(result.folder, on_event=watch, stop=stop)
    assert (result.outcome, result.steps) == ("succeeded", STEPS), result.evidence
    assert result.attempts >= 2
    assert_same(api.open_run(result.folder), whole)


def test_killed_and_resumed_by_itself(whole: api.Run, tiny_base: Path, tmp_path: Path) -> None:
    """With a train state at every step, as the clock wants it."""
    often = preset(tmp_path, tiny_base, extra="autosave_minutes = 0.0001\n")

    def train() -> api.RunResult:
        killed = False

        def kill(record: Record, snapshot: RunSnapshot) -> None:
            nonlocal killed
            if isinstance(record.event, StateSaved) and not killed:
                killed = True
                with contextlib.suppress(ProcessLookupError):
                    os.kill(files.read_json(Path(snapshot.folder) / "trainer.json")["pid"], signal.SIGKILL)

        return api.train(often, on_event=kill)

    result = in_time(train)
    assert (result.outcome, result.attempts) == ("succeeded", 2), result.evidence
    run = api.open_run(result.folder)
    assert next(record.event.step for record in run.events() if isinstance(record.event, Resumed)) > 0
    assert_same(run, whole)


def test_saved_on_wish(whole: api.Run, tiny_base: Path, tmp_path: Path) -> None:
    """With samples out of turn; what comes after is as if nobody had asked."""
    asked: list[int] = []

    def ask(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and not asked:
            asked.append(record.event.step)
            api.ask_to_save(api.open_run(snapshot.folder), sample=True)

    def train() -> api.RunResult:
        asked.clear()
        return api.train(preset(tmp_path, tiny_base), on_event=ask)

    result = in_time(train, lambda result: bool(states(api.open_run(result.folder))))
    assert result.outcome == "succeeded", result.evidence
    # At a later step than asked at, by as much as this machine is busy.
    run = api.open_run(result.folder)
    (step,) = states(run)
    assert step > asked[0] and not check_lora(lora_at(result, step))
    drawn = list((Path(result.folder) / "models" / "sample").glob(f"ning_{step:06d}_*"))
    assert len(drawn) == 1
    drawn[0].unlink()
    assert_same(run, whole)


def test_a_loss_that_is_no_number(tiny_base: Path, tmp_path: Path) -> None:
    """It is left before anything spoilt is saved."""
    # Without eps, AdamW divides the first gradients of one half of the network, which are zero, by zero.
    result = api.train(preset(tmp_path, tiny_base, "optimizer.args={ eps = 0.0 }", 'safety.nan="stop"'))
    assert (result.outcome, result.reason, result.attempts) == ("failed", "trouble.nan", 1)
    written = [*(Path(result.folder) / "models").glob("*.safetensors")]
    assert not any(check_lora(path) for path in written)
