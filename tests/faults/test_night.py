"""What goes wrong in a night, on a stand-in for the engine, at random moments: nothing is lost but what the clock of the train
states allows, nothing is left running, and the result says what happened. Prints a table of counts.
"""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.events.model import MemorySampled, Recovering, StepDone
from kohya_driver.run import machine
from kohya_driver.run.attempt import read_attempts
from kohya_driver.run.folder import Run
from kohya_driver.run.recovery import SHORT
from kohya_driver.run.states import newest_whole
from tests.faults.nights import (
    EVERY,
    EXTRA,
    SECONDS,
    STEPS,
    Table,
    begin,
    check_curve,
    counted,
    end_of,
    lost_steps,
    night,
    reached,
    say,
    started,
    supervisor,
    trainer,
    wait,
)
from tests.faults.stand_in_engine import install_stand_in, left_over, runs_below, start
from tests.project import write_project

TIMES = int(os.environ.get("KOHYA_DRIVER_FAULT_TIMES", "1"))
"""How often each case is tried; the kill of the trainer five times as often. `make long` tries all four times."""


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    yield from counted()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(made))
    return made


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    wait(lambda: not list(left_over(tmp_path / "我的 项目")))


def was_short(run: Run) -> bool:
    """Of memory, by what else ran here: then a training that is killed goes on with a measure against that."""
    seen = [record.event for record in run.events() if isinstance(record.event, MemorySampled)]
    return any(one.available_bytes < SHORT * one.total_bytes for one in seen)


@pytest.mark.parametrize("number", range(5 * TIMES))
def test_the_trainer_is_killed(preset: Path, home: Path, tmp_path: Path, number: int, table: Table) -> None:
    step, once = random.randint(1, STEPS - 6), tmp_path / "once"
    # It waits a few steps behind for its end, if that has not come before.
    env = night(home, "stalled", STAND_IN_STEP=str(step + 4), STAND_IN_ONCE=str(once))
    child, run = begin(preset, env, step=step)
    once.touch()  # the next attempt does not
    os.kill(trainer(run), signal.SIGKILL)
    output = child.communicate(timeout=SECONDS)
    result = end_of(run)
    assert (child.returncode, result.outcome) == (0, "succeeded"), output
    [again] = result.recoveries
    assert (result.attempts, again.reason) == (2, "run.killed")
    assert not again.measures or was_short(run)
    assert again.step >= again.from_step - 1  # a state is there before its step is told
    assert "resumed by itself 1 time" in output[0]
    check_curve(run)
    assert lost_steps(run) <= EVERY
    table["trainer killed", f"resumed by itself, {result.outcome}"] += 1


@pytest.mark.parametrize("number", range(TIMES))
def test_the_launcher_is_killed(preset: Path, home: Path, number: int, table: Table) -> None:
    by_launcher = ("--set", "launch.launcher=accelerate")
    env = night(home, STAND_IN_SLOW_AFTER=str(STEPS - 4))
    child, run = begin(preset, env, *by_launcher, step=random.randint(1, STEPS - 6))
    os.kill(started(run), signal.SIGKILL)
    child.communicate(timeout=SECONDS)
    result = end_of(run)
    assert (result.outcome, result.attempts) == ("succeeded", 1)
    check_curve(run)
    table["launcher killed", f"the trainer went on, {result.outcome}"] += 1


@pytest.mark.parametrize("finder", ["runs", "watch", "stop", "train"])
def test_the_supervisor_is_killed(preset: Path, home: Path, finder: str, table: Table) -> None:
    env = night(home, pace=1.0 if finder == "stop" else 0.3)  # it must still train when it is asked to stop
    child, run = begin(preset, env, step=random.randint(1, 8))
    child.kill()
    child.communicate()
    assert run.state() == "unwatched"
    step = run.snapshot().step
    arguments = {
        "runs": ["runs"],
        "watch": ["watch", "--plain"],
        "stop": ["stop"],
        "train": ["train", str(preset)],
    }
    found = start(*arguments[finder], env=env, cwd=preset.parent)
    output, errors = found.communicate(timeout=SECONDS)
    result = end_of(run)
    assert "Traceback" not in output + errors
    assert result.attempts == 1
    if finder == "stop":
        assert (found.returncode, result.outcome) == (0, "stopped"), errors
        assert Path(result.state).is_dir() and len(result.saved) == 1
    else:
        assert (found.returncode, result.outcome) == (8 if finder == "train" else 0, "succeeded"), errors
        check_curve(run)
    steps = [record.event.step for record in run.events() if isinstance(record.event, StepDone)]
    assert steps == sorted(set(steps)) and len(steps) > step
    table[f"supervisor killed, then `{finder}`", f"adopted, {result.outcome}"] += 1


