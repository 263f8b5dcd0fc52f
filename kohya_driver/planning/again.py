"""What is changed in a plan whose training failed and is tried again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kohya_driver.planning.build import build_draft
from kohya_driver.planning.fit import STEPS, Step
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.memory import predict_phases
from kohya_driver.planning.model import Override, Plan
from kohya_driver.planning.needs import memory_needed, workload
from kohya_driver.planning.overrides import Draft

LOWER_RATE = "recovery.lower_rate"
NOT_WHILE_GOING_ON = ("batch", "unet_only", "resolution")
"""Measures after which a train state no longer fits: batches are counted in it, and the trained layers stand there."""
RATES = ("learning_rate", "unet_lr", "text_encoder_lr")


def made_before(plan: Plan, inputs: Inputs) -> tuple[Override, ...]:
    """What was changed by hand of `--fit` or by a recovery; a plan made anew from the preset does not know of it.

    Where the preset says something else by now than what was changed then, the person has decided since.
    """
    draft, _ = build_draft(inputs)
    found = []
    for one in plan.overrides:
        if one.id.startswith(("memory.fit_", "recovery.")) and _plain(draft.get(one.option)) == _plain(
            one.before
        ):
            draft = draft.put(one.option, one.after)
            found.append(one)
    return tuple(found)


def _plain(value: Any) -> Any:
    """As it comes back from JSON."""
    return list(value) if isinstance(value, tuple) else value


def next_saving(inputs: Inputs, changes: Sequence[Override], *, going_on: bool) -> tuple[Override, ...]:
    """The mildest measure against a lack of memory that is left after these changes; none if nothing helps any more.

    Args:
        going_on: from a train state.
    """
    draft, _ = build_draft(inputs, changes)
    known = memory_needed(inputs, draft) is not None

    def peak(one: Draft) -> int:
        return max(predict_phases(workload(inputs, one)).values())

    for step in STEPS:
        if going_on and step.id in NOT_WHILE_GOING_ON:
            continue
        taken = _overrides(draft, step)
        if taken and (not known or peak(_with(draft, taken)) < peak(draft)):
            return taken
    return ()


def lower_rates(plan: Plan) -> tuple[Override, ...]:
    """Half of every learning rate that the plan gives."""
    found = []
    for name in RATES:
        rate = plan.training_config.get(name)
        if rate:
            half = [one / 2 for one in rate] if isinstance(rate, list) else rate / 2
            found.append(Override(LOWER_RATE, f"training.{name}", rate, half))
    return tuple(found)


def _overrides(draft: Draft, step: Step) -> tuple[Override, ...]:
    changes = step.changes(draft).items()
    return tuple(
        Override(f"memory.fit_{step.id}", option, draft.get(option), value) for option, value in changes
    )


def _with(draft: Draft, overrides: Sequence[Override]) -> Draft:
    for override in overrides:
        draft = draft.put(override.option, override.after)
    return draft
