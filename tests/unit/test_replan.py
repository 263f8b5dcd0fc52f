"""A further attempt's plan: what may differ from the first, what stays changed, what is changed next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.planning.again import LOWER_RATE, NOT_WHILE_GOING_ON, lower_rates, made_before, next_saving
from kohya_driver.planning.fit import STEPS
from kohya_driver.planning.inputs import Inputs, read_inputs
from kohya_driver.planning.model import Override, Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.replan import MAY_CHANGE, differences, plan_again, saving_measure
from tests.project import MAC, write_project

ROOMY = "[training]\ntrain_batch_size = 4\ncache_latents = false\n"
"""Everything that saves memory is left to be done."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", extra=ROOMY)


def read(project: Path, *sets: str) -> Inputs:
    return read_inputs(load_preset(project, sets=sets), MAC, project.parent / "runs" / "ning-001")


def plan_of(project: Path, *sets: str) -> Plan:
    return api.plan(load_preset(project, sets=sets), host=MAC, folder=project.parent / "runs" / "ning-001")


# What may differ


def changed(plan: Plan, config: Mapping[str, Any]) -> list[str]:
    """Names of what must not have changed, after these options of the engine did."""
    new = replace(plan, training_config={**plan.training_config, **config})
    return [name for name, _, _ in differences(plan, new)]


@pytest.mark.parametrize(
    "name",
    [
        *MAY_CHANGE,
        "save_every_n_epochs",
        "save_state",
        "save_last_n_steps_state",
        "sample_prompts",
        "sample_every_n_steps",
        "metadata_author",
        "validate_every_n_steps",
    ],
)
def test_what_may_change(project: Path, name: str) -> None:
    assert changed(plan_of(project), {name: "something else"}) == []


@pytest.mark.parametrize(
    "name",
    [
        "network_dim",
        "network_alpha",
        "network_module",
        "network_args",
        "network_train_unet_only",
        "optimizer_type",
        "optimizer_args",
        "lr_scheduler",
        "lr_warmup_steps",
        "seed",
        "train_batch_size",
        "gradient_accumulation_steps",
        "pretrained_model_name_or_path",
        "output_name",
        "output_dir",
        "clip_skip",
        "noise_offset",
        "min_snr_gamma",
        "something_of_tomorrow",
    ],
)
def test_what_must_not_change(project: Path, name: str) -> None:
    plan = plan_of(project)
    assert changed(plan, {name: "something else"}) == [name]
    assert changed(plan, {name: plan.training_config.get(name)}) == []


def test_what_is_gone_has_changed_too(project: Path) -> None:
    plan = plan_of(project)
    config = {name: value for name, value in plan.training_config.items() if name != "network_dim"}
    [(name, before, now)] = differences(plan, replace(plan, training_config=config))
    assert (name, before, now) == ("network_dim", plan.training_config["network_dim"], None)


def test_the_pictures_must_be_the_same(project: Path) -> None:
    plan = plan_of(project)
    other = replace(
        plan, base="another.safetensors", family="sdxl", images=4, repeats=19, batches_per_epoch=20
    )
    assert [name for name, _, _ in differences(plan, other)] == [
        "base", "family", "images", "repeats", "batches_per_epoch",
    ]  # fmt: skip
    datasets = replace(plan, dataset_config={"datasets": []})
    assert [name for name, _, _ in differences(plan, datasets)] == ["dataset.datasets"]


@pytest.mark.parametrize(
    ("setting", "names"),
    [
        ("network.dim=3", ["network_dim"]),
        ("training.max_train_epochs=20", []),
        ("optimizer.learning_rate=2e-5", []),
        ("saving.every_n_epochs=3", []),
        ("training.seed=7", ["seed"]),
        ("dataset.resolution=640", ["dataset.datasets", "resolution"]),
    ],
)
def test_from_the_preset(project: Path, setting: str, names: list[str]) -> None:
    found = [name for name, _, _ in differences(plan_of(project), plan_of(project, setting))]
    assert sorted(found) == names


def test_nothing_differs_from_itself(project: Path) -> None:
    plan = plan_of(project)
    assert list(differences(plan, Plan.from_json(plan.to_json()))) == []


# What stays changed

CHECKPOINTING = Override("memory.fit_checkpointing", "training.gradient_checkpointing", None, True)
RATE = "training.learning_rate"


def test_what_was_changed_before_stays_changed(project: Path) -> None:
    plan = plan_again(plan_of(project), read(project), (CHECKPOINTING,))
    again = plan_again(Plan.from_json(plan.to_json()), read(project), lower_rates(plan))
    third = plan_again(Plan.from_json(again.to_json()), read(project))
    for one in (plan, again, third):
        assert one.training_config["gradient_checkpointing"] is True
        assert one.preset_text == plan.preset_text
    assert again.training_config["learning_rate"] == plan.training_config["learning_rate"] / 2
    assert third == again
    assert [one.id for one in made_before(third, read(project))] == [
        "memory.fit_checkpointing",
        *[one.id for one in lower_rates(plan)],
    ]


