"""Planned buckets, steps, checkpoints and samples are those of the engine, over random datasets and settings."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kohya_driver import files
from kohya_driver.dataset.buckets import BucketSettings, DatasetCount, PictureSet, assign, count_dataset
from kohya_driver.dataset.scan import scan_folder
from kohya_driver.engine.model import Engine
from kohya_driver.planning.schedule import Sampling, Saving, Schedule, build_schedule, checkpoints, samples
from tests.contract.conftest import run_inside

pytestmark = pytest.mark.engine

SCENARIOS = 40
SIZES = 5000


@dataclass(frozen=True)
class Scenario:
    """One random training: the options of both configs, and what is planned for it."""

    training: Mapping[str, Any]
    datasets: tuple[DatasetCount, ...]
    schedule: Schedule
    saving: Saving
    sampling: Sampling


def _pictures(chance: random.Random, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for number in range(chance.randint(1, 9)):
        size = chance.choice([(256, 256), (chance.randint(128, 700), chance.randint(128, 700))])
        kind = chance.choice(["png", "jpg", "webp", "JPG", "bmp"])
        name = f"{chance.choice('abc娘')} {number}"
        Image.new("RGB", size).save(folder / f"{name}.{kind}")
        if chance.random() < 0.7:
            (folder / f"{name}.txt").write_text("1girl, 微笑\n", encoding="utf-8")
    return folder


def _settings(chance: random.Random) -> BucketSettings:
    no_upscale = chance.random() < 0.3
    return BucketSettings(
        resolution=chance.choice([(256, 256), (320, 256), (192, 384), (256, 200), (320, 320)]),
        enable=chance.random() < 0.8,
        minimum=chance.choice([128, 150, 192]),
        maximum=chance.choice([384, 400, 512, 1024]),
        step=64 if no_upscale else chance.choice([64, 64, 128]),
        no_upscale=no_upscale,
    )


def _dataset(chance: random.Random, folder: Path) -> tuple[dict[str, Any], DatasetCount]:
    """One `[[datasets]]` entry, as the config has it and as it is counted."""
    settings, batch_size = _settings(chance), chance.choice([1, 2, 3, 4])
    split = chance.choice([0.0, 0.0, 0.0, 0.25])
    subsets, sets = [], []
    for place in range(chance.randint(1, 3)):
        image_dir = _pictures(chance, folder / f"图 片 {place}")
        repeats, is_reg = chance.randint(0 if place else 1, 5), place == 2
        subsets.append({"image_dir": str(image_dir), "num_repeats": repeats, "is_reg": is_reg})
        sets.append(PictureSet(str(image_dir), scan_folder(image_dir).sizes, repeats, is_reg))
    config = {
        "resolution": list(settings.resolution),
        "batch_size": batch_size,
        "enable_bucket": settings.enable,
        "min_bucket_reso": settings.minimum,
        "max_bucket_reso": settings.maximum,
        "bucket_reso_steps": settings.step,
        "bucket_no_upscale": settings.no_upscale,
        "validation_split": split,
        "validation_seed": 7,
        "caption_extension": ".txt",
        "subsets": subsets,
    }
    counted = count_dataset(sets, settings, batch_size=batch_size, validation_split=split, validation_seed=7)
    return config, counted


def _training(chance: random.Random) -> dict[str, Any]:
    """The options that decide steps, saves and samples; None is left out of the config."""
    by_epochs = chance.random() < 0.5
    return {
        "max_train_epochs": chance.randint(1, 5) if by_epochs else None,
        "max_train_steps": chance.randint(1, 60),
        "gradient_accumulation_steps": chance.choice([1, 1, 2, 3, 4]),
        "output_name": chance.choice([None, "宁光 lora"]),
        "save_every_n_epochs": chance.choice([None, 1, 2]),
        "save_every_n_steps": chance.choice([None, 3, 5]),
        "save_n_epoch_ratio": chance.choice([None, None, 2]),
        "save_last_n_epochs": chance.choice([None, 1]),
        "save_last_n_steps": chance.choice([None, 4, 7]),
        "save_last_n_epochs_state": chance.choice([None, 2]),
        "save_last_n_steps_state": chance.choice([None, 2]),
        "save_state": chance.random() < 0.4,
        "save_state_on_train_end": chance.random() < 0.3,
        "sample_at_first": chance.random() < 0.5,
        "sample_every_n_epochs": chance.choice([None, None, 2]),
        "sample_every_n_steps": chance.choice([None, 4]),
    }


def _scenario(number: int, folder: Path) -> Scenario:
    chance = random.Random(number)
    made = [_dataset(chance, folder / f"data {place}") for place in range(chance.choice([1, 1, 2]))]
    training = _training(chance)
    (folder / "prompts.txt").write_text("# two\n1girl --d 1\n\n1girl, 微笑\n", encoding="utf-8")
    files.write_text(folder / "dataset.toml", files.dump_toml({"datasets": [config for config, _ in made]}))
    fixed = {
        "dataset_config": str(folder / "dataset.toml"),
        "network_module": "tiny_network",
        "output_dir": str(folder / "out"),
        "sample_prompts": str(folder / "prompts.txt"),
        "save_model_as": "safetensors",
        "optimizer_type": "AdamW",
        "max_data_loader_n_workers": 0,
        "cache_latents": True,
        "highvram": True,
        "console_log_level": "ERROR",
        "seed": 1,
    }
    given = {name: value for name, value in training.items() if value is not None}
    files.write_text(folder / "config.toml", files.dump_toml(fixed | given))
    return Scenario(
        training=training,
        datasets=tuple(counted for _, counted in made),
        schedule=build_schedule(
            (counted for _, counted in made),
            gradient_accumulation_steps=training["gradient_accumulation_steps"],
            max_train_steps=training["max_train_steps"],
            max_train_epochs=training["max_train_epochs"],
        ),
        saving=Saving(
            output_name=training["output_name"],
            every_n_epochs=training["save_every_n_epochs"],
            every_n_steps=training["save_every_n_steps"],
            n_epoch_ratio=training["save_n_epoch_ratio"],
            last_n_epochs=training["save_last_n_epochs"],
            last_n_steps=training["save_last_n_steps"],
            last_n_epochs_state=training["save_last_n_epochs_state"],
            last_n_steps_state=training["save_last_n_steps_state"],
            state=training["save_state"],
            state_on_train_end=training["save_state_on_train_end"],
        ),
        sampling=Sampling(
            prompts=2,
            at_first=training["sample_at_first"],
            every_n_epochs=training["sample_every_n_epochs"],
            every_n_steps=training["sample_every_n_steps"],
            output_name=training["output_name"],
        ),
    )


def _random_sizes(number: int) -> dict[str, Any]:
    """Settings, and the sizes to try them on; small ones that no bucket takes are among them."""
    chance = random.Random(f"sizes {number}")
    step = chance.choice([8, 16, 32, 64, 128])
    side = chance.choice([256, 512, 520, 768, 1024])
    resolution = (side, chance.choice([side, side + 64, side // 2]))
    settings = BucketSettings(
        resolution=resolution,
        enable=chance.random() < 0.9,
        minimum=chance.randrange(step, max(step, min(resolution)) + 1, step),
        maximum=chance.randrange(-(-max(resolution) // step) * step, 2049, step),
        step=step,
        no_upscale=chance.random() < 0.4,
    )
    longest = chance.choice([300, 1200, 9000])
    sizes = [(chance.randint(1, longest), chance.randint(1, longest)) for _ in range(SIZES // 50)]
    return {"settings": asdict(settings), "sizes": sizes}


def _planned(settings: BucketSettings, size: tuple[int, int]) -> list[list[int]] | None:
    try:
        return [list(part) for part in assign(*size, settings)]
    except ZeroDivisionError:
        return None


@dataclass(frozen=True)
class Measured:
    scenarios: tuple[Scenario, ...]
    runs: list[dict[str, Any]]
    asked_sizes: list[dict[str, Any]]
    sizes: list[list[list[list[int]] | None]]


@pytest.fixture(scope="module")
def measured(installed_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Measured:
    """One process of the engine for everything: importing it takes longer than all the trainings."""
    folder = tmp_path_factory.mktemp("数据 集")
    scenarios = tuple(_scenario(number, folder / str(number)) for number in range(SCENARIOS))
    asked = [_random_sizes(number) for number in range(50)]
    configs = [str(folder / str(number) / "config.toml") for number in range(SCENARIOS)]
    answer = run_inside(
        installed_engine, "measure_steps.py", stdin=json.dumps({"configs": configs, "sizes": asked})
    )
    return Measured(scenarios, answer["runs"], asked, answer["sizes"])


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_the_plan_counts_as_the_engine_does(measured: Measured, number: int) -> None:
    scenario, run = measured.scenarios[number], measured.runs[number]
    counted = ("train_images", "validation_images", "reg_images", "batches_per_epoch", "epochs", "steps")
    assert {name: getattr(scenario.schedule, name) for name in counted} == {
        name: run[name] for name in counted
    }
    buckets = [[[one.width, one.height, one.count] for one in data.buckets] for data in scenario.datasets]
    assert buckets == run["buckets"]
    held = [
        [[one.width, one.height, one.count] for one in data.validation_buckets] for data in scenario.datasets
    ]
    assert [one for one in held if one] == [one for one in run["validation_buckets"] if one]


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_the_plan_names_what_the_engine_saves(measured: Measured, number: int) -> None:
    scenario, run = measured.scenarios[number], measured.runs[number]
    planned = checkpoints(scenario.schedule, scenario.saving)
    assert [[one.file, one.step] for one in planned] == run["saved"]
    states = {one.state for one in planned if one.state and one.state_kept}
    assert sorted({one.file for one in planned if one.kept} | states) == run["written"]


@pytest.mark.parametrize("number", range(SCENARIOS))
def test_the_plan_names_the_samples_to_come(measured: Measured, number: int) -> None:
    scenario, run = measured.scenarios[number], measured.runs[number]
    planned = samples(scenario.schedule, scenario.sampling)
    stems = sorted(f"{one.stem}_{prompt:02d}" for one in planned for prompt in range(one.pictures))
    # The time, 14 digits, and perhaps the seed follow.
    found = [name[: name.index("_", len(stem))] for stem, name in zip(stems, run["samples"], strict=True)]
    assert found == stems


def test_the_scenarios_reach_every_rule(measured: Measured) -> None:
    """The comparison is worth what the scenarios hold."""
    kinds = {one.kind for two in measured.scenarios for one in checkpoints(two.schedule, two.saving)}
    assert kinds == {"epoch", "step", "final"}
    planned = [one for two in measured.scenarios for one in checkpoints(two.schedule, two.saving)]
    assert any(not one.kept for one in planned)
    assert any(one.state and not one.state_kept for one in planned)
    assert any(one.schedule.reg_images for one in measured.scenarios)
    assert any(one.schedule.validation_images for one in measured.scenarios)
    assert any(len(one.datasets) > 1 for one in measured.scenarios)
    assert any(one.schedule.steps % one.schedule.steps_per_epoch for one in measured.scenarios)


def test_random_sizes_go_to_the_engines_buckets(measured: Measured) -> None:
    for asked, found in zip(measured.asked_sizes, measured.sizes, strict=True):
        settings = BucketSettings(
            **asked["settings"] | {"resolution": tuple(asked["settings"]["resolution"])}
        )
        planned = {tuple(size): _planned(settings, size) for size in asked["sizes"]}
        assert planned == dict(zip(map(tuple, asked["sizes"]), found, strict=True)), settings
    assert sum(len(found) for found in measured.sizes) == SIZES
