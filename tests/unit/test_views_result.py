"""What is said at the end of what the run did by itself, and of why it did not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.run.folder import Recovery, RunResult
from kohya_driver.texts.recovery import TEXTS
from kohya_driver.views.result import print_result

KILLED = Recovery(42, "run.killed", "", {"step": 42}, 40)
MEMORY = Recovery(8, "run.engine_failed", "mps.oom", {"step": 8}, 0, ("memory.fit_checkpointing",))
NAN = Recovery(9, "trouble.nan", "", {"step": 9}, 8, ("recovery.lower_rate",))
DONE = RunResult("succeeded", "/runs/ning-001", "/runs/ning-001/ning.safetensors", (), 50, 61.0, 0)
FAILED = RunResult("failed", "/runs/ning-001", "", (), 50, 61.0, 1, "run.engine_failed")


@pytest.fixture(autouse=True)
def _english() -> None:
    texts.use_language("en")


def test_what_it_did_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(replace(DONE, recoveries=(KILLED, MEMORY, NAN)))
    told = said(capsys.readouterr().out).splitlines()
    begin = told.index("It failed on the way and was resumed by itself 3 time(s):")
    oom = texts.say("diagnosis.mps_oom", value="…", name="…", path="…", other="…", option="…")
    assert told[begin + 1 : begin + 6] == [
        "at step 42: The engine was ended from outside, by a signal. It went on from step 40.",
        f"at step 8: {oom} It began anew.",
        f"changed: {texts.say('override.memory.fit_checkpointing')}",
        "at step 9: From step 9 on the loss is no number (NaN): what is learnt from there on is worthless. "
        "It went on from step 8.",
        f"changed: {texts.say('override.recovery.lower_rate')}",
    ]


def said(output: str) -> str:
    """Without the breaks and the indents of the console."""
    return "\n".join(line.strip() for line in output.splitlines())


def test_nothing_is_said_where_nothing_was_done(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(DONE)
    print_result(FAILED)
    out, err = capsys.readouterr()
    assert "by itself" not in out + err and "tried again" not in out + err


@pytest.mark.parametrize("code", TEXTS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_why_it_was_not_tried_again(code: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    texts.use_language(language)
    print_result(replace(FAILED, not_recovered=code, recoveries=(KILLED,)))
    err = capsys.readouterr().err
    assert texts.say(code) in err and texts.say("show.recovered", count=1) in err


def test_what_another_version_wrote(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = Recovery(3, "of.tomorrow", "of.tomorrow", {}, 2, ("of.tomorrow",))
    print_result(replace(FAILED, not_recovered="recovery.of_tomorrow", recoveries=(other,)))
    err = capsys.readouterr().err
    assert "recovery.of_tomorrow" in err and "changed: override.of.tomorrow" in err
