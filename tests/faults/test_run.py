"""Runs that go wrong, on a stand-in for the engine: the outcome is right, the evidence is kept, and nothing is left running."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from fcntl import ioctl
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.errors import RunError
from kohya_driver.events.model import CheckpointSaved, Record, SavingCheckpoint, StepDone
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run, RunResult, open_run
from kohya_driver.run.products import products_of
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import OLDEST_SECONDS
from tests.faults.stand_in_engine import QUIET, environment, install_stand_in, left_over, runs_below, start
from tests.project import write_project

EXTRA = (
    "[training]\nmax_train_epochs = 2\n[saving]\nevery_n_epochs = 1\n"
    '[sampling]\nprompts = ["{trigger}"]\nevery_n_epochs = 1\n'
    '[safety]\nrecover = 0\nnotify = false\ndisk = "warn"\n'
) + QUIET
STEPS = 36
SECONDS = 60
QUICK = 0.01
"""Seconds of a step: an engine that is quicker may have saved before anybody has looked at what stood there already."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home 数据")
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(made))
    return made


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    yield write_project(tmp_path / "我的 项目", extra=EXTRA)
    assert not list(left_over(tmp_path / "我的 项目"))


WITH_LAUNCHER = ("launcher_killed", "lost_status")
"""Faults of a trainer that `accelerate launch` has started."""


def train(
    preset: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str = "",
    *,
    step_seconds: float = QUICK,
    slow_after: int = sys.maxsize,
    on_event: Callable[[Record, RunSnapshot], None] | None = None,
    stop: Stop | None = None,
) -> RunResult:
    monkeypatch.setenv("STAND_IN", fault)
    monkeypatch.setenv("STAND_IN_STEP_SECONDS", str(step_seconds))
    monkeypatch.setenv("STAND_IN_SLOW_AFTER", str(slow_after))
    sets = ["launch.launcher=accelerate"] if fault in WITH_LAUNCHER else []
    result = api.train(api.load_preset(preset, sets=sets), on_event=on_event, stop=stop)
    run = open_run(result.folder)
    assert run.result() == result
    assert run.state() == run.snapshot().outcome == result.outcome
    assert not process.marked(result.folder)
    return result


def test_success(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[Record, RunSnapshot]] = []
    result = train(preset, monkeypatch, on_event=lambda record, snapshot: seen.append((record, snapshot)))
    run = open_run(result.folder)
    models = run.folder / "models"
    assert (result.outcome, result.status, result.steps, result.reason) == ("succeeded", 0, STEPS, "")
    assert result.final == str(models / "ning.safetensors")
    assert result.checkpoints == (str(models / "ning-000001.safetensors"), result.final)
    assert run.snapshot().samples == (str(models / "sample" / "ning_e000001_00.png"),)
    as_written = [json.loads(json.dumps(record.to_json())) for record, _ in seen]
    assert [record.to_json() for record in run.events()] == as_written
    assert as_written[0]["kind"] == "run_started" and as_written[-1]["kind"] == "run_finished"
    assert run.snapshot().losses.points == seen[-1][1].losses.points
    # One after the other, though what is written quickly has the same time.
    written_at = {path: path.stat().st_mtime_ns for path in run.folder.iterdir()}
    report_at, result_at = written_at.pop(run.report_file), written_at[run.result_file]
    assert report_at >= result_at == max(written_at.values())
    # What is free and how fast it goes are of the moment.
    written, again = (
        {**plan.to_json(), **dict.fromkeys(OF_THE_MOMENT), "findings": lasting(plan)}
        for plan in (run.plan(), api.plan(api.load_preset(preset), folder=run.folder))
    )
    assert written == again


OF_THE_MOMENT = ("memory", "time", "autosave", "disk_bytes")


def lasting(plan: Plan) -> list[str]:
    return [finding.code for finding in plan.findings if not finding.code.startswith("memory.")]


