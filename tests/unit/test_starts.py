"""What two steps of everything came to (tests/golden/starts), against what plans and documents say of it."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks import optimizers, tables
from kohya_driver import files
from kohya_driver.engine.networks import load_networks
from kohya_driver.planning.arguments import network_options
from kohya_driver.planning.checks.learning import SCHEDULERS
from kohya_driver.planning.checks.optimizer import NOT_TRAINING, OWN_NAMES
from kohya_driver.planning.disk import lora_bytes, optimizer_copies
from kohya_driver.planning.layers import trained_numbers
from kohya_driver.planning.memory import Workload, predict_phases
from kohya_driver.preset.model import Network
from kohya_driver.preset.network_types import TYPES
from tests.golden import FOLDER

NETWORKS, OPTIMIZERS, SCHEDULER_ROWS, PRESETS, STEPPED = (
    {row["name"]: row for row in tables.kept(name)["rows"]}
    for name in ("networks", "optimizers", "schedulers", "presets_started", "stepped")
)
ROUGH = {"lokr": 0.25, "glora": 0.25}
"""Kinds of which only an estimate is known."""


def options(name: str) -> dict[str, Any]:
    return network_options(Network.model_validate({"type": name}))


def test_every_kind_of_network_was_started() -> None:
    assert list(NETWORKS) == [name for name, one in TYPES.items() if one.starts]


@pytest.mark.parametrize("name", NETWORKS)
def test_what_a_kind_of_network_trains_and_writes(name: str) -> None:
    row, training = NETWORKS[name], {**options(name), "save_precision": "fp16"}
    exact = ROUGH.get(name, 0.02)
    assert trained_numbers("sd15", training) == pytest.approx(row["trained"], rel=exact)
    assert lora_bytes("sd15", training) == pytest.approx(row["file_bytes"], rel=exact)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        (name, column)
        for name, row in NETWORKS.items()
        for column in ("memory_bytes", "memory_checkpointing_bytes")
        if row[column]
    ],
)
def test_what_memory_a_kind_of_network_takes(name: str, column: str) -> None:
    """It makes whole weights in each step, or does not: two to three times as much, without checkpointing."""
    training = {
        **options(name),
        "gradient_checkpointing": "checkpointing" in column,
        "sdpa": True,
        "cache_latents": True,
        "mixed_precision": "no",
    }
    phases = predict_phases(Workload("sd15", "cpu", training, (64, 64), launcher=False))
    assert max(phases["training"], phases["saving"]) == pytest.approx(NETWORKS[name][column], rel=0.15)


def test_what_does_not_work_is_what_is_refused() -> None:
    schedulers = set(optimizers.scheduler_names())
    assert {name for name, row in STEPPED.items() if row["reason"]} == NOT_TRAINING
    assert not NOT_TRAINING & schedulers and schedulers <= set(STEPPED)
    assert set(optimizers.optimizer_names()) <= set(STEPPED)


def test_a_training_says_what_the_steps_outside_one_say() -> None:
    assert {name for name, row in OPTIMIZERS.items() if not row["trains"]} <= NOT_TRAINING
    assert not NOT_TRAINING & {name for name, row in OPTIMIZERS.items() if row["trains"]}
    for name, row in SCHEDULER_ROWS.items():
        # Adafactor's own schedule goes by how large the weights are.
        same = name == "adafactor" or row["rates"] == pytest.approx(STEPPED[name]["rates"])
        assert row["trains"] and same, name


def test_presets_that_were_started_trained() -> None:
    assert all(row["trains"] for row in PRESETS.values()) and len(PRESETS) >= 12


@pytest.mark.parametrize("name", [name for name, row in OPTIMIZERS.items() if row["trains"]])
def test_what_an_optimizer_keeps(name: str) -> None:
    assert optimizer_copies({"optimizer_type": name}) == pytest.approx(OPTIMIZERS[name]["copies"], abs=0.6)


def test_every_word_of_the_engines_was_tried() -> None:
    assert {spelling for spelling, _, _ in OWN_NAMES.values()} <= set(OPTIMIZERS)
    assert set(SCHEDULERS) <= set(STEPPED)
    told = files.parse_toml((FOLDER.parent.parent / "docs" / "words.toml").read_text(encoding="utf-8"))[
        "optimizers"
    ]
    assert set(told) <= {name for name, row in STEPPED.items() if not row["reason"]}


def test_those_that_find_the_rate_had_one_of_one() -> None:
    for name, row in OPTIMIZERS.items():
        finds = name.rpartition(".")[2].lower().startswith(("prodigy", "dadapt"))
        assert row["rate"] == (1.0 if finds else 1e-4), name


def test_each_name_is_one_of_the_environment() -> None:
    known = {f"{package}.{kind}" for package, kinds in load_networks().optimizers.items() for kind in kinds}
    for name in OPTIMIZERS:
        assert name.lower() in OWN_NAMES or {name, f"torch.optim.{name}", f"pytorch_optimizer.{name}"} & known
