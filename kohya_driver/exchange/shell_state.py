"""What a script has said so far, whatever its shell: variables, what they came from, conditions, commands."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Value = str | tuple[str, ...]
_STOPS = ("&&", "||", ";", "|", "&")


@dataclass(frozen=True, slots=True)
class Command:
    words: tuple[str, ...]
    names: frozenset[str]
    """Variables that stand in it, also by way of others."""


@dataclass(slots=True)
class _Branch:
    now: bool | None
    """Whether it is run; None: that cannot be known here."""
    done: bool | None
    """Whether one of the branches up to this one is run."""


@dataclass(slots=True)
class State:
    caseless: bool = False
    """Whether `$Lr` is `$lr`."""
    values: dict[str, Value] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    """Each variable's name as it was written first."""
    exported: set[str] = field(default_factory=set)
    """Those that the environment has, not the script alone."""
    sources: dict[str, set[str]] = field(default_factory=dict)
    tested: set[str] = field(default_factory=set)
    """Those that a condition was decided by."""
    commands: list[Command] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """What says something of variables or options and is not understood."""
    branches: list[_Branch] = field(default_factory=list)

    def key(self, name: str) -> str:
        return name.lower() if self.caseless else name

    def get(self, name: str) -> Value | None:
        return self.values.get(self.key(name))

    @property
    def holds(self) -> bool | None:
        """Whether what stands here is run; None: that cannot be known here."""
        found = {branch.now for branch in self.branches}
        return False if False in found else None if None in found else True

    def assign(
        self,
        name: str,
        value: Value,
        names: Iterable[str],
        said: str,
        *,
        adds: bool = False,
        exported: bool = False,
    ) -> None:
        key = self.key(name)
        if self.holds is False:
            return
        if self.holds is None:
            self.unread.append(said)
            if adds or key in self.values:
                return
        self.shown.setdefault(key, name)
        self.values[key] = _added(self.values.get(key), value) if adds else value
        used = set(map(self.key, names))
        self.sources[key] = used | self.sources.get(key, set()) if adds else used
        if exported:
            self.exported.add(key)

    def forget(self, name: str, said: str) -> None:
        """A value that is not understood: what the variable was before does not hold either."""
        if self.holds is not False:
            self.unread.append(said)
            self.values.pop(self.key(name), None)

    def run(self, words: Sequence[str], names: Iterable[str]) -> None:
        if self.holds is not False and words:
            self.commands.append(Command(tuple(words), frozenset(self._with_sources(names))))

    def run_all(self, words: Sequence[str], names: Iterable[str]) -> None:
        """`cd x && python y` are two commands."""
        part: list[str] = []
        for word in [*words, _STOPS[0]]:
            if word in _STOPS:
                self.run(part, names)
                part = []
            else:
                part.append(word)

    def _with_sources(self, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        rest = [self.key(name) for name in names]
        while rest:
            key = rest.pop()
            if key not in found:
                found.add(key)
                rest += self.sources.get(key, ())
        return found

    def open_branch(self, truth: bool | None) -> None:
        self.branches.append(_Branch(truth, truth))

    def next_branch(self, truth: bool | None) -> None:
        """`elif`, `else`."""
        if self.branches:
            done = self.branches[-1].done
            now = False if done is True or truth is False else None if None in (done, truth) else True
            self.branches[-1] = _Branch(
                now, True if True in (done, now) else None if None in (done, now) else False
            )

    def close_branch(self) -> None:
        if self.branches:
            self.branches.pop()

    @contextlib.contextmanager
    def under(self, truth: bool | None) -> Iterator[None]:
        """For one command."""
        self.open_branch(truth)
        try:
            yield
        finally:
            self.close_branch()


def _added(old: Value | None, value: Value) -> Value:
    if old is None:
        return value
    if isinstance(old, str) and isinstance(value, str):
        return old + value
    return (*_listed(old), *_listed(value))


def _listed(value: Value) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def compare(left: str, operator: str, right: str) -> bool | None:
    """`==`, `-eq` and the like; None: not known here."""
    if operator in ("==", "=", "!=", "-eq", "-ne"):
        return (left == right) is (operator not in ("!=", "-ne"))
    try:
        order = float(left) - float(right)
    except ValueError:
        return None
    return {"-gt": order > 0, "-ge": order >= 0, "-lt": order < 0, "-le": order <= 0}.get(operator)
