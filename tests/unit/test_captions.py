"""Captions of a whole set: counted, changed together, shown before they are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver.errors import DatasetError, UsageError
from kohya_driver.prepare.caption_edits import (
    Add,
    Change,
    Edit,
    Remove,
    Replace,
    edit_captions,
    edited,
    read_captions,
)
from kohya_driver.prepare.captions import sweep
from kohya_driver.views.captions import difference, front_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    made = tmp_path / "图 片"
    made.mkdir()
    for name, text in (
        ("1", "ning, 1girl, white_hair, smile"),
        ("2", "ning, 1girl, white hair, hat"),
        ("3", "ning, White Hair"),
        ("4", None),
        ("5", "  \n"),
    ):
        Image.new("RGB", (8, 8)).save(made / f"{name}.png")
        if text is not None:
            (made / f"{name}.txt").write_text(text, encoding="utf-8")
    return made


def text(folder: Path, name: str) -> str:
    return (folder / f"{name}.txt").read_bytes().decode()


def test_tags_are_counted_however_they_are_written(folder: Path) -> None:
    found = read_captions(folder)
    counts = {one.tag: (one.count, round(one.share, 2)) for one in found.counts()}
    assert counts["ning"] == (3, 1.0) and counts["1girl"] == (2, 0.67)
    assert len(counts) == 5 and sum(count for count, _ in counts.values()) == 10
    assert [path.name for path in found.missing] == ["4.png", "5.png"]
    assert found.common(1.0)[0].tag == "ning" and len(found.common(1.0)) == 2
    assert len(found.common(0.66)) == 3
    assert front_of(found) == {"ning"}


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Add(("hat",)), "a, b", "a, b, hat"),
        (Add(("hat",)), "a, HAT", "a, HAT"),
        (Add(("ning", "x"), first=True), "a, Ning, b", "ning, x, a, b"),
        (Add(("ning",), first=True), "ning, a", "ning, a"),
        (Remove(("white hair",)), "a, White_Hair, b", "a, b"),
        (Remove(("*hair",)), "a, white hair, hair ornament", "a, hair ornament"),
        (Remove(("re:[ab]",)), "a, b, ab", "ab"),
        (Remove(("z",)), "a,b ,  c", "a,b ,  c"),
        (Replace((("gray hair", "grey hair"),)), "a, Gray_hair", "a, grey hair"),
        (Replace((("a", "b"),)), "a, b, c", "b, c"),
        (Replace((("a", "x, y"),)), "a, b", "x, y, b"),
        (Replace(((r"re:(\w+) hair", r"\1-haired"),)), "red hair, long hair", "red-haired, long-haired"),
        (Add(("z",)), "a, b\r\n\r\nc\n", "a, b, z\r\n\r\nc, z\n"),
    ],
    ids=str,
)
def test_a_change_of_one_caption(edit: Edit, before: str, after: str) -> None:
    assert edited(before, edit) == after
    assert edited(after, edit) == after


def test_nothing_is_written_until_it_is_asked_for(folder: Path) -> None:
    (folder / "1.txt").write_bytes("\ufeffning, smile".encode())
    before = {path: path.read_bytes() for path in folder.glob("*.txt")}
    report = edit_captions(folder, Add(("hat",)))
    assert not report.written and report.backup is None
    assert [change.path.name for change in report.changes] == ["1.txt", "3.txt"]
    assert {path: path.read_bytes() for path in folder.glob("*.txt")} == before
    assert not (folder / ".kohya-driver").exists()

    report = edit_captions(folder, Add(("hat",)), write=True)
    assert report.written and report.backup
    assert text(folder, "1") == "ning, smile, hat" and text(folder, "3") == "ning, White Hair, hat"
    assert {path.name: path.read_bytes() for path in report.backup.iterdir()} == {
        path.name: before[path] for path in (folder / "1.txt", folder / "3.txt")
    }
    assert edit_captions(folder, Add(("hat",)), write=True).changes == ()


def test_two_changes_in_one_second_keep_both_backups(folder: Path) -> None:
    one = edit_captions(folder, Add(("x",)), write=True)
    two = edit_captions(folder, Add(("y",)), write=True)
    assert one.backup and two.backup and one.backup != two.backup
    assert (two.backup / "3.txt").read_text(encoding="utf-8") == "ning, White Hair, x"


def test_folders_within(folder: Path) -> None:
    inner = folder / "6_x"
    inner.mkdir()
    Image.new("RGB", (8, 8)).save(inner / "1.png")
    (inner / "1.txt").write_text("ning")
    report = edit_captions(folder, Add(("z",)), write=True)
    assert report.backup and (report.backup / "6_x" / "1.txt").read_text() == "ning"
    assert edit_captions(folder, Add(("q",)), recursive=False).captions == 3


def test_a_caption_is_never_emptied(folder: Path) -> None:
    report = edit_captions(folder, Remove(("ning", "*hair")), write=True)
    assert not report.written and [one.code for one in report.findings] == ["captions.emptied"]
    assert text(folder, "1") == "ning, 1girl, white_hair, smile"


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    (folder / "1.txt").write_bytes(b"caf\xe9")
    (folder / "2.txt").unlink()
    (folder / "2.txt").mkdir()
    report = edit_captions(folder, Add(("z",)), write=True)
    assert sorted(one.code for one in report.findings) == ["captions.not_utf8", "captions.unreadable"]
    assert text(folder, "3") == "ning, White Hair, z"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Add(("a, b",)), "captions.not_one_tag"),
        (Add((" ",)), "captions.not_one_tag"),
        (Remove(("re:[",)), "captions.bad_pattern"),
        (Remove(("",)), "captions.bad_pattern"),
        (Replace((("re:(", "x"),)), "captions.bad_pattern"),
        (Replace((("re:a", r"\1"),)), "captions.bad_pattern"),
        (Replace((("a", " "),)), "captions.empty_replacement"),
    ],
    ids=str,
)
def test_changes_that_make_no_sense(folder: Path, edit: Edit, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        edit_captions(folder, edit, write=True)
    assert caught.value.code == code


def test_no_folder(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DatasetError):
        read_captions(tmp_path / "none")


def test_what_a_killed_process_left_is_swept_away(folder: Path) -> None:
    left = folder / ".1.txt.4711.0a1b2c3d.tmp"
    others = [folder / ".1.txt.swp", folder / ".x.png.4711.0a1b2c3d.tmp", folder / "1.txt.4711.0a1b2c3d.tmp"]
    for path in (left, *others):
        path.write_text("x")
    sweep([folder, folder / "none"], ".txt")
    assert not left.exists() and all(path.exists() for path in others)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a, b", "a, b, c", "a, b, +c"),
        ("a, b, c", "a, c", "-b, a, c"),
        ("a, b, t", "t, a, b", "+t, a, b"),
        ("a, b", "a, x", "-b, a, +x"),
    ],
)
def test_the_difference_is_shown(before: str, after: str, shown: str) -> None:
    found = difference(Change(Path("1.txt"), before, after, b""))
    assert found.plain == shown
    assert {str(span.style) for span in found.spans} <= {"green", "dim", "red strike"}
    assert bool(re.search("-", shown)) == any("red" in str(span.style) for span in found.spans)
