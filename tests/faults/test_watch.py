"""Watching real processes: several at once, killed, closed, before the beginning and after the end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver.run.folder import Run
from tests.faults.stand_in_engine import command, environment, install_stand_in, left_over, runs_below, start
from tests.faults.test_run import own_terminal, wait_for_run
from tests.project import write_project

EXTRA = "[training]\nmax_train_epochs = 2\n[saving]\nevery_n_epochs = 1\n"
STEPS = 36
SECONDS = 60
SLOW = 2.0
"""Seconds of a step where the test ends the training itself."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return install_stand_in(tmp_path / "home 数据")


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    assert not list(left_over(tmp_path / "我的 项目"))


@contextlib.contextmanager
def training(preset: Path, home: Path, pace: float = SLOW) -> Iterator[tuple[Run, subprocess.Popen[str]]]:
    """From its first step on; ended here if it is not over by then."""
    env = environment(home, STAND_IN_STEP_SECONDS=str(pace))
    child = start("train", preset, "--plain", env=env, cwd=preset.parent)
    try:
        yield wait_for_run(preset.parent, child, step=1), child
    finally:
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
        child.communicate(timeout=SECONDS)


def check_goes_on(run: Run, trainer: subprocess.Popen[str]) -> None:
    """It makes a further step."""
    wait_for_run(run.folder.parent.parent, trainer, step=run.snapshot().step + 1)


def watch(home: Path, cwd: Path, *arguments: str | Path) -> subprocess.Popen[str]:
    return start("watch", *arguments, env=environment(home), cwd=cwd)


def test_several_watchers_see_the_same(preset: Path, home: Path) -> None:
    with training(preset, home, 0.05) as (run, trainer):
        watchers = [watch(home, preset.parent, *name, "--json") for name in ((), (run.folder.name,))]
        plain = watch(home, preset.parent, run.folder, "--plain")
        seen = [watcher.communicate(timeout=SECONDS) for watcher in watchers]
        lines, errors = plain.communicate(timeout=SECONDS)
        trainer.communicate(timeout=SECONDS)
    written = run.events_file.read_text(encoding="utf-8")
    assert [(output, errors) for output, errors in seen] == [(written, "")] * 2
    assert [watcher.returncode for watcher in (*watchers, plain)] == [0] * 3
    assert f"step {STEPS} of {STEPS}" in lines and "Done: 36 steps" in lines and errors == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_watcher_that_leaves(preset: Path, home: Path, number: signal.Signals) -> None:
    with training(preset, home) as (run, trainer):
        watcher = watch(home, preset.parent, "--plain")
        assert watcher.stdout and "ning" in watcher.stdout.readline()
        watcher.send_signal(number)
        output, errors = watcher.communicate(timeout=SECONDS)
        if number != signal.SIGKILL:
            assert (watcher.returncode, errors) == (0, "")
            assert "the training goes on" in output
        check_goes_on(run, trainer)


def test_a_reader_that_goes_away_ends_the_watcher_only(preset: Path, home: Path) -> None:
    with training(preset, home, 0.5) as (run, trainer):
        with watch(home, preset.parent, "--json") as watcher:
            assert watcher.stdout and watcher.stderr
            watcher.stdout.readline()
            watcher.stdout.close()
            assert watcher.stderr.read() == ""
        assert watcher.returncode == 0
        check_goes_on(run, trainer)


def screen_until(window: int, words: bytes, screen: bytes = b"") -> bytes:
    while words not in screen:
        screen += os.read(window, 1 << 16)
    return screen


def test_two_screens_and_ctrl_c_in_one(preset: Path, home: Path) -> None:
    env = environment(home, TERM="xterm-256color")
    with training(preset, home) as (run, trainer):
        screens = [own_terminal(command("watch"), env, preset.parent) for _ in range(2)]
        for _, window in screens:
            assert b"Ctrl-C leaves" in screen_until(window, b"Ctrl-C leaves")
        (leaver, first), (stayer, second) = screens
        os.write(first, b"\x03")
        left = screen_until(first, b"You have left")
        assert left.rindex(b"\x1b[?1049l") < left.index(b"You have left")
        assert leaver.wait(SECONDS) == 0
        os.close(first)
        check_goes_on(run, trainer)
        trainer.send_signal(signal.SIGINT)
        assert b"stopped on request" in screen_until(second, b"stopped on request")
        assert stayer.wait(SECONDS) == 10
        os.close(second)


def test_a_watchers_window_that_is_closed(preset: Path, home: Path) -> None:
    env = environment(home, TERM="xterm-256color")
    with training(preset, home) as (run, trainer):
        watcher, window = own_terminal(command("watch"), env, preset.parent)
        screen_until(window, b"Ctrl-C leaves")
        os.close(window)
        assert watcher.wait(SECONDS) in (0, -signal.SIGHUP)
        check_goes_on(run, trainer)
    assert not (home / "logs" / "bug.txt").exists()


