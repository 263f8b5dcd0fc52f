"""Names and folders of a tree, and how they are put in place, where the system helps and where it does not."""

from __future__ import annotations

import errno
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver.errors import HostError, UsageError
from kohya_driver.host import Host
from kohya_driver.prepare import layout
from kohya_driver.prepare.layout import (
    check_concept,
    concept_from,
    copy_file,
    exchange,
    find_tree,
    put_in_place,
    take_over,
)
from tests.project import CPU, MAC, write_picture


def folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "file").write_text(text, encoding="utf-8")
    return path


def test_two_folders_change_places_in_one_step(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "新", "new"), folder(tmp_path / "旧", "old")
    if not exchange(one, other, CPU):
        pytest.skip("this file system exchanges nothing")
    assert ((one / "file").read_text(), (other / "file").read_text()) == ("old", "new")


@pytest.mark.parametrize("host", [CPU, MAC])
@pytest.mark.parametrize("can_exchange", [True, False])
def test_put_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_exchange: bool, host: Host
) -> None:
    """`MAC` on another system: there is no `renamex_np`, and it is done in two steps."""
    if not can_exchange:
        monkeypatch.setattr(layout, "exchange", lambda one, other, host: False)
    place = tmp_path / "image"
    put_in_place(folder(tmp_path / "a", "first"), place, host)
    put_in_place(folder(tmp_path / "b", "second"), place, host)
    assert (place / "file").read_text() == "second"


@pytest.mark.parametrize("host", [CPU, MAC])
def test_a_copy_is_a_copy(tmp_path: Path, host: Host) -> None:
    source = tmp_path / "a"
    source.write_bytes(b"picture")
    copy_file(source, tmp_path / "in" / "b", host)
    source.write_bytes(b"changed")
    assert (tmp_path / "in" / "b").read_bytes() == b"picture"


def test_where_a_file_has_one_name_only_it_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    (tmp_path / "a").write_bytes(b"picture")
    take_over(tmp_path / "a", tmp_path / "b", CPU)
    assert (tmp_path / "b").read_bytes() == b"picture"


def test_what_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError):
        take_over(tmp_path / "nothing", tmp_path / "b", CPU)


@given(st.text(max_size=300))
def test_any_word_gives_a_name_for_a_folder(text: str) -> None:
    try:
        name = concept_from(text)
        assert check_concept(name) == name
    except UnicodeEncodeError:
        pass  # half a character, which no terminal hands over
    else:
        assert "/" not in name


def test_names_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "é宁")
    assert apart != "é宁" and check_concept(apart) == "é宁"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "init.concept_empty"), (" ", "init.concept_empty"), ("a/b", "init.concept_name"), ("..", "init.concept_name"),
        ("a\nb", "init.concept_name"), ("名" * 100, "init.concept_name"), ("6_x", "init.concept_number"),
    ],
)  # fmt: skip
def test_names_that_cannot_be(name: str, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_concept(name)
    assert caught.value.code == code


def test_trees_are_found_in_a_project_and_in_themselves(tmp_path: Path) -> None:
    write_picture(tmp_path / "p" / "img" / "6_a" / "1.png")
    write_picture(tmp_path / "p" / "reg" / "1_b" / "1.png")
    assert [(one.repeats, one.concept, one.is_reg) for one in find_tree(tmp_path / "p")] == [
        (6, "a", False),
        (1, "b", True),
    ]
    assert [one.concept for one in find_tree(tmp_path / "p" / "img")] == ["a"]
    assert find_tree(tmp_path / "p" / "img" / "6_a") == ()
