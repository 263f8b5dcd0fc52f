"""What is kept between trainings: how much of it, and what goes first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kohya_driver.engine.kept import kept_folder, prune_kept
from kohya_driver.engine.model import Engine

ENGINE = Engine(Path("engines") / "abc-def", "abc", "", "def")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Ten files of 100 bytes, the first used last."""
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path))
    paths = [
        kept_folder(ENGINE) / "latents" / f"{number:02}" / f"{number:064}.safetensors" for number in range(10)
    ]
    for age, path in enumerate(paths):
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes(100))
        os.utime(path, (1e9 - age, 1e9 - age))
    return paths


@pytest.mark.parametrize(("limit", "left"), [(1000, 10), (5000, 10), (950, 9), (300, 3), (0, 0)])
def test_what_was_used_for_longest_goes_first(kept: list[Path], limit: int, left: int) -> None:
    assert prune_kept(limit) == 100 * (10 - left)
    assert [path.exists() for path in kept] == [True] * left + [False] * (10 - left)


def test_there_need_be_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "none"))
    assert prune_kept(0) == 0 and not kept_folder(ENGINE).exists()
