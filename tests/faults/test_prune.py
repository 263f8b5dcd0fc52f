"""Pruning and removing with real processes: a training that runs, a kill in the middle, a person who is asked."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import api, files, process
from kohya_driver.errors import RunError, UsageError
from kohya_driver.run.folder import Run
from kohya_driver.run.states import MANIFEST, find_states, newest_whole
from tests.faults.nights import EVERY, EXTRA, SECONDS, STEPS, begin, check_curve, end_of, night, say, wait
from tests.faults.stand_in_engine import command, environment, install_stand_in, left_over
from tests.project import write_project
from tests.unit.kept_runs import make_plan, make_run

KILLS = int(os.environ.get("KOHYA_DRIVER_FAULT_TIMES", "1")) * 4
MANY = 60


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(made))
    return made


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    wait(lambda: not list(left_over(tmp_path / "我的 项目")))


def test_a_pruned_run_is_resumed_to_the_same_end(preset: Path, home: Path) -> None:
    child, run = begin(preset, night(home, pace=1.0), step=EVERY * 2 + 1)
    refused = say(preset, night(home), "runs", "prune", run.folder.name, "--yes")
    assert refused[0] == RunError.exit_code and "kept.running" in refused[1]
    assert say(preset, night(home), "runs", "remove", run.folder.name, "--yes")[0] == RunError.exit_code
    code, told = say(preset, night(home), "runs", "prune", "--older-than", "2099-01-01", "--yes")
    assert code == 0 and "Passed over" in told
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=SECONDS)
    states = find_states(run.states_folder)
    assert len(states) == 2
    code, told = say(preset, night(home), "runs", "prune", run.folder.name, "--yes")
    assert code == 0 and "`resume` needs it" in told
    [kept] = find_states(run.states_folder)
    assert kept == states[0] and kept.is_whole()
    assert len(list(run.saved_folder.iterdir())) == 1  # its newest LoRA
    assert say(preset, night(home, pace=0), "resume", "--plain")[0] == 0
    check_curve(run)
    assert (end_of(run).outcome, end_of(run).steps) == ("succeeded", STEPS)
    code, told = say(preset, night(home), "runs", "prune", run.folder.name, "--yes")
    assert code == 0
    models = run.folder / "models"
    assert [path.name for path in models.iterdir()] == ["ning.safetensors"] and not list(
        run.saved_folder.iterdir()
    )
    code, told = say(preset, night(home), "show", str(run.folder))
    assert code == 0 and "ning-000001" not in told


def many_states(project: Path) -> Run:
    """A run with more than can be removed in a moment."""
    run = make_run(make_plan(project), outcome="stopped", checkpoints=range(1, 30), states=range(1, MANY + 1))
    for state in run.states_folder.iterdir():
        for number in range(40):
            (state / f"part {number}").write_bytes(bytes(2000))
    return run


@pytest.mark.parametrize("number", range(KILLS))
def test_killed_while_it_prunes(tmp_path: Path, home: Path, number: int) -> None:
    """Whatever is left is whole, and the next pruning takes the rest away."""
    run = many_states(tmp_path / "项目")
    prune = [*command("runs", "prune", run.folder, "--yes")]
    child = subprocess.Popen(prune, env=environment(home), stdout=subprocess.PIPE, text=True)
    wait(lambda: len(list(run.folder.glob("models/*"))) < 29, None)
    time.sleep(number * 0.004)
    child.kill()
    child.communicate()
    left = find_states(run.states_folder)
    assert left[0].step == MANY and all(state.is_whole() for state in left)
    assert all(path.stat().st_size > 1000 for path in (run.folder / "models").glob("*.safetensors"))
    hidden = [path for path in run.states_folder.iterdir() if path.name.startswith(".pruned-")]
    assert len(left) + len(hidden) <= MANY
    freed = api.prune([api.plan_prune(run)])
    assert freed.failed == ()
    assert [path.name for path in run.states_folder.iterdir()] == [f"step-{MANY:08d}"]
    assert [path.name for path in (run.folder / "models").iterdir()] == ["ning-step00000029.safetensors"]
    state, _ = newest_whole(run.states_folder)
    assert state and state.step == MANY


@pytest.mark.parametrize("number", range(KILLS // 2))
def test_killed_while_it_removes(tmp_path: Path, home: Path, number: int) -> None:
    """The run is there whole, or not at all; what is left of it is taken away with the next one."""
    run = many_states(tmp_path / "项目")
    other = make_run(make_plan(tmp_path / "项目"))
    count = sum(len(inside) for _, _, inside in os.walk(run.folder))
    remove = [*command("runs", "remove", run.folder, "--delete", "--yes")]
    child = subprocess.Popen(remove, env=environment(home), stdout=subprocess.PIPE, text=True)
    wait(lambda: not run.folder.exists() or child.poll() is not None, None)
    time.sleep(number * 0.003)
    child.kill()
    child.communicate()
    if run.folder.exists():
        assert sum(len(inside) for _, _, inside in os.walk(run.folder)) == count
    names = {one.name for one in api.list_runs(tmp_path / "项目")}
    assert names == {other.folder.name, *([run.folder.name] if run.folder.exists() else [])}
    api.remove_run(other, trash=False)
    assert {path.name for path in run.folder.parent.iterdir()} <= {run.folder.name}


def test_nobody_is_there_to_be_asked(tmp_path: Path, home: Path) -> None:
    run = make_run(make_plan(tmp_path / "项目"))
    before = sorted(run.folder.rglob("*"))
    for words in (("prune", run.folder), ("remove", run.folder), ("remove", run.folder, "--delete")):
        code, told = say(run.folder, environment(home), "runs", *words)
        assert code == UsageError.exit_code and "kept.needs_yes" in told
    assert say(run.folder, environment(home), "runs", "prune", run.folder, "--dry-run")[0] == 0
    assert say(run.folder, environment(home), "runs", "prune")[0] == UsageError.exit_code
    assert sorted(run.folder.rglob("*")) == before


@pytest.mark.parametrize(
    ("answer", "left"), [("y\n", 1), ("是\n", 1), ("n\n", 4), ("\n", 4), ("\x04", 4), ("\x03", 4)]
)
def test_a_person_is_asked(tmp_path: Path, home: Path, answer: str, left: int) -> None:
    run = make_run(make_plan(tmp_path / "项目"))
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(sys.executable, command("runs", "prune", run.folder), environment(home))
    said = ""
    try:
        said = read_until(terminal, "[y/N]")
        assert "3 to go" in said and "never removed" in said and "deleted for good" in said
        assert len(list((run.folder / "models").iterdir())) == 4
        os.write(terminal, answer.encode())
        said += read_until(terminal, "\x00", seconds=20)
    finally:
        _, status = os.waitpid(child, 0)
        os.close(terminal)
    assert len(list((run.folder / "models").iterdir())) == left
    assert os.waitstatus_to_exitcode(status) == (130 if answer == "\x03" else 0)
    assert "Traceback" not in said


def read_until(terminal: int, words: str, seconds: float = 60) -> str:
    """What the terminal shows, until these words or its end."""
    said, end = b"", time.monotonic() + seconds
    while words.encode() not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:
                break
            if not piece:
                break
            said += piece
    return said.decode("utf-8", "replace")


def test_what_changes_while_a_person_thinks(tmp_path: Path, home: Path) -> None:
    """It is planned, then resumed elsewhere, then agreed to."""
    run = make_run(make_plan(tmp_path / "项目"), outcome="stopped", states=(10, 20))
    pruning = api.plan_prune(run)
    assert {one.kind for one in pruning.goes} == {"checkpoint", "state"}
    files.write_json(run.states_folder / "step-00000010" / MANIFEST, {"version": 1})
    holder = {"pid": os.getpid(), "started": process.own_start()}
    run.result_file.unlink()
    files.write_json(run.supervisor_file, holder)
    freed = api.prune([pruning])
    assert freed.gone == () and [one.code for one in freed.failed] == ["kept.running"]
    run.supervisor_file.unlink()
    gone = api.prune([pruning]).gone
    assert [one.kind for one in gone] == ["checkpoint", "checkpoint"]
