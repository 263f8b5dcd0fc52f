"""The audit of a set of pictures: each fault alone, all of them together, and a set without any."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver import api, texts
from kohya_driver.errors import DatasetError, Severity, UsageError
from kohya_driver.prepare.audit import audit
from kohya_driver.prepare.audit_codes import KINDS, kind_of
from kohya_driver.prepare.audit_look import several
from kohya_driver.prepare.audit_model import AuditConfig, AuditReport, Depth, square_buckets
from tests.picture_sets import CASES, TRIGGER, Case, added, caption, clean_set, scene
from tests.project import write_project

CONFIG = AuditConfig(trigger=TRIGGER)


def codes(report: AuditReport) -> list[str]:
    return [finding.code.removeprefix("dataset.") for finding in report.findings]


@pytest.mark.parametrize("depth", ["quick", "normal", "deep"])
def test_nothing_is_wrong_with_a_clean_set(tmp_path: Path, depth: Depth) -> None:
    clean_set(tmp_path / "我的 图")
    report = audit(tmp_path / "我的 图", replace(CONFIG, depth=depth))
    assert codes(report) == []
    assert (report.counts.pictures, report.counts.images, report.counts.steps) == (8, 48, 48)
    assert [(one.width, one.height, one.count) for one in report.buckets] == [(512, 512, 48)]
    report.raise_for_errors(strict=True)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.kind}-{case.code}-{n}" for n, case in enumerate(CASES)])
def test_each_fault_alone_has_its_code_alone(tmp_path: Path, case: Case) -> None:
    case.spoil(clean_set(tmp_path))
    report = audit(tmp_path, CONFIG)
    # What is not taken because of its folder's name, there is none of; of two pictures that share a caption, one has no other fault.
    assert codes(report) == [case.code]
    (finding,) = report.findings
    (kind,) = [kind for kind in KINDS if kind.name == case.kind]
    assert (kind_of(finding.code), finding.severity) == (case.kind, kind.level)
    said = report.to_json()["findings"][0]
    assert said["kind"] == case.kind
    assert all(Path(path).exists() for path in said["paths"])
    for language in texts.LANGUAGES:
        texts.use_language(language)
        assert finding.message and finding.hint and "{" not in finding.message + finding.hint
    texts.use_language(None)


def test_every_kind_has_a_case() -> None:
    elsewhere = {"no-folder", "no-bucket", "caption-braces", "lonely-bucket", "many-buckets", "no-captions"}
    assert {kind.name for kind in KINDS} - elsewhere == {case.kind for case in CASES}


def test_a_quick_look_finds_what_needs_no_pixels(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        case.spoil(clean_set(folder))
        needs_pixels = any(kind.needs_pixels for kind in KINDS if kind.name == case.kind)
        assert codes(audit(folder, replace(CONFIG, depth="quick"))) == (
            [] if needs_pixels else [case.code]
        ), case


MESSY = {
    **dict.fromkeys(
        (
            "loose_pictures", "repeats_missing", "unreadable", "zero_bytes", "bomb", "truncated", "ignored_pictures",
            "nested_pictures", "caption_empty", "caption_not_utf8", "caption_bom", "damaged", "rotated", "sixteen_bit", "cmyk",
            "animated", "extreme_ratio", "shared_caption", "transparent", "caption_blank", "caption_lines", "caption_too_long",
            "caption_without_picture", "caption_without_trigger", "trigger_typo", "trigger_not_first", "trigger_twice",
            "tag_twice", "name_underscores", "picture_enlarged", "mirror_duplicate", "junk",
        ),
        1,
    ),
    "duplicate": 8,
    "near_duplicate": 2,
}  # fmt: skip
"""Code to how often it is said: once for each folder, or for each group of duplicates."""


def messy_set(folder: Path) -> Path:
    """Everything at once, as far as one thing does not hide another."""
    images = clean_set(folder, 12)
    alone = {"no_pictures", "repeats_missing", "repeats_below_one", "common_tag", "class_word_missing"}
    alone |= {"caption_missing", "caption_of_another"}
    spoilt = [case for case in CASES if case.code not in alone]
    for number, case in enumerate(spoilt):
        work = folder / "work"
        before = clean_set(work)
        names = {path.name for path in before.iterdir()}
        case.spoil(before)
        for path in sorted(before.iterdir()):
            is_changed = path.name not in names or path.stem == "图 0"
            if path.is_file() and is_changed:
                prefix = "" if path.name.startswith("._") or "IMG" in path.name else f"{number:02d} "
                shutil.copy(path, images / f"{prefix}{path.name}")
        shutil.rmtree(work)
    (images / "more").mkdir()
    scene(92).save(images / "more" / "a.png")
    scene(93).save(folder / "loose.png")
    clean_set(folder / "x")
    shutil.move(folder / "x" / "6_凝 光", folder / "no number")
    (folder / "x").rmdir()
    return images


def test_the_messy_folder(tmp_path: Path) -> None:
    images = messy_set(tmp_path / "messy")
    before = {path: path.stat().st_mtime_ns for path in images.rglob("*")}
    report = audit(tmp_path / "messy", CONFIG)
    assert dict(Counter(codes(report))) == MESSY
    assert {path: path.stat().st_mtime_ns for path in images.rglob("*")} == before
    with pytest.raises(DatasetError) as raised:
        report.raise_for_errors()
    assert raised.value.exit_code == 4
    assert json.loads(json.dumps(report.to_json()))["counts"]["errors"] == len(report.errors)


def test_duplicates_are_told_once_and_the_largest_is_kept(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    picture = scene(50, (768, 768))
    added(picture, "large.png")(images)
    added(picture.resize((512, 512)), "small.png")(images)
    added(picture.resize((700, 700)), "middle.jpg")(images)
    shutil.copy(images / "small.png", images / "small copy.png")
    shutil.copy(images / "small.txt", images / "small copy.txt")
    added(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT).resize((600, 600)), "mirrored.png")(images)
    report = audit(tmp_path, CONFIG)
    found = {one.kind: (one.keep.name, sorted(path.name for path in one.others)) for one in report.duplicates}
    assert found == {
        "exact": ("small copy.png", ["small.png"]),
        "near": ("large.png", ["middle.jpg", "small copy.png"]),
        "mirrored": ("large.png", ["mirrored.png"]),
    }
    assert Counter(codes(report)) == {"duplicate": 1, "near_duplicate": 1, "mirror_duplicate": 1}


def test_plain_pictures_are_not_alike(tmp_path: Path) -> None:
    for number, colour in enumerate(("red", "blue", "white")):
        Image.new("RGB", (512, 512), colour).save(tmp_path / f"{number}.png")
        (tmp_path / f"{number}.txt").write_text("a")
    assert codes(audit(tmp_path)) == []


def test_buckets_as_the_engine_makes_them(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    for number in range(5):
        added(scene(60 + number, (512 + 128 * number, 1024 - 64 * number)), f"p{number}.png")(images)
    report = audit(tmp_path, replace(CONFIG, batch_size=8))
    assert set(codes(report)) == {"short_batches"}
    assert sum(one.count for one in report.buckets) == 13 * 6
    for number in range(3):
        (images / f"图 {number}.txt").unlink()
    images = images.rename(tmp_path / "1_x")
    report = audit(tmp_path, replace(CONFIG, batch_size=2))
    assert {"many_buckets", "short_batches"} <= set(codes(report))


def test_a_picture_for_which_there_is_no_bucket(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    added(scene(1, (100, 40)), "small.png")(images)
    settings = replace(square_buckets(512), no_upscale=True)
    report = audit(tmp_path, replace(CONFIG, buckets=settings))
    assert "picture_too_small" in codes(report)
    assert not report.buckets


@pytest.mark.parametrize("name", ["project", "flat"])
def test_other_layouts(tmp_path: Path, name: str) -> None:
    images = clean_set(tmp_path / "set")
    if name == "project":
        shutil.move(tmp_path / "set", tmp_path / "project" / "image")
        shutil.copytree(tmp_path / "project" / "image", tmp_path / "project" / "reg")
        for path in (tmp_path / "project" / "reg").rglob("*.png"):
            scene(700 + int(path.stem[-1])).save(path)
        (tmp_path / "project" / "log").mkdir()
    else:
        shutil.move(images, tmp_path / "flat")
    report = audit(tmp_path / name, CONFIG)
    assert codes(report) == []
    assert report.counts.pictures == 8
    assert report.counts.reg_pictures == (8 if name == "project" else 0)


def test_nothing_to_look_at(tmp_path: Path) -> None:
    (tmp_path / "file.png").touch()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "empty").mkdir()
    for name, code in (
        ("none", "folder_missing"),
        ("file.png", "not_a_folder"),
        ("circle", "folder_missing"),
    ):
        with pytest.raises(DatasetError) as raised:
            audit(tmp_path / name)
        assert raised.value.code == f"dataset.{code}"
        with pytest.raises(DatasetError):
            api.audit(tmp_path / name)
    assert codes(audit(tmp_path / "empty")) == ["no_pictures"]


def test_a_folder_that_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(DatasetError) as raised:
        audit(tmp_path)
    assert raised.value.code == "dataset.folder_refused"


@pytest.mark.timeout(60)
def test_links_in_circles_end(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    (images / "loop").symlink_to(images)
    (images / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path)
    (images / "self.png").symlink_to(images / "self.png")
    assert codes(audit(tmp_path, CONFIG)) == ["unreadable"]


def test_no_captions_at_all(tmp_path: Path) -> None:
    for path in clean_set(tmp_path).glob("*.txt"):
        path.unlink()
    assert codes(audit(tmp_path, CONFIG)) == ["caption_missing"]


def test_a_tag_that_is_meant_is_not_asked_about(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    for path in images.glob("*.txt"):
        path.write_text(f"{TRIGGER}, white hair")
    assert codes(audit(tmp_path, CONFIG)) == ["common_tag"]
    assert codes(audit(tmp_path, replace(CONFIG, fuse=("White_Hair",)))) == []


def test_a_preset_is_audited_as_it_will_be_trained(tmp_path: Path) -> None:
    preset = write_project(tmp_path, extra="resolution = 768\n[training]\ntrain_batch_size = 4\n")
    shutil.rmtree(tmp_path / "image")
    clean_set(tmp_path / "image")
    report = api.audit(preset, trigger=TRIGGER)
    assert codes(report) == ["picture_enlarged"]
    assert (report.batch_size, report.buckets[0].width, report.counts.steps) == (4, 768, 12)
    plan = api.plan(api.load_preset(preset, trigger=TRIGGER))
    assert report.buckets == plan.buckets
    assert report.counts.steps == plan.batches_per_epoch
    assert codes(api.audit(preset, trigger=TRIGGER, resolution=512)) == []
    preset.write_text(preset.read_text() + '[checks]\nsilence = {"dataset.picture_enlarged" = "old scans"}\n')
    silenced = api.audit(preset, trigger=TRIGGER)
    assert [one.silenced for one in silenced.findings] == ["old scans"]
    assert not silenced.warnings


def test_before_a_training_the_same_cheap_faults_are_found(tmp_path: Path) -> None:
    """All but questions, and what a preset's trigger stands in for."""
    only_here = {"name_underscores", "common_tag", "class_word_missing", "junk"}
    for number, case in enumerate(CASES):
        kind = next(kind for kind in KINDS if kind.name == case.kind)
        if kind.needs_pixels or case.code in only_here:
            continue
        folder = tmp_path / str(number)
        preset = write_project(folder)
        shutil.rmtree(folder / "image")
        case.spoil(clean_set(folder / "image"))
        found = [
            one.code
            for one in api.plan(api.load_preset(preset, trigger=TRIGGER)).findings
            if one.code.startswith("dataset.")
        ]
        variant = {"caption_missing": "caption_missing_some"}
        assert found == [f"dataset.{variant.get(case.code, case.code)}"], case


