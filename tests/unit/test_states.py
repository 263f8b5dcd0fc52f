"""The newest whole train state among whatever stands there."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.run.states import MANIFEST, find_states, newest_whole


def write_state(folder: Path, step: int, *, kind: str = "step", at: float = 1.0, **facts: Any) -> Path:
    """A whole one."""
    folder.mkdir(parents=True)
    kept = {}
    for name, data in (("model.safetensors", b"w" * 40), ("driver.bin", f"rest of {step}".encode())):
        (folder / name).write_bytes(data)
        kept[name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    manifest = {"version": 1, "kind": kind, "step": step, "epoch": 0, "time": at, "files": kept, **facts}
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return folder


def change(folder: Path, **facts: Any) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **facts}), encoding="utf-8")


def a_folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def newest(*folders: Path) -> str:
    state, _ = newest_whole(*folders)
    return state.path.name if state else ""


def test_the_most_steps_win_whatever_the_names_and_times(tmp_path: Path) -> None:
    write_state(tmp_path / "b", 8, at=3.0)
    write_state(tmp_path / "a", 12, at=1.0)
    write_state(tmp_path / "c", 4, at=9.0)
    assert [state.step for state in find_states(tmp_path)] == [12, 8, 4]
    assert newest(tmp_path) == "a"


def test_of_one_step_the_later_wins(tmp_path: Path) -> None:
    write_state(tmp_path / "early", 8, at=1.0)
    write_state(tmp_path / "late", 8, at=2.0)
    assert newest(tmp_path) == "late"


def test_of_two_folders(tmp_path: Path) -> None:
    """Those by the clock, and those that the preset asks for."""
    write_state(tmp_path / "states" / "step-00000012", 12)
    write_state(tmp_path / "models" / "ning-000001-state", 18, kind="epoch")
    assert newest(tmp_path / "states", tmp_path / "models") == "ning-000001-state"
    assert newest(tmp_path / "states", tmp_path / "not there") == "step-00000012"


def test_none(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert newest_whole(tmp_path / "empty", tmp_path / "not there") == (None, ())


BROKEN: dict[str, Callable[[Path], object]] = {
    "a file is missing": lambda folder: (folder / "driver.bin").unlink(),
    "a file is cut off": lambda folder: (folder / "model.safetensors").write_bytes(b"w" * 39),
    "a file is longer": lambda folder: (folder / "model.safetensors").write_bytes(b"w" * 41),
    "a byte is another": lambda folder: (folder / "model.safetensors").write_bytes(b"w" * 39 + b"x"),
    "a file is a folder": lambda folder: a_folder_instead(folder / "driver.bin"),
    "no list of files": lambda folder: change(folder, files=None),
    "a list that says nothing": lambda folder: change(folder, files={"driver.bin": {}}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_was_cut_off_is_passed_over_and_named(tmp_path: Path, name: str) -> None:
    write_state(tmp_path / "step-00000008", 8)
    torn = write_state(tmp_path / "step-00000012", 12)
    BROKEN[name](torn)
    state, passed = newest_whole(tmp_path)
    assert state is not None and state.step == 8
    assert passed == (torn,)
    BROKEN[name](state.path)
    state, passed = newest_whole(tmp_path)
    assert state is None and len(passed) == 2


def test_an_older_one_that_is_broken_is_not_named(tmp_path: Path) -> None:
    BROKEN["a file is missing"](write_state(tmp_path / "step-00000008", 8))
    write_state(tmp_path / "step-00000012", 12)
    assert newest_whole(tmp_path)[1] == ()


NOT_STATES: dict[str, dict[str, Any]] = {
    "the end of a training": {"kind": "end"},
    "another version": {"version": 2},
    "no version": {"version": None},
    "no kind": {"kind": None},
    "no step": {"step": None},
    "a step in words": {"step": "twelve"},
    "no time": {"time": None},
}


@pytest.mark.parametrize("name", NOT_STATES)
def test_what_is_no_state_to_go_on_from(tmp_path: Path, name: str) -> None:
    write_state(tmp_path / "step-00000008", 8)
    change(write_state(tmp_path / "step-00000012", 12), **NOT_STATES[name])
    state, passed = newest_whole(tmp_path)
    assert state is not None and (state.step, passed) == (8, ())


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '"text"', "\x00", '{"kind": "step"}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    write_state(tmp_path / "step-00000008", 8)
    torn = write_state(tmp_path / "step-00000012", 12)
    (torn / MANIFEST).write_text(text, encoding="utf-8")
    assert newest(tmp_path) == "step-00000008"
    (torn / MANIFEST).write_bytes(b"\xff\xfe")
    assert newest(tmp_path) == "step-00000008"


def test_half_written_ones_have_no_manifest_or_a_dot(tmp_path: Path) -> None:
    write_state(tmp_path / "step-00000008", 8)
    write_state(tmp_path / ".step-00000016", 16)
    (write_state(tmp_path / "step-00000012", 12) / MANIFEST).unlink()
    assert newest_whole(tmp_path)[1] == ()
    assert newest(tmp_path) == "step-00000008"


def test_it_is_quick(tmp_path: Path) -> None:
    for step in range(1, 101):
        write_state(tmp_path / f"step-{step:08d}", step)
    began = time.process_time()
    assert newest(tmp_path) == "step-00000100"
    assert time.process_time() - began < 1.0
