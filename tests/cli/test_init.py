"""`init` as a person types it: what is right, and what is wrong in every way, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_cli import CHINESE, check_silence, run, run_in_both
from tests.preparing import tree
from tests.project import write_base, write_picture

QUICK = ("--detector", "none", "--tag", "none")
"""Without the network."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home 数据"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    for number in range(3):
        write_picture(tmp_path / "照 片" / f"图 {number}.png", (600, 700), caption="smile")
    write_base(tmp_path / "base.safetensors")
    return tmp_path / "照 片"


def usual(photos: Path) -> list[str | Path]:
    return [
        "init", "项 目", "--images", photos, "--trigger", "ningguang", "--style", "anime", "--base",
        photos.parent / "base.safetensors", *QUICK,
    ]  # fmt: skip


def test_made_and_planned(home: Path, photos: Path) -> None:
    done = run(home, *usual(photos), KOHYA_DRIVER_LANG="zh")
    assert done.returncode == 0, done.stderr
    check_silence(done)
    assert "kohya-driver train '项 目/preset.toml'" in done.stdout
    assert "image/6_ningguang" in done.stdout and CHINESE.search(done.stdout)
    planned = run(home, "plan", photos.parent / "项 目" / "preset.toml")
    assert planned.returncode == 0, planned.stdout + planned.stderr


def test_json_and_dry_run(home: Path, photos: Path) -> None:
    done = run(home, *usual(photos), "--dry-run", "--json")
    said = json.loads(done.stdout)
    assert said["dry_run"] and said["counts"]["added"] == 3
    assert not (photos.parent / "项 目").exists()
    said = json.loads(run(home, *usual(photos), "--json").stdout)
    assert said["concepts"][0]["folder"] == "image/6_ningguang"
    assert Path(said["sheet"]).is_file() and Path(said["manifest"]).is_file()


def test_a_line_in_crops_toml(home: Path, photos: Path) -> None:
    project = photos.parent / "项 目"
    assert run(home, *usual(photos)).returncode == 0
    before = tree(project)
    (project / "crops.toml").write_text(
        '"图 1.png" = { box = [0, 0, 512, 512] }\n"图 2.png" = { skip = true }\n', encoding="utf-8"
    )
    done = run(home, "init", project, "--json")
    counts = json.loads(done.stdout)["counts"]
    assert (counts["changed"], counts["removed"], counts["unchanged"]) == (1, 1, 1), done.stderr
    after = tree(project)
    assert after["image/6_ningguang/0001.png"] == before["image/6_ningguang/0001.png"]
    assert after["image/6_ningguang/0002.png"] != before["image/6_ningguang/0002.png"]
    assert "image/6_ningguang/0003.png" not in after
    assert not [name for name in after if name.startswith(".")]


# what is typed over the usual words, exit code, words of the error
FAULTS = [
    ("--style realism", 2, "realism"),
    ("--repeats many", 2, "init.repeats"),
    ("--repeats 0", 2, "init.repeats"),
    ("--resolution 3", 2, "init.resolution"),
    ("--concept dress", 2, "init.concept_empty"),
    ("--concept a/b=照", 2, "init.concept_name"),
    ("--concept 6_a=照", 2, "init.concept_number"),
    ("--trigger a,b", 2, "init.trigger"),
    ("--images nowhere", 4, "prepare.folder_missing"),
    ("--images base.safetensors", 4, "prepare.not_a_folder"),
    ("--images .", 2, "init.target_in_source"),
    ("--base nowhere", 6, "engine.weights_missing"),
    ("--fit round", 2, "round"),
    ("--tag nobody-knows-this --existing overwrite", 2, "tag.unknown_model"),
]


@pytest.mark.parametrize(("typed", "code", "words"), FAULTS, ids=[typed for typed, _, _ in FAULTS])
def test_wrong_input(home: Path, photos: Path, typed: str, code: int, words: str) -> None:
    before = tree(photos.parent)
    english, chinese = run_in_both(home, *usual(photos), *typed.split())
    for done in (english, chinese):
        assert done.returncode == code, done.stderr
        assert words in done.stderr
        check_silence(done)
    assert CHINESE.search(chinese.stderr)
    kept = {name: data for name, data in tree(photos.parent).items() if not name.startswith("home")}
    assert kept == before


def test_a_new_project_needs_four_things(home: Path, photos: Path) -> None:
    for done in run_in_both(home, "init", "项 目"):
        assert done.returncode == 2
        assert all(word in done.stderr for word in ("--images", "--trigger", "--style", "--base"))
