"""Train states by the clock in the plan: how often, what a crash can cost, how much room they take."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from kohya_driver import api, texts
from kohya_driver.planning.autosave import Autosave, autosave_of
from kohya_driver.planning.disk import state_bytes
from kohya_driver.planning.model import Plan
from kohya_driver.planning.pace import TimeUse
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Safety
from kohya_driver.views.plan import render_plan
from tests.project import MAC, write_project

LONG = TimeUse(5000.0, 6000.0, "memory.time_run", 7.0)


@pytest.mark.parametrize(
    ("safety", "time", "expected"),
    [
        ({"autosave_minutes": 0}, LONG, None),
        ({}, None, Autosave(600.0, 2, None, True)),
        ({}, LONG, Autosave(600.0, 2, 7.0, True)),
        ({"keep_states": 5, "autosave_minutes": 0.5}, LONG, Autosave(30.0, 5, 7.0, True)),
        ({}, TimeUse(500.0, 600.0, "memory.time_run", 7.0), Autosave(600.0, 2, 7.0, False)),
        ({}, TimeUse(500.0, 601.0, "memory.time_run"), Autosave(600.0, 2, None, True)),
    ],
)
def test_as_the_preset_asks(
    safety: dict[str, float], time: TimeUse | None, expected: Autosave | None
) -> None:
    assert autosave_of(Safety.model_validate(safety), time) == expected


@pytest.mark.parametrize(
    ("step_seconds", "steps", "longer"),
    [(None, None, None), (7.0, 85, None), (600.0, 1, None), (601.0, 1, 601.0), (0.01, 60_000, None)],
)
def test_steps_between_two(step_seconds: float | None, steps: int | None, longer: float | None) -> None:
    autosave = Autosave(600.0, 2, step_seconds, True)
    assert (autosave.steps, autosave.longer_step) == (steps, longer)
    assert Autosave.from_json(json.loads(json.dumps(autosave.to_json()))) == autosave


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return api.plan(load_preset(write_project(tmp_path / "p")), host=MAC)


def test_one_more_stands_there_while_a_new_one_is_written(plan: Plan) -> None:
    state = state_bytes(plan.family, plan.training_config)
    assert plan.autosave == Autosave(600.0, 2, None, True)
    assert (plan.disk.states, plan.disk.autosaves) == (0, 3 * state)
    assert Autosave(600.0, 2, 7.0, False).at_once == 0
    assert Plan.from_json(plan.to_json()) == plan


def test_none_take_no_room(tmp_path: Path) -> None:
    preset = load_preset(write_project(tmp_path / "p"), sets=["safety.autosave_minutes=0"])
    plan = api.plan(preset, host=MAC)
    assert (plan.autosave, plan.disk.autosaves) == (None, 0)
    assert Plan.from_json(plan.to_json()) == plan
    older = {name: value for name, value in plan.to_json().items() if name != "autosave"}
    assert Plan.from_json(older) == plan


SAID = {
    Autosave(600.0, 2, None, True): "every 10 min, the latest 2 kept; at most 10 min of work can be lost",
    Autosave(600.0, 2, 7.0, True): (
        "every 10 min (about every 85 steps), the latest 2 kept; at most 10 min of work can be lost"
    ),
    Autosave(600.0, 2, 720.0, True): (
        "after every step, the latest 2 kept: one step alone takes about 12 min, longer than the 10 min of "
        "autosave_minutes; at most one step can be lost"
    ),
    Autosave(600.0, 2, 7.0, False): "none on the way: by estimate it is over within 10 min",
    None: "none (autosave_minutes is 0): after a crash it begins anew",
}


@pytest.mark.parametrize("autosave", SAID)
def test_the_plan_says_it(plan: Plan, autosave: Autosave | None) -> None:
    texts.use_language("en")
    assert f"Train states {SAID[autosave]}" in " ".join(shown(replace(plan, autosave=autosave)).split())
    texts.use_language("zh")
    assert "训练状态" in shown(replace(plan, autosave=autosave))


def test_states_that_the_preset_asks_for_are_named(plan: Plan) -> None:
    texts.use_language("en")
    config = {**plan.training_config, "save_state": True}
    asked = replace(plan, autosave=None, training_config=config)
    assert "only those of [saving] state" in shown(asked)


def shown(plan: Plan) -> str:
    out = io.StringIO()
    Console(file=out, width=240).print(render_plan(plan))
    return out.getvalue()
