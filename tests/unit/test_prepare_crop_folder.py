"""A whole folder: what is written, what a second run does, what is refused, and what is left after a fault."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from kohya_driver import api, files, texts
from kohya_driver.errors import DatasetError, HostError
from kohya_driver.prepare import crop_work
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import CropConfig, CropPlan, Override
from kohya_driver.prepare.crop_apply import apply_crop
from kohya_driver.prepare.crop_folder import STATE, crop_folder, output_names
from kohya_driver.prepare.crop_report import CropRecord, CropReport
from kohya_driver.prepare.crops_file import match_overrides, override_line, read_overrides, skip_line
from kohya_driver.prepare.faces import Face, NoFaces
from kohya_driver.prepare.sheet import lines_to_copy, page_name, write_sheet


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path_factory.mktemp("home")))


def picture(path: Path, size: tuple[int, int] = (640, 800), seed: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = numpy.random.default_rng(seed).integers(0, 255, (size[1] // 16, size[0] // 16, 3), numpy.uint8)
    Image.fromarray(pixels.astype(numpy.uint8)).resize(size).save(path)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "照 片"
    picture(folder / "a.jpg")
    picture(folder / "2.png", (1600, 1200), 2)
    picture(folder / "10.webp", (700, 2100), 3)
    picture(folder / "子 夹" / "图.PNG", (900, 900), 4)
    (folder / "a.txt").write_text("girl, smile", encoding="utf-8")
    (folder / "._a.jpg").write_bytes(b"junk")
    return folder


def run(source: Path, target: Path, **options: Any) -> CropReport:
    return crop_folder(source, target, detector=NoFaces(), **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and STATE.parts[0] not in path.parts
    }


def stamps(folder: Path) -> dict[str, str]:
    return {name: files.stamp(folder / name) for name in contents(folder)}


def test_a_folder(source: Path, tmp_path: Path) -> None:
    before = stamps(source)
    seen: list[tuple[int, int, str]] = []
    report = run(
        source, tmp_path / "out", on_progress=lambda done, of, one: seen.append((done, of, one.source))
    )
    assert [one.source for one in report.pictures] == ["2.png", "10.webp", "a.jpg", "子 夹/图.PNG"]
    assert set(contents(tmp_path / "out")) == {"2.png", "10.png", "a.png", "a.txt", "子 夹/图.png"}
    assert [(done, of) for done, of, _ in seen] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    for one in report.pictures:
        assert one.plan is not None
        with Image.open(tmp_path / "out" / one.output) as image:
            assert image.size == one.plan.output and image.mode == "RGB" and not image.getexif()
    assert stamps(source) == before
    assert json.loads(json.dumps(report.to_json()))["counts"]["written"] == 4
    assert not list((tmp_path / "out").rglob("*.tmp"))


def test_a_second_run_writes_nothing(source: Path, tmp_path: Path) -> None:
    first = run(source, tmp_path / "out")
    (tmp_path / "out" / "a.txt").write_text("ning, girl", encoding="utf-8")
    before = stamps(tmp_path / "out")
    second = run(source, tmp_path / "out")
    assert second.count("unchanged") == 4 and stamps(tmp_path / "out") == before
    assert [one.plan for one in second.pictures] == [one.plan for one in first.pictures]


def test_a_second_run_does_what_has_changed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(source, out)
    before = stamps(out)
    picture(source / "a.jpg", (800, 640), 9)
    picture(source / "new.bmp", (700, 700), 5)
    (source / "2.png").unlink()
    (out / "10.png").unlink()
    report = run(source, out)
    after = stamps(out)
    assert report.count("written") == 3 and report.removed == ("2.png",)
    assert {name for name in after if after[name] != before.get(name)} == {"a.png", "new.png", "10.png"}


def test_other_settings_make_every_picture_anew(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    report = run(source, tmp_path / "out", config=CropConfig(fit="crop"))
    assert {one.plan.output for one in report.pictures if one.plan} == {(512, 512)}


def test_overrides_survive_every_run(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(source, out)
    lines = [override_line("a.jpg", (10, 20, 610, 620)), skip_line("2.png"), '"图.PNG" = { fit = "pad" }']
    (source / "crops.toml").write_text("\n".join([*lines, '"b.jpg" = { skip = true }']), encoding="utf-8")
    for _ in range(2):
        report = run(source, out)
        by_name = {one.source: one for one in report.pictures}
        first = by_name["a.jpg"].plan
        assert first and "override" in first.flags and Box(10, 20, 610, 620).holds(Box(*first.window))
        assert by_name["2.png"].status == "left out" and not (out / "2.png").exists()
        assert by_name["子 夹/图.PNG"].plan and by_name["子 夹/图.PNG"].plan.fit == "pad"
        (finding,) = report.warnings
        assert finding.code == "crop.override_close" and finding.where.endswith("crops.toml:4")
    assert "crops.toml" in contents(source)
    (source / "crops.toml").unlink()
    assert {one.output for one in run(source, out).pictures} == {"2.png", "10.png", "a.png", "子 夹/图.png"}


def test_a_box_outside_the_picture(source: Path, tmp_path: Path) -> None:
    (source / "crops.toml").write_text('\n"a.jpg" = { box = [5000, 0, 6000, 900] }\n', encoding="utf-8")
    (failure,) = run(source, tmp_path / "out").failures
    assert failure.code == "crop.box_outside" and failure.values["line"] == 2
    (source / "crops.toml").write_text('"a.jpg" = { focus = [5000, 0] }\n', encoding="utf-8")
    assert run(source, tmp_path / "out").failures[0].code == "crop.focus_outside"


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(source: Path, tmp_path: Path) -> None:
    (source / "empty.png").write_bytes(b"")
    (source / "cut.jpg").write_bytes((source / "a.jpg").read_bytes()[:4000])
    picture(source / "small.png", (100, 100))
    (source / "notes.pdf").write_bytes(b"%PDF")
    report = run(source, tmp_path / "out")
    assert {one.source: one.status for one in report.pictures if not one.output} == {
        "empty.png": "failed", "cut.jpg": "failed", "small.png": "left out",
    }  # fmt: skip
    assert {failure.code for failure in report.failures} == {"prepare.empty_file", "prepare.truncated"}
    assert [path.name for path, _ in report.passed] == ["notes.pdf"]
    assert len(report.kept) == 4
    # Once it can be read, it is there.
    picture(source / "empty.png", (600, 600))
    assert run(source, tmp_path / "out").count("failed") == 1


def test_names_that_would_be_the_same() -> None:
    names = ["a.jpg", "A.png", "a.PNG", "子/a.jpg", "é.jpg", "e\u0301.png"]
    outputs = output_names(names)
    assert outputs["a.jpg"] == "a.png" and outputs["A.png"] == "A-png.png"
    assert outputs["子/a.jpg"] == "子/a.png"
    assert len({name.casefold() for name in outputs.values()}) == len(names)


def refused(source: Path, target: Path, **options: Any) -> str:
    with pytest.raises(DatasetError) as caught:
        run(source, target, **options)
    assert all(texts.has(f"{finding.code}.hint") for finding in caught.value.findings)
    assert str(caught.value)
    return caught.value.code


def test_folders_that_do_not_fit_each_other(source: Path, tmp_path: Path) -> None:
    before = stamps(source)
    assert refused(source, source) == "crop.same_folder"
    assert refused(source, source / "out") == "crop.nested"
    assert refused(source / "子 夹", source) == "crop.nested"
    (tmp_path / "link").symlink_to(source, target_is_directory=True)
    assert refused(source, tmp_path / "link") == "crop.same_folder"
    assert refused(source, tmp_path / "link" / "out") == "crop.nested"
    assert refused(tmp_path / "link", source / "out") == "crop.nested"
    assert refused(source, tmp_path / "x" / ".." / source.name) == "crop.same_folder"
    picture(tmp_path / "mine" / "own.png")
    assert refused(source, tmp_path / "mine") == "crop.target_foreign"
    (tmp_path / "file").write_bytes(b"")
    assert refused(source, tmp_path / "file") == "prepare.not_a_folder"
    assert refused(tmp_path / "没有", tmp_path / "out") == "prepare.folder_missing"
    (tmp_path / "leer").mkdir()
    assert refused(tmp_path / "leer", tmp_path / "out") == "crop.no_pictures"
    assert stamps(source) == before


def test_links_that_lead_from_one_folder_into_the_other(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(source, out)
    (source / "back").symlink_to(out, target_is_directory=True)
    assert refused(source, out) == "crop.linked"
    (source / "back").unlink()
    (source / "back.png").symlink_to(out / "a.png")
    assert refused(source, out) == "crop.linked"
    (source / "back.png").unlink()
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "子 夹").symlink_to(source / "子 夹", target_is_directory=True)
    assert refused(source, fresh) in ("crop.leads_out", "crop.target_foreign")


def test_an_output_that_is_a_link_is_replaced_not_followed(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(source, out)
    data = (source / "2.png").read_bytes()
    (out / "2.png").unlink()
    (out / "2.png").symlink_to(source / "2.png")
    run(source, out, config=CropConfig(fit="crop"))
    assert (source / "2.png").read_bytes() == data and not (out / "2.png").is_symlink()


def test_a_wrong_config_is_told_before_anything_is_done(source: Path, tmp_path: Path) -> None:
    assert refused(source, tmp_path / "out", config=CropConfig(fit="x", pad_fill="y")) == "crop.fit_unknown"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('"a.jpg" = { box = [1, 2, 3] }', "crop.override_box", 1),
        ('\n\n"a.jpg" = { box = [10, 2, 3, 9] }', "crop.override_box", 3),
        ('["a.jpg"]\nboxx = 1', "crop.override_key", 1),
        ('"a.jpg" = { focus = ["x", 2] }', "crop.override_focus", 1),
        ('"a.jpg" = { skip = 1 }', "crop.override_skip", 1),
        ('"a.jpg" = { fit = "squeeze" }', "crop.override_fit", 1),
        ('"a.jpg" = 5', "crop.override_shape", 1),
    ],
)
def test_mistakes_in_the_overrides_have_a_line(tmp_path: Path, text: str, code: str, line: int) -> None:
    path = tmp_path / "crops.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        read_overrides(path)
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == (code, f"{path}:{line}")
    assert "a.jpg" in finding.message and finding.hint


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "crops.toml"
    path.write_text('"a" = { skip = 1, fit = "x" }\n"b" = 1\n', encoding="utf-8")
    with pytest.raises(DatasetError) as caught:
        read_overrides(path)
    assert len(caught.value.findings) == 3


@pytest.mark.parametrize("data", [b"[broken", '"宁光" = { skip = true }'.encode("gbk")])
def test_overrides_that_cannot_be_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "crops.toml"
    path.write_bytes(data)
    for wanted in (path, tmp_path / "nowhere.toml"):
        with pytest.raises(DatasetError) as caught:
            read_overrides(wanted)
        assert caught.value.code == "crop.overrides_unreadable"


@pytest.mark.parametrize("name", ["a.jpg", "子 夹/图 1.png", 'q"uote.png', "back\\slash.png", "e\u0301.png"])
def test_a_line_to_copy_is_read_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / "crops.toml"
    path.write_text(override_line(name, (1, 2, 3, 4)), encoding="utf-8")
    read = read_overrides(path)
    assert read == {name: Override(box=(1, 2, 3, 4), line=1)} or name in read
    if "\\" not in name:
        matched, unmatched = match_overrides(read, [name], path)
        assert set(matched) == {name} and not unmatched


def test_the_same_name_in_two_folders_is_nobody(tmp_path: Path) -> None:
    wishes = {"a.png": Override(skip=True, line=1)}
    matched, (finding,) = match_overrides(wishes, ["x/a.png", "y/a.png"], tmp_path / "crops.toml")
    assert not matched and finding.code.startswith("crop.override_")


# What a fault leaves


def test_a_full_disk_in_the_middle(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        picture(source / f"n{number}.png", (600, 600), number)
    written: list[Path] = []
    real = files.write_bytes

    def full(path: Path, data: bytes) -> None:
        if len(written) >= 5:
            raise HostError("files.disk_full", path)
        written.append(path)
        real(path, data)

    monkeypatch.setattr(files, "write_bytes", full)
    with pytest.raises(HostError) as caught:
        run(source, tmp_path / "out")
    assert caught.value.code == "files.disk_full"
    monkeypatch.setattr(files, "write_bytes", real)
    threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("pictures")]
    assert not threads
    for name in contents(tmp_path / "out"):
        if name.endswith(".png"):
            Image.open(tmp_path / "out" / name).load()
    report = run(source, tmp_path / "out")
    assert len(report.kept) == 16 and contents(tmp_path / "out") == contents_of_a_fresh_run(source, tmp_path)


def contents_of_a_fresh_run(source: Path, tmp_path: Path) -> dict[str, bytes]:
    run(source, tmp_path / "fresh")
    return contents(tmp_path / "fresh")


def test_a_key_pressed_in_the_middle(source: Path, tmp_path: Path) -> None:
    def press(done: int, of: int, record: CropRecord) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(source, tmp_path / "out", on_progress=press)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]
    report = run(source, tmp_path / "out")
    assert report.count("unchanged") >= 2
    assert contents(tmp_path / "out") == contents_of_a_fresh_run(source, tmp_path)


KILLED = """
import sys
from pathlib import Path
from kohya_driver.prepare.crop_folder import crop_folder
from kohya_driver.prepare.faces import NoFaces
print("ready", flush=True)
crop_folder(Path(sys.argv[1]), Path(sys.argv[2]), detector=NoFaces())
"""


@pytest.mark.parametrize("number", range(4))
def test_killed_at_any_time(source: Path, tmp_path: Path, number: int) -> None:
    for extra in range(8):
        picture(source / f"n{extra}.png", (800, 800), extra)
    out = tmp_path / "out"
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(source), str(out)], stdout=subprocess.PIPE, env=dict(os.environ)
    )
    assert child.stdout is not None and child.stdout.readline() == b"ready\n"
    time.sleep(random.Random(number).uniform(0.05, 1.2))
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    for path in out.rglob("*.png") if out.exists() else ():
        if not path.name.startswith("."):
            Image.open(path).load()
    report = run(source, out)
    assert len(report.kept) == 12
    assert not list(out.rglob("*.tmp"))
    assert contents(out) == contents_of_a_fresh_run(source, tmp_path)


def test_two_at_once(source: Path, tmp_path: Path) -> None:
    reports: list[CropReport] = []
    threads = [
        threading.Thread(target=lambda: reports.append(run(source, tmp_path / "out"))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.count("written") for report in reports) == [0, 4]


def test_a_damaged_state_only_costs_time(source: Path, tmp_path: Path) -> None:
    run(source, tmp_path / "out")
    before = stamps(tmp_path / "out")
    (tmp_path / "out" / STATE).write_text("{", encoding="utf-8")
    assert run(source, tmp_path / "out").count("unchanged") == 4
    assert stamps(tmp_path / "out") == before


def test_few_pictures_are_held_at_once() -> None:
    """The work of many is not begun before the results of the first are taken."""
    begun: list[int] = []

    def begin(number: int) -> int:
        begun.append(number)
        return number

    results = crop_work.side_by_side(begin, range(1000))
    next(results)
    assert len(begun) <= 2 * crop_work.MOST_THREADS + 1
    results.close()


# Pixels


def cut(plan: CropPlan, image: Image.Image) -> Image.Image:
    made = apply_crop(image, plan)
    assert made.size == plan.output and made.mode == "RGB"
    return made


def test_the_window_is_what_is_shown() -> None:
    image = Image.new("RGB", (400, 400), "blue")
    image.paste("red", (100, 100, 300, 300))
    plan = CropPlan((400, 400), "crop", (100, 100, 300, 300), (64, 64))
    assert cut(plan, image).getextrema() == ((255, 255), (0, 0), (0, 0))
    # Also from a picture that was decoded smaller.
    assert cut(plan, image.resize((200, 200))).getpixel((32, 32)) == (255, 0, 0)


@pytest.mark.parametrize("fill", ["edge", "blur", "mean", "#0a141e"])
def test_padding(fill: str) -> None:
    image = Image.new("RGB", (200, 400), (200, 100, 50))
    plan = CropPlan((200, 400), "pad", (-100, 0, 300, 400), (64, 64), fill)
    made = cut(plan, image)
    assert made.getpixel((32, 32)) == (200, 100, 50)
    assert made.getpixel((2, 32)) == ((10, 20, 30) if fill.startswith("#") else (200, 100, 50))
    assert plan.padding == pytest.approx(0.5)


def test_a_small_part_of_a_large_jpeg_is_sharp(tmp_path: Path) -> None:
    """A window of its own is decoded in full, not from a picture made smaller for the whole."""
    path = tmp_path / "src" / "a.jpg"
    path.parent.mkdir()
    stripes = numpy.zeros((3000, 4000, 3), numpy.uint8)
    stripes[:, ::4] = stripes[:, 1::4] = 255
    Image.fromarray(stripes).save(path, quality=95)
    (path.parent / "crops.toml").write_text(
        override_line("a.jpg", (1000, 1000, 1512, 1512)), encoding="utf-8"
    )
    run(path.parent, tmp_path / "out")
    got = numpy.asarray(Image.open(tmp_path / "out" / "a.png"))[..., 0].astype(int)
    assert got.max() > 230 and got.min() < 25


# Contact sheet


def records(source: Path, target: Path) -> Sequence[CropRecord]:
    (source / "empty.png").write_bytes(b"")
    picture(source / "</b>&.png", (600, 600), 6)
    return run(source, target).pictures


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_contact_sheet(source: Path, tmp_path: Path, language: str) -> None:
    texts.use_language(language)
    try:
        found = records(source, tmp_path / "out")
        seen: list[tuple[int, int]] = []
        sheet = tmp_path / "sheet"
        (sheet / "page-009.png").parent.mkdir()
        (sheet / "page-009.png").write_bytes(b"old")
        page = write_sheet(found, source, tmp_path / "out", sheet, lambda *one: seen.append(one))
    finally:
        texts.use_language(None)
    html = page.read_text(encoding="utf-8")
    assert seen[-1] == (6, 6)
    assert sorted(path.name for path in sheet.iterdir()) == ["index.html", page_name(1)]
    assert not re.search(r"(?:src|href)=[\"'](?!data:)|https?://|@import|url\(", html)
    assert "prefers-color-scheme: dark" in html and f'lang="{language}"' in html
    assert "</b>&.png" not in html and "&lt;/b&gt;&amp;.png" in html
    assert html.index("empty.png") < html.index("10.webp")
    assert "&quot;10.webp&quot; = { box = [" in html and "&quot;empty.png&quot; = { skip = true }" in html
    with Image.open(sheet / page_name(1)) as image:
        assert image.width > 1000


def test_a_line_for_what_was_left_out() -> None:
    assert lines_to_copy(CropRecord("a.png", status="failed")) == '"a.png" = { skip = true }'


def test_a_sheet_is_not_drawn_among_the_pictures(source: Path, tmp_path: Path) -> None:
    with pytest.raises(DatasetError) as caught:
        api.crop(source, tmp_path / "out", detector="none", sheet=source / "sheet")
    assert caught.value.code == "crop.nested"
    assert not (tmp_path / "out").exists()


def test_from_python_with_a_detector_of_ones_own(source: Path, tmp_path: Path) -> None:
    class Middle:
        name = "middle"

        def detect(self, image: Image.Image) -> tuple[Face, ...]:
            x, y = image.width / 2, image.height / 2
            return (Face(Box(x - 20, y - 20, x + 20, y + 20), 0.9),)

    report = api.crop(source, tmp_path / "out", detector=Middle(), sheet=tmp_path / "sheet")
    assert report.sheet == tmp_path / "sheet" / "index.html"
    assert all(len(one.faces) == 1 and "no-face" not in one.flags for one in report.pictures)
    assert report.pictures[0].faces[0].box.centre == pytest.approx((800, 600), abs=1)
