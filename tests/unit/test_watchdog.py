"""The watchdog over made-up nights, and over recorded healthy ones. No clock: each history says how much time goes by."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from kohya_driver import api, texts
from kohya_driver.events.model import (
    EpochStarted,
    Event,
    LogMessage,
    MemorySampled,
    PhaseChanged,
    Progress,
    Record,
    RunFinished,
    RunStarted,
    SavingCheckpoint,
    StepDone,
    StopRequested,
    TroubleSeen,
)
from kohya_driver.events.parts import INTERVALS
from kohya_driver.events.rules import METAL
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Safety
from kohya_driver.run.vitals import Vitals
from kohya_driver.run.watchdog import DISK_MARGIN, Watchdog, disk_needed
from tests.project import MAC, write_project

GIB = 1 << 30
GOLDEN = sorted((Path(__file__).parent.parent / "golden" / "events").glob("*.jsonl"))
START = RunStarted("n", "/runs/1", 1, 1000, 10, 25)
TRAINING = PhaseChanged("training")
NAN = math.nan


@dataclass
class Night:
    """A run that tells of itself, and a watchdog that looks once a second."""

    watchdog: Watchdog = field(default_factory=lambda: Watchdog(Safety().model_dump(), disk_needed=GIB))
    now: float = 0.0
    snapshot: RunSnapshot = field(default_factory=RunSnapshot)
    seen: list[TroubleSeen] = field(default_factory=list)

    def say(self, *events: Event) -> Night:
        for event in events:
            record = Record(1000.0 + self.now, self.now, event)
            self.snapshot = fold(self.snapshot, record)
            self.watchdog.feed(record)
        return self

    def wait(self, seconds: float, vitals: Vitals | None = None) -> Night:
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 1.0)
            self.look(vitals)
        return self

    def jump(self, seconds: float) -> Night:
        """Time in which nobody looks."""
        self.now += seconds
        self.look(None)
        return self

    def look(self, vitals: Vitals | None) -> None:
        for trouble in self.watchdog.look(self.snapshot, vitals, self.now):
            self.say(trouble)
            self.seen.append(trouble)

    def steps(self, numbers: Iterable[int], seconds: float = 2.0, loss: float = 0.1) -> Night:
        for number in numbers:
            self.wait(seconds)
            self.say(StepDone(number, loss, loss))
        return self

    def codes(self) -> list[str]:
        return [trouble.code.removeprefix("trouble.") for trouble in self.seen]


def training() -> Night:
    """A run in the midst of training: 50 steps of two seconds."""
    return Night().say(START, PhaseChanged("loading")).wait(60).say(TRAINING).steps(range(1, 51))


def test_a_healthy_night() -> None:
    night = training()
    for epoch in range(2, 6):
        night.say(EpochStarted(epoch, 10), PhaseChanged("sampling")).wait(200).say(PhaseChanged("saving"))
        night.say(SavingCheckpoint("/o/a.safetensors")).wait(30).say(TRAINING)
        night.steps(range(epoch * 100, epoch * 100 + 100))
        night.say(MemorySampled(4 * GIB, 5 * GIB, 16 * GIB, GIB))
        night.wait(1, Vitals(40 * GIB, False, 100))
    night.say(RunFinished("succeeded")).wait(10_000)
    assert night.codes() == []


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_no_trouble_in_recorded_runs(path: Path) -> None:
    """Even those that crash or are killed have none of these."""
    night = Night()
    for line in path.read_text(encoding="utf-8").splitlines():
        night.wait(1).say(Record.from_json({"time": 0, "elapsed": 0, **json.loads(line)}).event)
    night.wait(120)
    assert len(GOLDEN) > 10
    assert night.codes() == []


# What is no number


@pytest.mark.parametrize("bad", [NAN, math.inf, -math.inf])
def test_losses_that_are_no_numbers_are_told_once_with_the_last_good_step(bad: float) -> None:
    night = training().steps(range(51, 80), loss=bad)
    assert night.codes() == ["nan"]
    assert night.seen[0].values == {"step": 51, "good_step": 50}
    assert night.seen[0].policy == "recover"


def test_a_single_bad_loss_is_none() -> None:
    assert training().steps([51], loss=NAN).steps(range(52, 90)).codes() == []


def test_bad_losses_that_come_back_are_told_again_only_after_many_good_ones() -> None:
    night = training().steps([51, 52], loss=NAN).steps(range(53, 60)).steps([60, 61], loss=NAN)
    assert night.wait(2).codes() == ["nan"]
    night.steps(range(62, 90)).steps([90, 91], loss=NAN).wait(2)
    assert night.codes() == ["nan", "nan"]


def test_without_exact_values_the_bar_tells() -> None:
    night = Night().say(START, TRAINING)
    for number, average in enumerate([0.1, 0.1, NAN, NAN, NAN], 1):
        # Each step is drawn twice.
        night.wait(2).say(Progress("steps", number, 100, average), Progress("steps", number, 100, average))
    assert night.wait(2).codes() == ["nan"]
    assert night.seen[0].values == {"step": 3, "good_step": 2}


def test_the_bars_average_does_not_count_beside_exact_values() -> None:
    """It stays NaN for the rest of an epoch."""
    night = training()
    for number in range(51, 60):
        night.steps([number]).say(Progress("steps", number, 100, NAN))
    assert night.codes() == []


def test_after_a_restart_bad_losses_are_told_again() -> None:
    night = training().steps([51, 52], loss=NAN).wait(2)
    night.say(START, PhaseChanged("loading")).wait(60).say(TRAINING).steps([41, 42], loss=NAN).wait(2)
    assert night.codes() == ["nan", "nan"]
    assert night.seen[1].values == {"step": 41, "good_step": 40}


# The graphics part


def test_errors_of_the_graphics_part_are_told_once_with_their_cause() -> None:
    night = training()
    status, cause = (
        "Error: command buffer exited with error status.",
        "Internal Error (0000000e:Internal Error)",
    )
    night.say(LogMessage("error", status, METAL), LogMessage("error", cause, METAL)).steps(range(51, 60))
    night.say(LogMessage("error", "another", METAL)).steps(range(60, 70))
    assert night.codes() == ["metal_error"]
    assert night.seen[0].values == {"text": cause}
    night.watchdog.restart(night.now)
    night.say(TRAINING).steps(range(61, 70)).say(LogMessage("error", status, METAL)).wait(2)
    assert [trouble.values["text"] for trouble in night.seen] == [cause, status.rstrip(".")]


def test_other_messages_are_no_trouble() -> None:
    night = training().say(LogMessage("error", "Error: command buffer", "train_util.py:1")).wait(5)
    assert night.codes() == []


# Silence


@pytest.mark.parametrize(
    ("events", "minutes"),
    [
        ([START], 20),
        ([START, PhaseChanged("loading")], 30),
        ([START, PhaseChanged("caching"), Progress("caching latents", 1, 9)], 30),
        ([START, PhaseChanged("preparing")], 30),
        ([START, TRAINING, EpochStarted(1, 2)], 30),
        ([START, TRAINING, StepDone(1, 0.1, 0.1)], 5),
        ([START, TRAINING, StepDone(1, 0.1, 0.1), PhaseChanged("sampling")], 20),
        ([START, TRAINING, StepDone(1, 0.1, 0.1), PhaseChanged("saving")], 15),
    ],
    ids=lambda value: value[-1].kind if isinstance(value, list) else None,
)
def test_each_phase_has_its_own_silence(events: list[Event], minutes: int) -> None:
    night = Night().say(*events).wait(minutes * 60 - 5)
    assert night.codes() == []
    assert night.wait(10).codes() == ["stall"]
    assert night.seen[0].values["minutes"] == minutes
    assert night.wait(3600).codes() == ["stall"]


def test_a_slow_machine_may_be_silent_for_longer() -> None:
    night = Night().say(START, TRAINING).steps(range(1, 40), seconds=90)
    assert night.wait(10 * 90 - 5).codes() == []
    assert night.wait(10).codes() == ["stall"]


def test_a_silence_that_this_run_has_lived_through_is_ordinary() -> None:
    night = training().say(PhaseChanged("sampling")).wait(19 * 60).say(TRAINING).steps(range(51, 60))
    assert night.say(PhaseChanged("sampling")).wait(50 * 60).codes() == []
    assert night.wait(10 * 60).codes() == ["stall"]


def test_the_first_step_is_no_measure_of_the_others() -> None:
    night = Night().say(START, TRAINING).wait(29 * 60).say(StepDone(1, 0.1, 0.1)).steps(range(2, 40))
    assert night.wait(6 * 60).codes() == ["stall"]


def test_output_is_a_sign_of_life_but_while_it_trains_only_steps_are() -> None:
    night = Night().say(START, PhaseChanged("loading"))
    for _ in range(10):
        night.wait(10 * 60).watchdog.heard(night.now)
    assert night.codes() == []
    night.say(TRAINING).steps(range(1, 40))
    for _ in range(40):
        night.wait(10).watchdog.heard(night.now)
        night.say(LogMessage("warning", "retrying"), MemorySampled(1, 8, 16, 0))
    assert night.codes() == ["stall"]


def test_a_stall_that_ended_and_came_back_is_told_again() -> None:
    night = training().wait(310).steps(range(51, 60)).wait(3600)
    assert night.codes() == ["stall", "stall"]


@pytest.mark.parametrize("seconds", [61.0, 3600.0, 8 * 3600.0])
def test_a_machine_that_slept_did_not_stall(seconds: float) -> None:
    night = training().wait(250).jump(seconds)
    assert night.wait(250).codes() == []
    assert night.steps(range(51, 90)).codes() == []
    assert night.wait(1000).codes() == ["stall"]


def test_a_sleep_is_not_learned_as_an_ordinary_silence() -> None:
    night = training()
    night.now += 8 * 3600
    # What the log holds is read before the watchdog looks.
    night.say(StepDone(51, 0.1, 0.1)).wait(1).steps(range(52, 60))
    assert night.wait(310).codes() == ["stall"]


def test_no_stall_while_it_is_asked_to_stop_nor_after_its_end() -> None:
    assert training().say(StopRequested("SIGINT")).wait(3600).codes() == []
    assert training().say(RunFinished("failed")).wait(3600).codes() == []


def test_after_a_restart_it_may_load_again() -> None:
    night = training().wait(310)
    night.say(START, PhaseChanged("loading")).wait(29 * 60).say(TRAINING).wait(29 * 60)
    assert night.codes() == ["stall"]
    assert night.wait(120).codes() == ["stall", "stall"]


def test_a_watchdog_that_comes_later_knows_the_phase() -> None:
    night = training()
    night.watchdog = Watchdog(Safety().model_dump(), now=night.now)
    assert night.wait(290).codes() == []
    assert night.wait(20).codes() == ["stall"]


# Memory


def memory(night: Night, samples: Sequence[tuple[float, float]], total: float = 16) -> Night:
    """(available, swap) in GB, one each five seconds."""
    for available, swap in samples:
        night.wait(5).say(
            MemorySampled(4 * GIB, int(available * GIB), int(total * GIB), int(swap * GIB)), TRAINING
        )
    return night.wait(2)


@pytest.mark.parametrize(
    ("samples", "codes"),
    [
        ([(8, 0)] * 10, []),
        ([(1.0, 3)] * 30, []),  # little is left, but nothing moves
        ([(4, i / 4) for i in range(30)], []),  # swap grows, but there is enough
        ([(1.0, 2 + i / 10) for i in range(20)], ["memory"]),
        ([(1.0, 2 + i / 1000) for i in range(20)], []),
        ([(0.3, 0)] * 3, ["memory"]),  # without swap
        ([(0.3, 0), (0.3, 0), (2, 0)] * 5, []),  # a moment
        (
            [(1.0, 2 + i / 10) for i in range(9)] + [(1.5, 4)] * 9 + [(1.0, 4 + i) for i in range(5)],
            ["memory"],
        ),
        ([(0.3, 0)] * 5 + [(3, 0)] * 9 + [(0.3, 0)] * 5, ["memory", "memory"]),
    ],
)
def test_memory(samples: list[tuple[float, float]], codes: list[str]) -> None:
    assert memory(training(), samples).codes() == codes


def test_the_limits_of_memory_go_with_the_machine() -> None:
    samples = [(5, 2 + i) for i in range(20)]
    assert memory(training(), samples, total=128).codes() == ["memory"]
    assert memory(training(), samples, total=16).codes() == []


# The disk, and power


@pytest.mark.parametrize(
    ("free", "codes"),
    [
        ([40, 10, 2], []),
        ([2, 0.9, 0.5, 0.1], ["disk"]),
        ([0.9, 1.2, 0.9, 1.2], ["disk"]),
        ([0.9, 1.6, 0.9], ["disk", "disk"]),
        ([None, None], []),
    ],
)
def test_disk(free: list[float | None], codes: list[str]) -> None:
    night = training()
    for size in free:
        night.wait(10).wait(1, Vitals(None if size is None else int(size * GIB)))
    assert night.codes() == codes
    assert all(trouble.policy == "stop" for trouble in night.seen)


@pytest.mark.parametrize(
    ("looks", "codes"),
    [
        ([(None, None)] * 3, []),
        ([(False, 100), (False, 100)], []),
        ([(True, 90), (True, 80)], []),  # it began so, and the plan said it
        ([(False, 100), (True, 90), (True, 50)], ["power"]),
        ([(False, 100), (True, 90), (False, 91), (True, 90)], ["power", "power"]),
        ([(False, 100), (True, 11), (True, 9), (True, 10), (True, 8)], ["power", "battery"]),
        ([(True, 9), (False, 9), (True, 9)], ["battery", "power", "battery"]),
        ([(False, 3), (False, 2)], []),  # it is being charged
        ([(False, None), (True, None)], ["power"]),
    ],
)
def test_power(looks: list[tuple[bool | None, int | None]], codes: list[str]) -> None:
    night = training()
    for on_battery, percent in looks:
        night.wait(60).say(StepDone(51, 0.1, 0.1)).wait(1, Vitals(None, on_battery, percent))
    assert night.codes() == codes
    assert all(trouble.policy == "warn" for trouble in night.seen)


def test_policies_are_those_of_the_plan() -> None:
    safety = {**Safety().model_dump(), "battery": "stop", "disk": "warn", "nan": "stop"}
    night = Night(Watchdog(safety, disk_needed=GIB)).say(START, TRAINING).steps(range(1, 9), loss=NAN)
    night.wait(1, Vitals(1, False, 50)).wait(1, Vitals(1, True, 5))
    told = {trouble.code.removeprefix("trouble."): trouble.policy for trouble in night.seen}
    assert told == {"nan": "stop", "disk": "warn", "power": "warn", "battery": "stop"}


def test_what_the_next_files_need(tmp_path: Path) -> None:
    plan = api.plan(load_preset(write_project(tmp_path / "p")), host=MAC)
    # In 32 bit, with Adam's two copies: a state is six times the LoRA in fp16.
    assert disk_needed(plan) == pytest.approx(DISK_MARGIN + 7 * plan.disk.lora, rel=0.05)


# The pace


def test_a_hot_machine() -> None:
    night = training().steps(range(51, 200), seconds=2).steps(range(200, 300), seconds=4)
    assert night.codes() == ["slow"]
    assert night.seen[0].values == {"seconds": 4.0, "usual": 2.0, "times": 2.0}
    night.steps(range(300, 400), seconds=2).steps(range(400, 500), seconds=4)
    assert night.codes() == ["slow", "slow"]


def test_a_little_slower_is_no_trouble() -> None:
    assert training().steps(range(51, 300), seconds=2).steps(range(300, 900), seconds=3).codes() == []


def test_a_short_hold_up_is_no_trouble() -> None:
    night = training().steps(range(51, 200)).steps(range(200, 212), seconds=9).steps(range(212, 300))
    assert night.codes() == []


def test_what_is_not_training_does_not_count_as_slow() -> None:
    night = training()
    for number in range(51, 200):
        night.steps([number])
        if number % 2:
            night.say(PhaseChanged("sampling")).wait(40).say(TRAINING)
    assert night.codes() == []


def test_steps_of_two_lengths_are_no_trouble() -> None:
    """Buckets that are not full make short batches, in any order."""
    night, state = training(), 7
    for number in range(51, 1500):
        state = state * 1103515245 + 12345 & 0x7FFFFFFF
        night.steps([number], seconds=1.0 if state >> 16 & 1 else 4.0)
    assert night.codes() == []


def test_it_wants_whole_windows() -> None:
    night = Night().say(START, TRAINING).steps(range(1, INTERVALS // 3), seconds=1)
    assert night.steps(range(INTERVALS, INTERVALS + 300), seconds=9).codes() == []


# Sentences


def test_every_trouble_has_a_sentence_with_its_values() -> None:
    night = memory(training().steps(range(51, 60), loss=NAN), [(0.3, 0)] * 4)
    night.say(LogMessage("error", "x", METAL)).wait(310, Vitals(1, False, 5)).wait(2, Vitals(1, True, 5))
    night.steps(range(60, 200)).steps(range(200, 300), seconds=4)
    every = {"nan", "metal_error", "stall", "memory", "disk", "slow", "power", "battery"}
    assert set(night.codes()) == every
    for language in texts.LANGUAGES:
        texts.use_language(language)
        for trouble in night.seen:
            assert texts.say(trouble.code, **trouble.values)
            assert texts.say(f"{trouble.code}.hint")
    texts.use_language(None)
    assert [trouble.code for trouble in night.snapshot.troubles] == [trouble.code for trouble in night.seen]


def test_looking_costs_next_to_nothing() -> None:
    """Ten hours, asked ten times a second: what one look costs must be far below the hundredth of a core it may take."""
    import time

    night = training()
    begin = time.process_time()
    for i in range(100_000):
        night.watchdog.look(night.snapshot, None, night.now + i / 10)
    # 10 000 s of supervision; 1 % of a core would be 100 s.
    assert time.process_time() - begin < 10
