"""Looks at everything and says what it is like."""

from __future__ import annotations

import datetime
import platform
import time
from collections.abc import Iterator
from pathlib import Path

from kohya_driver import __version__
from kohya_driver.checkup import environment, machine, power
from kohya_driver.checkup.engine import check_engine
from kohya_driver.checkup.facts import Facts, read_facts
from kohya_driver.checkup.folders import check_folders
from kohya_driver.checkup.model import Diagnosis, Item, OnStep
from kohya_driver.checkup.network import Reach, sites
from kohya_driver.checkup.report import private_words
from kohya_driver.engine.store import read_state


def diagnose(
    target: str | Path | None = None, *, quick: bool = False, on_step: OnStep = lambda sentence: None
) -> Diagnosis:
    """
    Args:
        target: a preset, or a folder of pictures, whose folders are looked at too.
        quick: start nothing of the engine; takes three seconds at most, where the network is silent.

    Raises:
        PresetError: the target is neither.
    """
    at, started = datetime.datetime.now(datetime.UTC), time.monotonic()
    facts = read_facts(target)
    network = Reach(sites(facts))
    items = (*_here(facts), *check_engine(facts, quick=quick, on_step=on_step), *network.items())
    return Diagnosis(
        items=items,
        versions=_versions(facts),
        at=at.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 1),
        private=private_words((folder.place.path for folder in facts.folders), facts.proxies.values()),
    )


def _here(facts: Facts) -> Iterator[Item]:
    for check in (*machine.CHECKS, *power.CHECKS, *environment.CHECKS):
        item = check(facts)
        if item:
            yield item
    yield from check_folders(facts)


def _versions(facts: Facts) -> dict[str, str]:
    engine = read_state(facts.any_engine.root) if facts.any_engine else {}
    own = {"kohya-driver": __version__, "python": platform.python_version(), "engine": facts.recipe.pin.tag}
    return {**own, **engine.get("versions", {})}
