"""Numbers and paths as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from kohya_driver import texts
from kohya_driver.views import console


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KB"),
        (37861176, "36.1 MB"),
        (32 << 30, "32.0 GB"),
        (2048 << 30, "2048.0 GB"),
    ],
)
def test_bytes(size: int, said: str) -> None:
    assert console.human_bytes(size) == said


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (-1, "0 s", "0 秒"),
        (59.4, "59 s", "59 秒"),
        (59.6, "1 min 0 s", "1 分 0 秒"),
        (125, "2 min 5 s", "2 分 5 秒"),
        (1941, "32 min", "32 分钟"),
        (4320, "1 h 12 min", "1 小时 12 分"),
        (183600, "2 d 3 h", "2 天 3 小时"),
    ],
)
def test_durations(seconds: float, english: str, chinese: str) -> None:
    texts.use_language("en")
    assert console.human_duration(seconds) == english
    texts.use_language("zh")
    assert console.human_duration(seconds) == chinese


@pytest.mark.parametrize(
    ("loss", "said"),
    [(None, "–"), (0.0912, "0.09120"), (1.17, "1.170"), (math.nan, "nan"), (math.inf, "inf")],
)
def test_losses(loss: float | None, said: str) -> None:
    assert console.human_loss(loss) == said


def test_the_english_half_of_what_the_engine_says_twice() -> None:
    assert console.english_half("no regularization\nimages / 正則化画像が") == "no regularization images"
    assert console.english_half("a / b") == "a / b"


@given(st.text(alphabet="ab宁光/ .…é", max_size=60), st.integers(0, 70))
def test_cut_texts_fit_and_whole_ones_stay(text: str, width: int) -> None:
    for cut in (console.cut_end(text, width), console.cut_middle(text, width)):
        assert cell_len(cut) <= width
        assert cut == text or cell_len(text) > width


def test_a_long_path_keeps_both_its_ends() -> None:
    assert (
        console.cut_middle("/Users/ming/我的训练/二次元人物/runs/ningguang-3", 30)
        == "/Users/mi…物/runs/ningguang-3"
    )


def test_parts_that_do_not_fit_are_left_out() -> None:
    assert console.fit(("one", "two", "three"), 9) == "one · two"
    assert console.fit(("one", "two"), 2) == "one"


def test_no_terminal_no_colours(capsys: pytest.CaptureFixture[str]) -> None:
    for make, width in (
        (console.stdout_console, console.PLAIN_WIDTH),
        (console.stderr_console, console.ERRORS_WIDTH),
    ):
        assert make().width == width
        make().print("[red]words[/red]")
    told = capsys.readouterr()
    assert (told.out, told.err) == ("words\n", "words\n")


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("two words here", 9, ["two words", "here"]),
        ("two words here", 10, ["two words", "here"]),
        ("a-word-that-is-long here", 10, ["a-word-tha", "t-is-long…"]),
        ("one two three four five six", 9, ["one two", "three fo…"]),
        ("训练中断后已自动继续", 8, ["训练中断", "后已自…"]),
        ("训练已经停。止", 10, ["训练已经", "停。止"]),
        ("训练成了（NaN）啦", 13, ["训练成了（", "NaN）啦"]),
        ("anything", 1, ["…"]),
        ("anything", 0, [""]),
        ("", 5, [""]),
    ],
)
def test_wrapping(text: str, width: int, lines: list[str]) -> None:
    assert console.wrap(text, width, 2) == lines


@given(st.text(), st.integers(-1, 30), st.integers(1, 4))
def test_wrapped_lines_fit(text: str, width: int, lines: int) -> None:
    rows = console.wrap(text, width, lines)
    assert 1 <= len(rows) <= lines
    assert all(cell_len(row) <= max(width, 0) for row in rows)
