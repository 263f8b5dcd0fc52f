"""A run that is renamed goes on to work: it is resumed, listed, retried by the queue; cut off in between, it has one of both names."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.errors import HostError, RunError, UsageError
from kohya_driver.run import noted, queue, registry
from kohya_driver.run.folder import Run
from tests.faults.nights import EXTRA, SECONDS, STEPS, begin, check_curve, end_of, night, say, wait
from tests.faults.stand_in_engine import environment, install_stand_in, left_over, runs_below
from tests.project import write_project

KILLS = int(os.environ.get("KOHYA_DRIVER_FAULT_TIMES", "1")) * 6


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(made))
    return made


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    wait(lambda: not list(left_over(tmp_path / "我的 项目")))


def stopped(preset: Path, home: Path) -> Run:
    child, run = begin(preset, night(home, STAND_IN_SLOW_AFTER="6"), step=6)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=SECONDS)
    assert end_of(run).outcome == "stopped"
    return run


def test_a_stopped_run_is_renamed_twice_and_resumed(preset: Path, home: Path, tmp_path: Path) -> None:
    run = stopped(preset, home)
    states = sorted(path.name for path in run.states_folder.iterdir())
    for name in ("宁光 第一版", "best"):
        code, told = say(
            preset, night(home), "runs", "rename", runs_below(preset.parent)[0].folder.name, name
        )
        assert (code, name in told) == (0, True), told
    [renamed] = runs_below(preset.parent)
    assert renamed.folder.name == "best" and not run.folder.exists()
    assert sorted(path.name for path in renamed.states_folder.iterdir()) == states
    result = renamed.result()
    assert result and Path(result.state).is_dir() and all(Path(path).is_file() for path in result.saved)
    code, told = say(preset, night(home, pace=0), "resume", "best", "--plain")
    assert code == 0, told
    check_curve(renamed)
    result = end_of(renamed)
    assert (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 2)
    assert Path(result.final).is_relative_to(renamed.folder) and Path(result.final).is_file()
    assert "第一版" not in renamed.config_file.read_text(encoding="utf-8")
    assert [one.folder for one in registry.known_runs()] == [renamed.folder]
    assert [path.name for path in (preset.parent / "runs").iterdir()] == ["best"]


def test_a_run_of_the_queue_is_retried_under_its_new_name(preset: Path, home: Path) -> None:
    run = stopped(preset, home)
    entry = queue.add(queue.Entry(str(preset), str(preset.parent), name="ning", steps=STEPS))
    queue.update(entry.id, status="stopped", run=str(run.folder))
    renamed = api.rename_run(run, "best")
    queue.retry(entry.id)
    assert say(preset, night(home, pace=0), "queue", "start", "--plain")[0] == 0
    assert end_of(renamed).attempts == 2
    assert len(runs_below(preset.parent)) == 1


def test_a_renamed_run_keeps_its_place_among_the_others(preset: Path, home: Path) -> None:
    runs = [preset.parent / "runs" / f"ning-{number:03}" for number in (1, 2, 3)]
    for folder in runs:
        files.write_json(folder / "plan.json", {"folder": str(folder)})
        noted.remember_run(folder)
    os.utime(runs[0] / "plan.json", (1, 1))
    for name in ("a", "b"):
        now = api.rename_run(registry.known_runs()[2], name)
        assert [run.folder for run in registry.known_runs()] == [runs[2], runs[1], now.folder]
    assert noted.place_of(runs[0]) == now.folder
    files.write_json(runs[0] / "plan.json", {"folder": str(runs[0])})  # another one takes the old name
    assert noted.place_of(runs[0]) == runs[0]
    noted.remember_run(runs[0])
    assert [run.folder for run in registry.known_runs()] == [runs[0], runs[2], runs[1], now.folder]


def test_what_cannot_be_renamed(preset: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child, run = begin(preset, night(home, pace=0.3), step=2)
    code, told = say(preset, night(home), "runs", "rename", run.folder.name, "best")
    assert code == RunError.exit_code and "kept.running" in told and run.plan_file.is_file()
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=SECONDS)
    (run.folder.parent / "taken").mkdir()
    for name, code_of, kind in (
        ("a/b", "kept.bad_name", UsageError),
        ("..", "kept.bad_name", UsageError),
        (".hidden", "kept.bad_name", UsageError),
        ("", "kept.bad_name", UsageError),
        ("taken", "kept.name_taken", RunError),
    ):
        with pytest.raises(kind) as caught:
            api.rename_run(run, name)
        assert caught.value.code == code_of and run.plan_file.is_file()
    assert api.rename_run(run, run.folder.name) == run
    entry = queue.add(queue.Entry(str(preset), str(preset.parent)))
    queue.update(entry.id, run=str(run.folder))
    with pytest.raises(RunError) as waits:
        api.rename_run(run, "best")
    assert waits.value.code == "kept.queued"
    queue.remove(entry.id)

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(HostError) as refused:
        api.rename_run(run, "best")
    assert refused.value.code == "files.not_writable"
    assert registry.known_runs() == [run]


def test_what_names_it_by_its_path_is_told(preset: Path, home: Path) -> None:
    run = preset.parent / "runs" / "ning-001"
    files.write_json(run / "plan.json", {"folder": str(run)})
    follower = preset.parent / "runs" / "ning-002"
    weights = {"network_weights": str(run / "models" / "ning.safetensors")}
    files.write_json(follower / "plan.json", {"folder": str(follower), "training_config": weights})
    (preset.parent / "next.toml").write_text('[network]\nweights = "runs/ning-001/models/ning.safetensors"\n')
    for path in (run, follower):
        os.utime(path / "plan.json", (1, 1))
        noted.remember_run(path)
    code, told = say(preset, night(home), "runs", "rename", "ning-001", "best")
    assert code == 0 and told.count("kept.named_elsewhere") == 2
    assert "next.toml" in told and "ning-002" in told


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_in_the_middle(preset: Path, home: Path, number: int) -> None:
    """At a random moment: the run is there whole, under one of both names, and known by it."""
    run = preset.parent / "runs" / "ning-001"
    files.write_json(run / "plan.json", {"folder": str(run)})
    os.utime(run / "plan.json", (1, 1))
    noted.remember_run(run)
    code = (
        "import sys, itertools; from pathlib import Path; from kohya_driver import api\n"
        "print('ready', flush=True); run = Path(sys.argv[1])\n"
        "for name in itertools.cycle(('a', 'b')): run = api.rename_run(run, name).folder"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(run)], env=environment(home), stdout=subprocess.PIPE, text=True
    )
    assert child.stdout and child.stdout.readline() == "ready\n"
    time.sleep(0.03 + number * 0.007)
    child.kill()
    child.communicate()
    [left] = runs_below(preset.parent)
    assert left.folder.name in ("ning-001", "a", "b") and left.plan_file.is_file()
    assert [one.folder for one in registry.known_runs()] == [left.folder]
    assert noted.place_of(run) == left.folder
    assert api.rename_run(left, "whole").plan_file.is_file()
