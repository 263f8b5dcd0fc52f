"""Whether a run is watched is told whatever its folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.run.alive import is_watched


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", '{"pid": 1}', '{"pid": "x", "started": 1}', '{"pid": [], "started": null}',
     '{"pid": -1, "started": 1}', '{"pid": 1e300, "started": 1}', '{"pid": 1e999, "started": 1}', "\x00"],
)  # fmt: skip
def test_a_torn_file_watches_nothing(tmp_path: Path, told: str) -> None:
    (tmp_path / "supervisor.json").write_text(told, encoding="utf-8")
    assert is_watched(tmp_path) is False


def test_there_need_be_none(tmp_path: Path) -> None:
    assert is_watched(tmp_path) is False
