"""Whether an installed engine is sound: its checkout, its environment, its tokenizers, and whether it can start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kohya_driver.engine import checkout, environment, store, tokenizer_files
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import Pin, Recipe, load_recipe
from kohya_driver.errors import DriverError, Finding, error
from kohya_driver.host import probe_host
from kohya_driver.process import clean_environment, run_tool

PROBE = Path(__file__).with_name("probe.py")
PROBE_SECONDS = 300.0
"""Importing torch and the engine for the first time takes 10 to 60 s, longer while a Mac checks new files."""


def probe_engine(engine: Engine, pin: Pin, mark: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What the engine's own interpreter says of itself (see engine/probe.py); `{"output": …}` if it said nothing."""
    # -P: the folder of our own modules must not stand before the engine's packages.
    command: list[str | Path] = [engine.python, "-P", PROBE, engine.checkout]
    command += [",".join(pin.health_modules), ",".join(pin.health_scripts)]
    env = clean_environment({"HF_HUB_OFFLINE": "1", **(mark or {})}, environment.FOREIGN)
    try:
        output = run_tool(command, cwd=engine.checkout, env=env, timeout_seconds=PROBE_SECONDS).output
    except (TimeoutError, OSError) as failure:
        return {"output": str(failure)}
    try:
        answer: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    except (ValueError, IndexError):
        return {"output": output[-2000:]}
    return answer


def check_probe(answer: Mapping[str, Any], where: Path, machine: str) -> tuple[Finding, ...]:
    """What is wrong, by the probe's answer.

    Args:
        machine: this machine's processor; an interpreter for another one (Rosetta) has no MPS.
    """
    if "output" in answer:
        return (error("engine.probe_silent", where, output=answer["output"]),)
    found = [
        error("engine.import_failed", where, name=name, reason=reason)
        for name, reason in answer["failures"].items()
    ]
    if answer["machine"] != machine:
        found.append(error("engine.python_foreign", where, found=answer["machine"], wanted=machine))
    return tuple(found)


def check_scripts(engine: Engine, recipe: Recipe) -> tuple[Finding, ...]:
    """What differs between an engine's scripts and its pin. What comes with this package is as old as the package."""
    return checkout.check_checkout(engine.checkout, recipe.pin) if recipe.is_cloned else ()


def verify_engine(engine: Engine, recipe: Recipe | None = None, *, start: bool = True) -> tuple[Finding, ...]:
    """All that is wrong with an installed engine; nothing if it is as it was installed.

    Args:
        start: also import it in its own interpreter, which takes up to a minute; without that, about a second.
    """
    recipe = recipe or load_recipe(engine.name)
    state = store.read_state(engine.root)
    try:
        packages = environment.check_environment(engine.python, recipe)
    except DriverError as failure:
        packages = failure.findings
    found = (
        *check_scripts(engine, recipe),
        *packages,
        *tokenizer_files.check_tokenizers(engine.tokenizers, state.get("tokenizers", {})),
    )
    if not start:
        return found
    return (*found, *check_probe(probe_engine(engine, recipe.pin), engine.root, probe_host().machine))
