"""What a source is, from what a person typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.engine.checkout import parse_source
from kohya_driver.errors import EngineError


@pytest.mark.parametrize(
    "text",
    ["https://gitee.example/x/sd-scripts.git", "ssh://git@host/x", "git@github.com:kohya-ss/sd-scripts.git"],
)
def test_addresses(text: str) -> None:
    assert (parse_source(text).kind, parse_source(text).place) == ("url", text)


def test_folders_and_bundles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "我的 clone"
    folder.mkdir()
    bundle = tmp_path / "engine.bundle"
    bundle.touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for text in (folder, str(folder), folder.as_uri(), "我的 clone", "~/我的 clone"):
        source = parse_source(text)
        assert (source.kind, source.place) == ("folder", str(folder.resolve()))
    assert parse_source("engine.bundle").kind == "bundle"


@pytest.mark.parametrize("text", ["/nowhere", "file:///nowhere", "relative/nowhere"])
def test_what_is_not_there(text: str) -> None:
    with pytest.raises(EngineError) as caught:
        parse_source(text)
    assert caught.value.code == "engine.source_missing"