def test_a_rate_that_was_halved_twice(project: Path) -> None:
    plan = first = plan_of(project)
    for _ in range(2):
        plan = plan_again(plan, read(project), lower_rates(plan))
    again = plan_again(Plan.from_json(plan.to_json()), read(project))
    assert again.training_config["learning_rate"] == first.training_config["learning_rate"] / 4


def test_every_rate_is_halved(project: Path) -> None:
    config = {"learning_rate": 1e-4, "unet_lr": 2e-4, "text_encoder_lr": [5e-5, 1e-5]}
    plan = replace(plan_of(project), training_config=config)
    assert [(one.id, one.option, one.after) for one in lower_rates(plan)] == [
        (LOWER_RATE, "training.learning_rate", 5e-5),
        (LOWER_RATE, "training.unet_lr", 1e-4),
        (LOWER_RATE, "training.text_encoder_lr", [2.5e-5, 5e-6]),
    ]
    nothing = replace(plan, training_config={"learning_rate": 0.0, "text_encoder_lr": None})
    assert lower_rates(nothing) == ()


def test_what_a_person_says_since_then_counts(project: Path) -> None:
    plan = plan_of(project)
    for _ in range(2):
        plan = plan_again(plan, read(project), (*lower_rates(plan),))
    plan = plan_again(plan, read(project), (CHECKPOINTING,))
    again = plan_again(Plan.from_json(plan.to_json()), read(project, "optimizer.learning_rate=2e-5"))
    assert again.training_config["learning_rate"] == 2e-5
    assert again.training_config["gradient_checkpointing"] is True
    assert [one.id for one in made_before(again, read(project))] == ["memory.fit_checkpointing"]


def test_a_size_that_was_lowered_stays_lowered(project: Path) -> None:
    inputs = read(project, "dataset.resolution=[640, 512]")
    lower = Override("memory.fit_resolution", "dataset.resolution", [640, 512], [576, 448])
    plan = plan_again(plan_of(project, "dataset.resolution=[640, 512]"), inputs, (lower,))
    again = plan_again(Plan.from_json(plan.to_json()), inputs)
    assert list(again.dataset_config["datasets"][0]["resolution"]) == [576, 448]


def test_the_rules_overrides_are_no_changes(project: Path) -> None:
    plan = plan_of(project)
    assert plan.overrides and made_before(plan, read(project)) == ()


# What is changed next


def measures(project: Path, *, going_on: bool) -> list[str]:
    """All of them, each taken after the one before it."""
    taken: tuple[Override, ...] = ()
    found: list[str] = []
    while measure := next_saving(read(project), taken, going_on=going_on):
        assert len({one.id for one in measure}) == 1
        found.append(measure[0].id)
        taken = (*taken, *measure)
        assert len(found) < 50
    return found


def test_the_mildest_comes_first(project: Path) -> None:
    found = measures(project, going_on=False)
    order = [f"memory.fit_{step.id}" for step in STEPS]
    assert list(dict.fromkeys(found)) == [one for one in dict.fromkeys(order) if one in found]
    assert found[0] == "memory.fit_checkpointing"
    assert {"memory.fit_batch", "memory.fit_bf16"} <= set(found)


def test_what_would_not_lower_the_peak_is_not_taken(project: Path) -> None:
    """Once loading takes the most, smaller pictures are of no use."""
    last = measures(project, going_on=False)[-1]
    assert last != "memory.fit_resolution"
    large = project.parent / "large.toml"
    large.write_text(project.read_text(encoding="utf-8").replace("[dataset]", "[dataset]\nresolution = 1024"))
    assert "memory.fit_resolution" in measures(large, going_on=False)
    assert "memory.fit_resolution" not in measures(large, going_on=True)


def test_on_the_way_only_what_a_state_allows(project: Path) -> None:
    anew, going_on = (measures(project, going_on=way) for way in (False, True))
    never = {f"memory.fit_{name}" for name in NOT_WHILE_GOING_ON}
    assert never & set(anew)
    assert going_on and not never & set(going_on)
    assert [one for one in anew if one not in never and one != "memory.fit_vae_batch"] == [
        one for one in going_on if one != "memory.fit_vae_batch"
    ]


def test_what_was_taken_is_not_taken_again(project: Path) -> None:
    plan, seen = plan_of(project), set[str]()
    while measure := saving_measure(plan, read(project), going_on=True):
        assert measure[0].id not in seen
        seen.add(measure[0].id)
        plan = plan_again(plan, read(project), measure)
    assert "memory.fit_checkpointing" in seen


def test_what_is_changed_for_memory_may_be_changed_on_the_way(project: Path) -> None:
    """Else a run could not be resumed by hand after it was recovered by itself."""
    plan = plan_of(project)
    while measure := saving_measure(plan, read(project), going_on=True):
        plan = plan_again(plan, read(project), measure)
    plan = plan_again(plan, read(project), lower_rates(plan))
    assert list(differences(plan_of(project), plan)) == []
