"""Prompts to the engine's lines and back, and a run's samples from its folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kohya_driver import files
from kohya_driver.events.model import Event, Record, RunStarted, SampleSaved
from kohya_driver.planning.prompts import SAMPLERS, Prompt, bad_options, has_words, prompt_line, read_prompts
from kohya_driver.run.folder import Run
from kohya_driver.run.samples import read_name, run_samples

WORDS = st.text(st.sampled_from("ab宁 ,.-()#"), max_size=20).map(lambda text: " ".join(text.split()))
PROMPTS = st.builds(
    Prompt,
    text=WORDS,
    negative=WORDS,
    width=st.integers(64, 4096),
    height=st.integers(64, 4096),
    seed=st.one_of(st.none(), st.integers(0, 2**32 - 1)),
    steps=st.integers(1, 150),
    scale=st.sampled_from([1.0, 7.0, 7.5, 12.25]),
    sampler=st.sampled_from(["", *SAMPLERS]),
)


@example(Prompt("# #"))
@given(PROMPTS)
def test_a_line_says_what_was_meant(prompt: Prompt) -> None:
    """Once it is written, words that the engine would take for something else are changed once and for all."""
    (read,) = read_prompts(prompt_line(prompt))
    assert read_prompts(prompt_line(read)) == (read,)
    same = ("width", "height", "seed", "steps", "scale", "sampler")
    assert all(getattr(read, name) == getattr(prompt, name) for name in same)
    if not set("-#") & set(prompt.text + prompt.negative):
        assert (read.text, read.negative) == (prompt.text, prompt.negative)


def test_a_file_numbers_its_prompts_as_the_engine_does() -> None:
    text = "# a comment\n\nfirst --d 1\n   \nsecond\n"
    assert [(one.text, one.seed) for one in read_prompts(text)] == [("first", 1), ("second", None)]


@pytest.mark.parametrize(
    ("prompt", "bad"),
    [
        ("a girl, smile", ()),
        ("a --n b, c --w 512 --H 768 --d 0 --s 20 --l 7.5 --ss euler_a", ()),
        ("a -- b — c --- d", ()),
        ("a --x 3", ("--x 3",)),
        ("a --w", ("--w",)),
        ("a --w 5.5 --h -3 --d 1_0", ("--w 5.5", "--h -3", "--d 1_0")),
        ("a --l 7,5", ("--l 7,5",)),
        ("a --ss foo", ("--ss foo",)),
        ("--n b", ()),
    ],
)
def test_options_that_mean_nothing(prompt: str, bad: tuple[str, ...]) -> None:
    assert bad_options(prompt) == bad


@pytest.mark.parametrize(
    ("prompt", "has"), [("{trigger}", True), ("❤", True), ("--n b", False), (" # ", False)]
)
def test_words(prompt: str, has: bool) -> None:
    assert has_words(prompt) is has


# Names of files, the engine's: library/train_util.py:6573


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ning_e000001_00_20261122213000_42.png", (None, 1, 0, 42)),
        ("ning_000250_03_20261122213000_42.png", (250, None, 3, 42)),
        ("000250_03_20261122213000.png", (250, None, 3, None)),
        ("ning_e000000_100_20261122213000_0.png", (None, 0, 100, 0)),
        ("宁 光_'$[a]_e000012_00_20261122213000_42.png", (None, 12, 0, 42)),
        ("_000001_00_20261122213000_9__e000002_01_20271122213000_42.png", (None, 2, 1, 42)),
        ("a_1000000_00_20261122213000_12345678901234.png", (1000000, None, 0, 12345678901234)),
    ],
)
def test_names(name: str, told: tuple[int | None, ...]) -> None:
    read = read_name(name)
    assert read is not None
    assert (read.step, read.epoch, read.prompt_index, read.seed) == told


@pytest.mark.parametrize("name", ["a.png", "ning_e000001_00.png", "ning_e000001_00_20261122213000_42.webp", "xe000001_00_20261122213000.png"])  # fmt: skip
def test_other_names(name: str) -> None:
    assert read_name(name) is None


# A run's


@dataclass(frozen=True, slots=True)
class Planned(Run):
    """A run whose plan needs no more than what samples depend on."""

    def plan(self) -> SimpleNamespace:  # type: ignore[override]
        return SimpleNamespace(
            steps_per_epoch=4,
            epoch_end=[0, 4, 8, 10].__getitem__,
            sample_prompts="ning, smile --d 42\nning, hat --d 42\n",
        )


def picture(run: Run, name: str) -> Path:
    path = run.folder / "models" / "sample" / name
    files.write_bytes(path, b"x")
    return path


def tell(run: Run, *events: Event) -> None:
    lines = [json.dumps(Record(1.0, 1.0, event).to_json()) for event in events]
    files.write_text(run.events_file, "".join(f"{line}\n" for line in lines))


def begin(attempt: int, from_step: int) -> RunStarted:
    return RunStarted("ning", "", 1, 10, 3, 4, attempt=attempt, from_step=from_step)


def test_step_and_epoch_of_both_kinds(tmp_path: Path) -> None:
    run = Planned(tmp_path)
    for name in ("n_e000000_00_20260101000000_42.png", "n_e000002_01_20260101000100_42.png",
                 "n_e000003_00_20260101000200_42.png", "n_000006_00_20260101000050_42.png", "other.png"):  # fmt: skip
        picture(run, name)
    told = [(s.step, s.epoch, s.prompt_index, s.prompt, s.seed) for s in run_samples(run)]
    assert told == [
        (0, 0, 0, "ning, smile", 42),
        (6, 2, 0, "ning, smile", 42),
        (8, 2, 1, "ning, hat", 42),
        (10, 3, 0, "ning, smile", 42),  # the last epoch is cut short
    ]


def test_of_pictures_drawn_twice_the_later_counts(tmp_path: Path) -> None:
    run = Planned(tmp_path)
    picture(run, "n_000004_00_20260101000000_42.png")
    later = picture(run, "n_000004_00_20260102000000_42.png")
    assert [sample.path for sample in run_samples(run)] == [later]


def test_what_was_thrown_away_does_not_count(tmp_path: Path) -> None:
    """Two samples of the first attempt, of which the second lies beyond the state from which it went on."""
    run = Planned(tmp_path)
    kept = picture(run, "n_000004_00_20260101000000_42.png")
    lost = picture(run, "n_000008_00_20260101000100_42.png")
    after = picture(run, "n_000006_00_20260101000200_42.png")
    tell(
        run, begin(1, 0), SampleSaved(str(kept)), SampleSaved(str(lost)), begin(2, 5), SampleSaved(str(after))
    )
    assert [sample.path for sample in run_samples(run)] == [kept, after]


def test_pictures_elsewhere_and_a_folder_that_was_moved(tmp_path: Path) -> None:
    run = Planned(tmp_path / "moved")
    moved = picture(run, "n_000004_00_20260101000000_42.png")
    elsewhere = tmp_path / "shared" / "sample" / "n_000008_00_20260101000100_42.png"
    files.write_bytes(elsewhere, b"x")
    files.write_bytes(elsewhere.with_name("n_000002_00_20250101000100_42.png"), b"of another run")
    gone = tmp_path / "shared" / "sample" / "n_000010_00_20260101000100_42.png"
    tell(
        run,
        begin(1, 0),
        SampleSaved(f"/old/runs/models/sample/{moved.name}"),
        SampleSaved(str(elsewhere)),
        SampleSaved(str(gone)),
    )
    assert [sample.path for sample in run_samples(run)] == [moved, elsewhere]
