"""The screen of a run, looked at in tests/golden/screens."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import pytest
from rich.cells import cell_len
from rich.console import Console

from kohya_driver import texts
from kohya_driver.events.model import (
    CheckpointSaved,
    EpochStarted,
    Event,
    KeptAwake,
    LogMessage,
    MemorySampled,
    PhaseChanged,
    Progress,
    Record,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SampleSaved,
    SavingCheckpoint,
    StepDone,
    StopRequested,
    Traceback,
    TroubleSeen,
)
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.views.dashboard import Dashboard, render
from tests import golden

GB = 1 << 30
FOLDERS = {
    "en": "/Users/ming/lora/runs/ningguang-3",
    "zh": "/Users/ming/我的训练/二次元人物/宁光 第三次 试验/runs/ningguang-3",
}
SIZES = [(80, 24), (200, 60), (60, 15), (140, 30)]


def events(folder: str) -> Iterator[tuple[float, Event]]:
    """A run of 1,200 steps up to step 640, and the seconds before each event."""
    yield 0, RunStarted("ningguang", folder, 42, 1200, 8, 25, "anything-v5.safetensors", "mps")
    yield 20, PhaseChanged("caching")
    yield 9, Progress("caching latents", 12, 25)
    yield 9, PhaseChanged("training")
    yield 9, Progress("steps", 0, 1200)
    yield 0, LogMessage("warning", "no regularization images / 正則化画像が見つかりませんでした")
    yield (
        0,
        LogMessage(
            "warning",
            f"neither caption file nor class tokens are found. use empty caption for {folder}/宁光_03.png / 空の",
        ),
    )
    for step in range(1, 641):
        if step % 150 == 1:
            yield 0, EpochStarted(step // 150 + 1, 8)
        noise = ((step * 7919) % 997) / 997 - 0.5
        average = 0.09 + 0.05 * math.exp(-step / 200)
        yield 1.85, StepDone(step, average + 0.08 * noise, average, {"textencoder": 5e-5, "unet": 1e-4})
        if step % 150 == 0:
            path = f"{folder}/output/ningguang-{step // 150:06}.safetensors"
            yield 0, PhaseChanged("saving")
            yield 0, SavingCheckpoint(path)
            yield 1, CheckpointSaved(path, 37861176)
            yield 0, PhaseChanged("sampling")
            yield 12, Progress("sample", 12, 30)
            yield 18, SampleSaved(f"{folder}/output/sample/ningguang_e{step // 150:06}_00_20261122213000.png")
            yield 0, PhaseChanged("training")
    yield 0, MemorySampled(9 * GB, 10 * GB, 32 * GB, GB // 2)


ENDS: dict[str, list[Event]] = {
    "sampling": [PhaseChanged("sampling"), Progress("sample", 3, 30)],
    "saving": [PhaseChanged("saving"), SavingCheckpoint("/o/ningguang-step00000640.safetensors")],
    "stopping": [StopRequested("SIGINT")],
    "failed": [
        Traceback(
            'Traceback (most recent call last):\n  File "x"\n    f()\nRuntimeError: MPS backend out of memory\nby far'
        ),
        RunFinished("failed", "", "run.engine_failed"),
    ],
    "succeeded": [RunFinished("succeeded", "/o/ningguang.safetensors")],
}


def snapshot_of(folder: str, more: list[Event]) -> RunSnapshot:
    snapshot, elapsed = RunSnapshot(), 0.0
    for seconds, event in [*events(folder), *((1.0, event) for event in more)]:
        elapsed += seconds
        snapshot = fold(snapshot, Record(1.8e9 + elapsed, elapsed, event))
    return snapshot


def early(folder: str, count: int) -> RunSnapshot:
    snapshot = RunSnapshot()
    for number, (_, event) in zip(range(count), events(folder), strict=False):
        snapshot = fold(snapshot, Record(1.8e9 + number, float(number), event))
    return snapshot


def screen(snapshot: RunSnapshot, width: int, height: int, now: float | None = None) -> str:
    out = io.StringIO()
    Console(file=out, width=width, height=height).print(render(snapshot, width, height, now))
    return out.getvalue()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), SIZES, ids=lambda size: str(size))
def test_screens(width: int, height: int, language: str) -> None:
    texts.use_language(language)
    shown = screen(snapshot_of(FOLDERS[language], []), width, height)
    golden.check(f"screens/{width}x{height}-{language}.txt", shown)


@pytest.mark.parametrize("moment", ENDS)
def test_other_moments(moment: str) -> None:
    texts.use_language("en")
    shown = screen(snapshot_of(FOLDERS["en"], ENDS[moment]), 80, 24)
    golden.check(f"screens/80x24-{moment}.txt", shown)


NIGHT = [
    KeptAwake("caffeinate"),
    TroubleSeen("trouble.power", "warn"),
    TroubleSeen("trouble.nan", "recover", {"step": 638, "good_step": 637}),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 15), (140, 30)], ids=lambda size: str(size))
def test_a_night_with_trouble(width: int, height: int, language: str) -> None:
    texts.use_language(language)
    shown = screen(snapshot_of(FOLDERS[language], NIGHT), width, height)
    golden.check(f"screens/{width}x{height}-trouble-{language}.txt", shown)


AGAIN = [
    Recovering("run.killed", "/s/step-00000600", 600),
    RunStarted("ningguang", FOLDERS["en"], 43, 1200, 8, 25, "anything-v5.safetensors", "mps", 2, 600),
    PhaseChanged("training"),
    Resumed(600, 5, "/s/step-00000600"),
    StepDone(601, 0.08, 0.0905, {"textencoder": 5e-5, "unet": 1e-4}),
]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("width", "height"), [(80, 24), (140, 30)], ids=lambda size: str(size))
def test_a_second_attempt(width: int, height: int, language: str) -> None:
    texts.use_language(language)
    shown = screen(snapshot_of(FOLDERS["en"], AGAIN), width, height)
    golden.check(f"screens/{width}x{height}-again-{language}.txt", shown)


def test_an_attempt_that_began_anew() -> None:
    texts.use_language("en")
    anew = [RunStarted("ningguang", FOLDERS["en"], 43, 1200, 8, 25, attempt=3)]
    assert "Attempt      3, from the beginning" in screen(snapshot_of(FOLDERS["en"], [*anew]), 80, 24)


def test_a_trouble_of_another_version() -> None:
    other = [TroubleSeen("trouble.of_another_version", "ask", {"x": 1}), TroubleSeen("trouble.nan", "stop")]
    for count, said in ((1, "trouble.of_another_version"), (2, "trouble.nan")):
        assert said in screen(snapshot_of(FOLDERS["en"], list(other[:count])), 80, 24)


def test_before_training() -> None:
    texts.use_language("en")
    golden.check("screens/80x24-caching.txt", screen(early(FOLDERS["en"], 3), 80, 24))


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1, 10, 30, 59, 60, 79, 80, 139, 140, 141, 200, 400])
@pytest.mark.parametrize("height", [1, 2, 5, 10, 15, 19, 20, 24, 60])
def test_nothing_stands_out_of_the_screen(width: int, height: int, language: str) -> None:
    texts.use_language(language)
    for snapshot in (EMPTY, *LATE[language]):
        lines = screen(snapshot, width, height).splitlines()
        assert len(lines) <= height
        assert max(map(cell_len, lines)) <= width


EMPTY = RunSnapshot()
LATE = {
    language: [snapshot_of(folder, [*ENDS[end], *NIGHT]) for end in ("sampling", "failed")]
    for language, folder in FOLDERS.items()
}


@pytest.mark.parametrize(("width", "height"), SIZES, ids=lambda size: str(size))
def test_everything_is_there(width: int, height: int) -> None:
    texts.use_language("en")
    shown = screen(snapshot_of(FOLDERS["en"], []), width, height)
    for part in (
        "Training",
        "640 of 1,200 steps",
        "epoch 5 of 8",
        "1.85 s per step",
        "left",
        "average 0.09",
        "current",
        "│",
        "unet 1.00e-04",
        "engine 9.0 GB",
        "machine 22.0 GB of 32.0 GB",
        "ningguang-000004.safetensors",
        "neither caption file",
        FOLDERS["en"],
        "Ctrl-C stops",
    ):
        assert part in shown
    assert "no regularization images" not in shown


def test_the_clocks_run_on_between_events() -> None:
    texts.use_language("en")
    snapshot = early(FOLDERS["en"], 3)
    assert "2 s so far" in screen(snapshot, 80, 24)
    assert "9 s so far" in screen(snapshot, 80, 24, now=snapshot.time + 7)
    over = fold(snapshot, Record(snapshot.time, 2.0, RunFinished("failed")))
    assert "2 s so far" in screen(over, 80, 24, now=snapshot.time + 7)


def test_markup_in_a_name_is_text() -> None:
    snapshot = fold(RunSnapshot(), Record(0, 0, RunStarted("[red]x[/red]", "/r/[bold]", 1, 1, 1, 1)))
    assert "[red]x[/red]" in screen(snapshot, 80, 24)
    assert "/r/[bold]" in screen(snapshot, 80, 24)


def terminal() -> tuple[io.StringIO, Console]:
    out = io.StringIO()
    return out, Console(file=out, force_terminal=True, width=80, height=24, color_system=None)


def test_the_terminal_is_given_back_when_something_breaks() -> None:
    texts.use_language("en")
    out, console = terminal()
    with pytest.raises(RuntimeError, match="broken"), Dashboard(console) as dashboard:
        dashboard.update(RunSnapshot())
        raise RuntimeError("broken")
    shown = out.getvalue()
    assert shown.index("\x1b[?1049h") < shown.index("\x1b[?1049l")
    assert "Starting" not in shown.rpartition("\x1b[H")[2]
    assert shown.index("\x1b[?25l") < shown.rindex("\x1b[?25h")


def test_the_frame_shows_the_latest_snapshot_in_the_language_in_use() -> None:
    texts.use_language("zh")
    out, console = terminal()
    snapshot = early(FOLDERS["zh"], 3)
    dashboard = Dashboard(console, clock=lambda: snapshot.time)
    texts.use_language("en")
    with dashboard:
        dashboard.update(snapshot)
    assert "正在缓存潜空间" in out.getvalue()


def test_nothing_is_drawn_before_there_is_something_to_show() -> None:
    out, console = terminal()
    with Dashboard(console):
        pass
    assert out.getvalue() == ""
