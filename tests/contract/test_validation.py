"""A set large enough to keep pictures apart, on the real engine: which, how many steps, the loss that is told, and going on."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.engine.model import Engine
from kohya_driver.events.model import Announced, Validated
from kohya_driver.run.stop import Stop
from tests.contract.conftest import run_inside
from tests.contract.test_resume import curve, tensors
from tests.project import write_picture

pytestmark = pytest.mark.engine

PRESET = """
[dataset]
trigger = "ning"
train_data_dir = "图 片"
resolution = 64

[network]
dim = 2
alpha = 1.0

[training]
max_train_epochs = 2
train_batch_size = 16
seed = 7

[safety]
notify = false
"""
COUNTS = {"1_宁 光": 30, "2_帽子": 10}
"""40 pictures: 3 and 1 are kept apart; 27 + 2 x 9 are 45 of an epoch, in two shapes."""


def project(folder: Path, base: Path) -> Path:
    for name, count in COUNTS.items():
        for number in range(count):
            size = (64, 96) if number % 3 else (64, 64)
            write_picture(folder / "图 片" / name / f"图 {number}.png", size, f"ning, red, {number}")
    preset = folder / "preset.toml"
    preset.write_text(f'[model]\nbase = "{base}"\n{PRESET}', encoding="utf-8")
    return preset


@pytest.fixture(scope="module")
def whole(random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    result = api.train(api.load_preset(project(tmp_path_factory.mktemp("验证"), random_base)))
    assert result.outcome == "succeeded", result.evidence
    return api.open_run(result.folder)


def test_the_engine_keeps_the_pictures_apart_that_the_plan_names(
    whole: api.Run, installed_engine: Engine
) -> None:
    plan = whole.plan()
    told = run_inside(installed_engine, "validation_pictures.py", str(whole.dataset_file))
    assert told["validation"] == sorted(plan.validation)
    assert len(told["validation"]) == 4 and not set(told["training"]) & set(told["validation"])
    everything = sorted(str(path) for path in (whole.folder.parent.parent / "图 片").glob("*/*.png"))
    assert sorted(told["training"] + told["validation"]) == everything


def test_steps_are_those_of_the_plan(whole: api.Run) -> None:
    plan = whole.plan()
    said = {r.event.what: r.event.value for r in whole.events() if isinstance(r.event, Announced)}
    assert said["images"] == plan.repeats == 45
    assert said["validation_images"] == len(plan.validation) == 4
    assert said["batches_per_epoch"] == plan.batches_per_epoch
    assert said["steps"] == plan.steps == whole.snapshot().step


def test_the_loss_on_them_is_told(whole: api.Run) -> None:
    told = validations(whole)
    plan = whole.plan()
    assert [one.step for one in told] == [plan.steps_per_epoch, plan.steps]
    assert all(math.isfinite(one.loss) and one.loss > 0 and math.isfinite(one.divergence) for one in told)
    assert whole.snapshot().validation_loss == told[-1].loss


def validations(run: api.Run) -> list[Validated]:
    return [record.event for record in run.events() if isinstance(record.event, Validated)]


@pytest.mark.long
def test_going_on_validates_as_if_nothing_had_been(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    """Stopped in the second epoch and resumed: the same steps, the same losses, the same file."""
    stop = Stop()
    middle = whole.plan().steps_per_epoch + 1

    def watch(record: api.Record, snapshot: api.RunSnapshot) -> None:
        if snapshot.step >= middle and not stop.asked:
            stop.ask("api")

    first = api.train(api.load_preset(project(tmp_path, random_base)), on_event=watch, stop=stop)
    assert first.outcome == "stopped" and first.state
    second = api.resume(first.folder)
    assert second.outcome == "succeeded"
    run = api.open_run(second.folder)
    assert curve(run) == curve(whole)
    assert validations(run) == validations(whole)
    assert tensors(Path(second.final)) == tensors(Path(whole.result().final))  # type: ignore[union-attr]
