"""Checks of `network.type`: whether it trains at all, and whether what it is told belongs to it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from kohya_driver.errors import Finding, Severity, error
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.preset.network_types import NetworkType, is_kind, type_named, types_with


def _typed(subject: Subject) -> tuple[str, NetworkType] | None:
    name = subject.preset.network.type
    kind = type_named(name)
    return (name, kind) if name and kind else None


def _place(subject: Subject, argument: str) -> str:
    return subject.preset.where(f"network.args.{argument}")


def _starts(subject: Subject) -> Iterator[Finding]:
    name, kind = _typed(subject) or ("", None)
    if kind and not kind.starts:
        yield error(f"network.no_{name}", subject.preset.where("network.type"), name=name)


def _one_module(subject: Subject) -> Iterator[Finding]:
    """A preset that is built on may say a module, and the one on top a type."""
    name, kind = _typed(subject) or ("", None)
    module = subject.preset.network.module
    if kind and subject.preset.is_set("network.module") and module != kind.module:
        where = subject.preset.where("network.module")
        yield error("network.type_and_module", where, name=name, module=module, own=kind.module)


def _arguments(subject: Subject) -> Iterator[Finding]:
    name, kind = _typed(subject) or ("", None)
    if not kind or not kind.starts:
        return
    for argument, value in subject.preset.network.args.items():
        wanted = kind.arguments.get(argument)
        if wanted is None and kind.fixed.get(argument) != value:
            yield _not_of_type(name, kind, argument, _place(subject, argument))
        elif wanted and not is_kind(wanted, value):
            yield error(f"network.wants_{wanted}", _place(subject, argument), name=argument, value=value)


def _not_of_type(name: str, kind: NetworkType, argument: str, where: str) -> Finding:
    others, known = ", ".join(types_with(argument)), ", ".join(kind.arguments)
    close = next(iter(difflib.get_close_matches(argument, kind.arguments, n=1)), "")
    if others:
        return error("network.argument_of_others", where, name=argument, type=name, others=others)
    code = "network.argument_of_none_close" if close else "network.argument_of_none"
    return error(code, where, name=argument, type=name, close=close, known=known)


def _meaning(subject: Subject) -> Iterator[Finding]:
    """What the type is for, and what it stands for here."""
    name, kind = _typed(subject) or ("", None)
    if not kind or not kind.starts:
        return
    where, training = subject.preset.where("network.type"), subject.draft.training
    yield Finding(f"network_types.{name}", Severity.INFO, where)
    values = {
        "name": name, "module": training["network_module"], "dim": training["network_dim"], "alpha": training["network_alpha"],
        "arguments": ", ".join(training.get("network_args") or ()) or "–",
    }  # fmt: skip
    yield Finding("network.type_means", Severity.INFO, where, values)


CHECKS: tuple[Check, ...] = (_starts, _one_module, _arguments, _meaning)
