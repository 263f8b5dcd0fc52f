"""A run as lines."""

from __future__ import annotations

import json
from dataclasses import replace

from kohya_driver import texts
from kohya_driver.events.model import (
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LatentsKept,
    LogMessage,
    MemorySampled,
    PhaseChanged,
    Progress,
    Record,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SampleSaved,
    SaveRequested,
    StateNotSaved,
    StateSaved,
    StepDone,
    StopRequested,
    TextsKept,
    Traceback,
    TroubleSeen,
)
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.views.plain import json_line, plain_line

START = RunStarted("ningguang", "/runs/1", 42, 200, 4, 25)


def lines(*events: Event) -> list[str]:
    snapshot, told = RunSnapshot(), []
    for second, event in enumerate(events):
        record = Record(1000.0 + second, float(second), event)
        snapshot = fold(snapshot, record)
        line = plain_line(record, snapshot)
        if line is not None:
            told.append(line)
    return told


def test_the_whole_story() -> None:
    texts.use_language("en")
    assert lines(
        START,
        PhaseChanged("training"),
        EpochStarted(1, 4),
        Progress("steps", 1, 200),
        MemorySampled(1, 1, 1, 1),
        CheckpointSaved("/o/a.safetensors", 37861176),
        StateSaved("/o/a-state"),
        SampleSaved("/o/a.png"),
        LogMessage("warning", "no captions / キャプション"),
        Traceback("Traceback (most recent call last):\n  x\nValueError: no"),
        StopRequested("SIGINT"),
        RunFinished("stopped", "", "run.stopped"),
    ) == [
        "00:00:00  ningguang: 25 pictures, 200 steps, 4 epochs, into /runs/1",
        "00:00:01  Training",
        "00:00:02  epoch 1 of 4",
        "00:00:05  checkpoint /o/a.safetensors (36.1 MB)",
        "00:00:06  train state /o/a-state",
        "00:00:07  sample /o/a.png",
        "00:00:08  warning: no captions",
        "00:00:09  error: ValueError: no",
        "00:00:10  stop requested (SIGINT)",
        "00:00:11  Stopped. The training was stopped on request.",
    ]


def test_an_end_for_a_trouble_says_which() -> None:
    texts.use_language("en")
    trouble = TroubleSeen("trouble.disk", "stop", {"free": 0.4, "needed": 1.2})
    said = "Only 0.4 GB are left on the disk; what is written next needs 1.2 GB."
    assert lines(trouble, RunFinished("failed", "", "trouble.disk"))[1] == f"00:00:01  Failed. {said}"
    assert lines(RunFinished("failed", "", "trouble.disk")) == ["00:00:00  Failed. trouble.disk"]
    assert lines(StepDone(9, 0.1, 0.1), RunFinished("failed", "", "trouble.nan"))[-1].startswith(
        "00:00:01  Failed. From step 9 on the loss is no number"
    )


def test_a_line_at_the_first_step_and_at_each_tenth() -> None:
    texts.use_language("en")
    told = lines(START, *(StepDone(i, 0.1, 0.0912) for i in range(1, 201)))[1:]
    assert len(told) == 11
    assert told[1] == (
        "00:00:20  step 20 of 200 (10 %), average loss 0.09120 · 1 s per step · 3 min 0 s left"
    )
    assert told[-1] == "00:03:20  step 200 of 200 (100 %), average loss 0.09120 · 1 s per step"


def test_few_steps_and_an_unknown_total() -> None:
    texts.use_language("zh")
    assert len(lines(*(StepDone(i, 0.1, 0.1) for i in range(1, 4)))) == 3


def test_the_outcome_in_chinese() -> None:
    texts.use_language("zh")
    assert lines(RunFinished("succeeded", "/o/a.safetensors")) == ["00:00:00  训练完成。/o/a.safetensors"]


NIGHT = (
    KeptAwake("caffeinate"),
    TroubleSeen("trouble.disk", "stop", {"free": 0.4, "needed": 1.2}),
    TroubleSeen("trouble.of_another_version", "ask"),
    KeptAwake(""),
)


def test_troubles_and_what_keeps_it_awake() -> None:
    texts.use_language("en")
    said = "Only 0.4 GB are left on the disk; what is written next needs 1.2 GB. The training is ended."
    assert lines(*NIGHT) == [
        "00:00:00  the machine is kept awake (caffeinate)",
        f"00:00:01  trouble: {said}",
        "00:00:02  trouble: trouble.of_another_version notify.policy.ask",
        "00:00:03  nothing keeps the machine awake any more",
    ]
    texts.use_language("zh")
    assert lines(*NIGHT)[1] == ("00:00:01  问题：磁盘只剩 0.4 GB；接下来要写的文件需要 1.2 GB。训练将结束。")


AGAIN = (
    SaveRequested(False),
    SaveRequested(True),
    StateNotSaved(8, "OSError: No space left on device"),
    TroubleSeen("trouble.nan", "recover", {"step": 9}),
    Recovering("trouble.nan", "/runs/1/states/step-00000008", 8, ("recovery.lower_rate",)),
    replace(START, attempt=2, from_step=8),
    Resumed(8, 1, "/runs/1/states/step-00000008"),
    Recovering("run.killed", "", 0),
    replace(START, attempt=3),
    LatentsKept(12),
    TextsKept(9),
    StopRequested("SIGTERM", saves=True),
    Recovering("of.another_version", "", 0, ("of.another_version",)),
)


def test_going_on_after_a_stop_and_a_failure() -> None:
    texts.use_language("en")
    assert lines(*AGAIN) == [
        "00:00:00  save requested: a LoRA and a train state at the end of this step",
        "00:00:01  save requested: a LoRA, a train state and samples at the end of this step",
        "00:00:02  train state of step 8 not saved: OSError: No space left on device",
        "00:00:03  trouble: From step 9 on the loss is no number (NaN): what is learnt from there on is worthless. "
        "It goes on from the last train state.",
        "00:00:04  it ended by itself and is tried again. From step 9 on the loss is no number (NaN): what is learnt "
        "from there on is worthless. The loss became no number (NaN): half the learning rate keeps it in bounds.",
        "00:00:05  attempt 2, to go on from step 8",
        "00:00:06  the training goes on from step 8 (/runs/1/states/step-00000008)",
        "00:00:07  it ended by itself and is tried again. The engine was ended from outside, by a signal.",
        "00:00:08  attempt 3, from the beginning",
        "00:00:09  latents of 12 pictures known from an earlier training",
        "00:00:10  what the text encoders make of 9 captions known from an earlier training",
        "00:00:11  stop requested (SIGTERM); it saves first, at the end of this step",
        "00:00:12  it ended by itself and is tried again. of.another_version override.of.another_version",
    ]
    texts.use_language("zh")
    assert "00:00:05  第 2 次启动，将从第 8 步继续" in lines(*AGAIN)


def test_json_is_one_line_an_event() -> None:
    line = json_line(Record(1.0, 2.0, LogMessage("warning", "two\nlines, 宁光")))
    assert "\n" not in line
    assert "宁光" in line
    assert json.loads(line) == {
        "kind": "log",
        "time": 1.0,
        "elapsed": 2.0,
        "level": "warning",
        "text": "two\nlines, 宁光",
        "source": "",
    }
