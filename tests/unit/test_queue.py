"""The queue as a file, and the worker's decisions with a trainer that trains nothing."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from kohya_driver import files, process, texts
from kohya_driver.errors import HostError, PlanError, RunError, error
from kohya_driver.run import machine, queue
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.queue import Entry, Worker
from kohya_driver.run.stop import Stop
from kohya_driver.run.worker import QueueWorker
from kohya_driver.views.queue import print_queue, print_summary


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    return tmp_path / "home 数据"


def add(*names: str) -> list[Entry]:
    return [queue.add(Entry(preset=f"/项目/{name}.toml", folder="/项目", name=name)) for name in names]


def order() -> list[str]:
    return [entry.name for entry in queue.entries() if entry.status == "waiting"]


def statuses() -> dict[str, str]:
    return {entry.name: entry.status for entry in queue.entries()}


# The file.


def test_an_entry_keeps_what_was_said(tmp_path: Path) -> None:
    said = Entry("/a.toml", "/项目", "图", "b", "ning", ("network.dim=4", "a=b"), True, True, "宁 光", 1200)
    added = queue.add(said)
    assert (added.id, added.status) == (1, "waiting")
    assert queue.entries() == (added,)
    assert replace(added, id=0, added=0.0) == said


def test_numbers_are_never_used_again() -> None:
    add("a", "b")
    queue.remove(2)
    assert [entry.id for entry in add("c")] == [3]


def test_moving() -> None:
    add("a", "b", "c", "d")
    assert [entry.name for entry in queue.move(4, 1)] == order() == ["d", "a", "b", "c"]
    queue.move(4, 3)
    assert order() == ["a", "b", "d", "c"]
    queue.move(1, 99)
    assert order() == ["b", "d", "c", "a"]
    queue.move(1, -5)
    assert order() == ["a", "b", "d", "c"]


def test_what_is_over_does_not_count_when_moving() -> None:
    add("a", "b", "c")
    queue.update(1, status="done")
    queue.move(3, 1)
    assert order() == ["c", "b"]
    assert [entry.name for entry in queue.entries()] == ["a", "c", "b"]


@pytest.mark.parametrize("act", [queue.remove, queue.retry, lambda number: queue.move(number, 1)])
def test_a_number_that_there_is_not(act: Callable[[int], object]) -> None:
    add("a")
    with pytest.raises(RunError) as caught:
        act(7)
    assert caught.value.code == "queue.no_entry" and "1" in caught.value.findings[0].hint


def test_what_is_running_is_neither_moved_nor_removed() -> None:
    add("a")
    with queue.working():
        assert queue.take_next()
        for act, code in (
            (lambda: queue.move(1, 1), "queue.not_waiting"),
            (lambda: queue.remove(1), "queue.is_running"),
            (lambda: queue.retry(1), "queue.not_over"),
        ):
            with pytest.raises(RunError) as caught:
                act()
            assert caught.value.code == code
    assert queue.remove(1).name == "a"  # nobody works on it any more


def test_retrying_and_clearing() -> None:
    add("a", "b", "c", "d")
    queue.update(1, status="failed", reason="run.no_data", run="/run")
    queue.update(2, status="done")
    queue.update(3, status="stopped")
    queue.retry(1)
    assert order() == ["d", "a"]
    again = queue.entries()[-1]
    assert (again.run, again.reason) == ("/run", "")
    assert queue.clear() == 2
    assert order() == ["d", "a"]


def test_an_entry_of_a_newer_version() -> None:
    add("a")
    data = files.read_json(queue.queue_file())
    data["entries"][0]["colour"] = "red"
    files.write_json(queue.queue_file(), data)
    assert order() == ["a"]


@pytest.mark.parametrize(
    "text", ["", '{"version": 1, "next": 3, "entr', "[]", '{"next": 1}', '{"entries": [7]}']
)
def test_a_torn_file_is_not_guessed_at(text: str) -> None:
    add("a")
    queue.queue_file().write_text(text)
    for act in (queue.entries, queue.clear, lambda: add("b"), queue.take_next):
        with pytest.raises(RunError) as caught:
            act()
        assert (caught.value.code, caught.value.findings[0].where) == (
            "queue.unreadable",
            str(queue.queue_file()),
        )
    assert queue.queue_file().read_text() == text


def test_several_add_at_once(home: Path) -> None:
    script = (
        "from kohya_driver.run import queue\n"
        "for _ in range(15): queue.add(queue.Entry(preset='/p.toml', folder='/', name='n'))"
    )
    children = [subprocess.Popen([sys.executable, "-c", script], env={**os.environ}) for _ in range(3)]
    assert [child.wait() for child in children] == [0] * 3
    assert sorted(entry.id for entry in queue.entries()) == list(range(1, 46))


def test_one_worker() -> None:
    assert queue.worker() is None
    with queue.working("/log"):
        present = queue.worker()
        assert present and (present.pid, present.log) == (os.getpid(), "/log")
        with pytest.raises(RunError) as caught, queue.working():
            pass
        finding = caught.value.findings[0]
        assert (finding.code, finding.where, finding.values) == (
            "queue.worked_on",
            "/log",
            {"pid": os.getpid()},
        )
    assert queue.worker() is None
    with queue.working():
        pass


# The worker.


class FakeTrainer:
    """Its trainings end as told; what was asked of it is written down."""

    def __init__(self, root: Path, **ends: str | BaseException) -> None:
        self.root = root
        self.ends = ends
        self.asked: list[str] = []
        self.resumable = True
        self.refusal = "run.not_a_run"
        self.during: Callable[[str], object] = lambda name: None

    def make(self, name: str, outcome: str = "") -> Run:
        run = Run(self.root / f"{name}-001")
        files.write_json(run.plan_file, {})
        if outcome:
            self.end(run, outcome)
        return run

    def end(self, run: Run, outcome: str) -> RunResult:
        result = RunResult(
            outcome, str(run.folder), "", (), 1, 1.0, 0, "" if outcome == "succeeded" else "run.no_data"
        )
        files.write_json(run.result_file, result.to_json())
        return result

    def train(self, entry: Entry, on_folder: Callable[[Path], None]) -> RunResult:
        self.asked.append(f"train {entry.name}")
        end = self.ends.get(entry.name, "succeeded")
        on_folder(self.root / f"{entry.name}-001")
        if isinstance(end, BaseException):
            raise end
        run = self.make(entry.name)
        self.during(entry.name)
        return self.end(run, end)

    def resume(self, run: Run) -> RunResult:
        self.asked.append(f"resume {run.folder.name}")
        if not self.resumable:
            run.result_file.unlink(missing_ok=True)
            raise RunError(self.refusal)
        return self.end(run, "succeeded")

    def follow(self, run: Run) -> RunResult | None:
        self.asked.append(f"follow {run.folder.name}")
        run.supervisor_file.unlink()
        return None


@pytest.fixture
def trainer(tmp_path: Path) -> FakeTrainer:
    return FakeTrainer(tmp_path / "项目" / "runs")


def work(
    trainer: FakeTrainer, stop: Stop | None = None, pause: Callable[[], object] | None = None
) -> list[Entry]:
    def never() -> None:
        raise AssertionError("nothing to wait for")

    return QueueWorker(trainer, stop or Stop(), pause=pause or never).work()


def test_in_order(trainer: FakeTrainer) -> None:
    add("a", "b", "c")
    queue.move(3, 1)
    over = work(trainer)
    assert trainer.asked == ["train c", "train a", "train b"]
    assert set(statuses().values()) == {"done"}
    assert [entry.name for entry in over] == ["c", "a", "b"]
    assert over[0].run == str(trainer.root / "c-001") and over[0].ended


# how it ends, and the reason that is noted
FAILURES = [
    pytest.param("failed", "run.no_data", id="training"),
    pytest.param(PlanError(findings=[error("base.missing")]), "base.missing", id="plan"),
    pytest.param(HostError("files.disk_full", "/"), "files.disk_full", id="disk"),
    pytest.param(ZeroDivisionError("a fault of ours"), "run.driver_failed", id="driver"),
]


@pytest.mark.parametrize(("end", "reason"), FAILURES)
def test_it_goes_on_after_a_failure(trainer: FakeTrainer, end: str | Exception, reason: str) -> None:
    add("a", "b", "c")
    trainer.ends = {"b": end}
    work(trainer)
    assert statuses() == {"a": "done", "b": "failed", "c": "done"}
    failed = queue.entries()[1]
    assert failed.reason == reason
    if isinstance(end, Exception):
        assert failed.run == ""
        assert "a fault of ours" in failed.detail or failed.findings[0]["code"] == reason


def test_what_is_added_meanwhile_has_its_turn(trainer: FakeTrainer) -> None:
    add("a")
    trainer.during = lambda name: add("b") if name == "a" else None
    work(trainer)
    assert trainer.asked == ["train a", "train b"]


def test_what_is_removed_meanwhile(trainer: FakeTrainer) -> None:
    add("a", "b")
    trainer.during = lambda name: queue.remove(2)
    assert [entry.name for entry in work(trainer)] == ["a"]


def test_a_run_that_is_stopped_stops_the_queue(trainer: FakeTrainer) -> None:
    add("a", "b")
    trainer.ends = {"a": "stopped"}
    work(trainer)
    assert statuses() == {"a": "stopped", "b": "waiting"}


def test_the_queue_is_stopped(trainer: FakeTrainer) -> None:
    add("a", "b")
    stop = Stop()
    trainer.during = lambda name: stop.ask("SIGINT")
    work(trainer, stop)
    assert statuses() == {"a": "done", "b": "waiting"}


def test_ctrl_c_before_the_training_has_begun(trainer: FakeTrainer) -> None:
    add("a", "b")
    trainer.ends = {"a": KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        work(trainer)
    assert statuses() == {"a": "waiting", "b": "waiting"}
    assert queue.entries()[0].run == ""


def left_running(trainer: FakeTrainer, outcome: str = "") -> Run:
    """As a worker leaves it that is killed."""
    add("a", "b")
    assert queue.take_next()
    run = trainer.make("a", outcome)
    queue.update(1, run=str(run.folder))
    return run


def test_killed_and_resumed(trainer: FakeTrainer) -> None:
    left_running(trainer)
    work(trainer)
    assert trainer.asked == ["resume a-001", "train b"]
    assert statuses() == {"a": "done", "b": "done"}


def test_killed_and_begun_again_where_it_cannot_be_resumed(trainer: FakeTrainer) -> None:
    left_running(trainer)
    trainer.resumable = False
    work(trainer)
    assert trainer.asked == ["resume a-001", "train a", "train b"]


def test_killed_before_there_was_a_run(trainer: FakeTrainer) -> None:
    add("a")
    queue.take_next()
    queue.update(1, run=str(trainer.root / "nothing"))
    work(trainer)
    assert trainer.asked == ["train a"]


@pytest.mark.parametrize(
    ("outcome", "status"), [("succeeded", "done"), ("failed", "failed"), ("stopped", "stopped")]
)
def test_killed_between_the_result_and_the_note(trainer: FakeTrainer, outcome: str, status: str) -> None:
    left_running(trainer, outcome)
    work(trainer)
    assert trainer.asked == ["train b"]
    assert statuses() == {"a": status, "b": "done"}


def test_killed_while_somebody_else_watches_over_it(trainer: FakeTrainer) -> None:
    run = left_running(trainer)
    files.write_json(run.supervisor_file, {"pid": os.getpid(), "started": process.own_start()})
    work(trainer)
    assert trainer.asked == ["follow a-001", "resume a-001", "train b"]


@pytest.mark.parametrize("outcome", ["failed", "stopped"])
def test_one_that_is_tried_again_goes_on(trainer: FakeTrainer, outcome: str) -> None:
    left_running(trainer, outcome)
    queue.update(1, status=outcome)
    queue.retry(1)
    work(trainer)
    assert trainer.asked == ["train b", "resume a-001"]


def test_another_training_is_waited_for(trainer: FakeTrainer, tmp_path: Path) -> None:
    add("a")
    waits: list[Run] = []
    machine.take(tmp_path / "other-001")
    QueueWorker(
        trainer, Stop(), on_wait=waits.append, pause=lambda: machine.release(tmp_path / "other-001")
    ).work()
    assert waits == [Run(tmp_path / "other-001")]
    assert statuses() == {"a": "done"}


def test_somebody_else_takes_over_a_run_that_was_cut_off(trainer: FakeTrainer) -> None:
    run = left_running(trainer)
    trainer.refusal = "run.already_running"
    trainer.resumable = False

    def entry(changed: Entry) -> None:
        if changed.status == "waiting":
            trainer.end(run, "succeeded")

    QueueWorker(trainer, Stop(), on_entry=entry).work()
    assert trainer.asked == ["resume a-001", "train b"]
    assert statuses() == {"a": "done", "b": "done"}


def test_another_training_comes_between(trainer: FakeTrainer) -> None:
    add("a", "b")
    busy = RunError("run.machine_busy", "/run", run="x")
    trainer.ends = {"a": busy}

    def entry(changed: Entry) -> None:
        if changed.status == "waiting":
            trainer.ends = {}

    QueueWorker(trainer, Stop(), on_entry=entry).work()
    assert trainer.asked == ["train a", "train a", "train b"]
    assert statuses() == {"a": "done", "b": "done"}


def test_the_wait_ends_when_nothing_waits_any_more(trainer: FakeTrainer, tmp_path: Path) -> None:
    add("a")
    with machine.holding(tmp_path / "other-001"):
        assert work(trainer, pause=lambda: queue.remove(1)) == []


def test_the_wait_is_stopped(trainer: FakeTrainer, tmp_path: Path) -> None:
    add("a")
    stop = Stop()
    with machine.holding(tmp_path / "other-001"):
        work(trainer, stop, pause=lambda: stop.ask("SIGTERM"))
    assert statuses() == {"a": "waiting"}


# How it looks.


def shown(draw: Callable[[Console], None], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    draw(console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


FOUND = error("base.not_found", "/p.toml:2", path="/项目/base.safetensors").to_json()
ENTRIES = [
    Entry(
        "/项目/甲.toml", "/项目", name="宁 光", steps=1200, id=1, status="done", run="/项目/runs/宁 光-001"
    ),
    Entry(
        "/b.toml", "/", name="b", steps=900, id=2, status="failed", reason="base.not_found", findings=(FOUND,)
    ),
    Entry("/c.toml", "/", name="c", steps=900, id=3, status="failed", reason="run.no_data"),
    Entry(
        "/d.toml",
        "/",
        name="d",
        steps=900,
        id=4,
        status="failed",
        reason="run.cannot_start",
        detail="no\nfile",
    ),
    Entry("/e.toml", "/", name="e", steps=900, id=5, status="stopped"),
    Entry("/f.toml", "/", name="f", steps=900, id=6, status="running", run="/runs/f-001"),
    Entry("/g.toml", "/", name="g", steps=900, id=7),
]


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 200])
def test_it_fits(language: str, width: int) -> None:
    texts.use_language(language)
    try:
        text = shown(lambda console: print_queue(ENTRIES, None, console), width)
        words = " ".join(text.split())
        assert max(map(cell_len, text.splitlines()[:-1])) <= width
        if width == 200:
            assert texts.say("base.not_found", path="/项目/base.safetensors") in words
            assert texts.say("run.no_data") in words and "file" in words and "queue start" in words
            assert texts.say("show.queue_status.left") in words
    finally:
        texts.use_language(None)


def test_who_works_on_it() -> None:
    worker = Worker(77, 0.0, 1000.0, "")
    text = shown(lambda console: print_queue(ENTRIES, worker, console, now=1120.0))
    assert "process 77 for 2 min" in text and "cut off" not in text


def test_nothing_in_it() -> None:
    assert "queue add" in shown(lambda console: print_queue([], None, console))


def test_the_summary() -> None:
    text = shown(lambda console: print_summary(ENTRIES[:5], 1, console))
    assert "1 done, 3 failed, 1 stopped, 1 waiting." in text
