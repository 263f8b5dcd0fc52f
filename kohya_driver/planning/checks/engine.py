"""What the chosen engine does not carry out: refused by name, all at once, with the engine that does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from kohya_driver.engine.kinds import FAMILIES, Outside
from kohya_driver.errors import Finding, Severity, error
from kohya_driver.planning.checks.subject import Check, Subject, preset_key
from kohya_driver.planning.checks.tables import Where, tables
from kohya_driver.planning.prompts import prompts_of


def _installed(subject: Subject) -> Iterator[Finding]:
    if not subject.inputs.engine_installed:
        yield Finding("plan.engine_missing", Severity.INFO)


def _family(subject: Subject) -> Iterator[Finding]:
    family, scripts = subject.draft.family, subject.kind.scripts
    if family in FAMILIES and family not in scripts:
        known = ", ".join(scripts)
        yield error(
            "plan.needs_sd_scripts_family", subject.preset.where("model.base"), family=family, known=known
        )


def _base(subject: Subject) -> Iterator[Finding]:
    base = subject.inputs.base
    if base is not None and not subject.kind.trains_on(base):
        yield error("plan.needs_embedded", subject.preset.where("model.base"), width=base.width)


def _options(subject: Subject) -> Iterator[Finding]:
    for one in subject.kind.outside_training(subject.draft.training):
        yield _refused(one, _place(subject, one))


def _place(subject: Subject, one: Outside) -> str:
    """An entry of `network_args` and its like stands below the option that holds it."""
    if one.where == "option":
        return subject.where(one.name)
    return subject.preset.where(f"{preset_key(one.where)}.{one.name}")


def _dataset(subject: Subject) -> Iterator[Finding]:
    for number, (where, keys) in enumerate(tables(subject)):
        config = {"datasets": [{"subsets": [keys]} if number else keys]}
        yield from _refused_keys(subject.kind.outside_dataset(config), where)


def _refused_keys(outside: Iterable[Outside], where: Where) -> Iterator[Finding]:
    for one in outside:
        yield _refused(one, where(one.name))


def _samplers(subject: Subject) -> Iterator[Finding]:
    """What a prompt says itself."""
    prompts = prompts_of(subject.preset, subject.draft.dataset["resolution"])
    for sampler in dict.fromkeys(prompt.sampler for prompt in prompts if prompt.sampler):
        for one in subject.kind.outside_training({"sample_sampler": sampler}):
            yield _refused(one, subject.preset.where("sampling.prompts"))


def _refused(one: Outside, where: str) -> Finding:
    code = "plan.needs_sd_scripts_value" if one.carried_out else "plan.needs_sd_scripts"
    allowed = ", ".join(map(_text, one.carried_out))
    return error(code, where, name=one.name, value=_text(one.value), allowed=allowed)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


CHECKS: tuple[Check, ...] = (_installed, _family, _base, _options, _dataset, _samplers)