def test_work_in_threads_keeps_its_order_and_ends_when_the_caller_does() -> None:
    assert list(several(lambda number: number * 2, range(100))) == [number * 2 for number in range(100)]
    begun: list[int] = []
    results = several(lambda number: begun.append(number), range(1000))
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(begun) < 40


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    clean_set(tmp_path)

    def interrupt(stage: str, done: int, total: int) -> None:
        if stage == "look" and done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(tmp_path, CONFIG, interrupt)


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    clean_set(tmp_path)
    told: list[tuple[str, int, int]] = []
    audit(tmp_path, CONFIG, lambda *one: told.append(one))
    assert told[-1] == ("look", 8, 8)
    assert ("read", 1, 1) in told


def test_severities_never_get_lower() -> None:
    for kind in KINDS:
        assert kind.codes and kind.level in Severity
    every = [code for kind in KINDS for code in kind.codes]
    assert len(every) == len(set(every))
    assert all(texts.has(code) and texts.has(f"{code}.hint") for code in every)


def test_sets_belong_to_presets(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        api.audit(clean_set(tmp_path), sets=["dataset.resolution=1"])


def test_a_caption_that_goes_wrong_in_two_ways(tmp_path: Path) -> None:
    images = clean_set(tmp_path)
    caption("\ufeffsmile\nhat, hat".encode())(images)
    assert set(codes(audit(tmp_path, CONFIG))) == {"caption_bom", "caption_lines", "caption_without_trigger"}


def test_a_preset_that_is_far_from_ready(tmp_path: Path) -> None:
    """What is wrong with anything but the pictures is the plan's to say."""
    preset = tmp_path / "p.toml"
    preset.write_text('[dataset]\ntrain_data_dir = "none"\n')
    assert codes(api.audit(preset)) == ["folder_missing"]
    preset.write_text(
        '[[dataset.subsets]]\nimage_dir = "none"\n[[dataset.subsets]]\nimage_dir = "set/6_凝 光"\n'
    )
    clean_set(tmp_path / "set")
    report = api.audit(preset, trigger=TRIGGER)
    assert codes(report) == ["folder_missing"]
    assert report.counts.pictures == 8
    preset.write_text('[dataset]\ntrain_data_dir = "set"\nmin_bucket_reso = 640\n')
    assert codes(api.audit(preset, trigger=TRIGGER)) == ["bucket_minimum"]


def test_all_pictures_of_a_preset_without_captions(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    for path in tmp_path.rglob("*.txt"):
        path.unlink()
    assert codes(api.audit(preset)) == ["no_captions"]
