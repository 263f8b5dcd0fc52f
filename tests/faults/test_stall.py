"""Trainings that hang, or whose graphics part fails, on a stand-in for the engine; and whatever a dead trainer leaves behind.

The supervisor runs in this process.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.cli.main import main
from kohya_driver.errors import StalledError
from kohya_driver.events.model import Record, RunStarted, StepDone, TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.run import signs
from kohya_driver.run.folder import Run, RunResult
from tests.faults.nights import (
    EVERY,
    EXTRA,
    SECONDS,
    Table,
    check_curve,
    counted,
    end_of,
    lost_steps,
    trainer,
)
from tests.faults.stand_in_engine import install_stand_in, left_over, runs_below
from tests.project import write_project

STALLED_AT = 10
SHORTEST = 3.0
STUBBORN_SECONDS = process.INTERRUPT_SECONDS + process.TERMINATE_SECONDS


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    yield from counted()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(made))
    monkeypatch.setenv("KOHYA_DRIVER_LANG", "en")
    monkeypatch.setenv("STAND_IN_HURRY", str(tmp_path / "hurry"))
    return made


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watchdog's minutes are seconds in the step that stalls. In any other, a machine that is held makes no stall."""
    feed, minutes = signs.StallSign.feed, signs.SHORTEST

    def heed(sign: signs.StallSign, record: Record) -> None:
        feed(sign, record)
        if isinstance(record.event, StepDone):
            stalls = record.event.step == STALLED_AT - 1
            monkeypatch.setattr(signs, "SHORTEST", SHORTEST if stalls else minutes)

    monkeypatch.setattr(signs, "LONGER", 1)
    monkeypatch.setattr(signs.StallSign, "feed", heed)


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    assert not list(left_over(tmp_path / "我的 项目"))


def play(
    monkeypatch: pytest.MonkeyPatch, fault: str, *, once: Path | None = None, slow_after: int = sys.maxsize
) -> None:
    """What the stand-in is to do from now on."""
    settings = {"": fault, "_STEP": str(STALLED_AT), "_STEP_SECONDS": "0.05", "_STATE_EVERY": str(EVERY)}
    settings["_SLOW_AFTER"] = str(slow_after)
    for name, value in {**settings, "_ONCE": str(once or "")}.items():
        monkeypatch.setenv(f"STAND_IN{name}", value)


def check_resumed(result: RunResult, reason: str) -> Run:
    run = Run(Path(result.folder))
    assert (result.outcome, result.attempts) == ("succeeded", 2)
    assert [one.reason for one in result.recoveries] == [reason]
    assert lost_steps(run) <= EVERY
    check_curve(run)
    return run


def hurry() -> None:
    """The stand-in, from now on."""
    Path(os.environ["STAND_IN_HURRY"]).touch()


def troubles(run: Run) -> list[str]:
    return [record.event.code for record in run.events() if isinstance(record.event, TroubleSeen)]


@pytest.mark.usefixtures("seconds")
@pytest.mark.parametrize("fault", ["stalled", "stalled_stubborn"])
def test_stalled_once(
    preset: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str, table: Table
) -> None:
    """It is ended by the ladder, to its last step where it does not listen, and goes on from its last state."""
    play(monkeypatch, fault, once=tmp_path / "once")
    result = api.train(api.load_preset(preset))
    run = check_resumed(result, "trouble.stall")
    assert troubles(run) == ["trouble.stall"]
    # When each kind of event came for the first time.
    seen = {record.event.kind: record.elapsed for record in reversed([*run.events()])}
    took = seen["process_exited"] - seen["trouble"]
    assert (took > STUBBORN_SECONDS) == (fault == "stalled_stubborn")
    how = "deaf to SIGINT and SIGTERM" if fault == "stalled_stubborn" else "ended by SIGINT"
    table[f"stalled once, {how}", "resumed by itself, succeeded"] += 1


