"""The parts of a run that need no engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.events.model import EpochStarted, LogMessage, Record, RunFinished
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.run.folder import Recovery, Run, RunResult, next_folder
from kohya_driver.run.follow import CHUNK_BYTES, Follower
from kohya_driver.run.recorder import Recorder
from kohya_driver.run.result import last_lines
from kohya_driver.run.stop import Stop


def test_stop_remembers_who_asked_first() -> None:
    stop = Stop()
    assert not stop.asked and not stop.hurry
    stop.ask("SIGINT")
    assert stop.asked and stop.saves and not stop.hurry
    stop.ask("SIGTERM")
    assert not stop.saves and not stop.hurry and stop.by == "SIGINT"
    stop.ask("SIGINT")
    assert stop.hurry and stop.by == "SIGINT"


@pytest.mark.parametrize(
    ("there", "name", "wanted"),
    [
        ([], "ning", "ning-001"),
        (["ning-001", "ning-009", "ning-x", "other-020"], "ning", "ning-010"),
        (["ning-999"], "ning", "ning-1000"),
        (["ning-²"], "ning", "ning-001"),
        (["ning-2-001"], "ning", "ning-001"),
        ([], "宁/光", "宁_光-001"),
    ],
)
def test_the_next_number(tmp_path: Path, there: list[str], name: str, wanted: str) -> None:
    for folder in there:
        (tmp_path / folder).mkdir()
    assert next_folder(tmp_path, name).name == wanted


def test_a_torn_line_costs_one_event_only(tmp_path: Path) -> None:
    run = Run(tmp_path)
    recorder = Recorder(run.events_file)
    recorder.record(EpochStarted(1, 3))
    text = run.events_file.read_text(encoding="utf-8")
    run.events_file.unlink()
    run.events_file.mkdir()
    recorder.record(EpochStarted(2, 3))
    assert recorder.lost == 1
    run.events_file.rmdir()
    run.events_file.write_text(text + '{"kind": "ep', encoding="utf-8")
    recorder.record(EpochStarted(3, 3))
    *events, told = [record.event for record in run.events()]
    assert events == [EpochStarted(1, 3), EpochStarted(3, 3)]
    assert isinstance(told, LogMessage) and told.text.startswith("1 ")
    assert recorder.snapshot.epoch == run.snapshot().epoch == 3


def test_a_silent_recorder_goes_on_writing(tmp_path: Path) -> None:
    seen: list[tuple[Record, RunSnapshot]] = []
    recorder = Recorder(tmp_path / "events.jsonl", lambda record, snapshot: seen.append((record, snapshot)))
    recorder.record(EpochStarted(1, 1))
    recorder.silence()
    recorder.record(RunFinished("stopped"))
    assert [snapshot.epoch for _, snapshot in seen] == [1]
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert kinds == ["epoch", "run_finished"]


def test_events_of_another_version_are_passed_over(tmp_path: Path) -> None:
    lines = [
        '{"kind": "of tomorrow"}',
        "[]",
        '{"kind": "epoch", "time": 1, "elapsed": 1, "epoch": 1, "of": 1}',
        "\xff",
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(lines), encoding="latin-1")
    assert [record.event for record in Run(tmp_path).events()] == [EpochStarted(1, 1)]


def test_last_lines_as_a_person_would_read_them(tmp_path: Path) -> None:
    log = tmp_path / "engine.log"
    assert last_lines(log) == []
    log.write_bytes(
        b"old\n" * 100_000 + "steps: 1/2\rsteps: 2/2\n\n  错误 \n".encode() + b"\xff" + b"x" * 1000
    )
    assert last_lines(log, 3) == ["steps: 2/2", "错误", "�" + "x" * 399]


def test_follower_reads_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "log"
    follower = Follower(path)
    assert follower.read() == b""
    path.write_bytes(b"a" * (CHUNK_BYTES + 1))
    assert (len(follower.read()), follower.read(), follower.read()) == (CHUNK_BYTES, b"a", b"")
    with path.open("ab") as file:
        file.write(b"more")
    assert follower.read() == b"more"


def test_a_result_goes_to_json_and_back() -> None:
    recovery = Recovery(3, "run.killed", "metal.oom", {"value": "1 GB"}, 2, ("memory.fit_bf16",))
    result = RunResult(
        "failed", "/runs/宁-001", "", ("/a", "/b"), 3, 1.5, -9, "run.killed", {"step": 3}, "SIGKILL",
        saved=("/c",), recoveries=(recovery, Recovery(4, "run.killed")), not_recovered="recovery.limit",
    )  # fmt: skip
    assert RunResult.from_json(json.loads(json.dumps(result.to_json()))) == result


def test_a_run_without_result_or_supervisor_was_cut_off(tmp_path: Path) -> None:
    assert Run(tmp_path).state() == "cut off"
    (tmp_path / "supervisor.json").write_text('{"pid": 1, "started": 0}')
    assert Run(tmp_path).state() == "cut off"
