"""A stopped training that is renamed, pruned and moved goes on to the same end, to the bit."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from kohya_driver import api
from tests.contract.test_resume import STEPS, assert_same, stopping_at
from tests.embedded.conftest import preset
from tests.embedded.in_time import in_time

pytestmark = pytest.mark.engine


def test_renamed_pruned_and_moved_between_two_attempts(tiny_base: Path, tmp_path: Path) -> None:
    whole = api.train(preset(tmp_path / "whole", tiny_base))
    assert (whole.outcome, whole.steps) == ("succeeded", STEPS), whole.evidence
    step = random.randint(1, 4)

    def train() -> api.RunResult:
        stop, watch = stopping_at(step)
        return api.train(preset(tmp_path / "项目 一", tiny_base), on_event=watch, stop=stop)

    result = in_time(train)
    assert result.outcome == "stopped", result.evidence
    run = api.rename_run(result.folder, "宁光 最好的")
    assert not Path(result.folder).exists()
    # What is left on the way is compared below, too: only states go here.
    freed = api.prune([api.plan_prune(run, api.PruneOptions(checkpoints=False))])
    assert freed.failed == ()
    elsewhere = run.folder.parent / "moved by hand"
    shutil.move(run.folder, elsewhere)
    again = api.resume(elsewhere)
    assert (again.outcome, again.steps, again.attempts) == ("succeeded", STEPS, 2), again.evidence
    assert Path(again.final).is_relative_to(elsewhere)
    assert_same(api.open_run(elsewhere), api.open_run(whole.folder))