@pytest.mark.parametrize("number", range(TIMES))
@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM", "SIGHUP", "command"])
def test_stopped_and_resumed(preset: Path, home: Path, asked: str, number: int, table: Table) -> None:
    step = random.randint(1, STEPS - 10)
    without = {"STAND_IN_STATE_EVERY": "0"}
    env = night(home, STAND_IN_SLOW_AFTER=str(step)) | without
    child, run = begin(preset, env, step=step)
    if asked == "command":
        assert say(preset, env, "stop")[0] == 0
    else:
        child.send_signal(signal.Signals[asked])
    _, errors = child.communicate(timeout=SECONDS)
    first = end_of(run)
    assert (child.returncode, first.outcome) == (10, "stopped"), errors
    assert f"kohya-driver resume {run.folder.name}" in errors
    assert say(preset, night(home, pace=0) | without, "resume", "--plain")[0] == 0
    result = end_of(run)
    assert (result.outcome, result.attempts) == ("succeeded", 2)
    assert lost_steps(run) == 0
    check_curve(run)
    assert not run.states_folder.exists()
    table[f"stopped by {asked}", "saved, resumed, succeeded"] += 1


@pytest.mark.parametrize("number", range(TIMES))
def test_the_trainer_itself_is_asked_to_end(preset: Path, home: Path, number: int, table: Table) -> None:
    """As a system does that goes down."""
    step = random.randint(1, STEPS - 10)
    child, run = begin(preset, night(home, STAND_IN_SLOW_AFTER=str(step)), step=step)
    os.kill(trainer(run), signal.SIGTERM)
    child.communicate(timeout=SECONDS)
    result = end_of(run)
    assert (child.returncode, result.outcome) == (10, "stopped")
    assert Path(result.state).is_dir()
    table["SIGTERM to the trainer", "saved, stopped"] += 1


def test_a_half_written_state_is_passed_over(preset: Path, home: Path, table: Table) -> None:
    env = night(home, "half_state", STAND_IN_SLOW_AFTER="14")
    child, run = begin(preset, env, "--no-recover", step=14)
    os.kill(trainer(run), signal.SIGKILL)
    child.communicate(timeout=SECONDS)
    assert end_of(run).outcome == "failed"
    newest, passed = newest_whole(run.states_folder)
    assert newest is None and passed
    broken = start("resume", "--plain", env=night(home, pace=0), cwd=preset.parent)
    _, errors = broken.communicate(timeout=SECONDS)
    assert broken.returncode == 0, errors
    assert "cut off" in errors
    assert run.snapshot().resumed_at == 0
    check_curve(run)
    table["every state half-written", "told, begun anew, succeeded"] += 1


def test_out_of_memory_takes_the_mildest_measure(
    preset: Path, home: Path, tmp_path: Path, table: Table
) -> None:
    env = night(home, "out_of_memory", STAND_IN_STEP="9", STAND_IN_ONCE=str(tmp_path / "once"))
    child = start("train", preset, "--plain", env=env, cwd=preset.parent)
    _, errors = child.communicate(timeout=SECONDS)
    [run] = runs_below(preset.parent)
    result = end_of(run)
    assert (child.returncode, result.outcome) == (0, "succeeded"), errors
    [again] = [record.event for record in run.events() if isinstance(record.event, Recovering)]
    assert again.step == 8 and len(again.measures) == 1
    assert again.measures[0] in [override.id for override in run.plan().overrides]
    assert read_attempts(run)[0].kind == "mps.oom"
    check_curve(run)
    table["out of memory once", "a saving measure, succeeded"] += 1


def test_out_of_memory_again_and_again(preset: Path, home: Path, table: Table) -> None:
    env = night(home, "out_of_memory", STAND_IN_STEP="2")
    child = start("train", preset, "--plain", env=env, cwd=preset.parent)
    _, errors = child.communicate(timeout=SECONDS)
    [run] = runs_below(preset.parent)
    result = end_of(run)
    assert (child.returncode, result.outcome, result.attempts) == (9, "failed", 3), errors
    measures = [measure for attempt in read_attempts(run) for measure in attempt.measures]
    assert len(measures) == len(set(measures)) == 2
    assert result.diagnosis["kind"] == "mps.oom" and result.diagnosis["cause"]["hint"] in errors
    table["out of memory always", "two measures, then told"] += 1


