"""The list of runs: what it says of each, how it looks, and that it is quick."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from kohya_driver import files, process, texts
from kohya_driver.events.model import Event, MemorySampled, Progress, Record, RunStarted, StepDone
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.overview import Overview, overview, overviews
from kohya_driver.views.runs import print_runs, state_words

NOW = 1_795_000_000.0
STEPS = 36


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    texts.use_language("en")
    yield
    texts.use_language(None)


def make_run(folder: Path, *events: Event, outcome: str = "", reason: str = "") -> Run:
    run = Run(folder)
    files.write_json(run.plan_file, {"steps": STEPS, "preset": "x" * 10_000})
    lines = [json.dumps(Record(NOW - 60, 1.0, event).to_json()) for event in events]
    files.write_text(run.events_file, "".join(f"{line}\n" for line in lines))
    if outcome:
        result = RunResult(
            outcome, str(folder), "", (), 20, 60, 1, reason, started=NOW - 3600, ended=NOW - 60
        )
        files.write_json(run.result_file, result.to_json())
    return run


def begin(folder: Path) -> RunStarted:
    return RunStarted("ning", str(folder), 1, STEPS, 2, 3)


def step(number: int) -> StepDone:
    return StepDone(number, 0.1, 0.1)


def test_a_run_that_is_over(tmp_path: Path) -> None:
    item = overview(make_run(tmp_path / "ning-001", outcome="failed", reason="run.no_data"))
    assert item == Overview(
        str(tmp_path / "ning-001"), "failed", 20, STEPS, "run.no_data", NOW - 3600, NOW - 60
    )
    assert item.name == "ning-001"
    assert item.to_json()["state"] == "failed"


def test_a_run_that_goes_on(tmp_path: Path) -> None:
    run = make_run(tmp_path, begin(tmp_path), step(7), MemorySampled(1, 1, 1, 1))
    files.write_json(run.supervisor_file, {"pid": os.getpid(), "started": process.own_start()})
    with run.events_file.open("a") as file:
        file.write('{"kind": "step", "step"')  # half a line
    item = overview(run)
    assert (item.state, item.step, item.steps, item.reason) == ("running", 7, STEPS, "")
    assert item.changed == run.events_file.stat().st_mtime


def test_a_run_without_exact_steps(tmp_path: Path) -> None:
    item = overview(
        make_run(tmp_path, begin(tmp_path), Progress("steps", 9, STEPS), Progress("sample", 1, 2))
    )
    assert (item.state, item.step) == ("cut off", 9)


def test_a_run_without_events(tmp_path: Path) -> None:
    files.write_json(tmp_path / "plan.json", {"steps": STEPS})
    assert overview(Run(tmp_path)).step == 0


@pytest.mark.parametrize(("name", "text"), [("plan.json", "{"), ("plan.json", "[]"), ("result.json", "{}")])
def test_a_damaged_run(tmp_path: Path, name: str, text: str) -> None:
    run = make_run(tmp_path, outcome="succeeded")
    (tmp_path / name).write_text(text)
    assert overview(run).state == "unreadable"


def shown(items: list[Overview], width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_runs(items, console, now=NOW)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert max(map(cell_len, text.splitlines())) <= width
    return text


def items(root: str = "/Users/ming/我的训练") -> list[Overview]:
    return [
        Overview(f"{root}/二次元/runs/宁光-002", "running", 820, 1200, "", NOW - 4000, NOW - 2),
        Overview(f"{root}/猫/runs/cat-001", "failed", 3, 900, "run.no_data", NOW - 90_000, NOW - 86_400),
        Overview(f"{root}/二次元/runs/宁光-001", "cut off", 0, 0, "", NOW - 200_000, NOW - 190_000),
        Overview(f"{root}/二次元/runs/宁光-000", "something new", 1, 2, "", NOW - 200_000, NOW - 190_000),
    ]


def test_a_projects_runs_stand_together() -> None:
    lines = [line for line in shown(items()).splitlines() if line.strip()]
    heads = [number for number, line in enumerate(lines) if line.startswith("/Users")]
    assert [lines[number].rpartition("/runs")[0].rpartition("/")[2] for number in heads] == ["二次元", "猫"]
    first = "\n".join(lines[: heads[1]])
    assert all(word in first for word in ("宁光-002", "820/1,200", "running", "2 s ago", "cut off", "–"))
    assert "The engine found no pictures" in " ".join(" ".join(lines[heads[1] :]).split())


def test_a_trouble_is_told_with_its_values_or_by_its_code() -> None:
    texts.use_language("en")
    full = {"free": 1.0, "needed": 2.0}
    stopped = Overview("/r/a", "stopped", 9, 90, "trouble.disk", NOW - 9, NOW - 1, full)
    assert "stopped: Only 1.0 GB" in state_words(stopped)
    assert state_words(replace(stopped, reason="run.stopped")) == "stopped"
    ended = Overview("/r/a", "failed", 9, 90, "trouble.nan", NOW - 9, NOW - 1, {"step": 9})
    assert "From step 9 on the loss is no number" in " ".join(shown([ended]).split())
    assert "trouble.nan" in shown([replace(ended, reason_values={})])


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("width", [80, 200])
def test_it_fits(language: str, width: int) -> None:
    texts.use_language(language)
    text = shown(items(), width)
    assert all(item.name in text for item in items())


def test_no_runs() -> None:
    assert "kohya-driver train" in shown([])


def test_two_hundred_runs_in_half_a_second(tmp_path: Path) -> None:
    """Also long ones that were cut off: what a night leaves in events.jsonl is not read as a whole."""
    runs = [make_run(tmp_path / f"ning-{number:03}", outcome="succeeded") for number in range(190)]
    long = [make_run(tmp_path / f"cut-{number:03}", *map(step, range(5000))) for number in range(10)]
    begin = time.process_time()
    found = overviews([*runs, *long])
    assert time.process_time() - begin < 0.5
    assert {item.state for item in found} == {"succeeded", "cut off"}
    assert found[-1].step == 4999
