"""The attempts of a run: written down as they begin and end, and read again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.attempt import Attempt, begin_attempt, end_attempt, newest_state, read_attempts
from kohya_driver.run.folder import Run
from kohya_driver.run.states import TrainState
from tests.project import MAC, write_project
from tests.unit.test_states import write_state


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    plan = api.plan(load_preset(write_project(tmp_path / "宁 光")), host=MAC)
    plan.output_dir.mkdir(parents=True)
    return plan


@pytest.fixture
def run(plan: Plan) -> Run:
    return Run(plan.folder)


def test_a_run_that_was_never_started(run: Run) -> None:
    assert read_attempts(run) == ()


def test_two_attempts(run: Run, plan: Plan) -> None:
    run.log_file.write_bytes(b"x" * 7)
    first = begin_attempt(run, plan, None)
    assert read_attempts(run) == (first,)
    assert (first.number, first.log_offset, first.metrics_offset, first.from_step) == (1, 7, 0, 0)
    assert (first.final_before, first.ended, first.outcome) == ("", None, "")

    run.log_file.write_bytes(b"x" * 1000)
    run.metrics_file.write_bytes(b"y" * 200)
    plan.final.write_bytes(b"a LoRA")
    ended = end_attempt(
        run, first, outcome="failed", reason="trouble.disk", kind="", values={"free": 0.4}, step=9
    )
    end_attempt(run, ended, recovered=True)
    state = TrainState(run.states_folder / "step-00000008", "step", 8, 1.0)
    second = begin_attempt(run, plan, state, ("memory.fit_bf16",))
    assert (second.number, second.log_offset, second.metrics_offset) == (2, 1000, 200)
    assert (second.resumed_from, second.from_step) == (str(state.path), 8)
    assert second.final_before == files.stamp(plan.final) != ""
    one, two = read_attempts(run)
    assert two == second and two.measures == ("memory.fit_bf16",)
    assert (one.outcome, one.reason, one.values, one.step, one.recovered) == (
        "failed", "trouble.disk", {"free": 0.4}, 9, True,
    )  # fmt: skip
    assert one.ended is not None and one.ended >= one.started


def test_what_was_asked_of_the_attempt_before_is_forgotten(run: Run, plan: Plan) -> None:
    for path in (run.result_file, run.request_file, run.trainer_file):
        path.write_text("{}")
    begin_attempt(run, plan, None)
    assert not any(path.exists() for path in (run.result_file, run.request_file, run.trainer_file))


def test_what_the_engine_is_told(run: Run, plan: Plan) -> None:
    begin_attempt(run, plan, TrainState(run.states_folder / "step-00000008", "step", 8, 1.0))
    assert files.read_json(run.attempt_file) == {
        "resume": str(run.states_folder / "step-00000008"),
        "states": str(run.states_folder),
        "saved": str(run.saved_folder),
        "autosave_seconds": 600.0,
        "keep_states": 2,
        "leave_when_not_finite": True,
    }
    begin_attempt(run, plan, None)
    assert files.read_json(run.attempt_file)["resume"] == ""


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"attempts": 3}', '{"attempts": [{"number": 1}]}', '{"attempts": [3]}']
)
def test_a_damaged_file_is_as_if_there_were_none(run: Run, plan: Plan, text: str) -> None:
    run.attempts_file.write_text(text, encoding="utf-8")
    assert read_attempts(run) == ()
    assert begin_attempt(run, plan, None).number == 1
    assert len(read_attempts(run)) == 1


def test_an_end_is_written_though_the_beginning_is_gone(run: Run, plan: Plan) -> None:
    first = begin_attempt(run, plan, None)
    run.attempts_file.unlink()
    end_attempt(run, first, outcome="stopped", step=3)
    [found] = read_attempts(run)
    assert (found.number, found.outcome, found.step) == (1, "stopped", 3)


def test_a_disk_that_refuses_the_end_ends_nothing(run: Run, plan: Plan) -> None:
    first = begin_attempt(run, plan, None)
    run.attempts_file.unlink()
    run.attempts_file.mkdir()
    assert end_attempt(run, first, outcome="failed").outcome == "failed"


def test_an_attempt_of_before_a_field_was_added() -> None:
    data = json.loads('{"number": 2, "started": 1.5, "measures": ["memory.fit_bf16"]}')
    assert Attempt.from_json(data) == Attempt(2, 1.5, measures=("memory.fit_bf16",))


def test_the_newest_state_is_by_the_clock_or_the_presets_own(run: Run, plan: Plan) -> None:
    assert newest_state(run, plan) == (None, ())
    write_state(run.states_folder / "step-00000008", 8)
    write_state(plan.output_dir / "ning-000001-state", 18, kind="epoch")
    state, _ = newest_state(run, plan)
    assert state is not None and state.step == 18
