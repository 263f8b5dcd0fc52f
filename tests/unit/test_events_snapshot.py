"""The snapshot after histories of events."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable

import pytest

from kohya_driver.events.model import (
    Announced,
    BucketMade,
    CheckpointRemoved,
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LogMessage,
    MemorySampled,
    ModelSaved,
    Phase,
    PhaseChanged,
    ProcessExited,
    Progress,
    Record,
    RunFinished,
    RunStarted,
    SampleSaved,
    SavingCheckpoint,
    StateSaved,
    StepDone,
    StopRequested,
    Traceback,
    TroubleSeen,
)
from kohya_driver.events.parts import (
    INTERVALS,
    POINTS,
    Bar,
    Checkpoint,
    LossCurve,
    MemoryUse,
    Trouble,
    named_position,
)
from kohya_driver.events.snapshot import MESSAGES_KEPT, TROUBLES_KEPT, RunSnapshot, fold

START = RunStarted("ningguang", "/runs/1", 42, 100, 4, 25, "base.safetensors", "mps")


def after(*events: Event | tuple[float, Event]) -> RunSnapshot:
    """Folded one a second, or after the seconds given."""
    snapshot, elapsed = RunSnapshot(), 0.0
    for item in events:
        seconds, event = item if isinstance(item, tuple) else (1.0, item)
        elapsed += seconds
        snapshot = fold(snapshot, Record(1000.0 + elapsed, elapsed, event))
    return snapshot


def steps(numbers: Iterable[int], seconds: float = 1.0) -> list[tuple[float, Event]]:
    return [(seconds, StepDone(i, 1.0 / i, 0.5, {"unet": 1e-4})) for i in numbers]


def test_start_announcements_and_buckets() -> None:
    snapshot = after(
        START,
        Announced("steps", 90),
        Announced("device", "cpu"),
        Announced("batch_size", "1"),
        BucketMade(64, 96, 3),
    )
    assert (snapshot.name, snapshot.folder, snapshot.pid, snapshot.base) == (
        "ningguang",
        "/runs/1",
        42,
        "base.safetensors",
    )
    assert (snapshot.steps, snapshot.epochs, snapshot.images, snapshot.device) == (90, 4, 25, "cpu")
    assert snapshot.started == 1000.0
    assert snapshot.buckets == ((64, 96, 3),)


def test_steps_losses_and_rates() -> None:
    snapshot = after(START, *steps(range(1, 5)))
    assert (snapshot.step, snapshot.loss, snapshot.average_loss) == (4, 0.25, 0.5)
    assert snapshot.learning_rates == {"unet": 1e-4}
    assert [point[0] for point in snapshot.losses.points] == [1, 2, 3, 4]


def test_the_bar_counts_until_the_exact_values_come() -> None:
    snapshot = after(START, Progress("steps", 1, 100, 0.9), Progress("steps", 2, 100, 0.8))
    assert (snapshot.step, snapshot.average_loss) == (2, 0.8)
    snapshot = after(START, *steps([1]), Progress("steps", 1, 100, 0.9))
    assert (snapshot.step, snapshot.average_loss) == (1, 0.5)


def test_other_bars_are_shown_until_training_goes_on() -> None:
    assert after(Progress("caching latents", 3, 9)).bar == Bar("caching latents", 3, 9)
    assert after(Progress("sample", 3, 9), Progress("steps", 1, 9)).bar is None
    assert after(Progress("sample", 3, 9), PhaseChanged("saving")).bar is None


def test_pace_is_the_median_and_ignores_what_is_not_training() -> None:
    snapshot = after(
        START,
        *steps(range(1, 6), 2.0),
        PhaseChanged("sampling"),
        (60.0, Progress("sample", 1, 2)),
        PhaseChanged("training"),
        *steps(range(6, 11), 2.0),
    )
    assert snapshot.seconds_per_step == 2.0


def test_pace_is_that_of_the_engine_however_late_a_step_is_told() -> None:
    told = [
        (6.0 if step % 3 == 1 else 0.0, StepDone(step, 1.0, 1.0, {}, age=2.0 * (-step % 3)))
        for step in range(1, 13)
    ]
    snapshot = after(START, *told)
    assert snapshot.seconds_per_step == 2.0 and set(snapshot.pace.intervals) == {2.0}


def test_time_left_expects_pauses_to_come_again() -> None:
    busy = after(START, *steps(range(1, 11), 2.0))
    assert busy.eta_seconds == pytest.approx(90 * 2.0)
    paused = after(START, *steps(range(1, 10), 2.0), PhaseChanged("sampling"), *steps([10], 20.0))
    assert paused.eta_seconds == pytest.approx(90 * (2.0 + 19.0 / 9))


def test_time_left_is_unknown_before_and_zero_at_the_end() -> None:
    assert after(START, *steps([1])).eta_seconds is None
    assert after(START, *steps(range(1, 101))).eta_seconds == 0
    assert after(START, RunFinished("failed")).eta_seconds == 0
    assert RunSnapshot().eta_seconds is None


def test_steps_that_were_seen_together_share_their_time() -> None:
    assert after(START, *steps([1, 2]), *steps([6], 8.0)).seconds_per_step == 2.0


def test_checkpoints_name_their_step_or_epoch() -> None:
    snapshot = after(
        START,
        EpochStarted(2, 4),
        *steps(range(1, 8)),
        SavingCheckpoint("/o/a-000001.safetensors"),
        CheckpointSaved("/o/a-000001.safetensors", 5, 4),
        CheckpointSaved("/o/a-step00000006.safetensors", 6),
        CheckpointSaved("/o/a.safetensors", 7),
        CheckpointSaved("/o/a-000003.safetensors", 8),
    )
    assert [(item.epoch, item.step, item.size_bytes) for item in snapshot.checkpoints] == [
        (1, 4, 5),
        (2, 6, 6),
        (2, 7, 7),
        (3, 7, 8),
    ]
    assert snapshot.saving == ""


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("/o/a-000012.safetensors", (0, 12)), ("a-step00000345.safetensors", (345, 0)), ("a.safetensors", (0, 0)),
        ("/o-000012.x/a.safetensors", (0, 0)), ("a-step0000034.safetensors", (0, 0)), ("a-1000012.safetensors", (0, 0)),
        ("宁-光 2-000003.ckpt", (0, 3)), ("", (0, 0)),
    ],
)  # fmt: skip
def test_a_name_tells_step_or_epoch(name: str, position: tuple[int, int]) -> None:
    assert named_position(name) == position


def test_a_checkpoint_written_again_stands_once_and_a_removed_one_not() -> None:
    again = [CheckpointSaved("/o/a.safetensors", 5), CheckpointSaved("/o/a.safetensors", 6)]
    assert [item.size_bytes for item in after(*again).checkpoints] == [6]
    assert after(*again, CheckpointRemoved("/o//a.safetensors")).checkpoints == ()
    assert after(StateSaved("/o/s"), StateSaved("/o/t"), CheckpointRemoved("/o/s")).states == ("/o/t",)


def test_memory_keeps_its_peak() -> None:
    snapshot = after(MemorySampled(9, 5, 16, 1), MemorySampled(7, 6, 16, 0))
    assert snapshot.memory == MemoryUse(7, 9, 6, 16, 0)


def test_messages_are_the_latest_and_all_are_counted() -> None:
    snapshot = after(*(LogMessage("warning", str(i)) for i in range(50)))
    assert len(snapshot.messages) == MESSAGES_KEPT
    assert snapshot.messages[-1].text == "49"
    assert snapshot.message_count == 50


def test_troubles_are_the_latest() -> None:
    snapshot = after(*(TroubleSeen("trouble.slow", "warn", {"n": i}) for i in range(TROUBLES_KEPT + 3)))
    assert len(snapshot.troubles) == TROUBLES_KEPT
    last = TROUBLES_KEPT + 2
    assert snapshot.troubles[-1] == Trouble("trouble.slow", "warn", {"n": last}, 1001.0 + last, 1.0 + last)


def test_awake() -> None:
    assert after(START).awake == ""
    assert after(START, KeptAwake("caffeinate")).awake == "caffeinate"


def test_the_end() -> None:
    snapshot = after(
        START,
        SampleSaved("/o/sample/1.png"),
        Traceback("boom"),
        StopRequested("SIGINT"),
        ModelSaved(),
        ProcessExited(-2),
        RunFinished("stopped", "", "run.stopped"),
    )
    assert (snapshot.phase, snapshot.outcome, snapshot.reason) == (Phase.FINISHED, "stopped", "run.stopped")
    assert (snapshot.traceback, snapshot.stop_requested, snapshot.exit_status) == ("boom", "SIGINT", -2)
    assert (snapshot.samples, snapshot.model_saved, snapshot.is_over) == (("/o/sample/1.png",), True, True)


def test_through_json_and_back() -> None:
    snapshot = after(
        START,
        BucketMade(64, 64, 2),
        MemorySampled(9, 5, 16, 1),
        *steps(range(1, 2000)),
        (1.0, StepDone(2000, math.inf, -math.inf, {"unet": 1e-4})),
        CheckpointSaved("/o/a.safetensors", 5),
        LogMessage("warning", "w"),
        Progress("sample", 1, 2),
        StateSaved("/o/s"),
        SampleSaved("/o/p.png"),
        TroubleSeen("trouble.disk", "stop", {"free": "1.2 GB", "n": 2, "share": 0.5}),
        KeptAwake("caffeinate"),
    )
    text = json.dumps(snapshot.to_json(), allow_nan=False)
    assert RunSnapshot.from_json(json.loads(text)) == snapshot
    empty = RunSnapshot()
    assert RunSnapshot.from_json(json.loads(json.dumps(empty.to_json()))) == empty
    assert json.loads(text)["seconds_per_step"] == 1.0


def test_a_snapshot_of_another_version_is_refused() -> None:
    with pytest.raises(KeyError):
        RunSnapshot.from_json({"name": "x"})


@pytest.mark.parametrize("count", [1, POINTS, POINTS + 1, 5 * POINTS + 3, 9 * POINTS])
def test_the_loss_curve_is_bounded_and_keeps_its_ends(count: int) -> None:
    curve = LossCurve()
    for step in range(1, count + 1):
        curve = curve.add(step, float(step), 1.0 / step)
    assert len(curve.points) <= POINTS
    assert curve.lowest_average == 1.0 / count
    assert [point[0] for point in curve.points] == sorted({point[0] for point in curve.points})
    assert count - curve.points[-1][0] == curve.open_count < curve.stride
    first_steps = curve.points[0][0]
    assert curve.points[0][1] == pytest.approx((1 + first_steps) / 2)


def test_a_loss_that_is_no_number_does_not_hide_the_lowest() -> None:
    curve = (
        LossCurve().add(1, math.nan, math.nan).add(2, 0.5, 0.5).add(3, math.nan, math.nan).add(4, 0.7, 0.7)
    )
    assert curve.lowest_average == 0.5


def test_long_runs_fold_fast_and_in_bounded_memory() -> None:
    began = time.process_time()
    snapshot = after(START, *steps(range(1, 20_001)))
    assert time.process_time() - began < 5.0
    assert len(snapshot.losses.points) <= POINTS
    assert len(snapshot.pace.intervals) == INTERVALS


def test_what_is_unknown_changes_nothing_but_the_time() -> None:
    snapshot = after(START, Announced("accumulation", 2))
    assert snapshot.elapsed == 2.0
    assert snapshot.steps == 100


def test_checkpoint_is_a_plain_value() -> None:
    assert after(CheckpointSaved("/o/a.safetensors", 5)).checkpoints == (
        Checkpoint("/o/a.safetensors", 5, 0, 0, 1001.0),
    )
