"""The queue with real processes: in order, through failures, killed and started again, in the background, twice at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import process
from kohya_driver.run.folder import Run
from tests.faults.stand_in_engine import command, environment, install_stand_in, left_over, runs_below, start
from tests.faults.test_run import own_terminal
from tests.project import write_project

EXTRA = "[training]\nmax_train_epochs = 1\n"
STEPS = 18
SECONDS = 60

Queue = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return install_stand_in(tmp_path / "home 数据")


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[list[Path]]:
    made = [write_project(tmp_path / f"项目 {name}", extra=EXTRA) for name in "甲乙丙"]
    yield made
    for preset in made:
        assert not list(left_over(preset.parent))


@pytest.fixture
def queue(home: Path, tmp_path: Path, presets: list[Path]) -> Iterator[Queue]:
    children = []

    def begin(
        *arguments: str | Path, pace: float = 0, fault: str = "", slow_after: int = sys.maxsize
    ) -> subprocess.Popen[str]:
        steps = {"STAND_IN_STEP_SECONDS": str(pace), "STAND_IN_SLOW_AFTER": str(slow_after)}
        env = environment(home, STAND_IN=fault, **steps)
        children.append(start("queue", *arguments, env=env, cwd=tmp_path))
        return children[-1]

    yield begin
    for child in children:  # those of a test that failed
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=SECONDS)


def finish(child: subprocess.Popen[str], code: int = 0) -> tuple[str, str]:
    output, errors = child.communicate(timeout=SECONDS)
    assert child.returncode == code, (output, errors)
    assert 'File "' not in errors
    return output, errors


def listed(queue: Queue) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads(finish(queue("list", "--json"))[0])["entries"]
    return entries


def statuses(queue: Queue) -> list[str]:
    return [entry["status"] for entry in listed(queue)]


def add(queue: Queue, *presets: Path) -> None:
    for preset in presets:
        finish(queue("add", preset))


def wait_for(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def reached(preset: Path, step: int) -> Callable[[], bool]:
    return lambda: any(run.snapshot().step >= step for run in runs_below(preset.parent))


def only_run(preset: Path) -> Run:
    [run] = runs_below(preset.parent)
    return run


def test_in_order_and_on_after_a_failure(queue: Queue, presets: list[Path]) -> None:
    add(queue, *presets)
    finish(queue("move", "3", "1"))
    (presets[1].parent / "base.safetensors").unlink()
    output, errors = finish(queue("start", "--plain"), 9)
    first, second = (f"Number {number}: ning" for number in (3, 1))
    assert output.index(first) < output.index(second)
    assert "2 done, 1 failed, 0 stopped, 0 waiting." in output
    assert "base.not_found" in errors
    entries = {entry["id"]: entry for entry in listed(queue)}
    assert [entries[number]["status"] for number in (1, 2, 3)] == ["done", "failed", "done"]
    assert entries[2]["reason"] == "base.not_found"
    third, first_run = only_run(presets[2]).result(), only_run(presets[0]).result()
    assert third and first_run and third.ended <= first_run.started
    assert finish(queue("clear"))[0].startswith("3 ")
    assert listed(queue) == []


def test_an_engine_that_fails_in_the_middle(queue: Queue, presets: list[Path]) -> None:
    add(queue, *presets[:2])
    lines, _ = finish(queue("start", "--json", fault="crash"), 9)
    records = [json.loads(line) for line in lines.splitlines()]
    told = [(r["id"], r["status"]) for r in records if r["kind"] == "queue_entry"]
    assert told == [(1, "running"), (1, "failed"), (2, "running"), (2, "failed")]
    assert [r["kind"] for r in records].count("run_started") >= 2
    assert statuses(queue) == ["failed", "failed"]


def test_a_preset_that_cannot_be_trained_is_not_taken(queue: Queue, presets: list[Path]) -> None:
    _, errors = finish(queue("add", presets[0], "--base", "nowhere.safetensors"), 7)
    assert "base.not_found" in errors
    finish(queue("add", presets[0], "--set", "network.dmi=4"), 3)
    assert listed(queue) == []


def test_a_shipped_preset_with_pictures_of_ones_own(
    queue: Queue, presets: list[Path], tmp_path: Path
) -> None:
    project = presets[0].parent
    base, images = project / "base.safetensors", f"{project.name}/image"
    sets = ("--set", "training.max_train_epochs=1", "--set", "training.max_train_steps=4")
    finish(
        queue("add", "sd15-anime-character", "--images", images, "--base", base, "--trigger", "ning", *sets)
    )
    [entry] = listed(queue)
    assert (entry["preset"], entry["images"], entry["folder"]) == (
        "sd15-anime-character",
        images,
        str(tmp_path),
    )
    finish(queue("start"))
    [entry] = listed(queue)
    assert entry["status"] == "done" and Path(entry["run"]).parent == tmp_path / "runs"


def test_two_at_once(queue: Queue, presets: list[Path]) -> None:
    add(queue, presets[0])
    first = queue("start", pace=3)
    wait_for(reached(presets[0], 1), "the first worker trains")
    _, errors = finish(queue("start"), 8)
    assert "queue.worked_on" in errors and str(first.pid) in errors
    _, errors = finish(queue("start", "--detach"), 8)
    assert "queue.worked_on" in errors
    _, errors = finish(queue("remove", "1"), 8)
    assert "queue.is_running" in errors
    assert "in turn" in finish(queue("add", presets[1]))[0]
    first.send_signal(signal.SIGINT)
    finish(first, 10)
    assert statuses(queue) == ["stopped", "waiting"]


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name
)
def test_stopping(queue: Queue, presets: list[Path], number: signal.Signals) -> None:
    add(queue, *presets[:2])
    worker = queue("start", pace=0.5)
    wait_for(reached(presets[0], 3), "it trains")
    worker.send_signal(number)
    output, _ = finish(worker, 10)
    assert statuses(queue) == ["stopped", "waiting"] and "1 stopped, 1 waiting" in output
    assert only_run(presets[0]).state() == "stopped"
    finish(queue("retry", "1"))
    finish(queue("start"))
    assert [(entry["id"], entry["status"]) for entry in listed(queue)] == [(2, "done"), (1, "done")]
    assert only_run(presets[0]).state() == "succeeded"  # it has gone on in the same folder


def test_the_worker_is_killed_and_the_engine_lives(queue: Queue, presets: list[Path]) -> None:
    add(queue, *presets[:2])
    worker = queue("start", "--plain", pace=1)
    wait_for(reached(presets[0], 3), "it trains")
    worker.kill()
    worker.communicate()
    run = only_run(presets[0])
    assert run.state() == "unwatched"
    assert "cut off" in finish(queue("list"))[0]
    finish(queue("start", "--plain"))
    assert statuses(queue) == ["done", "done"]
    result = run.result()
    assert result and (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 1)
    assert only_run(presets[1]).state() == "succeeded"


def test_stopping_what_an_earlier_worker_began(queue: Queue, presets: list[Path]) -> None:
    add(queue, *presets[:2])
    worker = queue("start", pace=2)
    wait_for(reached(presets[0], 2), "it trains")
    worker.kill()
    worker.communicate()
    run = only_run(presets[0])
    second = queue("start", "--json")
    assert second.stdout
    while '"step"' not in second.stdout.readline():
        pass
    wait_for(run.is_running, "somebody watches over it again")
    second.send_signal(signal.SIGINT)
    finish(second, 10)
    assert statuses(queue) == ["stopped", "waiting"] and run.state() == "stopped"


def test_the_worker_and_the_engine_are_killed(queue: Queue, presets: list[Path]) -> None:
    """As by a reboot."""
    add(queue, *presets[:2])
    worker = queue("start", slow_after=3)
    wait_for(reached(presets[0], 3), "it trains")
    worker.kill()
    worker.communicate()
    run = only_run(presets[0])
    process.kill_marked(str(run.folder))
    assert run.state() == "cut off" and statuses(queue) == ["running", "waiting"]
    finish(queue("start"))
    assert statuses(queue) == ["done", "done"]
    result = only_run(presets[0]).result()
    assert result and (result.outcome, result.attempts) == ("succeeded", 2)


def test_without_a_terminal(queue: Queue, presets: list[Path], home: Path) -> None:
    add(queue, *presets[:2])
    output, _ = finish(queue("start", "--detach", pace=0.4))
    log = home / "logs" / "queue.log"
    assert str(log) in output and "kohya-driver watch" in output
    worker = json.loads(finish(queue("list", "--json"))[0])["worker"]
    assert worker["log"] == str(log) and os.getsid(worker["pid"]) == worker["pid"]
    wait_for(lambda: statuses(queue) == ["done", "done"], "it works on")
    wait_for(lambda: "2 done" in log.read_text(encoding="utf-8"), "the summary stands in the log")
    wait_for(lambda: not process.is_alive(worker["pid"], worker["started"]), "it ends")


def test_a_training_from_elsewhere_is_waited_for(
    queue: Queue, presets: list[Path], home: Path, tmp_path: Path
) -> None:
    add(queue, presets[1])
    other = start("train", presets[0], env=environment(home, STAND_IN_STEP_SECONDS="1"), cwd=tmp_path)
    wait_for(reached(presets[0], 1), "the other trains")
    output, _ = finish(queue("start", "--plain"))
    other.communicate(timeout=SECONDS)
    assert "Waiting until" in output and str(only_run(presets[0]).folder) in output
    first, second = (only_run(preset).result() for preset in presets[:2])
    assert first and second and first.outcome == second.outcome == "succeeded"
    assert first.ended <= second.started


def test_nothing_to_do(queue: Queue, presets: list[Path]) -> None:
    for how in ((), ("--detach",)):
        assert "Nothing waits" in finish(queue("start", *how))[0]


def test_the_file_is_torn(queue: Queue, presets: list[Path], home: Path) -> None:
    add(queue, presets[0])
    file = home / "queue.json"
    file.write_text(file.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    for words in (("list",), ("start",), ("add", presets[0])):
        _, errors = finish(queue(*words), 8)
        assert "queue.unreadable" in errors and str(file) in errors


def test_on_a_terminal(presets: list[Path], home: Path, queue: Queue, tmp_path: Path) -> None:
    """One screen after the other, and between them what stays."""
    add(queue, *presets[:2])
    env = environment(home, STAND_IN_STEP_SECONDS="0.03", TERM="xterm-256color")
    child, window = own_terminal(command("queue", "start"), env, tmp_path)
    screen = b""
    while b"2 done" not in screen:
        screen += os.read(window, 1 << 16)
    assert child.wait(SECONDS) == 0
    os.close(window)
    assert screen.count(b"\x1b[?1049h") == screen.count(b"\x1b[?1049l") == 2
    text = screen.decode("utf-8", "replace")
    assert text.index("Number 1: ning") < text.index("\x1b[?1049h") < text.index("Done: 18 steps")
