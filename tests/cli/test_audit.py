"""`kohya-driver audit` as a person uses it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_cli import Done, check_chinese, check_silence, finish, run_in_both
from tests.faults.stand_in_engine import command, environment, start
from tests.picture_sets import TRIGGER, added, animated, caption, clean_set, copied, cut_off, rotated, scene
from tests.project import write_project


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home 数据"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    clean_set(tmp_path / "我的 图")
    return tmp_path / "我的 图"


def audit(home: Path, *arguments: str | Path) -> Done:
    return finish(start("audit", *arguments, env=environment(home), cwd=home.parent))


def codes(done: Done) -> list[str]:
    return [finding["code"].removeprefix("dataset.") for finding in json.loads(done.stdout)["findings"]]


def test_a_clean_set(home: Path, pictures: Path) -> None:
    done = audit(home, pictures, "--trigger", TRIGGER, "--strict")
    assert (done.returncode, done.stderr) == (0, "")
    assert "512×512: 48" in done.stdout
    assert "Nothing is wrong" in done.stdout
    assert not home.exists()


def test_exit_codes(home: Path, pictures: Path) -> None:
    copied(pictures / "6_凝 光")
    arguments = (pictures, "--trigger", TRIGGER)
    assert audit(home, *arguments).returncode == 0
    assert audit(home, *arguments, "--strict").returncode == 4
    assert audit(home, *arguments, "--strict", "--quick").returncode == 0
    cut_off(pictures / "6_凝 光")
    done = audit(home, *arguments, "--json", "--deep")
    assert (done.returncode, codes(done)) == (4, ["truncated"])
    assert json.loads(done.stdout)["counts"]["errors"] == 1


def test_both_languages(home: Path, pictures: Path) -> None:
    images = pictures / "6_凝 光"
    rotated(images)
    copied(images)
    caption(b"smile")(images)
    english, chinese = run_in_both(home, "audit", pictures, "--trigger", TRIGGER)
    assert english.returncode == chinese.returncode == 0
    assert "dataset.rotated" in english.stdout
    check_silence(english)
    check_chinese(chinese.stdout)


def test_a_repaired_copy(home: Path, pictures: Path, tmp_path: Path) -> None:
    images = pictures / "6_凝 光"
    rotated(images)
    added(scene(40), "phone.Jpg")(images)
    caption(f"\ufeff{TRIGGER}, smile\nhat".encode())(images)
    english, chinese = run_in_both(home, "audit", pictures, "--fix")
    assert english.returncode == chinese.returncode == 2
    done = audit(home, pictures, "--fix", "--out", "copy", "--trigger", TRIGGER)
    assert done.returncode == 0
    assert "1 turned upright: 图 0.png" in done.stdout
    assert "Nothing is wrong" in done.stdout
    assert (tmp_path / "copy" / "6_凝 光" / "phone.jpg").is_file()
    again = audit(home, pictures, "--fix", "--out", "copy")
    assert again.returncode == 2
    assert "audit.out_taken" in again.stderr


@pytest.mark.parametrize(
    ("target", "more", "code", "status"),
    [
        ("none", (), "dataset.folder_missing", 4),
        ("picture.png", (), "dataset.not_a_folder", 4),
        ("none.toml", (), "preset.not_found", 3),
        ("empty", (), "dataset.no_pictures", 4),
        ("empty", ("--set", "dataset.resolution=512"), "audit.sets_need_preset", 2),
        ("empty", ("--out", "x"), "audit.out_needs_fix", 2),
        ("empty", ("--resolution", "-1"), "audit.out_of_range", 2),
        ("empty", ("--resolution", "many"), "cli.not_understood", 2),
        ("empty", ("--batch-size", "0"), "audit.out_of_range", 2),
        ("empty", ("--quick", "--deep"), "cli.not_understood", 2),
    ],
)
def test_wrong_on_purpose(
    home: Path, tmp_path: Path, target: str, more: tuple[str, ...], code: str, status: int
) -> None:
    (tmp_path / "empty").mkdir()
    scene(1).save(tmp_path / "picture.png")
    done = audit(home, tmp_path / target, *more)
    check_silence(done)
    assert done.returncode == status
    assert code in done.stdout + done.stderr


def test_a_preset(home: Path, tmp_path: Path) -> None:
    preset = write_project(tmp_path / "项目")
    animated(next((tmp_path / "项目" / "image").iterdir()))
    done = audit(home, preset, "--json", "--set", "training.train_batch_size=4")
    assert done.returncode == 0
    assert codes(done) == ["animated"]
    assert json.loads(done.stdout)["batch_size"] == 4


def test_a_terminal_sees_how_far_it_is(home: Path, pictures: Path) -> None:
    """The line is on the error stream alone, and is gone at the end."""
    for number in range(150):
        added(scene(100 + number, (900, 900)), f"{number}.png")(pictures / "6_凝 光")
    outside, inside = pty.openpty()
    env = {**environment(home), "TERM": "xterm"}
    child = subprocess.Popen(
        command("audit", pictures, "--json"), stdout=subprocess.PIPE, stderr=inside, env=env, text=True
    )
    os.close(inside)
    seen = b""
    with child:
        while True:
            try:
                piece = os.read(outside, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        assert child.stdout
        json.loads(child.stdout.read())
    os.close(outside)
    assert b"Looking at pictures" in seen
    assert seen.decode().rstrip("\r").endswith("\x1b[K")
