"""A run whose folder was renamed, moved or copied is read as if it had always stood there."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.api import plan as make_plan
from kohya_driver.events.model import CheckpointSaved, Record, RunStarted, SampleSaved, StateSaved
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.moved import EventsHere, here, relocated
from kohya_driver.run.prepare import prepare_folder
from tests.project import MAC, write_project


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("/r/宁 光-001", "/n/best"),
        ("/r/宁 光-001/models/a.safetensors", "/n/best/models/a.safetensors"),
        ("/r/宁 光-0011/models", "/r/宁 光-0011/models"),
        ("see /r/宁 光-001/engine.log", "see /r/宁 光-001/engine.log"),
        ({"a": ["/r/宁 光-001/b", 3, None]}, {"a": ["/n/best/b", 3, None]}),
        (("/r/宁 光-001",), ("/r/宁 光-001",)),
        (7, 7),
    ],
)
def test_paths_in_the_folder_follow_it(before: object, after: object) -> None:
    assert relocated(before, "/r/宁 光-001", "/n/best") == after


def test_nothing_is_done_where_nothing_moved() -> None:
    body = {"folder": "/r/a", "final": "/r/a/x"}
    assert here(body, "/r/a") is body
    assert here([], "/r/a") == [] and here({"folder": 3}, "/r/a") == {"folder": 3}
    assert relocated("/x", "", "/r/a") == "/x"


def test_each_attempt_may_have_stood_elsewhere() -> None:
    read = EventsHere("/r/third")
    told = [
        {"kind": "run_started", "folder": "/r/first"},
        {"kind": "checkpoint", "path": "/r/first/models/a"},
        {"kind": "run_started", "folder": "/r/second"},
        {"kind": "checkpoint", "path": "/r/second/models/b"},
        {"kind": "checkpoint", "path": "/r/first/models/of another"},
    ]
    assert [read(one).get("path", "") for one in told] == [
        "", "/r/third/models/a", "", "/r/third/models/b", "/r/first/models/of another",
    ]  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Run:
    preset = load_preset(write_project(tmp_path / "我的 项目"))
    run = prepare_folder(make_plan(preset, host=MAC))
    events = (
        RunStarted("ning", str(run.folder), 1, 9, 1, 3),
        CheckpointSaved(str(run.folder / "models" / "ning.safetensors"), 9),
        StateSaved(str(run.states_folder / "step-00000009")),
        SampleSaved(str(run.folder / "models" / "sample" / "x.png")),
    )
    lines = [json.dumps(Record(1.0, 1.0, event).to_json(), ensure_ascii=False) for event in events]
    files.write_text(run.events_file, "".join(f"{line}\n" for line in lines))
    final = str(run.folder / "models" / "ning.safetensors")
    result = RunResult(
        "succeeded", str(run.folder), final, (final,), 9, 1.0, 0, state=str(run.states_folder / "x")
    )
    files.write_json(run.result_file, result.to_json())
    return run


@pytest.mark.parametrize("how", ["rename", "copy", "link"])
def test_everything_names_the_place_where_it_stands(run: Run, tmp_path: Path, how: str) -> None:
    now, before, preset = tmp_path / "别处" / "best", run.folder, run.plan().resolved_preset
    now.parent.mkdir()
    if how == "rename":
        before.rename(now)
    elif how == "copy":
        shutil.copytree(before, now)
    else:
        now.symlink_to(before)
    moved = Run(now)
    plan, result, snapshot = moved.plan(), moved.result(), moved.snapshot()
    assert result is not None
    told = [
        plan.folder, plan.output_dir, plan.final.parent.parent, plan.environment["KOHYA_DRIVER_ATTEMPT"],
        plan.training_config["dataset_config"], plan.command[-1], result.folder, result.final, *result.checkpoints,
        result.state, *(one.path for one in snapshot.checkpoints), *snapshot.states, *snapshot.samples, snapshot.folder,
    ]  # fmt: skip
    assert all(Path(path) == now or Path(path).is_relative_to(now) for path in map(str, told))
    assert str(before) not in json.dumps([plan.to_json()["command"], result.to_json()], ensure_ascii=False)
    assert plan.base == str(tmp_path / "我的 项目" / "base.safetensors")
    assert plan.resolved_preset == preset