@pytest.mark.parametrize("always", [False, True])
def test_numbers_are_lost(preset: Path, home: Path, tmp_path: Path, always: bool, table: Table) -> None:
    more: dict[str, Any] = {} if always else {"STAND_IN_ONCE": str(tmp_path / "once")}
    child = start(
        "train", preset, "--plain", env=night(home, "nan_loss", STAND_IN_STEP="9", **more), cwd=preset.parent
    )
    _, errors = child.communicate(timeout=SECONDS)
    [run] = runs_below(preset.parent)
    result = end_of(run)
    before, after = (rate(preset), run.plan().training_config["learning_rate"])
    assert after == before / 2
    assert result.attempts == 2
    if always:
        assert (child.returncode, result.outcome, result.reason) == (9, "failed", "trouble.nan"), errors
    else:
        assert (child.returncode, result.outcome) == (0, "succeeded"), errors
        check_curve(run)
    table[f"NaN {'always' if always else 'once'}", f"half the rate, {result.outcome}"] += 1


def rate(preset: Path) -> float:
    return float(api.plan(api.load_preset(preset)).training_config["learning_rate"])


def test_a_mistake_is_not_tried_again(preset: Path, home: Path, table: Table) -> None:
    child = start("train", preset, "--plain", env=night(home, "crash"), cwd=preset.parent)
    _, errors = child.communicate(timeout=SECONDS)
    [run] = runs_below(preset.parent)
    result = end_of(run)
    assert (child.returncode, result.attempts, result.diagnosis["kind"]) == (9, 1, "opt.bnb_missing")
    assert "bitsandbytes" in errors
    table["a mistake in the settings", "not tried again"] += 1


def test_save_and_go_on(preset: Path, home: Path, table: Table) -> None:
    env = night(home, pace=0.3)
    child, run = begin(preset, env, step=3)
    assert say(preset, env, "save", run.folder.name)[0] == 0
    child.communicate(timeout=SECONDS)
    result = end_of(run)
    assert (child.returncode, result.outcome, len(result.saved)) == (0, "succeeded", 1)
    check_curve(run)
    table["`save`", "a LoRA, and it went on"] += 1


def test_without_a_terminal(preset: Path, home: Path, table: Table) -> None:
    env = night(home, pace=0.3)
    begun = start("train", preset, "--detach", env=env, cwd=preset.parent)
    output, errors = begun.communicate(timeout=SECONDS)
    assert begun.returncode == 0 and "kohya-driver watch" in output, errors
    run = wait(lambda: reached(preset, 3))
    assert os.getsid(supervisor(run)) != begun.pid and run.state() == "running"
    code, said = say(preset, env, "train", preset)
    assert code == 8 and "ning-001" in said
    assert say(preset, env, "stop")[0] == 0
    assert end_of(run).outcome == "stopped"
    assert say(preset, env, "train", preset, "--resume", "--detach")[0] == 0
    assert say(preset, env, "watch", "--plain")[0] == 0
    result = end_of(run)
    assert (result.outcome, result.attempts) == ("succeeded", 2)
    wait(lambda: machine.holder() is None)
    check_curve(run)
    table["--detach, stop, --resume --detach, watch", result.outcome] += 1


def test_resume_says_what_cannot_be(preset: Path, home: Path) -> None:
    env = night(home, pace=0.3)
    child, run = begin(preset, env, step=6)
    code, said = say(preset, env, "resume", run.folder)
    assert code == 8 and "watch" in said
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=SECONDS)
    end_of(run)
    for words, key in (("network_dim", "network.dim=3"), ("batch_size", "training.train_batch_size=2")):
        code, said = say(preset, env, "resume", "--set", key)
        assert code == 8 and words in said
    assert run.state() == "stopped"
    code, said = say(
        preset, env, "resume", "--set", "training.max_train_epochs=1", "--set", "training.max_train_steps=2"
    )
    assert code == 8 and "only 2 steps" in said
    env = night(home)
    assert say(preset, env, "resume", "--plain", "--set", "training.max_train_epochs=3")[0] == 0
    assert end_of(run).steps == STEPS // 2 * 3
    code, said = say(preset, env, "resume", run.folder.name)
    assert code == 8 and "finished" in said
