"""Train states as they are written inside the engine, on plain files: whole or not at all, and read by both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kohya_driver.run.states import MANIFEST, VERSION, newest_whole
from tests.unit.entry_files import load_alone

FACTS = {"kind": "step", "step": 12, "epoch": 1, "micro": 24, "time": 1.5}
REST = {"order": (3, (1, 2)), "losses": [0.5, 0.25], "ahead": None}


STATES = load_alone("entry_states")


def write(folder: Path, **facts: Any) -> Path:
    """What the engine writes, with what is added to it."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "optimizer.bin").write_bytes(b"")
    STATES.seal(str(folder), {**FACTS, **facts}, REST)
    return folder


def test_what_is_sealed_is_read_again(tmp_path: Path) -> None:
    folder = write(tmp_path / "s")
    position = STATES.read(str(folder))
    assert (position.kind, position.step, position.epoch, position.micro) == ("step", 12, 1, 24)
    assert (position.folder, position.rest) == (str(folder), REST)
    assert STATES.is_whole(str(folder))
    assert sorted(path.name for path in folder.iterdir()) == [
        "driver.bin", MANIFEST, "model.safetensors", "optimizer.bin",
    ]  # fmt: skip


def test_the_driver_finds_what_the_engine_wrote(tmp_path: Path) -> None:
    write(tmp_path / "step-00000008", step=8)
    write(tmp_path / "step-00000012")
    write(tmp_path / "ning-state", step=18, kind="end")
    state, passed = newest_whole(tmp_path)
    assert state is not None
    assert (state.path.name, state.kind, state.step, state.time, passed) == (
        "step-00000012", "step", 12, 1.5, (),
    )  # fmt: skip


def test_sealed_again_it_names_what_is_there_now(tmp_path: Path) -> None:
    """The engine writes its states of an epoch into a folder that an earlier attempt may have left."""
    folder = write(tmp_path / "s")
    (folder / "model.safetensors").write_bytes(b"others")
    assert not STATES.is_whole(str(folder))
    STATES.seal(str(folder), {**FACTS, "step": 13}, REST)
    assert STATES.is_whole(str(folder)) and STATES.read(str(folder)).step == 13
    state, _ = newest_whole(tmp_path)
    assert state is not None and state.step == 13


def test_another_version_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "s")
    facts = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    assert (facts["version"], STATES.MANIFEST, STATES.VERSION) == (VERSION, MANIFEST, VERSION)
    (folder / MANIFEST).write_text(json.dumps({**facts, "version": VERSION + 1}), encoding="utf-8")
    with pytest.raises(ValueError, match="version 2"):
        STATES.read(str(folder))


@pytest.mark.parametrize("missing", [MANIFEST, "driver.bin"])
def test_what_cannot_be_read(tmp_path: Path, missing: str) -> None:
    folder = write(tmp_path / "s")
    (folder / missing).unlink()
    with pytest.raises(OSError):
        STATES.read(str(folder))
    assert not STATES.is_whole(str(folder))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"files": 3}', '{"files": {"model.safetensors": {}}}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: str) -> None:
    folder = write(tmp_path / "s")
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    assert STATES.is_whole(str(folder)) is False


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_latest_are_kept(tmp_path: Path) -> None:
    for step in (4, 8, 12, 16):
        write(tmp_path / f"step-{step:08d}", step=step)
        STATES.prune(str(tmp_path), 2)
    assert names(tmp_path) == ["step-00000012", "step-00000016"]
    STATES.prune(str(tmp_path), 1)
    assert names(tmp_path) == ["step-00000016"]


def test_what_was_cut_off_does_not_count_as_kept(tmp_path: Path) -> None:
    for step in (4, 8, 12):
        write(tmp_path / f"step-{step:08d}", step=step)
    (tmp_path / "step-00000012" / "model.safetensors").write_bytes(b"")
    (tmp_path / ".step-00000016").mkdir()
    (tmp_path / "mine").mkdir()
    STATES.prune(str(tmp_path), 2)
    assert names(tmp_path) == ["mine", "step-00000004", "step-00000008"]


def test_nothing_goes_while_nothing_whole_is_there(tmp_path: Path) -> None:
    """What is broken may be all there is: a person might save something of it."""
    (write(tmp_path / "step-00000004") / MANIFEST).unlink()
    (tmp_path / ".step-00000008").mkdir()
    STATES.prune(str(tmp_path), 1)
    assert names(tmp_path) == [".step-00000008", "step-00000004"]
