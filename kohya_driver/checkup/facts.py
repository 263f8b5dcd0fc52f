"""Reads once what the checks of the machine, its power, folders and environment judge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.checkup.look import Folder, look_at, places
from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import Recipe, load_recipe
from kohya_driver.engine.store import find_engine
from kohya_driver.host import Host, Memory, Power, probe_host, read_memory, read_power


@dataclass(frozen=True, slots=True)
class Facts:
    """This machine, as it is now. The checks look at nothing else."""

    host: Host
    memory: Memory
    power: Power
    recipe: Recipe
    engine: Engine | None
    """sd-scripts, if it is installed."""
    folders: tuple[Folder, ...]
    free: Mapping[Path, int]
    """Free bytes at the user's data folder and at the current one."""
    environment: Mapping[str, str]
    proxies: Mapping[str, str]
    user_home: Path
    embedded: Engine | None = None
    """The embedded engine, if it is installed: often in the other's environment."""

    @property
    def any_engine(self) -> Engine | None:
        return self.engine or self.embedded


def read_facts(target: str | Path | None) -> Facts:
    """
    Args:
        target: a preset, or a folder, whose folders are looked at too.

    Raises:
        PresetError: the target is neither.
    """
    asked = places(target)
    recipe = load_recipe()
    return Facts(
        host=probe_host(),
        memory=read_memory(),
        power=read_power(),
        recipe=recipe,
        engine=find_engine(recipe),
        folders=tuple(look_at(place) for place in asked),
        free={
            place.path: files.free_bytes(place.path) for place in asked if place.role in ("home", "current")
        },
        environment=dict(os.environ),
        proxies=_proxies(),
        user_home=Path.home(),
        embedded=kind_of(EMBEDDED).find(),
    )


def _proxies() -> dict[str, str]:
    """On a Mac those of System Settings too."""
    from urllib.request import getproxies

    return getproxies()
