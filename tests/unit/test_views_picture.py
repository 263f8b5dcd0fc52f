"""Pictures in a terminal: the cells and the bytes, read back; and screens that hold whatever the picture is."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import time
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len
from rich.console import Console
from rich.style import Style

from kohya_driver import texts
from kohya_driver.events.model import Record, SampleSaved
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.sampling.thumbnail import INLINE_SIDE, Thumbnail, inline_png, read_thumbnail
from kohya_driver.views.dashboard import Dashboard, screen_lines
from kohya_driver.views.picture import CHUNK, Newest, half_blocks, print_picture, protocol
from kohya_driver.views.result import print_result
from tests.unit.test_views_dashboard import FOLDERS, LATE, NIGHT, SIZES, snapshot_of

TERMINAL = {"TERM": "xterm-256color"}


def gradient(path: Path, size: tuple[int, int] = (64, 64)) -> Path:
    """Red grows to the right, green downwards."""
    picture = Image.new("RGB", size)
    picture.putdata(
        [(x * 255 // size[0], y * 255 // size[1], 128) for y in range(size[1]) for x in range(size[0])]
    )
    picture.save(path)
    return path


def console(
    system: str | None = "truecolor", width: int = 100, height: int = 40
) -> tuple[io.StringIO, Console]:
    out = io.StringIO()
    return out, Console(file=out, force_terminal=True, width=width, height=height, color_system=system)  # type: ignore[arg-type]


# --- which terminal


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        (TERMINAL, "blocks"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "blocks"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iterm2"),  # over ssh
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "kitty"),
        ({"TERM": "tmux-256color", "LC_TERMINAL": "iTerm2", "TMUX": "/tmp/tmux"}, "blocks"),
        ({"TERM": "screen-256color", "KITTY_WINDOW_ID": "1"}, "blocks"),
        ({"TERM": "xterm-kitty", "KOHYA_DRIVER_PICTURES": "blocks"}, "blocks"),
        ({"TERM": "xterm-kitty", "KOHYA_DRIVER_PICTURES": "none"}, "none"),
        ({"TERM": "xterm-kitty", "KOHYA_DRIVER_PICTURES": "sixel"}, "kitty"),
    ],
)
def test_protocol(environment: dict[str, str], wanted: str) -> None:
    assert protocol(console()[1], environment) == wanted


@pytest.mark.parametrize(("system", "wanted"), [("truecolor", "blocks"), ("256", "blocks"), ("standard", "none"), (None, "none")])  # fmt: skip
def test_colours(system: str | None, wanted: str) -> None:
    assert protocol(console(system)[1], TERMINAL) == wanted


def test_no_terminal() -> None:
    assert protocol(Console(file=io.StringIO()), TERMINAL) == "none"


# --- half blocks


def test_each_cell_holds_two_pixels() -> None:
    """24 by 24 pixels as 24 cells in twelve lines, with the very colours."""
    pixels = bytes(value for y in range(24) for x in range(24) for value in (x * 10, y * 10, 7))
    lines = half_blocks(Thumbnail(24, 24, pixels), 24, 12)
    assert [line.plain for line in lines] == ["▀" * 24] * 12
    for row, line in enumerate(lines):
        for column, span in enumerate(line.spans):
            assert isinstance(span.style, Style)
            above, below = span.style.color, span.style.bgcolor
            assert above and above.triplet == (column * 10, row * 20, 7)
            assert below and below.triplet == (column * 10, row * 20 + 10, 7)


@pytest.mark.parametrize("size", [(64, 64), (64, 128), (128, 64), (1, 300), (300, 1)])
@pytest.mark.parametrize("room", [(24, 12), (40, 20), (100, 100), (23, 30), (80, 11), (0, 0), (-3, 13)])
def test_it_never_takes_more_than_there_is(size: tuple[int, int], room: tuple[int, int]) -> None:
    lines = half_blocks(Thumbnail(*size, bytes(size[0] * size[1] * 3)), *room)
    assert len(lines) <= max(0, room[1])
    assert all(line.cell_len <= max(0, room[0]) for line in lines)
    if room[1] < 12 or room[0] < 24:
        assert lines == []


# --- the screen


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1, 60, 80, 100, 139, 140, 200])
@pytest.mark.parametrize("height", [1, 15, 24, 30, 60])
@pytest.mark.parametrize("shape", [(64, 64), (32, 96), (96, 32)])
def test_nothing_stands_out_of_the_screen(
    width: int, height: int, language: str, shape: tuple[int, int]
) -> None:
    texts.use_language(language)
    picture = Thumbnail(*shape, bytes(range(256)) * (shape[0] * shape[1] * 3 // 256))
    for snapshot in (RunSnapshot(), *LATE[language], snapshot_of(FOLDERS[language], NIGHT)):
        lines = screen_lines(snapshot, width, height, snapshot.time, "view.keys", picture)
        assert len(lines) <= height
        assert max((cell_len(line.plain) for line in lines), default=0) <= width


@pytest.mark.parametrize(("width", "height"), SIZES, ids=lambda size: str(size))
def test_all_that_was_there_is_there_still(width: int, height: int) -> None:
    """Only the chart gives room; every other line is the same with a picture and without."""
    texts.use_language("en")
    snapshot = snapshot_of(FOLDERS["en"], [])
    picture = Thumbnail(64, 64, bytes(64 * 64 * 3))
    without = screen_lines(snapshot, width, height, snapshot.time, "view.keys")
    with_it = screen_lines(snapshot, width, height, snapshot.time, "view.keys", picture)
    shown = any("▀" in line.plain for line in with_it)
    assert shown == (width >= 140), "at 80x24 and 60x15 there is no room for it"
    text = "\n".join(line.plain for line in with_it)
    for line in without:
        for part in line.plain.split("   "):
            if part.strip() and not set(part) & set("│⠂⠄⡀⠁⠈⠐⠠⢀"):
                assert part.strip() in text


def test_beside_the_chart_where_it_is_tall_enough() -> None:
    snapshot = snapshot_of(FOLDERS["en"], [])
    lines = screen_lines(snapshot, 120, 45, snapshot.time, "view.keys", Thumbnail(64, 64, bytes(64 * 64 * 3)))
    assert len([line for line in lines if "│" in line.plain and "▀" in line.plain]) >= 12


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", None, b"GIF89a" + bytes(20)])
def test_a_broken_picture_never_breaks_the_screen(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    snapshot = fold(snapshot_of(FOLDERS["en"], []), Record(1.8e9, 1.0, SampleSaved(str(path))))
    out, where = console(width=200, height=60)
    with Dashboard(where, clock=lambda: snapshot.time) as dashboard:
        dashboard.update(snapshot)
    assert "a.png" in out.getvalue() and "▀" not in out.getvalue()
    assert read_thumbnail(path) is None and inline_png(path) == b""
    assert not print_picture(path, where, "iterm2") and not print_picture(path, where, "blocks")


def test_a_half_written_one_is_shown_once_it_is_whole(tmp_path: Path) -> None:
    whole = gradient(tmp_path / "whole.png").read_bytes()
    path = tmp_path / "a.png"
    path.write_bytes(whole[: len(whole) // 2])
    newest = Newest(shown=True)
    assert newest.of(str(path)) is None
    path.write_bytes(whole)
    assert newest.of(str(path)) is not None


def test_a_picture_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kohya_driver.views import picture

    reads: list[Path] = []

    def read(path: Path) -> Thumbnail:
        reads.append(path)
        return Thumbnail(1, 1, bytes(3))

    monkeypatch.setattr(picture, "read_thumbnail", read)
    newest = Newest(shown=True)
    path = str(gradient(tmp_path / "a.png"))
    for _ in range(5):
        newest.of(path)
    assert len(reads) == 1
    assert Newest(shown=False).of(path) is None and len(reads) == 1


def test_the_dashboard_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    snapshot = snapshot_of(FOLDERS["en"], [SampleSaved(str(gradient(tmp_path / "a.png")))])
    for system, shown in (("truecolor", True), ("256", True), (None, False)):
        out, where = console(system, 200, 60)
        with Dashboard(where, clock=lambda: snapshot.time) as dashboard:
            dashboard.update(snapshot)
        assert ("▀" in out.getvalue()) is shown


# --- the protocols, read back as their descriptions say


def decoded(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


def test_iterm2(tmp_path: Path) -> None:
    path = gradient(tmp_path / "图.png", (48, 32))
    out, where = console()
    assert print_picture(path, where, "iterm2")
    found = re.fullmatch(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07\n", out.getvalue())
    assert found
    about = dict(pair.split("=", 1) for pair in found[1].split(";"))
    png = base64.b64decode(found[2], validate=True)
    assert about["inline"] == "1" and int(about["size"]) == len(png)
    assert base64.b64decode(about["name"]).decode() == "图.png"
    assert decoded(png).tobytes() == Image.open(path).convert("RGB").tobytes()


def test_kitty(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.frombytes("RGB", (96, 96), os.urandom(96 * 96 * 3)).save(path)  # more than one piece
    out, where = console()
    assert print_picture(path, where, "kitty")
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", out.getvalue())
    assert len(pieces) > 2 and all(len(piece) <= CHUNK for _, piece in pieces)
    assert all(len(piece) % 4 == 0 for _, piece in pieces[:-1])
    first = dict(pair.split("=") for pair in pieces[0][0].split(","))
    assert (first["a"], first["f"], first["q"]) == ("T", "100", "2")
    assert [keys.rpartition("m=")[2] for keys, _ in pieces] == ["1"] * (len(pieces) - 1) + ["0"]
    png = base64.b64decode("".join(piece for _, piece in pieces), validate=True)
    assert decoded(png).tobytes() == Image.open(path).tobytes()


def test_large_ones_are_made_smaller(tmp_path: Path) -> None:
    png = inline_png(gradient(tmp_path / "a.png", (INLINE_SIDE * 2, 64)))
    assert decoded(png).size == (INLINE_SIDE, 32)


def test_once_as_half_blocks(tmp_path: Path) -> None:
    out, where = console()
    assert print_picture(gradient(tmp_path / "a.png"), where, "blocks")
    lines = out.getvalue().splitlines()
    assert len(lines) == 24 and all(line.count("▀") == 48 for line in lines)
    assert not print_picture(tmp_path / "a.png", where, "none")


def test_drawing_it_again_is_quick(tmp_path: Path) -> None:
    """What stands still is not made anew: a screen with a picture takes little more than one without."""
    snapshot = snapshot_of(FOLDERS["en"], [])
    picture = read_thumbnail(gradient(tmp_path / "a.png", (512, 512)))
    screen_lines(snapshot, 200, 60, snapshot.time, "view.keys", picture)
    begin = time.perf_counter()
    for _ in range(10):
        screen_lines(snapshot, 200, 60, snapshot.time, "view.keys", picture)
    assert (time.perf_counter() - begin) / 10 < 0.25


def test_the_end_names_the_newest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts.use_language("en")
    run, newest = Run(tmp_path), gradient(tmp_path / "a.png")
    told = [Record(1.0, 1.0, SampleSaved(path)).to_json() for path in ("/gone/first.png", str(newest))]
    run.events_file.write_text("".join(json.dumps(one) + "\n" for one in told), encoding="utf-8")
    print_result(RunResult("succeeded", str(tmp_path), str(tmp_path / "a.safetensors"), (), 8, 60.0, 0))
    said = capsys.readouterr().out
    assert f"The latest sample: {newest}" in said and "▀" not in said
