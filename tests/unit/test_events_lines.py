"""Lines out of bytes, however they are cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kohya_driver.events.lines import LIMIT, LineSplitter


def split(data: bytes, *cuts: int) -> list[str]:
    splitter, lines = LineSplitter(), []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in pairwise(edges):
        lines += splitter.feed(data[start:end])
    return lines + splitter.flush()


def test_both_line_ends_and_a_last_line_without_one() -> None:
    assert split(b"one\ntwo\rthree") == ["one", "two", "three"]


def test_the_last_line_waits_until_it_is_whole() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"saving check") == []
    assert splitter.feed(b"point: a\n") == ["saving checkpoint: a"]
    assert splitter.flush() == []


def test_colours_and_cursor_moves_are_removed() -> None:
    assert split(b"[LyCORIS]-\x1b[0;32mINFO\x1b[0m: x\x1b[A\n") == ["[LyCORIS]-INFO: x"]


def test_a_character_cut_in_two_is_whole_again() -> None:
    data = "宁光\n".encode()
    for cut in range(len(data)):
        assert split(data, cut) == ["宁光"]


def test_broken_bytes_become_replacements() -> None:
    assert split(b"a\xff\xe5\xae\nb") == ["a��", "b"]


def test_an_overlong_line_is_cut_and_the_next_is_whole() -> None:
    data = b"x" * (3 * LIMIT) + b"\nnext\n"
    assert split(data, *range(0, len(data), 1000)) == ["x" * LIMIT, "next"]


@given(
    st.lists(
        st.sampled_from(
            [b"\n", b"\r", b"a", b" ", b"\x1b[A", b"\x1b", "é".encode(), "宁".encode(), b"\xff", b"\xe5"]
        ),
        max_size=60,
    ),
    st.lists(st.integers(0, 120), max_size=10),
)
def test_any_cuts_give_the_same_lines(pieces: list[bytes], cuts: list[int]) -> None:
    data = b"".join(pieces)
    assert split(data, *cuts) == split(data) == split(data, *range(len(data)))
