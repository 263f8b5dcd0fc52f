"""`doctor --train` for real, on this machine's processor."""

from __future__ import annotations

import pytest

from kohya_driver.engine.model import Engine
from kohya_driver.host import probe_host
from kohya_driver.run.registry import known_runs
from kohya_driver.trial import STEPS, judged, try_training

pytestmark = pytest.mark.engine


def test_both_trainings_have_the_same_losses(engine: Engine) -> None:
    before = known_runs()
    said: list[str] = []
    trial = try_training(probe_host(), said.append)
    assert len(trial.device.losses) == len(trial.cpu.losses) == STEPS
    assert len(set(trial.cpu.losses)) == STEPS  # each step is another one
    assert trial.largest < 1e-3 and not judged(trial).findings
    assert len(said) == 2
    assert known_runs() == before  # it leaves no trace among the person's runs
