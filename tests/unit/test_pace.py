"""Time: what a run's events say it took, what is kept of it, and the ranges that are made of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import pace_runs
from kohya_driver import api, files
from kohya_driver.events.model import Event, PhaseChanged, Progress, Record, SampleSaved, StepDone
from kohya_driver.planning.model import Plan
from kohya_driver.planning.needs import work_of
from kohya_driver.planning.pace import (
    KEPT,
    Amount,
    Measured,
    TimeUse,
    Work,
    estimate,
    history_file,
    measure,
    read_history,
    remember,
)
from kohya_driver.preset.load import load_preset
from tests.project import MAC, write_project

DOC = Path(__file__).parents[2] / "docs" / "memory.md"
WORK = Work("sd15", "mps", "no", False, False, True, 512 * 512, 1, 1)
RUN = Measured("run", WORK, start=20.0, picture=0.5, step=2.0, sample=10.0, save=3.0)
AMOUNT = Amount(steps=100, pictures=10, samples=2, saves=1)
REAL = 20 + 3 + 100 * 2 + 10 * 0.5 + 2 * 10


def records(*events: tuple[float, Event]) -> list[Record]:
    return [Record(1e9 + elapsed, elapsed, event) for elapsed, event in events]


def step(number: int) -> StepDone:
    return StepDone(number, 0.1, 0.1)


STORY = records(
    (10, PhaseChanged("loading")),
    (20, PhaseChanged("caching")),
    (24, Progress("caching latents", 8, 8)),
    (24, PhaseChanged("preparing")),
    (26, PhaseChanged("training")),
    (33, step(1)),
    (35, step(2)),
    (37, step(3)),
    (37, PhaseChanged("sampling")),
    (43, SampleSaved("a.png")),
    (43, PhaseChanged("training")),
    (46, step(4)),
    (48, step(5)),
    (48, PhaseChanged("saving")),
    (49, PhaseChanged("finished")),
)


def test_a_run_is_read() -> None:
    measured = measure("run", WORK, STORY)
    assert measured == Measured("run", WORK, start=27.0, picture=0.5, step=2.0, sample=6.0, save=1.0)


def test_the_parts_add_up_to_the_run() -> None:
    measured = measure("run", WORK, STORY)
    assert measured is not None
    use = estimate(WORK, Amount(steps=5, pictures=8, samples=1, saves=1), [measured])
    assert use is not None and use.seconds_low < 49 < use.seconds_high


def test_a_run_of_one_step_tells_nothing() -> None:
    assert measure("run", WORK, STORY[:6]) is None
    assert measure("run", WORK, []) is None


def test_the_same_work_gives_a_narrow_range() -> None:
    assert estimate(WORK, AMOUNT, [RUN]) == TimeUse(
        round(REAL * 0.9, 1), round(REAL * 1.1, 1), "memory.time_run", RUN.step
    )


def test_nothing_is_known_without_a_measurement() -> None:
    assert estimate(WORK, AMOUNT, []) is None
    for other in ({"family": "sdxl"}, {"device": "cpu"}, {"precision": "bf16"}):
        assert estimate(replace(WORK, **other), AMOUNT, [RUN]) is None  # type: ignore[arg-type]
    assert estimate(WORK, Amount(0, 0, 0, 0), [RUN]) is None


def test_runs_win_over_benches_and_later_over_earlier() -> None:
    slower = replace(RUN, step=3.0)
    bench = replace(RUN, source="bench", step=9.0)
    assert estimate(WORK, AMOUNT, [RUN, slower, bench]) == estimate(WORK, AMOUNT, [slower])
    only = estimate(WORK, AMOUNT, [bench])
    assert only is not None and only.basis == "memory.time_bench"


def test_another_size_is_scaled_and_the_range_is_wider() -> None:
    double = estimate(replace(WORK, batch=2), AMOUNT, [RUN])
    same = estimate(WORK, AMOUNT, [RUN])
    assert double is not None and same is not None
    assert double.basis == "memory.time_scaled"
    assert double.seconds_low < 2 * REAL and double.seconds_high > 1.7 * REAL
    assert double.step_seconds is not None and double.step_seconds == pytest.approx(1.97 * RUN.step, rel=0.02)
    assert double.seconds_high / double.seconds_low > same.seconds_high / same.seconds_low
    checkpointed = estimate(replace(WORK, checkpointing=True), AMOUNT, [RUN])
    assert checkpointed is not None and checkpointed.seconds_high > 1.3 * REAL


def test_the_nearest_size_is_taken() -> None:
    far = replace(RUN, work=replace(WORK, pixels=64 * 64), step=1000.0)
    assert estimate(replace(WORK, batch=2), AMOUNT, [RUN, far]) == estimate(
        replace(WORK, batch=2), AMOUNT, [RUN]
    )


def test_measurements_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "bench" / "a.json"
    assert read_history(file) == ()
    for number in range(KEPT + 2):
        remember(file, replace(RUN, step=float(number)))
    kept = read_history(file)
    assert len(kept) == KEPT and kept[0].step == 2.0 and kept[-1].step == KEPT + 1


@pytest.mark.parametrize("text", ["", "[]", '{"measured": [{"source": "run"}]}', '{"measured": 3}'])
def test_a_broken_history_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(text)
    assert read_history(file) == ()


def test_a_disk_that_refuses_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "bench").write_text("a file where the folder should be")
    remember(tmp_path / "bench" / "a.json", RUN)
    assert read_history(tmp_path / "bench" / "a.json") == ()


def test_a_plan_says_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    preset = load_preset(write_project(tmp_path / "project"))
    before = api.plan(preset, host=MAC)
    assert before.time is None
    work = work_of(before.family, before.device, before.training_config, before.buckets)
    engine = before.engine
    monkeypatch.setattr("kohya_driver.engine.kinds.find_engine", lambda recipe: engine)
    remember(history_file(MAC, engine), replace(RUN, work=work))
    plan = api.plan(preset, host=MAC)
    assert plan.time is not None and plan.time.seconds_low < plan.time.seconds_high
    value = json.loads(files.dump_json(plan.to_json()))
    assert set(value["time"]) == {"seconds_low", "seconds_high", "basis", "step_seconds"}
    assert Plan.from_json(value).time == plan.time


def test_a_bench_predicts_real_trainings_within_20_percent() -> None:
    """Against trainings of other lengths, sizes, batches and checkpointing, each measured after the bench."""
    runs = pace_runs.read()
    assert len(runs) >= 4
    for _, _, seconds, said in runs:
        assert (said.seconds_low + said.seconds_high) / 2 == pytest.approx(seconds, rel=0.2)
        assert said.seconds_low <= seconds <= said.seconds_high


def test_the_table_in_the_docs_is_what_was_measured() -> None:
    assert pace_runs.table() in DOC.read_text(encoding="utf-8")
