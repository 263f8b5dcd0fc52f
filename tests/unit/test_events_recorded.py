"""The parser over recorded logs of the engine (tests/golden/logs/README.md)."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.model import Event, LogMessage, ModelSaved, Progress, Record, Traceback
from kohya_driver.events.parse import Parser
from kohya_driver.events.rules import RULES
from kohya_driver.events.snapshot import RunSnapshot, fold, fold_all
from tests import golden

BY_NAME = {path.stem: path for path in golden.LOGS}


def parse(chunks: list[bytes]) -> list[Event]:
    splitter, parser = LineSplitter(), Parser()
    lines = [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.flush()
    return [event for line in lines for event in parser.feed(line)] + list(parser.flush())


def cut(data: bytes, rng: random.Random) -> list[bytes]:
    """Into pieces from one byte to many."""
    longest = rng.choice((1, 2, 7, 64, 4096))
    pieces = []
    while data:
        size = rng.randint(1, longest)
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def snapshot_of(events: list[Event]) -> RunSnapshot:
    snapshot = RunSnapshot()
    for second, event in enumerate(events):
        snapshot = fold(snapshot, Record(1000.0 + second, float(second), event))
    return snapshot


@pytest.mark.parametrize("path", golden.LOGS, ids=lambda path: path.stem)
def test_all_at_once_is_one_after_the_other(path: Path) -> None:
    events = parse([path.read_bytes()])
    records = [Record(1000.0 + second, float(second), event) for second, event in enumerate(events)]
    assert fold_all(records) == snapshot_of(events)


@pytest.mark.parametrize("path", golden.LOGS, ids=lambda path: path.stem)
def test_events_of_a_recorded_run(path: Path) -> None:
    lines = [
        json.dumps(
            {
                key: value
                for key, value in Record(0, 0, event).to_json().items()
                if key not in ("time", "elapsed")
            },
            ensure_ascii=False,
        )
        for event in parse([path.read_bytes()])
    ]
    golden.check(f"events/{path.stem}.jsonl", "\n".join(lines) + "\n")


@pytest.mark.parametrize("path", golden.LOGS, ids=lambda path: path.stem)
def test_any_cuts_give_the_same_events(path: Path) -> None:
    data, rng = path.read_bytes(), random.Random(path.stem)
    whole = parse([data])
    for _ in range(5):
        assert parse(cut(data, rng)) == whole


def test_every_rule_but_the_rare_ones_reads_a_line_of_these_logs() -> None:
    """Not recorded: text encoder outputs (SDXL), and latents that are not numbers."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in golden.LOGS).replace("\r", "\n")
    printed = set(text.split("\n"))
    logged = {line[29:].split("   ")[0] for line in printed}
    unread = [rule.name for rule in RULES if not any(rule.pattern.match(line) for line in printed | logged)]
    assert unread == ["cache_texts", "nan_latents"]


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("normal", 12),
        ("accumulation", 6),
        ("remove_old", 18),
        ("no_captions", 6),
        ("validation", 8),
        ("lycoris", 6),
    ],
)
def test_a_finished_run(name: str, steps: int) -> None:
    events = parse([BY_NAME[name].read_bytes()])
    snapshot = snapshot_of(events)
    assert (snapshot.step, snapshot.steps) == (steps, steps)
    assert snapshot.model_saved
    assert not snapshot.traceback
    assert events.count(ModelSaved()) == 1


def test_states_and_checkpoints_that_the_engine_removed_are_gone() -> None:
    snapshot = snapshot_of(parse([BY_NAME["remove_old"].read_bytes()]))
    assert [Path(state).name for state in snapshot.states] == [
        "ningguang-step00000016-state",
        "ningguang-step00000018-state",
        "ningguang-state",
    ]


def test_a_run_without_pictures() -> None:
    events = parse([BY_NAME["no_data"].read_bytes()])
    last = events[-1]
    assert isinstance(last, LogMessage)
    assert last.level == "error"
    assert last.text.startswith("No data found.")
    assert ModelSaved() not in events


@pytest.mark.parametrize(
    ("name", "last_line"),
    [
        ("crash_adamw8bit", "ImportError: No bitsandbytes / bitsandbytesがインストールされていないようです"),
        ("crash_xformers", "ImportError: No xformers / xformersがインストールされていないようです"),
    ],
)
def test_a_crash_tells_its_own_traceback_whole(name: str, last_line: str) -> None:
    (told,) = [event for event in parse([BY_NAME[name].read_bytes()]) if isinstance(event, Traceback)]
    assert told.text.count("Traceback (most recent call last):") == 2
    assert told.text.splitlines()[-1] == last_line
    assert "CalledProcessError" not in told.text


def test_a_killed_run_names_the_signal() -> None:
    events = parse([BY_NAME["killed"].read_bytes()])
    assert events[-1] == LogMessage("error", "died with <Signals.SIGKILL: 9>", "accelerate")
    assert not any(isinstance(event, Traceback) for event in events)


def test_an_interrupted_run() -> None:
    told = [event for event in parse([BY_NAME["interrupted"].read_bytes()]) if isinstance(event, Traceback)]
    assert [event.text.splitlines()[-1] for event in told] == ["KeyboardInterrupt"]


def test_validation_bars_are_not_the_trainings() -> None:
    bars = {event.bar for event in parse([BY_NAME["validation"].read_bytes()]) if isinstance(event, Progress)}
    assert bars >= {"steps", "validation steps", "epoch validation steps"}
