"""A run in several attempts: its events, its snapshot, its file of events, and a supervisor that takes over."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import files
from kohya_driver.events.model import (
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LatentsKept,
    LogMessage,
    MemorySampled,
    ModelSaved,
    Phase,
    PhaseChanged,
    ProcessExited,
    Record,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SaveRequested,
    StateNotSaved,
    StateSaved,
    StepDone,
    StopRequested,
    TextsKept,
    Traceback,
    Validated,
)
from kohya_driver.events.parts import POINTS, LossCurve
from kohya_driver.events.snapshot import STATES_KEPT, RunSnapshot, fold
from kohya_driver.process import Child
from kohya_driver.run.attempt import Attempt
from kohya_driver.run.detach import recorded
from kohya_driver.run.folder import Run
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import Supervisor
from tests import golden

NOBODY = 1 << 30
"""The number of no process."""
FIRST = RunStarted("ning", "/runs/1", 42, 20, 2, 10, "base.safetensors", "mps")


def second(from_step: int, number: int = 2) -> RunStarted:
    return RunStarted("ning", "/runs/1", 43, 20, 2, 10, "base.safetensors", "mps", number, from_step)


def after(*events: Event, begin: RunSnapshot | None = None) -> RunSnapshot:
    """Folded one a second."""
    snapshot = begin or RunSnapshot()
    for event in events:
        elapsed = snapshot.elapsed + 1
        snapshot = fold(snapshot, Record(1000.0 + elapsed, elapsed, event))
    return snapshot


def steps(numbers: Iterable[int]) -> list[Event]:
    return [StepDone(step, 1 / step, 0.5, {"unet": 1e-4}) for step in numbers]


# The snapshot


def test_every_step_stands_in_the_curve_once() -> None:
    before = after(FIRST, *steps(range(1, 13)), RunFinished("failed", "", "run.killed"))
    assert before.is_over and before.step == 12
    started = after(second(8), begin=before)
    assert (started.step, started.resumed_at, started.attempt) == (8, 8, 2)
    assert [point[0] for point in started.losses.points] == list(range(1, 9))
    done = after(Resumed(8, 1, "/s"), *steps(range(8, 21)), begin=started)  # the engine logs step 8 once more
    assert [point[0] for point in done.losses.points] == list(range(1, 21))
    assert all(loss == 1 / step for step, loss, _ in done.losses.points)
    assert (done.step, done.resumed_at, done.epoch) == (20, 8, 1)


def test_what_the_engine_resumed_from_counts_more_than_what_was_meant() -> None:
    """A state may have been written after the driver chose one."""
    snapshot = after(FIRST, *steps(range(1, 13)), second(8), Resumed(4, 1, "/s"), *steps(range(5, 9)))
    assert (snapshot.step, snapshot.resumed_at) == (8, 4)
    assert [point[0] for point in snapshot.losses.points] == list(range(1, 9))


def test_an_attempt_that_begins_anew_has_an_empty_curve() -> None:
    snapshot = after(FIRST, *steps(range(1, 13)), second(0))
    assert (snapshot.step, snapshot.losses.points, snapshot.resumed_at) == (0, (), 0)
    snapshot = after(*steps(range(1, 4)), begin=snapshot)
    assert [point[0] for point in snapshot.losses.points] == [1, 2, 3]


def test_a_further_attempt_begins_afresh_and_keeps_what_is_the_runs() -> None:
    before = after(
        FIRST,
        PhaseChanged("training"),
        *steps(range(1, 6)),
        StateSaved("/s/step-00000004"),
        CheckpointSaved("/o/ning-000001.safetensors", 5),
        LogMessage("warning", "w"),
        MemorySampled(9, 5, 16, 1),
        KeptAwake("caffeinate"),
        Traceback("boom"),
        ModelSaved(),
        StopRequested("SIGINT", True),
        ProcessExited(1, "not_finite"),
        Recovering("trouble.nan", "/s/step-00000004", 4, ("recovery.lower_rate",)),
    )
    assert (before.stop_requested, before.exit_status, before.left, before.recoveries) == (
        "SIGINT", 1, "not_finite", 1,
    )  # fmt: skip
    again = after(second(4), begin=before)
    assert (again.phase, again.traceback, again.model_saved, again.awake) == (Phase.STARTING, "", False, "")
    assert (again.stop_requested, again.exit_status, again.left, again.outcome) == ("", None, "", "")
    for name in ("checkpoints", "states", "messages", "memory", "recoveries", "started"):
        assert getattr(again, name) == getattr(before, name)
    assert again.elapsed == before.elapsed + 1


def test_the_time_between_two_attempts_is_no_step() -> None:
    snapshot = after(FIRST, PhaseChanged("training"), *steps(range(1, 6)))
    waited = fold(snapshot, Record(9000.0, snapshot.elapsed + 500, second(4)))
    snapshot = after(Resumed(4, 1, "/s"), PhaseChanged("training"), *steps(range(5, 12)), begin=waited)
    assert snapshot.seconds_per_step == 1.0


def test_states_by_the_clock_are_the_last_few() -> None:
    snapshot = after(FIRST, *(StateSaved(f"/s/{number}") for number in range(100)), StateSaved("/s/90"))
    assert len(snapshot.states) == STATES_KEPT
    assert snapshot.states[-2:] == ("/s/99", "/s/90") and snapshot.states.count("/s/90") == 1


AGAIN: list[Event] = [
    second(8),
    Resumed(8, 1, "/runs/宁/states/step-00000008"),
    StateSaved("/runs/宁/states/step-00000012"),
    StateNotSaved(12, "OSError: No space left on device"),
    LatentsKept(12),
    TextsKept(9),
    SaveRequested(True),
    StopRequested("command", True),
    Recovering("trouble.nan", "/s", 8, ("recovery.lower_rate", "memory.fit_bf16")),
    Recovering("run.killed", "", 0),
    ProcessExited(-9, "stopped"),
]


@pytest.mark.parametrize("event", AGAIN, ids=lambda event: type(event).__name__)
def test_events_go_to_json_and_back(event: Event) -> None:
    record = Record(1000.5, 2.25, event)
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


def test_events_of_before_there_were_attempts() -> None:
    old = {"kind": "run_started", "time": 1, "elapsed": 0, "name": "n", "folder": "/r", "pid": 1}
    started = Record.from_json({**old, "steps": 1, "epochs": 1, "images": 1}).event
    assert isinstance(started, RunStarted) and (started.attempt, started.from_step) == (1, 0)
    stop = Record.from_json({"kind": "stop_requested", "time": 1, "elapsed": 0, "by": "SIGINT"}).event
    assert stop == StopRequested("SIGINT", False)
    exited = Record.from_json({"kind": "process_exited", "time": 1, "elapsed": 0, "status": 0}).event
    assert exited == ProcessExited(0, "")


def test_the_snapshot_goes_to_json_and_back_after_two_attempts() -> None:
    snapshot = after(FIRST, *steps(range(1, 13)), *AGAIN, StepDone(13, math.nan, math.nan))
    text = json.dumps(snapshot.to_json(), allow_nan=False)
    read = RunSnapshot.from_json(json.loads(text))
    assert (read.attempt, read.resumed_at, read.recoveries, read.left) == (2, 8, 2, "stopped")
    assert json.dumps(read.to_json()) == text


# The curve


def curve(count: int) -> LossCurve:
    made = LossCurve()
    for step in range(1, count + 1):
        made = made.add(step, float(step), 1.0 / step)
    return made


def test_a_curve_up_to_a_step() -> None:
    whole = curve(10)
    cut = whole.up_to(4)
    assert [point[0] for point in cut.points] == [1, 2, 3, 4]
    assert (cut.last_step, cut.open_count, cut.lowest_average) == (4, 0, whole.lowest_average)
    assert whole.up_to(10) is whole and whole.up_to(99) is whole
    assert whole.up_to(0).points == () and LossCurve().up_to(0) == LossCurve()


@pytest.mark.parametrize("step", [1, POINTS, 2 * POINTS - 1, 2 * POINTS + 1, 4 * POINTS])
def test_a_long_curve_goes_on_in_order(step: int) -> None:
    """Points of several steps: one that reaches over the cut is left out, so that no loss counts twice."""
    whole = curve(4 * POINTS + 7)
    assert whole.stride > 1
    cut = whole.up_to(step)
    assert all(point[0] <= step for point in cut.points) and cut.last_step == step
    assert step - (cut.points[-1][0] if cut.points else 0) < whole.stride
    for again in range(step + 1, 5 * POINTS):
        cut = cut.add(again, float(again), 0.5)
    numbers = [point[0] for point in cut.points]
    assert numbers == sorted(set(numbers)) and len(numbers) <= POINTS
    assert LossCurve.from_json(json.loads(json.dumps(asdict(cut)))) == cut


# The file of events


def test_a_recorder_goes_on_after_a_torn_line(tmp_path: Path) -> None:
    run = Run(tmp_path)
    first = Recorder(run.events_file)
    for event in (FIRST, *steps(range(1, 7))):
        first.record(event)
    data = run.events_file.read_bytes()
    run.events_file.write_bytes(data[:-9])  # its supervisor was killed while it wrote step 6
    before = run.snapshot()
    assert before.step == 5
    again = Recorder(run.events_file, before=before)
    again.record(second(4))
    assert again.snapshot.elapsed >= before.elapsed and again.snapshot.step == 4
    again.record(StepDone(5, 0.2, 0.2))
    assert [type(record.event).__name__ for record in run.events()] == [
        "RunStarted", *["StepDone"] * 5, "RunStarted", "StepDone",
    ]  # fmt: skip
    assert run.snapshot().losses.points == again.snapshot.losses.points
    assert [point[0] for point in again.snapshot.losses.points] == [1, 2, 3, 4, 5]
    elapsed = [record.elapsed for record in run.events()]
    assert elapsed == sorted(elapsed)


def test_a_recorder_adds_nothing_to_a_whole_line(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    Recorder(path).record(EpochStarted(1, 2))
    Recorder(path).record(EpochStarted(2, 2))
    assert path.read_text().count("\n") == 2 and "\n\n" not in path.read_text()


# A supervisor that takes over


class Night:
    """A run whose engine has ended while nobody looked: its log and its values are there, recorded up to some event."""

    def __init__(self, folder: Path) -> None:
        self.run = Run(folder)
        self.log = (golden.FOLDER / "logs" / "normal.log").read_bytes()
        values = "".join(json.dumps(line) + "\n" for line in lines(folder))
        self.run.folder.mkdir(parents=True, exist_ok=True)
        self.run.log_file.write_bytes(b"an earlier attempt\n" + self.log)
        self.run.metrics_file.write_text('{"event": "state"}\n' + values, encoding="utf-8")
        files.write_json(self.run.trainer_file, {"pid": NOBODY, "status": 0, "left": ""})
        self.attempt = Attempt(2, 1000.0, len(b"an earlier attempt\n"), len('{"event": "state"}\n'))

    def follow(self, recorder: Recorder, told: Any = None) -> None:
        Supervisor(
            self.run, Child(NOBODY, str(self.run.folder)), recorder, self.run.folder / "models", Stop(), Stop(),
            self.attempt, {}, told=told or {},
        ).follow()  # fmt: skip

    def told(self) -> list[tuple[str, Event]]:
        """What came of the log and of the values."""
        events = (record.event for record in self.run.events())
        own = (MemorySampled, ProcessExited, RunStarted)
        return [(self.source(event), event) for event in events if not isinstance(event, own)]

    def source(self, event: Event) -> str:
        if isinstance(event, StateSaved):
            return "values" if Path(event.path).parent == self.run.states_folder else "log"
        return (
            "values"
            if isinstance(event, StepDone | Validated | Resumed | StateNotSaved | LatentsKept | TextsKept)
            else "log"
        )


def lines(folder: Path) -> Iterable[dict[str, Any]]:
    state = str(folder / "states" / "step-00000008")
    yield {"event": "resumed", "time": 1.0, "step": 2, "epoch": 1, "path": state}
    for step in range(3, 13):
        values = {"loss/current": 1 / step, "loss/average": 0.5, "lr/unet": 1e-4}
        yield {"time": 1.0, "step": step, "sync": True, "values": values}
        if step == 8:
            yield {"event": "state", "time": 1.0, "step": 8, "path": state, "seconds": 0.1}
        if step == 9:
            yield {"time": 1.0, "step": 9, "sync": True, "values": {"loss/validation/step_average": 0.25}}
        if step == 10:
            yield {"event": "not_saved", "time": 1.0, "step": 10, "reason": "full"}


def by_source(told: list[tuple[str, Event]], source: str) -> list[Event]:
    return [event for name, event in told if name == source]


def test_what_was_recorded_is_not_recorded_again(tmp_path: Path) -> None:
    whole = Night(tmp_path / "whole")
    recorder = Recorder(whole.run.events_file)
    recorder.record(second(2))
    whole.follow(recorder)
    expected = whole.told()
    assert len(by_source(expected, "log")) > 20 and len(by_source(expected, "values")) == 14
    written = whole.run.events_file.read_bytes().splitlines(keepends=True)
    for kept in range(1, len(written), 7):
        night = Night(tmp_path / f"cut {kept}")
        here, there = str(whole.run.folder), str(night.run.folder)
        head = b"".join(written[:kept]).replace(here.encode(), there.encode())
        night.run.events_file.write_bytes(head + b'{"kind": "st')
        told = recorded(night.run)
        night.follow(Recorder(night.run.events_file, before=night.run.snapshot()), told)
        for source in ("log", "values"):
            assert said(by_source(night.told(), source)) == said(by_source(expected, source)), kept
        assert night.run.snapshot().losses.points == whole.run.snapshot().losses.points


def said(events: list[Event]) -> list[str]:
    """Whatever the run's folder is called."""
    return [json.dumps({**Record(0, 0, event).to_json(), "path": ""}) for event in events]


def test_only_the_last_attempt_counts(tmp_path: Path) -> None:
    run = Run(tmp_path)
    recorder = Recorder(run.events_file)
    by_clock, asked_for = tmp_path / "states" / "step-00000004", tmp_path / "models" / "ning-000001-state"
    for event in (
        FIRST,
        *steps(range(1, 6)),
        PhaseChanged("training"),
        second(4),
        PhaseChanged("loading"),
        LogMessage("warning", "of the engine"),
        LogMessage("warning", "our own", "driver"),
        Resumed(4, 1, str(by_clock)),
        StepDone(5, 0.2, 0.2),
        StateSaved(str(by_clock)),
        StateSaved(str(asked_for)),
        StateNotSaved(5, "full"),
        SaveRequested(False),
        CheckpointSaved("/o/a.safetensors", 5),
        MemorySampled(1, 1, 1, 1),
        KeptAwake("caffeinate"),
    ):
        recorder.record(event)
    assert recorded(run) == {"log": 3, "metrics": 4}
    assert recorded(Run(tmp_path / "nothing there")) == {}
