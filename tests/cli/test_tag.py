"""`kohya-driver tag` and `kohya-driver captions`, as they are typed."""

from __future__ import annotations

import io
import json
import shlex
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from kohya_driver.cli.main import main
from kohya_driver.cli.tag import read_rule, read_tags
from kohya_driver.errors import UsageError
from kohya_driver.prepare.tag_config import Stage, TagProgress
from kohya_driver.views.tag import ProgressLine, progress_text
from tests.wd_model import write_model

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    made = tmp_path / "图 片"
    made.mkdir()
    for name, colour in (("1", "blue"), ("2", "red"), ("3", "white")):
        Image.new("RGB", (60, 60), colour).save(made / f"{name}.png")
    write_model(tmp_path / "m")
    return made


def tag(folder: Path, *words: str) -> int:
    return main(["tag", str(folder), "--model", str(folder.parent / "m"), "--lang", "en", *words])


def text(folder: Path, name: str = "1") -> str:
    return (folder / f"{name}.txt").read_text(encoding="utf-8")


def test_every_option(folder: Path, capsys: Captured) -> None:
    words = """--trigger 'ning guang' --threshold 0.5 --character-threshold 0.37 --characters first --prefix 'a,b' --prefix c
        --suffix end --exclude '*long hair' --exclude 're:x{1,2}' --keep 'just below' --replace 'blue hair=azure hair'
        --max-tags 50 --rating --provider cpu --batch 2 --existing overwrite"""
    assert tag(folder, *shlex.split(words)) == 0
    assert text(folder) == (
        "ning guang, a, b, c, hatsune miku, 1girl, solo, azure hair, just below, general, end"
    )
    out, err = capsys.readouterr()
    assert not err
    assert "3 captions written in" in out and "on the processor" in out
    assert "keep_tokens = 4" in out and "ning guang, a, b, c" in out


def test_a_second_time(folder: Path, capsys: Captured) -> None:
    tag(folder)
    assert tag(folder) == 0
    assert "3 left alone" in capsys.readouterr().out
    assert tag(folder, "--existing", "overwrite", "--mcut", "--drop-overlaps") == 0
    out = capsys.readouterr().out
    assert "To undo: cp -Rp" in out and "3 known from before" in out.replace("\n", " ")
    command = out.split("To undo: ")[1].splitlines()[0]
    changed = text(folder)
    subprocess.run(shlex.split(command), check=True)
    assert text(folder) != changed and text(folder).startswith("1girl, solo, blue hair, long hair")


def test_in_chinese_and_as_json(folder: Path, capsys: Captured) -> None:
    assert tag(folder, "--lang", "zh") == 0
    main(["tag", str(folder), "--model", str(folder.parent / "m"), "--lang", "zh"])
    assert "未动" in capsys.readouterr().out
    assert tag(folder, "--json", "--existing", "merge") == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["unchanged"], data["cached"], data["pictures"]) == (3, 3, 3)


def test_faults(folder: Path, capsys: Captured) -> None:
    assert tag(folder, "--keep", "smile", "--exclude", "smile") == 2
    assert "tag.contradiction" in capsys.readouterr().err
    assert main(["tag", str(folder), "--model", "vit-v4", "--lang", "en"]) == 2
    assert "vit-v3, swinv2-v3" in capsys.readouterr().err
    assert tag(folder.parent / "none") == 4
    assert tag(folder, "--replace", "abc") == 2
    assert tag(folder, "--threshold", "x") == 2
    for path in folder.glob("*.png"):
        path.write_bytes(b"no picture")
    assert tag(folder) == 4
    assert "3.png" in capsys.readouterr().err
    assert not [*folder.glob("*.txt")]


def test_how_tags_are_typed() -> None:
    assert read_tags(["a, b", "re:x{1,2}", "c,"]) == ("a", "b", "re:x{1,2}", "c")
    assert read_rule("=_==^_^") == ("=_=", "^_^")
    assert read_rule("a=") == ("a", "")
    with pytest.raises(UsageError):
        read_rule("=b")


def test_progress_on_one_line() -> None:
    bar = "████████████░░░░░░░░░░░░ "
    assert (
        progress_text(TagProgress(Stage.TAG, 32, 64, "图.png"), 10, 80) == f"{bar}32/64 · 10 s left · 图.png"
    )
    assert progress_text(TagProgress(Stage.TAG, 0, 64), 0, 80).endswith("0/64")
    half = TagProgress(Stage.DOWNLOAD, 1 << 29, 1 << 30, "model.onnx")
    assert "Downloading model.onnx  512.0 MB of 1.0 GB" in progress_text(half, 0, 80)
    assert progress_text(TagProgress(Stage.DOWNLOAD, 10, 0, "x.csv"), 0, 80) == "Downloading x.csv  10 B"
    assert len(progress_text(half, 5, 30)) <= 30


def test_progress_is_not_drawn_more_often_than_it_is_seen() -> None:
    now = [0.0]
    screen = io.StringIO()
    line = ProgressLine(Console(file=screen, force_terminal=True, width=80), lambda: now[0])
    for done in range(101):
        now[0] += 0.01
        line(TagProgress(Stage.TAG, done, 100, f"{done}.png"))
    assert 8 <= screen.getvalue().count("\r") <= 14
    assert "100/100" in screen.getvalue()
    line.clear()


def test_captions(folder: Path, capsys: Captured) -> None:
    tag(folder, "--trigger", "ning")
    capsys.readouterr()
    where = str(folder)
    assert main(["captions", "list", where, "--lang", "en"]) == 0
    assert "3 captions in" in capsys.readouterr().out
    assert main(["captions", "add", where, "hat", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "+hat" in out and "3 of 3 captions would change. Nothing was written" in out
    assert "hat" not in text(folder)
    assert main(["captions", "add", where, "hat", "--write", "--lang", "en"]) == 0
    assert "To undo" in capsys.readouterr().out and text(folder).endswith(", hat")
    assert main(["captions", "add", where, "hat", "--first", "--write"]) == 0
    assert text(folder).startswith("hat, ning, 1girl")
    assert main(["captions", "replace", where, "hat=red hat", "--write"]) == 0
    assert main(["captions", "remove", where, "re:.* hair", "--write"]) == 0
    assert text(folder) == "red hat, ning, 1girl, solo, ^_^, :d, just above"
    capsys.readouterr()
    assert main(["captions", "common", where, "--over", "1", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "100%  1girl" in out and "100%  red hat" not in out
    assert f"kohya-driver captions remove '{where}'" in out
    assert main(["captions", "common", where, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["tags"]) == 7


def test_captions_faults(folder: Path, capsys: Captured) -> None:
    where = str(folder)
    assert main(["captions", "common", where, "--over", "85"]) == 2
    assert main(["captions", "replace", where, "abc"]) == 2
    assert main(["captions", "remove", where, "re:("]) == 2
    assert main(["captions", "list", str(folder / "none")]) == 4
    (folder / "1.txt").write_text("ning")
    capsys.readouterr()
    assert main(["captions", "remove", where, "ning", "--write", "--json"]) == 4
    data = json.loads(capsys.readouterr().out)
    assert not data["written"] and len(data["missing"]) == 2
