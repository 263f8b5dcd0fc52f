"""What network modules, optimizers and schedulers of the pinned engine can be told: read from `network_args.json`."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files, resources


@dataclass(frozen=True, slots=True)
class NetworkModule:
    """One value of `network_module`."""

    arguments: tuple[str, ...]
    """The `network_args` it reads; it ignores all others."""
    max_norm: bool
    """Whether `scale_weight_norms` has an effect."""


@dataclass(frozen=True, slots=True)
class SchedulerClass:
    """One value of `lr_scheduler_type`."""

    takes: tuple[str, ...]
    needs: tuple[str, ...]
    """Those without a default."""


@dataclass(frozen=True, slots=True)
class Networks:
    """Network modules and optimizers of one commit and its locked environment."""

    commit: str
    modules: Mapping[str, NetworkModule]
    lycoris_algos: tuple[str, ...]
    lycoris_presets: tuple[str, ...]
    optimizers: Mapping[str, Mapping[str, tuple[str, ...] | None]]
    """Package → class → keywords besides `lr`; None where it takes any."""
    schedulers: Mapping[str, Mapping[str, SchedulerClass]]
    """Package → class."""


def read_networks(path: Path) -> Networks:
    """What `extract_networks.write_networks` wrote."""
    data = files.read_json(path)
    modules = {
        name: NetworkModule(tuple(entry["arguments"]), entry["max_norm"])
        for name, entry in data["networks"].items()
    }
    optimizers = {
        package: {name: None if keys is None else tuple(keys) for name, keys in classes.items()}
        for package, classes in data["optimizers"].items()
    }
    lycoris = data["lycoris"]
    schedulers = {
        package: {
            name: SchedulerClass(tuple(one["takes"]), tuple(one["needs"])) for name, one in classes.items()
        }
        for package, classes in data["schedulers"].items()
    }
    algos, presets = tuple(lycoris["algos"]), tuple(lycoris["presets"])
    return Networks(data["commit"], modules, algos, presets, optimizers, schedulers)


def load_networks() -> Networks:
    """Those of the pin."""
    path = resources.vendor() / "network_args.json"
    return _read_once(path, files.stamp(path))


@functools.cache
def _read_once(path: Path, stamp: str) -> Networks:
    """Once, as long as it is the same file: the pin may be moved."""
    return read_networks(path)
