"""The tokenizers' files, from a byte-pair file."""

from __future__ import annotations

from pathlib import Path

from kohya_driver.engine import tokenizer_files as t


def test_every_byte_has_a_character_of_its_own() -> None:
    characters = t.byte_characters()
    assert len(set(characters)) == 256
    assert characters[0] == "!"
    assert chr(256 + ord(" ")) in characters  # GPT-2 writes a space as U+0120


def test_the_vocabulary_is_numbered_in_clips_order() -> None:
    words = t.vocabulary(["a b", "ab c</w>"])
    assert (words["!"], words["!</w>"], words["ab"], words["abc</w>"]) == (0, 256, 512, 513)
    assert (words[t.START], words[t.END]) == (514, 515)


def test_the_header_and_what_clip_does_not_use_is_left_out() -> None:
    text = "\n".join(["header", *(f"{number} x" for number in range(60_000))])
    merges = t.read_merges(text)
    assert (merges[0], len(merges)) == ("0 x", 48_894)
    assert t.read_merges("header\na b\n") == ["a b"]


def test_changed_missing_and_added_files_are_named(tmp_path: Path) -> None:
    for name in ("same", "changed", "missing"):
        (tmp_path / name).write_text("x")
    expected = t.hashes(tmp_path)
    (tmp_path / "changed").write_text("y")
    (tmp_path / "missing").unlink()
    (tmp_path / "added").touch()
    found = [Path(finding.where).name for finding in t.check_tokenizers(tmp_path, expected)]
    assert found == ["added", "changed", "missing"]
