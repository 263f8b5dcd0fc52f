"""What differs between two engines' options, networks and requirements. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from kohya_driver.engine.catalogue import Catalogue, Option
from kohya_driver.engine.networks import Networks

Kind = Literal["added", "removed", "default", "choices", "type"]


@dataclass(frozen=True, slots=True)
class OptionChange:
    """One option of the training scripts that is there no more, is new, or is otherwise."""

    name: str
    kind: Kind
    scripts: tuple[str, ...]
    before: Any = None
    after: Any = None

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "scripts": list(self.scripts)}


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """A network module, or `network_args` of one."""

    name: str
    kind: Literal["added", "removed"]
    arguments: tuple[str, ...] = ()
    """Empty: the whole module."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "arguments": list(self.arguments)}


def compare_options(before: Catalogue, after: Catalogue, scripts: Iterable[str]) -> tuple[OptionChange, ...]:
    """What is otherwise in any of these scripts, by name; the same change in several scripts is one."""
    merged: dict[tuple[str, str, str, str], OptionChange] = {}
    for script in scripts:
        for change in _changes(script, before.scripts.get(script, {}), after.scripts.get(script, {})):
            key = (change.name, change.kind, repr(change.before), repr(change.after))
            known = merged.get(key)
            both = (*known.scripts, script) if known else (script,)
            merged[key] = OptionChange(change.name, change.kind, both, change.before, change.after)
    return tuple(sorted(merged.values(), key=lambda change: (change.name, change.kind)))


def _changes(script: str, old: Mapping[str, Option], new: Mapping[str, Option]) -> Iterator[OptionChange]:
    for name in {**old, **new}:
        if name not in new:
            yield OptionChange(name, "removed", (script,))
        elif name not in old:
            yield OptionChange(name, "added", (script,))
        else:
            yield from _differences(script, old[name], new[name])


def _differences(script: str, old: Option, new: Option) -> Iterator[OptionChange]:
    pairs: tuple[tuple[Kind, Any, Any], ...] = (
        ("default", old.default, new.default),
        ("choices", old.choices, new.choices),
        ("type", (old.action, old.type, old.nargs), (new.action, new.type, new.nargs)),
    )
    for kind, before, after in pairs:
        if repr(before) != repr(after):  # 1 and 1.0 are the same here, and read differently
            yield OptionChange(old.name, kind, (script,), before, after)


def compare_networks(before: Networks, after: Networks) -> tuple[NetworkChange, ...]:
    """Modules, and arguments of those that both have."""
    found: list[NetworkChange] = []
    for name in sorted({**before.modules, **after.modules}):
        if name not in after.modules or name not in before.modules:
            found.append(NetworkChange(name, "removed" if name not in after.modules else "added"))
            continue
        old, new = set(before.modules[name].arguments), set(after.modules[name].arguments)
        if old - new:
            found.append(NetworkChange(name, "removed", tuple(sorted(old - new))))
        if new - old:
            found.append(NetworkChange(name, "added", tuple(sorted(new - old))))
    return tuple(found)


def read_requirements(text: str) -> tuple[str, ...]:
    """The lines of a requirements.txt that ask for a package."""
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("-"))


def package_of(requirement: str) -> str:
    """`diffusers` of `diffusers[torch]==0.32.1`."""
    return re.split(r"[\[=<>!~; ]", requirement)[0].lower().replace("_", "-")


def compare_requirements(before: Iterable[str], after: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What was asked for and is now; empty where there is none."""
    old = {package_of(line): line for line in before}
    new = {package_of(line): line for line in after}
    return tuple(
        (old.get(name, ""), new.get(name, ""))
        for name in sorted({**old, **new})
        if old.get(name) != new.get(name)
    )


LEFT_OUT = frozenset({"bitsandbytes", "xformers", "tensorflow", "triton"})
"""Packages that vendor/sd-scripts/requirements.in leaves out, whatever an engine asks for."""


def changed_requirements(ours: str, changes: Iterable[tuple[str, str]]) -> str:
    """Our requirements.in with an engine's changes. Where it already asks for something else than the engine did, that stays."""
    lines = ours.splitlines()
    for old, new in changes:
        name = package_of(old or new)
        place = next((i for i, line in enumerate(lines) if line and package_of(line) == name), None)
        if name in LEFT_OUT:
            continue
        if place is None:
            lines += [new] if new else []
        elif lines[place].strip() == old:
            lines[place] = new
    return "\n".join(lines) + "\n"