# what the engine does, the reason given, words of the evidence
FAULTS = [
    ("no_data", "run.no_data", "No data found"),
    ("crash", "run.engine_failed", "ImportError: No bitsandbytes"),
    ("killed", "run.killed", "SIGKILL"),
    ("lost_status", "run.killed", "SIGKILL"),
    ("nan", "run.final_not_finite", "ning.safetensors"),
    ("untrained", "run.final_untrained", "ning.safetensors"),
    ("no_final", "run.final_missing", "ning.safetensors"),
    ("torn", "run.final_unreadable", "ning.safetensors"),
    ("silent", "run.not_saved", "saving checkpoint"),
    ("closed", "run.not_saved", "学習ステップ数: 36"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "reason", "words"), FAULTS, ids=[fault for fault, _, _ in FAULTS])
def test_failure(preset: Path, monkeypatch: pytest.MonkeyPatch, fault: str, reason: str, words: str) -> None:
    result = train(preset, monkeypatch, fault)
    assert (result.outcome, result.reason, result.final) == ("failed", reason, "")
    assert words in result.evidence
    assert "accelerate" not in result.evidence


@pytest.mark.parametrize(
    "fault", ["orphan", "bytes", "halves", "flood", "flood_of_warnings", "launcher_killed"]
)
def test_success_in_spite_of(preset: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    result = train(preset, monkeypatch, fault, step_seconds=0.05 if fault == "launcher_killed" else QUICK)
    assert (result.outcome, result.steps, len(result.checkpoints)) == ("succeeded", STEPS, 2)
    assert result.seconds < 30


def test_a_lora_of_an_earlier_run_is_not_this_ones(
    preset: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = preset.read_text(encoding="utf-8").replace("[saving]", f'[saving]\noutput_dir = "{tmp_path}/out"')
    preset.write_text(text, encoding="utf-8")
    first = train(preset, monkeypatch)
    assert first.outcome == "succeeded"
    old = tmp_path / "out" / "ning.safetensors"
    kept = old.read_bytes()
    shutil.rmtree(old.parent)

    def put_back(plan: Plan) -> None:
        """After the plan, which would have said that the folder is taken."""
        old.parent.mkdir()
        old.write_bytes(kept)

    monkeypatch.setenv("STAND_IN", "no_final")
    again = api.train(api.load_preset(preset), on_plan=put_back)
    assert (again.outcome, again.reason) == ("failed", "run.final_old")


def test_a_checkpoint_counts_when_it_is_whole(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Record] = []
    train(preset, monkeypatch, "halves", on_event=lambda record, snapshot: seen.append(record))
    begun = [record for record in seen if isinstance(record.event, SavingCheckpoint)]
    landed = [record for record in seen if isinstance(record.event, CheckpointSaved)]
    assert len(begun) == len(landed) == 2
    for record in landed:
        assert isinstance(record.event, CheckpointSaved)
        file = Path(record.event.path).stat()
        # Its second half comes half a second behind its first.
        assert record.time + 0.05 >= file.st_mtime
        assert record.event.size_bytes == file.st_size


def test_a_checkpoint_has_the_step_at_which_it_was_saved(
    preset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the engine goes on at once, and is mostly at its end when the file is noticed."""
    run = open_run(train(preset, monkeypatch, step_seconds=0).folder)
    assert [one.step for one in run.snapshot().checkpoints] == [STEPS // 2, STEPS]
    assert [one.step for one in products_of(run)] == [STEPS // 2, STEPS]


def test_steps_have_the_times_of_the_engine(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = open_run(train(preset, monkeypatch, step_seconds=0.03).folder)
    done = [json.loads(line)["time"] for line in run.metrics_file.read_text().splitlines()]
    steps = [(record.time, record.event) for record in run.events() if isinstance(record.event, StepDone)]
    assert len(steps) == len(done) == STEPS
    # An age ends somewhere: of what is heard later than that no time is known.
    off = [
        abs(heard - step.age - at)
        for (heard, step), at in zip(steps, done, strict=True)
        if step.age < OLDEST_SECONDS
    ]
    # A few may be: this process can be held between two looks at its clock.
    assert sorted(off)[:-3] and sorted(off)[-4] < 0.05


def test_stop(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = Stop()

    def ask(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and record.event.step == 20:
            threading.Thread(target=stop.ask).start()

    result = train(preset, monkeypatch, "orphan", step_seconds=0.02, slow_after=20, on_event=ask, stop=stop)
    assert (result.outcome, result.reason, result.evidence) == ("stopped", "run.stopped", "")
    assert 20 <= result.steps < STEPS
    assert [Path(path).name for path in result.checkpoints] == ["ning-000001.safetensors"]
    # It was asked, not ended: what was learnt is kept, as a LoRA and as a train state.
    assert result.status == 0
    assert [Path(path).name for path in result.saved] == [f"ning-step{result.steps:08d}.safetensors"]
    assert Path(result.state).name == f"step-{result.steps:08d}"
    assert result.seconds < process.INTERRUPT_SECONDS


@pytest.mark.parametrize("fault", ["stubborn_orphan", "endless_flood"])
def test_stop_at_once(preset: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    stop = Stop()
    timers = [threading.Timer(seconds, stop.ask) for seconds in (1.0, 1.5, 2.0)]
    for timer in timers:
        timer.start()
    result = train(preset, monkeypatch, fault, step_seconds=1, stop=stop)
    assert result.outcome == "stopped"
    assert result.seconds < process.INTERRUPT_SECONDS


@pytest.mark.parametrize("kind", ["run_started", "step", "process_exited", "run_finished"])
def test_a_fault_of_whoever_watches(preset: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    def fail(record: Record, snapshot: RunSnapshot) -> None:
        if record.event.kind == kind:
            raise ZeroDivisionError("a fault of mine")

    with pytest.raises(ZeroDivisionError, match="a fault of mine"):
        train(preset, monkeypatch, on_event=fail, step_seconds=0.02)
    [run] = runs_below(preset.parent)
    result = run.result()
    assert result
    if kind in ("process_exited", "run_finished"):
        assert result.outcome == "succeeded"
    else:
        assert (result.outcome, result.reason) == ("failed", "run.driver_failed")
        assert "ZeroDivisionError: a fault of mine" in result.evidence
    assert run.snapshot().outcome == result.outcome


def test_an_engine_that_cannot_be_started(preset: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [python] = home.glob("engines/*/env/bin/python")
    python.chmod(0o644)
    with pytest.raises(RunError) as caught:
        train(preset, monkeypatch)
    assert caught.value.code == "run.cannot_start"
    [run] = runs_below(preset.parent)
    assert run.state() == "failed"


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root on Linux can mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def make_small(preset: Path) -> None:
    """So that the plan says that the run fits on a small disk."""
    preset.write_text(
        preset.read_text(encoding="utf-8") + "[network]\ndim = 1\nalpha = 1\n", encoding="utf-8"
    )


def test_a_full_disk(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There was room for the result, kept from the beginning."""
    make_small(preset)
    with small_disk(preset.parent / "runs"):
        result = train(preset, monkeypatch, "full")
        assert (result.outcome, result.diagnosis["kind"]) == ("failed", "save.disk_full")
        assert not list(left_over(preset.parent))
        assert result.checkpoints == ()


def test_a_disk_that_is_full_for_a_while(preset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(preset)
    with small_disk(preset.parent / "runs"):
        result = train(preset, monkeypatch, "full_for_a_while", step_seconds=0.01)
        assert (result.outcome, result.steps, len(result.checkpoints)) == ("succeeded", STEPS, 2)


# The command line, as a person starts it.


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_during_an_installation(tmp_path: Path, number: signal.Signals) -> None:
    """An installation is not waited for, as a run is: here it would wait for ever, for a server that says nothing."""
    preset = write_project(tmp_path / "项目", extra=EXTRA)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        env = environment(tmp_path / "home")
        source = f"http://127.0.0.1:{silent.getsockname()[1]}/sd-scripts.git"
        child = start("train", preset, "--source", source, env=env, cwd=tmp_path)
        silent.settimeout(SECONDS)
        asked, _ = silent.accept()
        with asked:
            child.send_signal(number)
            output = child.communicate(timeout=SECONDS)
    assert child.returncode == 130, output
    assert not runs_below(preset.parent) and not list(process.using(tmp_path))
    assert not list((tmp_path / "home" / "engines").glob("[!.]*"))


def wait_for_run(project: Path, child: subprocess.Popen[str], step: int = 0) -> Run:
    """The run, as soon as it has made this many steps."""
    end = time.monotonic() + SECONDS
    lives = True
    while time.monotonic() < end and lives:
        lives = child.poll() is None  # if not, it may have come there since the last look
        for run in runs_below(project):
            snapshot = run.snapshot()
            if snapshot.pid and snapshot.step >= step:
                return run
        time.sleep(0.05)
    raise AssertionError(f"no run: {child.poll()} {child.communicate()}")


def check_stopped(run: Run, by: str) -> None:
    result = run.result()
    assert result and (result.outcome, result.reason) == ("stopped", "run.stopped")
    assert run.snapshot().stop_requested == by
    assert not process.marked(str(run.folder))


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_any_time(tmp_path: Path, number: signal.Signals) -> None:
    """Before there is a run the program just ends; from then on the run ends in order."""
    projects = [write_project(tmp_path / f"项目 {i}", extra=EXTRA) for i in range(5)]
    # One machine trains one thing at a time; each has a machine of its own here.
    homes = [install_stand_in(tmp_path / f"home {i}") for i in range(5)]
    envs = [environment(one, STAND_IN="orphan", STAND_IN_STEP_SECONDS="1") for one in homes]
    chance = random.Random()
    delays = sorted(chance.uniform(0.1, 2.5) for _ in projects)
    begin = time.monotonic()
    children = [
        start("train", preset, env=env, cwd=tmp_path) for preset, env in zip(projects, envs, strict=True)
    ]
    for child, delay in zip(children, delays, strict=True):
        time.sleep(max(0, begin + delay - time.monotonic()))
        child.send_signal(number)
    for child, preset, delay in zip(children, projects, delays, strict=True):
        output = child.communicate(timeout=SECONDS)
        runs = runs_below(preset.parent)
        assert not list(left_over(preset.parent)), delay
        if child.returncode == 10:
            check_stopped(runs[0], number.name)
            assert str(runs[0].folder) in output[1]
        elif number == signal.SIGINT and child.returncode == 1:
            # Python itself was still looking for its packages.
            assert not runs and "runpy" not in "".join(output), (delay, output)
        else:
            assert child.returncode in (130, -number) and not runs, (delay, child.returncode, output)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_during_the_training(preset: Path, home: Path, number: signal.Signals) -> None:
    env = environment(home, STAND_IN_SLOW_AFTER="20")
    child = start("train", preset, "--plain", env=env, cwd=preset.parent)
    run = wait_for_run(preset.parent, child, step=20)
    child.send_signal(number)
    output, errors = child.communicate(timeout=SECONDS)
    assert child.returncode == 10, (output, errors)
    check_stopped(run, number.name)
    assert "ning-000001.safetensors" in errors and "Traceback" not in output + errors


def test_more_signals_hurry(preset: Path, home: Path) -> None:
    env = environment(home, STAND_IN="stubborn", STAND_IN_STEP_SECONDS="0.2")
    child = start("train", preset, env=env, cwd=preset.parent)
    run = wait_for_run(preset.parent, child, step=1)
    begin = time.monotonic()
    while not run.result():  # while the machine is busy, two of them can be one
        child.send_signal(signal.SIGINT)
        time.sleep(0.3)
    child.communicate(timeout=SECONDS)
    assert child.returncode == 10
    assert time.monotonic() - begin < process.INTERRUPT_SECONDS
    check_stopped(run, "SIGINT")


def test_nohup_is_respected(preset: Path, home: Path) -> None:
    env = environment(home, STAND_IN_STEP_SECONDS="0.02")
    command = ["nohup", sys.executable, "-m", "kohya_driver", "train", str(preset)]
    child = subprocess.Popen(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    run = wait_for_run(preset.parent, child)
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=SECONDS)
    result = run.result()
    assert child.returncode == 0 and result and result.outcome == "succeeded"


@pytest.mark.parametrize("how", ["--plain", "--json"])
def test_a_reader_that_goes_away_does_not_end_the_training(preset: Path, home: Path, how: str) -> None:
    env = environment(home, STAND_IN_STEP_SECONDS="0.01")
    with start("train", preset, how, env=env, cwd=preset.parent) as child:
        assert child.stdout and child.stderr
        child.stdout.readline()
        child.stdout.close()
        errors = child.stderr.read()
    assert (child.returncode, errors) == (0, "")
    [run] = runs_below(preset.parent)
    assert run.state() == "succeeded"


def own_terminal(command: list[str], env: dict[str, str], cwd: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start it in a terminal window of its own; returns the window's end, which closes the window when closed."""
    window, inside = os.openpty()
    script = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
    ioctl(inside, termios.TIOCSWINSZ, b"\x18\x00\x50\x00\x00\x00\x00\x00")
    child = subprocess.Popen(
        [sys.executable, "-c", script, *command],
        env=env, cwd=cwd, stdin=inside, stdout=inside, stderr=inside, start_new_session=True,
    )  # fmt: skip
    os.close(inside)
    return child, window


def test_a_terminal_that_is_closed(preset: Path, home: Path) -> None:
    env = environment(home, STAND_IN_SLOW_AFTER="19", TERM="xterm-256color")
    command = [sys.executable, "-m", "kohya_driver", "train", str(preset)]
    child, window = own_terminal(command, env, preset.parent)
    screen = b""
    while b"epoch 2 of 2" not in screen:
        screen += os.read(window, 1 << 16)
    os.close(window)
    assert child.wait(SECONDS) == 10
    [run] = runs_below(preset.parent)
    check_stopped(run, "SIGHUP")
    assert not (home / "logs" / "bug.txt").exists()


def test_ctrl_c_in_a_terminal(preset: Path, home: Path) -> None:
    env = environment(home, STAND_IN_SLOW_AFTER="19", TERM="xterm-256color")
    command = [sys.executable, "-m", "kohya_driver", "train", str(preset)]
    child, window = own_terminal(command, env, preset.parent)
    screen, asked = b"", False
    with contextlib.suppress(OSError):  # the end of a terminal is an error on Linux
        while data := os.read(window, 1 << 16):
            screen += data
            if b"epoch 2 of 2" in screen and not asked:
                os.write(window, b"\x03")
                asked = True
    os.close(window)
    assert child.wait(SECONDS) == 10
    [run] = runs_below(preset.parent)
    check_stopped(run, "SIGINT")
    left, _, after = screen.rpartition(b"\x1b[?1049l")
    assert b"\x1b[?1049h" in left and "stopped on request" in after.decode()


def test_several_at_once_in_one_project(preset: Path, home: Path, tmp_path: Path) -> None:
    """One of them trains; the others say who does."""
    hurry = tmp_path / "hurry"
    env = environment(home, STAND_IN_SLOW_AFTER="1", STAND_IN_HURRY=str(hurry))
    children = [start("train", preset, "--json", env=env, cwd=preset.parent) for _ in range(3)]
    end = time.monotonic() + SECONDS
    while sum(child.poll() is None for child in children) > 1 and time.monotonic() < end:
        time.sleep(0.05)
    hurry.touch()
    outputs = [child.communicate(timeout=SECONDS) for child in children]
    assert sorted(child.returncode for child in children) == [0, 8, 8], outputs
    [run] = [run for run in runs_below(preset.parent) if run.plan_file.exists()]
    assert run.state() == "succeeded"
    assert all(
        run.folder.name in errors
        for child, (_, errors) in zip(children, outputs, strict=True)
        if child.returncode
    )


@pytest.mark.parametrize("times", [1, 2])
def test_a_keyboard_interrupt_through_the_api(preset: Path, home: Path, times: int) -> None:
    env = environment(
        home, STAND_IN="stubborn_orphan" if times > 1 else "orphan", STAND_IN_STEP_SECONDS="0.2"
    )
    script = "import sys; from kohya_driver import load_preset, train; train(load_preset(sys.argv[1]))"
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(preset)], env=env, stderr=subprocess.PIPE, encoding="utf-8"
    )
    run = wait_for_run(preset.parent, child, step=1)
    for _ in range(times):
        child.send_signal(signal.SIGINT)
        time.sleep(0.5)
    _, errors = child.communicate(timeout=SECONDS)
    assert child.returncode == -signal.SIGINT and "KeyboardInterrupt" in errors
    if times == 1:
        assert run.state() == "stopped"
