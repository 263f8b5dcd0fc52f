"""Checks of the engines: git, what is installed, and whether torch computes rightly on the device that it will use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kohya_driver import texts
from kohya_driver.checkup.environment import kept_away
from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.model import Item, OnStep
from kohya_driver.checkup.selftest import SelfTest, check_selftest, run_selftest
from kohya_driver.engine.environment import FOREIGN
from kohya_driver.engine.install import verify_engine
from kohya_driver.engine.model import EMBEDDED, Engine
from kohya_driver.engine.pin import Recipe, load_recipe
from kohya_driver.engine.preflight import check_git
from kohya_driver.errors import Finding, Severity
from kohya_driver.process import clean_environment


def check_engine(facts: Facts, *, quick: bool, on_step: OnStep) -> Iterator[Item]:
    """
    Args:
        quick: only what takes about a second: nothing of the engine is started.
    """
    yield _git(facts)
    yield _installation(facts, quick=quick, on_step=on_step)
    yield _embedded(facts, quick=quick, on_step=on_step)
    if facts.any_engine and not quick:
        on_step(texts.say("doctor.step_selftest"))
        yield _selftest(facts, facts.any_engine)


def _git(facts: Facts) -> Item:
    found = check_git()
    if facts.any_engine:  # it is needed to install and to verify, not to train
        found = tuple(replace(finding, severity=Severity.WARNING) for finding in found)
    return Item("engine", "git", "doctor.missing" if found else "doctor.there", findings=found)


def _installation(facts: Facts, *, quick: bool, on_step: OnStep) -> Item:
    pin, engine = facts.recipe.pin, facts.engine
    values = {"tag": pin.tag, "commit": pin.commit[:12]}
    if engine is None:
        missing = Finding("doctor.engine_missing", Severity.INFO)
        return Item("engine", "engine", "doctor.not_installed", values, (missing,))
    return _verified("engine", engine, facts.recipe, values, quick=quick, on_step=on_step)


def _embedded(facts: Facts, *, quick: bool, on_step: OnStep) -> Item:
    engine, recipe = facts.embedded, load_recipe(EMBEDDED)
    values = {"tag": recipe.pin.tag, "commit": recipe.pin.commit[:12]}
    if engine is None:
        missing = Finding("doctor.embedded_missing", Severity.INFO)
        return Item("engine", "embedded", "doctor.not_installed", values, (missing,))
    if facts.engine and facts.engine.root == engine.root:  # looked at already
        return Item("engine", "embedded", "doctor.embedded_guest", values)
    return _verified("embedded", engine, recipe, values, quick=quick, on_step=on_step)


def _verified(
    name: str, engine: Engine, recipe: Recipe, values: dict[str, str], *, quick: bool, on_step: OnStep
) -> Item:
    if not quick:
        on_step(texts.say("doctor.step_verify"))
    found = verify_engine(engine, recipe, start=not quick)
    code = "doctor.engine_broken" if found else "doctor.engine_files" if quick else "doctor.engine_sound"
    return Item("engine", name, code, values, found)


def _selftest(facts: Facts, engine: Engine) -> Item:
    # As a training is started.
    env = clean_environment({"PYTORCH_ENABLE_MPS_FALLBACK": "1"}, (*FOREIGN, *kept_away(facts.environment)))
    return selftest_item(run_selftest(engine.python, env), facts.host.accelerator)


def selftest_item(test: SelfTest, accelerator: str) -> Item:
    """
    Args:
        accelerator: what this machine has.
    """
    found = tuple(check_selftest(test, accelerator))
    right = sum(not operation.is_wrong for operation in test.operations)
    values = {
        "device": test.device,
        "torch": test.torch,
        "reference": test.reference,
        "right": right,
        "count": len(test.operations),
        "speed": f"{test.speed:.1f}",
    }
    code = "doctor.selftest_silent_value"
    if test.device:
        code = "doctor.selftest_cpu" if test.device == "cpu" else "doctor.selftest"
    return Item("engine", "selftest", code, values, found, test.to_json())
