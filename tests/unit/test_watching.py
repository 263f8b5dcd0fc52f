"""Following a run from its folder: nothing is missed, nothing twice, and it ends when the run does."""

from __future__ import annotations

import itertools
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kohya_driver import files, process
from kohya_driver.events.model import Event, Record, RunFinished, RunStarted, StepDone
from kohya_driver.run import machine
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.watching import first_snapshot, follow_records, is_over


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run whose supervisor is this process."""
    made = Run(tmp_path / "runs" / "宁 光-001")
    files.write_json(made.plan_file, {"name": "宁 光", "steps": 36, "epochs": 2})
    supervise(made)
    return made


def supervise(run: Run) -> None:
    files.write_json(run.supervisor_file, {"pid": os.getpid(), "started": process.own_start()})


def line(event: Event) -> bytes:
    return (json.dumps(Record(1.0, 1.0, event).to_json(), ensure_ascii=False) + "\n").encode()


def append(run: Run, *events: Event) -> None:
    with run.events_file.open("ab") as file:
        file.write(b"".join(map(line, events)))


def end(run: Run, outcome: str = "succeeded") -> None:
    append(run, RunFinished(outcome))
    files.write_json(run.result_file, RunResult(outcome, str(run.folder), "", (), 36, 1, 0).to_json())


def step(number: int) -> StepDone:
    return StepDone(number, 0.1, 0.1)


BEGIN = RunStarted("宁 光", "runs", 1, 36, 2, 3)


def follow(run: Run, *acts: Callable[[], None]) -> list[str]:
    """What a watcher sees; before each further look one of the acts is done."""
    to_do: Iterator[Callable[[], None]] = iter(acts)

    def pause() -> None:
        act = next(to_do, None)
        assert act, "it should be over"
        act()

    seen = [record.event for record in follow_records(run, pause=pause) if record]
    assert next(to_do, None) is None, "it ended too early"
    return [str(event.step) if isinstance(event, StepDone) else event.kind for event in seen]


def test_from_before_the_first_event_to_the_end(run: Run) -> None:
    seen = follow(
        run,
        lambda: None,
        lambda: append(run, BEGIN, step(1)),
        lambda: append(run, step(2)),
        lambda: end(run),
    )
    assert seen == ["run_started", "1", "2", "run_finished"]


def test_a_run_that_is_over(run: Run) -> None:
    append(run, BEGIN, step(1))
    end(run)
    assert follow(run) == ["run_started", "1", "run_finished"]


def test_events_that_come_in_pieces(run: Run) -> None:
    data = line(step(1)) + line(RunStarted("宁光", "/r", 1, 2, 3, 4)) + line(step(3))
    places = [*range(0, len(data), 7), len(data)]

    def write(begin: int, stop: int) -> Callable[[], None]:
        def act() -> None:
            with run.events_file.open("ab") as file:
                file.write(data[begin:stop])

        return act

    pieces = [write(begin, stop) for begin, stop in itertools.pairwise(places)]
    assert follow(run, *pieces, lambda: end(run)) == ["1", "run_started", "3", "run_finished"]


def test_lines_that_are_torn_or_of_a_newer_version(run: Run) -> None:
    run.events_file.write_bytes(
        line(step(1))
        + b'{"kind": "st\n\n\xff\xfe\n{"kind": "from the future", "time": 1, "elapsed": 1}\n[]\n'
    )
    append(run, step(2))
    end(run)
    assert follow(run) == ["1", "2", "run_finished"]


def test_a_run_that_is_cut_off(run: Run) -> None:
    append(run, BEGIN, step(1))
    assert follow(run, run.supervisor_file.unlink) == ["run_started", "1"]


def test_a_run_that_is_resumed_while_it_is_watched(run: Run) -> None:
    """Between two attempts there may be neither a result nor, for a moment, a supervisor: the machine is still held."""
    append(run, BEGIN, step(1))

    def fall() -> None:
        machine.take(run.folder)
        run.supervisor_file.unlink()
        append(run, RunFinished("failed"))

    def rise() -> None:
        supervise(run)
        append(run, BEGIN, step(2))

    seen = follow(run, fall, lambda: None, rise, lambda: end(run))
    assert seen == ["run_started", "1", "run_finished", "run_started", "2", "run_finished"]


def test_a_result_that_is_written_just_now(run: Run) -> None:
    append(run, BEGIN)

    def tear() -> None:
        run.result_file.write_text('{"outcome": ')

    assert follow(run, tear, lambda: end(run)) == ["run_started", "run_finished"]


def test_a_supervisor_that_has_not_said_yet_that_it_is_there(run: Run) -> None:
    run.supervisor_file.unlink()
    assert not is_over(run)
    old = time.time() - 60
    os.utime(run.plan_file, (old, old))
    assert is_over(run)
    with machine.holding(run.folder):
        assert not is_over(run)


def test_before_anything_is_known(run: Run) -> None:
    snapshot = first_snapshot(run)
    assert (snapshot.name, snapshot.steps, snapshot.folder) == ("宁 光", 36, str(run.folder))
    assert abs(snapshot.time - time.time()) < 60
    run.plan_file.write_text("{")
    assert first_snapshot(run).name == "宁 光-001"
