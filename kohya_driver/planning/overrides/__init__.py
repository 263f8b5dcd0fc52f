"""Every value that the plan changes or chooses for this machine: tables of small named rules.

A rule changes one option of a draft. Where the preset left the option open, that is a choice; where it says something else,
a change, which `--strict` refuses. Each rule's reason is the text `override.<id>`.
"""

from __future__ import annotations

from kohya_driver.planning.model import Override
from kohya_driver.planning.overrides import (
    base,
    choices,
    engine,
    machine,
    pictures,
    start,
    validation,
    values,
)
from kohya_driver.planning.overrides.draft import Draft, Rule

__all__ = ["RULES", "Draft", "Rule", "apply_rules"]

RULES: tuple[Rule, ...] = (
    *base.RULES,
    *machine.RULES,
    *engine.RULES,
    *pictures.RULES,
    *validation.RULES,
    *values.RULES,
    *choices.RULES,
    *start.RULES,
)


def apply_rules(draft: Draft) -> tuple[Draft, tuple[Override, ...]]:
    """The draft after every rule, in order, and what they did."""
    done = []
    for rule in RULES:
        if not rule.applies(draft):
            continue
        before, after = draft.get(rule.option), rule.value(draft)
        if before != after:
            done.append(Override(rule.id, rule.option, before, after))
            draft = draft.put(rule.option, after)
    return draft, tuple(done)
