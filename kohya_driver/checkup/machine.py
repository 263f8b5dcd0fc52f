"""Checks of the machine: chip, Python, system, memory, disk."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass

from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.model import GIB, Item, disk_gb, memory_gb
from kohya_driver.engine.preflight import check_host
from kohya_driver.errors import Finding, Severity, error, warning

LITTLE_MEMORY = 16 * GIB
"""Below this only SD 1.5 trains without swapping all the time; 16 GB is the least that people report of as usable."""
LITTLE_AVAILABLE = 4 * GIB
LITTLE_DISK, NO_DISK = 10e9, 1e9


@dataclass(frozen=True, slots=True)
class Trouble:
    """Systems on which MPS is known to go wrong."""

    code: str
    since: tuple[int, ...]
    until: tuple[int, ...]
    """The first release without it."""
    source: str


TROUBLES = (
    Trouble("doctor.macos_sum", (26, 3), (26, 4), "https://github.com/pytorch/pytorch/issues/180201"),
    Trouble("doctor.macos_watchdog", (26,), (27,), "https://github.com/ml-explore/mlx/issues/3267"),
    Trouble("doctor.macos_bf16", (27,), (28,), "https://github.com/pytorch/pytorch/issues/197796"),
)
"""With the pinned torch. What is wrong in numbers only, the self-test finds by itself."""


def _chip(facts: Facts) -> Item:
    host = facts.host
    found = [*_of_host(facts, "host.unsupported")]
    if host.accelerator == "cpu" and not found and not host.rosetta:
        found.append(Finding("doctor.no_accelerator", Severity.INFO))
    values = {"chip": host.chip, "cores": host.performance_cores, "accelerator": host.accelerator}
    return Item("machine", "chip", "doctor.chip", values, tuple(found))


def _python(facts: Facts) -> Item:
    values = {"version": platform.python_version(), "machine": platform.machine()}
    return Item("machine", "python", "doctor.python", values, tuple(_of_host(facts, "host.rosetta")))


def _system(facts: Facts) -> Item:
    host = facts.host
    values = {
        "system": "macOS" if host.is_mac else host.system,
        "version": host.os_version,
        "build": host.os_build,
    }
    found = (*_of_host(facts, "host.macos_too_old"), *_troubles(facts))
    return Item("machine", "system", "doctor.system", values, found)


def _troubles(facts: Facts) -> Iterator[Finding]:
    for trouble in TROUBLES:
        if facts.host.is_apple_silicon and trouble.since <= facts.host.os_release < trouble.until:
            values = {"version": facts.host.os_version, "source": trouble.source}
            yield Finding(trouble.code, Severity.INFO, values=values)


def _memory(facts: Facts) -> Item:
    memory, found = facts.memory, []
    values = {"total": memory_gb(memory.total), "available": memory_gb(memory.available)}
    if memory.total < LITTLE_MEMORY:
        found.append(warning("doctor.memory_small", total=values["total"]))
    if memory.available < LITTLE_AVAILABLE:
        found.append(warning("doctor.memory_short", available=values["available"]))
    details = {"total_bytes": memory.total, "available_bytes": memory.available}
    return Item("machine", "memory", "doctor.memory", values, tuple(found), details)


def _swap(facts: Facts) -> Item:
    used = facts.memory.swap_used
    much = used > facts.memory.total / 4
    found = (warning("doctor.swap_much", used=memory_gb(used)),) if much else ()
    return Item("machine", "swap", "doctor.swap", {"used": memory_gb(used)}, found, {"used_bytes": used})


def _disk(facts: Facts) -> Item:
    found = [] if facts.engine else [*_of_host(facts, "engine.too_little_space")]
    for path, free in facts.free.items():
        if free < NO_DISK:
            found.append(error("doctor.disk_full", path, free=disk_gb(free)))
        elif free < LITTLE_DISK:
            found.append(warning("doctor.disk_low", path, free=disk_gb(free)))
    values = {"free": ", ".join(f"{disk_gb(free)} GB ({path})" for path, free in facts.free.items())}
    return Item("machine", "disk", "doctor.disk", values, tuple(found))


def _of_host(facts: Facts, code: str) -> list[Finding]:
    """What would forbid an installation, as far as this is it."""
    free = min(facts.free.values(), default=0)
    return [finding for finding in check_host(facts.host, facts.recipe, free) if finding.code == code]


CHECKS = (_chip, _python, _system, _memory, _swap, _disk)
