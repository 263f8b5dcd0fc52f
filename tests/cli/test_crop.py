"""`kohya-driver crop` as it is typed: what it says, in which language, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver.cli.main import main


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("KOHYA_DRIVER_LANG", "en")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "照 片"
    folder.mkdir()
    for number, size in enumerate([(640, 640), (700, 2100), (900, 600)]):
        Image.radial_gradient("L").convert("RGB").resize(size).save(folder / f"图 {number}.jpg")
    return folder


def crop(photos: Path, *more: str) -> int:
    return main(["crop", str(photos), "--out", str(photos.parent / "out"), "--detector", "none", *more])


def test_a_folder(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert crop(photos, "--sheet", str(photos.parent / "sheet")) == 0
    said = capsys.readouterr()
    assert "3 of 3 pictures" in said.out and "index.html" in said.out and "512×512" in said.out
    assert said.err == ""
    assert crop(photos) == 0
    assert "0 written, 3 unchanged" in capsys.readouterr().out


def test_in_chinese(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (photos / "坏.png").write_bytes(b"")
    assert crop(photos, "--lang", "zh") == 0
    said = capsys.readouterr()
    assert "4 张图片中有 3 张" in said.out
    assert "坏.png" in said.err and "这个文件是空的" in said.err


def test_as_json(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert crop(photos, "--json", "--fit", "crop", "--resolution", "256x512") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"written": 3, "unchanged": 0, "left out": 0, "failed": 0}
    assert said["sizes"] == [{"width": 256, "height": 512, "count": 3}]
    assert said["pictures"][0]["source"] == "图 0.jpg"


def test_a_picture_that_cannot_be_read_is_an_error_only_when_strict(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "bad.png").write_bytes(b"nothing")
    assert crop(photos) == 0
    assert "prepare.no_picture" in capsys.readouterr().err
    assert crop(photos, "--strict") == 4


@pytest.mark.parametrize(
    ("more", "code", "exit_code"),
    [
        (["--resolution", "big"], "crop.resolution_odd", 4),
        (["--resolution", "16"], "crop.resolution_odd", 4),
        (["--pad-fill", "red"], "crop.fill_unknown", 4),
        (["--max-upscale", "0"], "crop.number_odd", 4),
        (["--overrides", "没有.toml"], "crop.overrides_unreadable", 4),
        (["--detector", "vision"], "crop.vision_missing", 4),
        (["--fit", "squeeze"], "cli.not_understood", 2),
        (["--max-upscale", "x"], "cli.not_understood", 2),
    ],
)
def test_wrong_input(
    photos: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    more: list[str],
    code: str,
    exit_code: int,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "objc", None)
    assert crop(photos, *more) == exit_code
    said = capsys.readouterr().err
    assert code in said and "→" in said
    assert not (photos.parent / "out").exists()


def test_the_same_folder(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crop", str(photos), "--out", str(photos)]) == 4
    assert "crop.same_folder" in capsys.readouterr().err
    assert main(["crop", str(photos / "x"), "--out", str(photos / "y")]) == 4
    assert "prepare.folder_missing" in capsys.readouterr().err
    assert main(["crop", str(photos)]) == 2


def test_nothing_is_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    Image.new("RGB", (40, 40)).save(folder / "tiny.png")
    assert crop(folder) == 4
    said = capsys.readouterr().err
    assert "crop.nothing_left" in said
