"""The repaired copy: what needs no judgement is put right, everything else is byte for byte, and the source is only read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kohya_driver import api
from kohya_driver.errors import HostError, UsageError
from kohya_driver.prepare.audit_model import AuditReport
from tests.picture_sets import CASES, TRIGGER, added, caption, clean_set, cut_off, scene, see_through
from tests.project import write_project

MENDED = {
    "rotated", "transparent", "sixteen_bit", "cmyk", "animated", "caption_bom", "caption_lines", "ignored_pictures",
    "name_underscores", "shared_caption", "truncated", "unreadable", "zero_bytes", "bomb", "junk", "caption_blank",
}  # fmt: skip
"""Of a case's one fault nothing is left in the copy."""


def mend(source: Path) -> AuditReport:
    return api.audit(source, trigger=TRIGGER, out=source.with_name("copy"))


def state(folder: Path) -> dict[Path, tuple[int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{n}" for n, case in enumerate(CASES)])
def test_each_fault_in_the_copy(tmp_path: Path, case: object) -> None:
    source = tmp_path / "源 图"
    case.spoil(clean_set(source))  # type: ignore[attr-defined]
    code = case.code  # type: ignore[attr-defined]
    before = state(source)
    report = mend(source)
    assert state(source) == before
    left = [finding.code.removeprefix("dataset.") for finding in report.findings]
    unreadable_type = any(path.suffix == ".heic" for path in source.rglob("*"))
    if code == "caption_blank" or unreadable_type or code in ("nested_pictures", "loose_pictures"):
        return
    if code == "caption_of_another":
        assert left == ["caption_missing"]
    else:
        assert left == ([] if code in MENDED else [code])
    assert report.repaired is not None
    assert report.target == tmp_path / "copy"


def test_pixels_are_put_right(tmp_path: Path) -> None:
    source = tmp_path / "set"
    images = clean_set(source)
    exif = Image.Exif()
    exif[0x0112] = 6
    scene(70, (512, 640)).save(images / "turned.jpg", exif=exif, quality=95)
    see_through().save(images / "glass.png")
    grey = np.asarray(scene(71).convert("L"), np.uint16) * 257
    Image.fromarray(grey).save(images / "deep.png")
    added(scene(72), "scan.tif", "hat")(images)
    mend(source)
    copy = tmp_path / "copy" / "6_凝 光"
    with Image.open(copy / "turned.jpg") as turned:
        assert (turned.size, turned.getexif().get(0x0112)) == ((640, 512), None)
    with Image.open(copy / "glass.png") as glass:
        assert glass.mode == "RGB"
        assert glass.getpixel((0, 0)) == (255, 255, 255)
    with Image.open(copy / "deep.png") as deep:
        assert abs(float(np.asarray(deep, np.float64).mean()) - float((grey // 257).mean())) < 1
    with Image.open(copy / "scan.png") as scan:
        assert scan.size == (512, 512)
    assert (copy / "scan.txt").read_text() == "hat"
    assert (copy / "图 1.png").read_bytes() == (images / "图 1.png").read_bytes()


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("\ufeffa, b\n", "a, b\n"),
        ("a,\nb\n\n c ", "a, b, c\n"),
        ("\n\na, b", "a, b\n"),
        ("a, b", "a, b"),
        ("a, b\r\n", "a, b\r\n"),
        ("标签, 二\r二", "标签, 二, 二\n"),
    ],
)
def test_captions_are_put_right(tmp_path: Path, data: str, text: str) -> None:
    source = tmp_path / "set"
    caption(data.encode())(clean_set(source))
    mend(source)
    assert (tmp_path / "copy" / "6_凝 光" / "图 0.txt").read_bytes().decode() == text


def test_two_pictures_of_one_name_get_a_name_and_a_caption_each(tmp_path: Path) -> None:
    source = tmp_path / "set"
    images = clean_set(source)
    added(scene(73), "图 0.jpg", None)(images)
    added(scene(74), "IMG_2023_10_05_1234.png", "x")(images)
    report = mend(source)
    names = {path.name for path in (tmp_path / "copy" / "6_凝 光").iterdir()}
    assert {
        "图 0.jpg",
        "图 0.txt",
        "图 0-2.png",
        "图 0-2.txt",
        "IMG-2023-10-05-1234.png",
        "IMG-2023-10-05-1234.txt",
    } <= names
    assert report.repaired
    assert set(report.repaired.changes) == {"name"}


@pytest.mark.parametrize("place", ["set", "set/copy", ".", "set/6_凝 光/x", "link"])
def test_a_copy_in_or_round_the_source_is_refused(tmp_path: Path, place: str) -> None:
    source = tmp_path / "set"
    clean_set(source)
    (tmp_path / "link").symlink_to(source)
    before = state(tmp_path)
    with pytest.raises(UsageError):
        api.audit(source, out=tmp_path / place)
    assert state(tmp_path) == before


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    clean_set(tmp_path / "set")
    (tmp_path / "copy").mkdir()
    mend(tmp_path / "set")
    with pytest.raises(UsageError) as raised:
        mend(tmp_path / "set")
    assert raised.value.code == "audit.out_taken"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_copy_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    clean_set(tmp_path / "set")
    real: Callable[..., object] = shutil.copyfile
    count = iter(range(100))

    def fail(source: Path, target: Path) -> None:
        if next(count) == 4:
            raise failure
        real(source, target)

    monkeypatch.setattr("kohya_driver.prepare.repair.shutil.copyfile", fail)
    with pytest.raises((KeyboardInterrupt, HostError)):
        mend(tmp_path / "set")
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_presets_pictures_are_copied_by_what_they_are_for(tmp_path: Path) -> None:
    preset = write_project(tmp_path / "p", extra='[[dataset.subsets]]\nimage_dir = "girls"\nis_reg = true\n')
    clean_set(tmp_path / "p" / "set")
    shutil.move(tmp_path / "p" / "set" / "6_凝 光", tmp_path / "p" / "girls")
    cut_off(tmp_path / "p" / "girls")
    report = api.audit(preset, out=tmp_path / "copy")
    assert {path.name for path in (tmp_path / "copy").iterdir()} == {"image", "girls"}
    assert report.counts.reg_pictures == 7
    assert report.repaired
    assert [path.name for path in report.repaired.left_out["unreadable"]] == ["图 0.png"]


def test_a_copy_may_stand_beside_a_presets_pictures_but_not_among_them(tmp_path: Path) -> None:
    preset = write_project(tmp_path / "p")
    with pytest.raises(UsageError):
        api.audit(preset, out=tmp_path / "p" / "image" / "copy")
    report = api.audit(preset, out=tmp_path / "p" / "copy")
    assert report.counts.pictures == 3
    assert report.repaired
    assert report.repaired.files == 6