@pytest.mark.parametrize(
    ("fault", "code", "words"), [("", 0, "Done: 36 steps"), ("crash", 9, "bitsandbytes")]
)
def test_a_run_that_is_over(preset: Path, home: Path, fault: str, code: int, words: str) -> None:
    env = environment(home, STAND_IN=fault)
    start("train", preset, env=env, cwd=preset.parent).communicate(timeout=SECONDS)
    for how in ((), ("--plain",)):
        watcher = watch(home, preset.parent, *how)
        output, errors = watcher.communicate(timeout=SECONDS)
        assert watcher.returncode == code and words in output + errors
    watcher = watch(home, preset.parent, "--once")
    output, errors = watcher.communicate(timeout=SECONDS)
    assert watcher.returncode == 0 and words in output + errors
    window_watcher, window = own_terminal(
        command("watch"), environment(home, TERM="xterm-256color"), preset.parent
    )
    screen = b""
    with contextlib.suppress(OSError):
        while data := os.read(window, 1 << 16):
            screen += data
    os.close(window)
    assert window_watcher.wait(SECONDS) == code
    assert words.encode() in screen and b"\x1b[?1049h" not in screen


def test_once_while_it_trains(preset: Path, home: Path) -> None:
    with training(preset, home) as (run, trainer):
        line, _ = watch(home, preset.parent, "--once", "--plain").communicate(timeout=SECONDS)
        assert line.startswith("ning-001: running, ") and line.count("\n") == 1
        values = json.loads(watch(home, preset.parent, "--once", "--json").communicate(timeout=SECONDS)[0])
        assert values["state"] == "running" and values["snapshot"]["steps"] == STEPS
        output, _ = watch(home, preset.parent, "--once").communicate(timeout=SECONDS)
        assert "This run goes on" in output
        check_goes_on(run, trainer)


def test_a_run_that_is_cut_off_while_it_is_watched(preset: Path, home: Path) -> None:
    with training(preset, home) as (run, trainer):
        watcher = watch(home, preset.parent, "--plain")
        assert watcher.stdout and watcher.stdout.readline()
        engine = run.snapshot().pid
        assert engine
        trainer.kill()
        os.killpg(engine, signal.SIGKILL)
        _, errors = watcher.communicate(timeout=SECONDS)
    assert watcher.returncode == 8 and "cut off" in errors
    assert run.state() == "cut off"


@pytest.mark.parametrize("words", [("watch", "--plain"), ("runs",)])
def test_a_run_that_has_lost_its_supervisor(
    preset: Path, home: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Whoever looks at it gives it a new one, which brings it to its end; found by the name, from elsewhere."""
    with training(preset, home, 0.6) as (run, trainer):
        trainer.kill()
        trainer.communicate()
        assert run.state() == "unwatched"
        looker = start(*words, env=environment(home), cwd=tmp_path)
        output, errors = looker.communicate(timeout=SECONDS)
        assert (looker.returncode, errors) == (0, "") and "ning" in output
        end = time.monotonic() + SECONDS
        while run.state() in ("running", "unwatched") and time.monotonic() < end:
            time.sleep(0.1)
    result = run.result()
    assert result and (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 1)
    last = watch(home, tmp_path, run.folder.name, "--once", "--plain").communicate(timeout=SECONDS)[0]
    assert last == f"ning-001: done, {STEPS} of {STEPS} steps\n"


def test_before_the_first_event(preset: Path, home: Path) -> None:
    """A watcher may be quicker than the engine's start."""
    env = environment(home, STAND_IN_STEP_SECONDS="0.05")
    child = start("train", preset, "--plain", env=env, cwd=preset.parent)
    end = time.monotonic() + SECONDS
    while not runs_below(preset.parent) and time.monotonic() < end:
        time.sleep(0.01)
    [run] = runs_below(preset.parent)
    while not run.plan_file.exists() and time.monotonic() < end:
        time.sleep(0.001)
    watcher = watch(home, preset.parent, run.folder, "--json")
    output, errors = watcher.communicate(timeout=SECONDS)
    child.communicate(timeout=SECONDS)
    assert (watcher.returncode, errors) == (0, "")
    assert output == run.events_file.read_text(encoding="utf-8")


def test_nothing_to_watch(home: Path, tmp_path: Path) -> None:
    watcher = watch(home, tmp_path)
    _, errors = watcher.communicate(timeout=SECONDS)
    assert watcher.returncode == 8 and "run.none" in errors
