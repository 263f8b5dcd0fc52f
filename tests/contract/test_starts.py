"""Two steps on the real engine: every kind of network, every optimizer and scheduler that the documents name, every shipped preset.

Each is a fork of one interpreter that has loaded the base (benchmarks/starts.py). A few of each are tried every day, all of them with
`make long`; what they came to when the documents were made stands in tests/golden/starts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks import networks, optimizers, presets_started, starts
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from kohya_driver.planning.checks.optimizer import NOT_TRAINING
from kohya_driver.preset.library import family_of
from kohya_driver.preset.network_types import TYPES

pytestmark = pytest.mark.engine

NEEDED_BYTES = 8 << 30


def each(names: Sequence[str], daily: Collection[str]) -> list[Any]:
    """All of them, of which few are not marked as long."""
    return [pytest.param(name, marks=() if name in daily else pytest.mark.long) for name in names]


@pytest.fixture(scope="module")
def engine(installed_engine: Engine) -> Iterator[starts.Starter]:
    if psutil.virtual_memory().available < NEEDED_BYTES:
        pytest.skip("these trainings take 6 GB of memory")
    with starts.starter() as found:
        yield found


@pytest.fixture(scope="module")
def project(installed_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return starts.make_project(tmp_path_factory.mktemp("两 步"))


@pytest.mark.parametrize("name", each(networks.NAMES, ("lora-plus",)))
def test_a_kind_of_network(engine: starts.Starter, project: Path, name: str) -> None:
    started = engine.train(starts.plan_of(project, (f"network.type={name}", networks.CHECKPOINTING("true"))))
    assert started.succeeded and started.moved, started.reason
    row = starts.read_rows("networks").get(name)
    assert started.trained and (row is None or started.trained == row["trained"])
    assert read_header(started.final).metadata["ss_network_module"] == TYPES[name].module  # type: ignore[index]


@pytest.mark.parametrize("name", each(list(starts.read_rows("optimizers")), ("Prodigy", "AdamWScheduleFree")))
def test_an_optimizer(engine: starts.Starter, project: Path, name: str) -> None:
    """What is documented to train does, and what the plan refuses does not."""
    plan = starts.plan_of(project, (*optimizers.SETS, f"optimizer.type={name}"))
    started = engine.train(plan, refused=("learning.optimizer_does_not_train",))
    assert started.succeeded is (name not in NOT_TRAINING), started.reason


def test_every_optimizer_and_scheduler_takes_two_steps(installed_engine: Engine, project: Path) -> None:
    """Made by the engine's own functions, outside a training: all that there are, as the documents say."""
    found = optimizers.step_all(installed_engine, project)
    kept = starts.read_rows("stepped")
    assert list(found) == list(kept)
    for name, row in found.items():
        assert bool(row["reason"]) is bool(kept[name]["reason"]) is (name in NOT_TRAINING), (
            name,
            row["reason"],
        )
        assert row["rates"] == pytest.approx(kept[name]["rates"], rel=1e-4), name


@pytest.mark.parametrize("name", each(list(starts.read_rows("schedulers")), ()))
def test_a_scheduler(engine: starts.Starter, project: Path, name: str) -> None:
    started = engine.train(starts.plan_of(project, optimizers.scheduler_sets(name)))
    assert started.succeeded, started.reason
    assert list(started.rates) == pytest.approx(starts.read_rows("schedulers")[name]["rates"], rel=1e-3)


@pytest.mark.long
@pytest.mark.parametrize("family", presets_started.FAMILIES)
def test_every_preset_starts(family: str, installed_engine: Engine, tmp_path: Path) -> None:
    """With its own settings; only what costs is shrunk."""
    if psutil.virtual_memory().available < presets_started.NEEDED_BYTES[family]:
        pytest.skip("there is too little memory free for this family")
    names = [name for name in presets_started.names() if family_of(name) == family]
    found = dict(presets_started.started(names, family, tmp_path))
    assert sorted(found) == sorted(names)
    for name, row in found.items():
        assert row["trains"], f"{name}: {row['reason']}"
        assert len(row["losses"]) == 2, name
