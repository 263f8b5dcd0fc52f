"""How captions are counted and judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from kohya_driver.dataset.caption_checks import CaptionUse, check_captions
from kohya_driver.dataset.captions import count_tokens
from kohya_driver.dataset.scan import scan_folder
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


LONG = ", ".join(["tag"] * 40)


@pytest.mark.parametrize(
    ("text", "use", "codes"),
    [
        (LONG, CaptionUse(), {"caption_too_long"}),
        (LONG, CaptionUse(max_tokens=150), set()),
        (", ".join(["tag"] * 37), CaptionUse(), set()),
        (", ".join(["tag"] * 37), CaptionUse(around="in the style of"), {"caption_too_long"}),
        (f"short\n{LONG}", CaptionUse(wildcards=True), {"caption_too_long"}),
        ("NingGuang, smile", CaptionUse(trigger="ningguang"), set()),
        ("ning guang, smile", CaptionUse(trigger="ning_guang"), set()),
        ("smile", CaptionUse(trigger="ning"), {"caption_without_trigger"}),
        ("smile", CaptionUse(trigger="ning", around="ning, "), set()),
        ("smile", CaptionUse(trigger="ning", is_reg=True), set()),
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


def test_face_positions_may_lead_to_another_caption(tmp_path: Path) -> None:
    draw(tmp_path / "girl_1_2_3_4.png")
    (tmp_path / "girl.txt").write_text("girl")
    scanned = scan_folder(tmp_path)
    assert [f.code for f in check_captions(scanned, CaptionUse())] == ["dataset.caption_of_another"]
    assert check_captions(scanned, CaptionUse(face_names=True)) == ()
