"""How captions are counted and judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.dataset.caption_checks import CaptionUse, check_captions
from kohya_driver.dataset.captions import count_tokens
from kohya_driver.dataset.scan import scan_folder
from kohya_driver.dataset.tags import distance
from tests.unit.test_dataset_scan import draw


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a photo", 2),
        ("1girl, long_hair", 6),
        ("2024", 4),
        ("it's", 2),
        ("!!! ...", 2),
        ("凝光", 2),
        ("宁 光,girl", 4),
    ],
)
def test_count_tokens(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


def found(folder: Path, text: str, use: CaptionUse) -> set[str]:
    draw(folder / "a.png")
    (folder / "a.txt").write_text(text, encoding="utf-8")
    codes = {finding.code for finding in check_captions(scan_folder(folder), use)}
    return {code.removeprefix("dataset.") for code in codes}


def tags(count: int) -> str:
    """Each another one, of one token."""
    return ", ".join(
        "abcdefghijklmnopqrstuvwxyz"[number % 26] * (1 + number // 26) for number in range(count)
    )


LONG = tags(40)


@pytest.mark.parametrize(
    ("text", "use", "codes"),
    [
        (LONG, CaptionUse(), {"caption_too_long"}),
        (LONG, CaptionUse(max_tokens=150), set()),
        (tags(37), CaptionUse(), set()),
        (tags(37), CaptionUse(around="in the style of"), {"caption_too_long"}),
        (f"short\n{LONG}", CaptionUse(wildcards=True), {"caption_too_long"}),
        ("NingGuang, smile", CaptionUse(trigger="ningguang"), set()),
        ("ning guang, smile", CaptionUse(trigger="ning_guang"), set()),
        ("smile", CaptionUse(trigger="ning"), {"caption_without_trigger"}),
        ("smile", CaptionUse(trigger="ning", around="ning, "), set()),
        ("smile", CaptionUse(trigger="ning", is_reg=True), set()),
        ("a photo of ning in the rain, smile", CaptionUse(trigger="ning"), set()),
        ("morning, smile", CaptionUse(trigger="ning"), {"caption_without_trigger"}),
        ("我的凝光站着, 微笑", CaptionUse(trigger="凝光"), set()),
        ("ohwx, man, smile", CaptionUse(trigger="ohwx, man"), set()),
        ("smile; ning", CaptionUse(trigger="ning", separator=";"), {"trigger_not_first"}),
        ("smile, ning", CaptionUse(trigger="ning"), {"trigger_not_first"}),
        ("ninguang, smile", CaptionUse(trigger="ningguang"), {"trigger_typo"}),
        ("a photo of ninguang, smile", CaptionUse(trigger="ningguang"), {"trigger_typo"}),
        ("king, smile", CaptionUse(trigger="ning"), {"trigger_typo"}),
        ("cat, smile", CaptionUse(trigger="bat"), {"caption_without_trigger"}),
        ("NING, smile, ning", CaptionUse(trigger="ning"), {"trigger_twice"}),
        ("ning, blue_eyes, Blue eyes", CaptionUse(trigger="ning"), {"tag_twice"}),
        ("\ufeffning, smile", CaptionUse(trigger="ning"), {"caption_bom"}),
        ("{a|b}, {{c}}", CaptionUse(wildcards=True), set()),
        ("{smile}", CaptionUse(wildcards=True), {"caption_braces"}),
        ("{smile}", CaptionUse(), set()),
        ("\nsmile", CaptionUse(), {"caption_blank"}),
        ("\nsmile", CaptionUse(wildcards=True), set()),
        ("smile\n\n", CaptionUse(), set()),
        ("smile\nfrown", CaptionUse(), {"caption_lines"}),
        ("smile\nfrown", CaptionUse(wildcards=True), set()),
    ],
)
def test_captions(tmp_path: Path, text: str, use: CaptionUse, codes: set[str]) -> None:
    assert found(tmp_path, text, use) == codes


def test_a_word_that_stands_beside_the_trigger_elsewhere_is_no_misspelling(tmp_path: Path) -> None:
    draw(tmp_path / "b.png")
    (tmp_path / "b.txt").write_text("ning, king")
    assert found(tmp_path, "king, smile", CaptionUse(trigger="ning")) == {"caption_without_trigger"}


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("ning", "ning", 0),
        ("ning", "nnig", 1),
        ("ning", "nin", 1),
        ("ning", "nings", 1),
        ("ning", "king", 1),
        ("ningguang", "ninguan", 2),
        ("ning", "moon", 3),
        ("ning", "a long way off", 3),
    ],
)
def test_distance_between_words(first: str, second: str, apart: int) -> None:
    assert min(3, distance(first, second, 2)) == min(3, distance(second, first, 2)) == apart


def test_face_positions_may_lead_to_another_caption(tmp_path: Path) -> None:
    draw(tmp_path / "girl_1_2_3_4.png")
    (tmp_path / "girl.txt").write_text("girl")
    scanned = scan_folder(tmp_path)
    assert [f.code for f in check_captions(scanned, CaptionUse())] == ["dataset.caption_of_another"]
    assert check_captions(scanned, CaptionUse(face_names=True)) == ()
