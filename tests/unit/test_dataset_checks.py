"""Findings about datasets: each mistake is made here, and found, and said in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.dataset.buckets import BucketSettings
from kohya_driver.dataset.cache_checks import check_latents, sizes_from_latents
from kohya_driver.dataset.caption_checks import CaptionUse, check_captions
from kohya_driver.dataset.checks import check_folder, check_settings, check_sizes, check_validation
from kohya_driver.dataset.layout import check_layout
from kohya_driver.dataset.scan import scan_folder
from kohya_driver.errors import Finding, Severity
from kohya_driver.texts.dataset import TEXTS
from tests.broken_pictures import bomb
from tests.unit.test_dataset_scan import draw, latents_file

SD15 = BucketSettings((512, 512), enable=True)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    """The codes without their area; every sentence and its hint is said once in each language on the way."""
    for finding in findings:
        for language in texts.LANGUAGES:
            texts.use_language(language)
            assert "{" not in finding.message + finding.hint
            assert finding.hint
        texts.use_language(None)
    return [finding.code.removeprefix("dataset.") for finding in findings]


def picture(folder: Path, name: str = "one.png", caption: bytes | None = b"1girl") -> Path:
    path = draw(folder / name)
    if caption is not None:
        path.with_suffix(".txt").write_bytes(caption)
    return path


PLAIN = CaptionUse()


def check(folder: Path, use: CaptionUse = PLAIN) -> tuple[Finding, ...]:
    scanned = scan_folder(folder)
    return (*check_folder(scanned), *check_captions(scanned, use))


def test_a_good_folder_has_no_findings(tmp_path: Path) -> None:
    picture(tmp_path)
    assert check(tmp_path) == ()


@pytest.mark.parametrize(
    ("make", "code", "severity"),
    [
        (lambda path: picture(path, caption=b""), "caption_empty", Severity.ERROR),
        (lambda path: picture(path, caption=b"\xff\xfe"), "caption_not_utf8", Severity.ERROR),
        (lambda path: picture(path, caption=b"\xef\xbb\xbfa"), "caption_bom", Severity.WARNING),
        (lambda path: picture(path, caption=b" \n"), "caption_blank", Severity.WARNING),
        (lambda path: picture(path, caption=None), "caption_missing", Severity.WARNING),
        (lambda path: (path / "x.png").touch(), "zero_bytes", Severity.ERROR),
        (lambda path: (path / "x.png").write_text("<html>"), "unreadable", Severity.ERROR),
        (lambda path: (path / "x.png").write_bytes(bomb()), "bomb", Severity.ERROR),
        (lambda path: (path / "x.png").symlink_to(path / "x.png"), "unreadable", Severity.ERROR),
        (lambda path: (path / "x.txt").write_text("a"), "caption_without_picture", Severity.WARNING),
        (lambda path: draw(path / "x.Png"), "ignored_pictures", Severity.WARNING),
        (lambda path: draw(path / "inner" / "x.png"), "nested_pictures", Severity.WARNING),
        (lambda path: picture(path, "good.jpg"), "shared_caption", Severity.WARNING),
    ],
)
def test_mistakes(tmp_path: Path, make: Callable[[Path], object], code: str, severity: Severity) -> None:
    picture(tmp_path, "good.png")
    make(tmp_path)
    found = check(tmp_path)
    assert codes(found) == [code]
    assert found[0].severity is severity
    assert found[0].where == str(tmp_path)


def test_folders_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert codes(check_folder(scan_folder(tmp_path))) == ["no_pictures"]
    assert codes(check_folder(scan_folder(tmp_path / "none"))) == ["folder_missing"]
    assert codes(check_folder(scan_folder(tmp_path / "file"))) == ["not_a_folder"]


def test_class_tokens_stand_in_for_captions(tmp_path: Path) -> None:
    picture(tmp_path, caption=None)
    assert check(tmp_path, CaptionUse("girl")) == ()


def test_the_first_few_names_are_told(tmp_path: Path) -> None:
    for number in range(7):
        picture(tmp_path, f"{number}.png", caption=None)
    (found,) = check(tmp_path)
    assert found.values == {"count": 7, "names": "0.png, 1.png, 2.png, 3.png, 4.png …"}
    assert [path.name for path in found.paths] == [f"{number}.png" for number in range(7)]


def test_ignored_types_are_counted(tmp_path: Path) -> None:
    picture(tmp_path)
    for name in ("a.gif", "b.gif", "c.TIFF"):
        draw(tmp_path / name)
    (found,) = check_folder(scan_folder(tmp_path))
    assert found.values["types"] == "2 × .gif, 1 × .TIFF"


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (SD15, []),
        (BucketSettings((512, 512)), []),
        (BucketSettings((512, 512), minimum=9999, maximum=1, step=7), []),
        (BucketSettings((512, 512), enable=True, step=48), ["bucket_step"]),
        (BucketSettings((512, 512), enable=True, minimum=640), ["bucket_minimum"]),
        (BucketSettings((512, 512), enable=True, minimum=575), []),
        (BucketSettings((512, 512), enable=True, minimum=576), ["bucket_minimum"]),
        (BucketSettings((1024, 1536), enable=True), ["bucket_maximum"]),
        (BucketSettings((512, 512), enable=True, maximum=449), []),
        (BucketSettings((512, 512), enable=True, maximum=448), ["bucket_maximum"]),
        (BucketSettings((512, 512), enable=True, minimum=32), ["bucket_minimum_zero"]),
        (BucketSettings((512, 512), enable=True, minimum=32, no_upscale=True), []),
        (
            BucketSettings((512, 512), enable=True, minimum=640, maximum=64),
            ["bucket_minimum", "bucket_maximum"],
        ),
        (BucketSettings((64, 32), enable=True, minimum=63), ["bucket_minimum_zero", "bucket_resolution"]),
    ],
)
def test_settings(settings: BucketSettings, found: list[str]) -> None:
    assert codes(check_settings(settings)) == found


def test_sizes_that_fit_no_bucket(tmp_path: Path) -> None:
    draw(tmp_path / "small.png", 300, 40)
    draw(tmp_path / "fine.png", 300, 400)
    folder = scan_folder(tmp_path)
    (found,) = check_sizes(folder, BucketSettings((512, 512), enable=True, no_upscale=True))
    assert codes((found,)) == ["picture_too_small"]
    assert found.values["names"] == "small.png"
    assert check_sizes(folder, SD15) == ()


def test_without_buckets_uncached_pictures_must_have_the_resolution(tmp_path: Path) -> None:
    draw(tmp_path / "fits.png", 512, 512)
    draw(tmp_path / "other.png", 512, 513)
    folder = scan_folder(tmp_path)
    (found,) = check_sizes(folder, BucketSettings((512, 512)), latents_cached=False)
    assert codes((found,)) == ["picture_not_resolution"]
    assert found.values["names"] == "other.png"
    assert check_sizes(folder, BucketSettings((512, 512))) == ()


@pytest.mark.parametrize(
    ("count", "share", "found"),
    [
        (10, 0.2, []),
        (10, 0.0, []),
        (3, 0.1, ["validation_none"]),
        (10, 0.35, ["validation_overlap"]),
        (0, 0.5, []),
    ],
)
def test_validation_splits(tmp_path: Path, count: int, share: float, found: list[str]) -> None:
    for number in range(count):
        draw(tmp_path / f"{number}.png")
    assert codes(check_validation(scan_folder(tmp_path), share)) == found


def test_latents_of_another_picture_size(tmp_path: Path) -> None:
    draw(tmp_path / "girl.png", 512, 768)
    latents_file(tmp_path / "girl_0512x0512_sd.npz", 512, 512)
    assert codes(check_latents(scan_folder(tmp_path), SD15, to_disk=False)) == ["latents_size"]


def test_the_engine_mistakes_a_longer_name_for_this_picture(tmp_path: Path) -> None:
    draw(tmp_path / "girl.png", 512, 768)
    draw(tmp_path / "girl_2.png", 512, 512)
    latents_file(tmp_path / "girl_2_0512x0512_sd.npz", 512, 512)
    folder = scan_folder(tmp_path)
    assert sizes_from_latents(folder) == ((512, 512), (512, 512))
    (found,) = check_latents(folder, SD15, to_disk=False)
    assert found.values["names"] == "girl.png"


def test_latents_of_another_resolution_matter_only_on_disk(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 512, 512)
    draw(tmp_path / "b.png", 512, 512)
    latents_file(tmp_path / "a_0512x0512_sd.npz", 512, 512)
    latents_file(tmp_path / "b_0512x0512_sd.npz", 256, 256)
    folder = scan_folder(tmp_path)
    assert check_latents(folder, SD15, to_disk=False) == ()
    (found,) = check_latents(folder, SD15, to_disk=True)
    assert codes((found,)) == ["latents_resolution"]
    assert found.values["names"] == "b_0512x0512_sd.npz"


def test_latents_of_pictures_without_a_bucket_are_passed_over(tmp_path: Path) -> None:
    draw(tmp_path / "a.png", 40, 512)
    latents_file(tmp_path / "a_0040x0512_sd.npz", 256, 256)
    settings = BucketSettings((512, 512), enable=True, no_upscale=True)
    assert check_latents(scan_folder(tmp_path), settings, to_disk=True) == ()


@pytest.mark.parametrize(
    ("pictures", "asked", "found"),
    [
        (["6_girl/a.png", "reg/notes"], "", []),
        (["6_girl/a.png"], "6_girl", ["concept_folder_given"]),
        (["a.png"], "", ["pictures_without_concept"]),
        (["6_girl/a.png", "b.png"], "", ["loose_pictures"]),
        (["6_girl/a.png", "boy/b.png"], "", ["repeats_missing"]),
        (["6_girl/a.png", "0_boy/b.png"], "", ["repeats_below_one"]),
        (["girl/a.png"], "", ["repeats_missing"]),
        (["image/6_girl/a.png", "log/x"], "", ["project_folder_given"]),
        (["log/x"], "", ["no_concepts"]),
        (["6_girl/a.png"], "none", ["folder_missing"]),
        (["6_girl/a.png"], "6_girl/a.png", ["not_a_folder"]),
        (["我的 图/6_凝光/a.png"], "我的 图", []),
    ],
)
def test_layouts(tmp_path: Path, pictures: list[str], asked: str, found: list[str]) -> None:
    parent = tmp_path / "project"
    for name in pictures:
        if name.endswith(".png"):
            draw(parent / name)
        else:
            (parent / name).mkdir(parents=True)
    assert codes(check_layout(parent / asked)) == found


def test_a_layout_without_any_subset_is_an_error(tmp_path: Path) -> None:
    draw(tmp_path / "girl" / "a.png")
    assert check_layout(tmp_path)[0].severity is Severity.ERROR
    draw(tmp_path / "6_boy" / "a.png")
    assert check_layout(tmp_path)[0].severity is Severity.WARNING


def test_every_finding_has_a_hint() -> None:
    assert [code for code in TEXTS if not code.endswith(".hint") and f"{code}.hint" not in TEXTS] == []