@pytest.mark.usefixtures("seconds")
def test_stalled_always(
    preset: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], table: Table
) -> None:
    """The same place twice is enough, whatever the limit; the command line has an exit code of its own for it."""
    play(monkeypatch, "stalled")
    code = main(["train", str(preset), "--plain"])
    said = capsys.readouterr()
    [run] = runs_below(preset.parent)
    result = end_of(run)
    assert (code, result.outcome, result.reason) == (StalledError.exit_code, "failed", "trouble.stall")
    assert result.attempts == 2 and Path(result.state).is_dir()
    assert "Nothing has moved for" in said.err and "kohya-driver resume" in said.err
    with pytest.raises(StalledError):
        result.raise_for_failure()
    table["stalled always", "resumed once, told, exit code 11"] += 1


@pytest.mark.usefixtures("seconds")
def test_stalled_and_the_preset_wants_no_more(
    preset: Path, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    play(monkeypatch, "stalled")
    result = api.train(api.load_preset(preset, sets=["safety.stall=stop"]))
    assert (result.outcome, result.reason, result.attempts) == ("failed", "trouble.stall", 1)
    table['stalled, stall = "stop"', "ended, told"] += 1


@pytest.mark.usefixtures("seconds")
def test_stalled_and_only_told(preset: Path, monkeypatch: pytest.MonkeyPatch, table: Table) -> None:
    """It may move again by itself."""
    play(monkeypatch, "stalled_for_a_while")

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, TroubleSeen):
            hurry()

    result = api.train(api.load_preset(preset, sets=["safety.stall=warn"]), on_event=hear)
    assert (result.outcome, result.attempts) == ("succeeded", 1)
    assert troubles(Run(Path(result.folder))) == ["trouble.stall"]
    table['stalled for a while, stall = "warn"', "told, succeeded"] += 1


def test_a_graphics_part_that_fails(
    preset: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, table: Table
) -> None:
    # The watchdog looks once a second.
    play(monkeypatch, "metal", once=tmp_path / "once", slow_after=STALLED_AT)
    run = check_resumed(api.train(api.load_preset(preset)), "trouble.metal_error")
    assert troubles(run) == ["trouble.metal_error"]
    table["a Metal error that the engine passes over", "resumed by itself, succeeded"] += 1


def test_a_grandchild_that_a_killed_trainer_leaves(
    preset: Path, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    """Each attempt starts one, in a session of its own; none of the first lives when the second begins."""
    play(monkeypatch, "orphan", slow_after=STALLED_AT)
    left: list[set[int]] = []

    def look(record: Record, snapshot: RunSnapshot) -> None:
        run = Run(Path(snapshot.folder))
        if isinstance(record.event, StepDone) and record.event.step == STALLED_AT and snapshot.attempt == 1:
            left.append({living.pid for living in process.marked(str(run.folder))})
            os.kill(trainer(run), signal.SIGKILL)
            hurry()
        if isinstance(record.event, RunStarted) and record.event.attempt == 2:
            left.append({living.pid for living in process.marked(str(run.folder))})

    # What keeps the machine awake is a process of the run, too.
    sets = ["launch.launcher=accelerate", "safety.keep_awake=false"]
    by_launcher = api.load_preset(preset, sets=sets)
    result = api.train(by_launcher, on_event=look)
    check_resumed(result, "run.killed")
    first, second = left
    assert len(first) == 3 and not first & second
    table["a grandchild of a killed trainer", "swept away before the next attempt"] += 1


def test_a_clock_that_is_set_back(preset: Path, monkeypatch: pytest.MonkeyPatch, table: Table) -> None:
    """In the supervisor's process, by a day, in the middle of a training."""
    play(monkeypatch, "")
    now, back = time.time, threading.Event()
    monkeypatch.setattr(time, "time", lambda: now() - (86_400 if back.is_set() else 0))
    records: list[Record] = []

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        records.append(record)
        if isinstance(record.event, StepDone) and record.event.step == STALLED_AT:
            back.set()

    result = api.train(api.load_preset(preset), on_event=hear)
    times = [(record.time, record.elapsed) for record in records]
    assert times == sorted(times)
    assert (result.outcome, len(result.checkpoints)) == ("succeeded", 2)
    assert result.started <= result.ended < result.started + SECONDS
    run = Run(Path(result.folder))
    assert run.state() == "succeeded" and not troubles(run)
    check_curve(run)
    table["a clock set back by a day", "times in order, succeeded"] += 1
