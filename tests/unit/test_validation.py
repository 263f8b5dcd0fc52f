"""Pictures that are kept apart by themselves: how many, which, and that nothing is lost or seen twice."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kohya_driver import api, texts
from kohya_driver.dataset.buckets import even_share, split_validation
from kohya_driver.events.model import Announced, Record, Validated
from kohya_driver.events.snapshot import RunSnapshot, fold
from kohya_driver.planning.model import Plan
from kohya_driver.planning.overrides.validation import FEWEST, MOST_HELD, SHARE
from kohya_driver.planning.pace import Amount, Measured, Work, estimate
from kohya_driver.planning.schedule import Schedule, validation_passes
from kohya_driver.preset.load import load_preset
from kohya_driver.views.dashboard import screen_lines
from kohya_driver.views.plain import plain_line
from kohya_driver.views.plan import render_plan
from tests.project import CPU, CUDA, MAC, write_base, write_picture

EMBEDDED = 'launch.engine="embedded"'


def project(folder: Path, counts: dict[str, int], extra: str = "") -> Path:
    """Folders of so many pictures, by name."""
    write_base(folder / "base.safetensors")
    for name, count in counts.items():
        for number in range(count):
            write_picture(folder / "image" / name / f"图 {number:03}.png", (64, 64))
    preset = folder / "preset.toml"
    preset.write_text(
        f'[model]\nbase = "base.safetensors"\n[dataset]\ntrigger = "ning"\ntrain_data_dir = "image"\nresolution = 64\n{extra}',
        encoding="utf-8",
    )
    return preset


def plan_of(preset: Path, *sets: str, host: api.Plan | object = MAC) -> Plan:
    return api.plan(load_preset(preset, sets=list(sets)), host=host)  # type: ignore[arg-type]


def share_in(plan: Plan) -> float | None:
    share: float | None = plan.dataset_config["datasets"][0].get("validation_split")
    return share


# --- how many


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.sampled_from([0.1, 0.05, 0.008]))
def test_every_folder_is_cut_cleanly(counts: list[int], wanted: float) -> None:
    share = even_share(counts, wanted, 2)
    if share is None:
        return
    assert wanted / 2 - 1e-4 <= share <= wanted * 1.5 + 1e-4
    held = 0
    for count in counts:
        trained, kept = split_validation(range(count), share, 42)
        assert sorted(trained + kept) == list(range(count))
        held += len(kept)
    assert held >= 2


@given(st.integers(FEWEST, 20_000))
def test_one_folder_can_always_be_cut(count: int) -> None:
    share = even_share([count], min(SHARE, MOST_HELD / count))
    assert share is not None and 4 <= round(count * share) <= MOST_HELD * 1.5


@pytest.mark.parametrize(("counts", "wanted"), [([], 0.1), ([1, 1, 1], 0.1), ([4, 4], 0.01)])
def test_nothing_to_give_away(counts: list[int], wanted: float) -> None:
    assert even_share(counts, wanted) is None


# --- when


@pytest.mark.parametrize(("count", "held"), [(39, 0), (40, 4), (56, 5)])
@pytest.mark.parametrize("host", [MAC, CPU, CUDA], ids=lambda host: host.accelerator)
def test_from_forty_pictures_on(tmp_path: Path, count: int, held: int, host: object) -> None:
    plan = plan_of(project(tmp_path, {"2_ning": count}), host=host)
    assert len(plan.validation) == held and plan.images == count - held
    assert plan.repeats == 2 * (count - held) == plan.steps_per_epoch
    dataset = plan.dataset_config["datasets"][0]
    assert ("validation_split" in dataset) == bool(held)
    assert dataset.get("validation_seed") == (42 if held else None)
    said = {o.id: o for o in plan.overrides}
    assert ("validation.on" in said) == bool(held)
    assert not [finding for finding in plan.findings if finding.code.startswith("dataset.validation")]


def test_two_folders_together(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path, {"1_ning": 25, "3_hat": 20}))
    held = [Path(path).parent.name for path in plan.validation]
    assert held.count("1_ning") in (2, 3) and held.count("3_hat") == 2
    assert plan.images == 45 - len(held)


def test_folders_that_no_share_cuts_cleanly_are_left_whole(tmp_path: Path) -> None:
    """Of 34 pictures a tenth can be kept apart, of 6 none or a sixth: the one share that does both keeps two."""
    plan = plan_of(project(tmp_path, {"1_ning": 34, "2_hat": 6}))
    assert plan.validation == () and plan.images == 40 and share_in(plan) is None


def test_the_preset_has_the_last_word(tmp_path: Path) -> None:
    preset = project(tmp_path, {"1_ning": 60})
    off = plan_of(preset, "dataset.validation_split=0.0")
    assert (off.images, off.validation, share_in(off)) == (60, (), 0.0)
    assert "validation.on" not in {o.id for o in off.overrides}
    own = plan_of(preset, "dataset.validation_split=0.25", "dataset.validation_seed=7")
    assert (own.images, len(own.validation), share_in(own)) == (45, 15, 0.25)
    again = load_preset(write(tmp_path / "resolved.toml", off.resolved_preset))
    assert api.plan(again, host=MAC).images == 60


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_regularization_pictures_neither_count_nor_are_kept_apart(tmp_path: Path) -> None:
    preset = project(tmp_path, {"1_ning": 20}, 'reg_data_dir = "reg"\n')
    for number in range(60):
        write_picture(tmp_path / "reg" / "1_girl" / f"{number}.png", (64, 64))
    assert plan_of(preset).validation == ()


def test_an_engine_that_cannot_keeps_none_apart(tmp_path: Path) -> None:
    plan = plan_of(project(tmp_path, {"1_ning": 60}), EMBEDDED, host=CPU)
    assert plan.validation == () and share_in(plan) is None and plan.images == 60


# --- which, and that it is told


def test_the_plan_names_them(tmp_path: Path) -> None:
    from rich.console import Console

    texts.use_language("en")
    preset = project(tmp_path, {"1_ning": 40})
    plan = plan_of(preset)
    names = sorted(f"图 {number:03}.png" for number in range(40))
    wanted = split_validation(names, 0.1, 42)[1]
    assert tuple(Path(path).name for path in plan.validation) == wanted
    assert Plan.from_json(plan.to_json()) == plan
    console = Console(width=200)
    with console.capture() as shown:
        console.print(render_plan(plan))
    assert "4 pictures are not trained on" in shown.get() and wanted[0] in shown.get()


def test_an_older_plan_knows_of_none(tmp_path: Path) -> None:
    data = plan_of(project(tmp_path, {"1_ning": 40})).to_json()
    del data["validation"]
    assert Plan.from_json(data).validation == ()


def test_the_last_validation_stands_on_the_screen() -> None:
    texts.use_language("en")
    snapshot = RunSnapshot(average_loss=0.1, loss=0.2)
    snapshot = replace(snapshot, pace=replace(snapshot.pace, interrupted=False))
    snapshot = fold(snapshot, Record(1.0, 1.0, Validated(8, 0.1234, 0.02)))
    assert snapshot.validation_loss == 0.1234
    assert snapshot.pace.interrupted, "the time that it took is none of a step's"
    assert RunSnapshot.from_json(snapshot.to_json()) == snapshot
    lines = screen_lines(snapshot, 80, 24, 1.0, "view.keys")
    assert any("validation 0.1234" in line.plain for line in lines)


# --- what it costs


@pytest.mark.parametrize(
    ("training", "passes"),
    [
        ({}, 10 * 3 * 4),
        ({"validate_every_n_epochs": 3}, 3 * 3 * 4),
        ({"validate_every_n_steps": 7}, (10 + 14) * 3 * 4),
        ({"max_validation_steps": 2}, 10 * 2 * 4),
    ],
)
def test_passes(training: dict[str, int], passes: int) -> None:
    schedule = Schedule(20, 20, 0, 3, 20, 10, 10, 100, 0, validation_batches=3)
    assert validation_passes(schedule, training) == passes


def test_passes_take_time() -> None:
    work = Work("sd15", "mps", "no", False, False, True, 512 * 512, 1, 2)
    measured = Measured("run", work, start=20.0, picture=0.5, step=6.0, sample=6.0, save=1.0)
    amount = Amount(steps=100, pictures=10, samples=0, saves=1)
    without, with_them = (estimate(work, replace(amount, passes=passes), [measured]) for passes in (0, 60))
    assert without and with_them
    middle = [(use.seconds_low + use.seconds_high) / 2 for use in (without, with_them)]
    assert math.isclose(middle[1] - middle[0], 60 * 6.0 / 2 / 3, rel_tol=0.01)


def test_it_is_told_in_lines() -> None:
    texts.use_language("en")
    said = [
        plain_line(Record(1.0, 1.0, Announced("validation_images", count)), RunSnapshot()) for count in (4, 0)
    ]
    assert said[0] and "4 pictures are kept apart" in said[0] and said[1] is None
