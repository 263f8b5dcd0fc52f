"""What the rules look at: the loss against the base's own, its way at the end, validations, how far the weights moved."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat

from kohya_driver.judging.model import Confidence, Course, Evidence, Weighed
from kohya_driver.judging.statistics import LEAST, Shift, part, roughness, shift, trend

UNMOVED = 2.0**-11
LITTLE = 0.003
USUAL = 0.12
MUCH = 0.25
TOO_MUCH = 0.6
"""Shares of the base's weights; see the rules."""
EXPLODED = 3.0
"""Times the base's own loss."""
VIEWS_FEW, VIEWS_MANY = 25, 100
"""How often each picture was shown."""
FEW_STEPS = 100
"""Of fewer steps the training loss tells next to nothing: its error is above a tenth then, as much as a LoRA takes off it."""
WARMING = 10
"""In fewer steps the rate has hardly left 0, and so has the LoRA (experience)."""
FLAT = 0.05
EARLY = 0.33
"""Of all learning: what is reached by then leaves the greater part of the training without use."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that speaks for a judgement, and how strongly by itself."""

    confidence: Confidence
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Lowest:
    """The lowest validation, and what came after it."""

    step: int
    rise: float
    """From it to the last ones, as a share."""
    gain: float
    """From the first one down to it, as a share."""
    later: int
    """Validations after it."""
    z: float
    """The rise in errors of the validations."""
    is_first: bool


@dataclass(frozen=True, slots=True)
class Last:
    """The way of the validations over the last third."""

    fall: float
    z: float
    is_lowest: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """From where on nothing got better."""

    step: int
    by_validation: bool
    change: float
    """What still changed from there, as a share."""


def percent(share: float) -> str:
    """Two digits, as a person reads them."""
    return f"{100 * share:.2g}%" if abs(share) < 0.995 else f"{100 * share:.0f}%"


def against_base(course: Course) -> Shift | None:
    """The last fifth of the losses against the first tenth, where the LoRA has changed next to nothing yet.

    None where there are too few steps; of those there need to be at least ten in the tenth.
    """
    if len(course.losses) < FEW_STEPS // 2:
        return None
    return shift(
        part(course.losses, 0, 0.1 if len(course.losses) >= FEW_STEPS else 0.2), part(course.losses, 0.8, 1)
    )


def late_trend(course: Course) -> Shift | None:
    """The way of the loss over the second half."""
    if len(course.losses) < FEW_STEPS:
        return None
    return trend(part(course.steps, 0.5, 1), part(course.losses, 0.5, 1))


def final_weight(course: Course) -> Weighed | None:
    """The last file's; None if there is none that can be measured."""
    known = [one for one in course.weights if one.share - one.share == 0]
    return known[-1] if known else None


def lowest_validation(course: Course) -> Lowest | None:
    """None of fewer than four validations."""
    values = [loss for _, loss in course.validations if 0 < loss < float("inf")]
    if len(values) < LEAST or len(values) < len(course.validations):
        return None
    place = min(range(len(values)), key=lambda index: values[index])
    end = values[-max(1, len(values) // 6) :]
    last = sum(end) / len(end)
    rise = last / values[place] - 1
    # The lowest of many is lower than it is; one of ten is so by about one and a half errors.
    error = max(roughness(values), 1e-4)
    return Lowest(
        course.validations[place][0],
        rise,
        1 - values[place] / values[0],
        len(values) - 1 - place,
        rise / error,
        place == 0,
    )


def last_validations(course: Course) -> Last | None:
    """None of fewer than four validations."""
    values = [loss for _, loss in course.validations if 0 < loss < float("inf")]
    if len(values) < LEAST or len(values) < len(course.validations):
        return None
    third = values[-max(3, len(values) // 3 + 1) :]
    error = max(roughness(values), 1e-4)
    fall = 1 - third[-1] / third[0]
    return Last(fall, -fall / error, third[-1] <= min(values) * (1 + error / 2))


def learnt_by(course: Course, step: int) -> float:
    """The share of all learning that lay before this step: of the sum of the rates, as with a rate that goes down to nothing most
    of it is done long before the end; of the steps, where the rates are not known."""
    sums, done = _learning(course), bisect_right(course.steps, step)
    return sums[done] / sums[-1] if sums[-1] else done / max(1, len(course.steps))


def _learning(course: Course) -> list[float]:
    """What was learnt before each step, and in all; zeros where the rates are not known."""
    known = len(course.rates) == len(course.steps)
    rates = (
        (rate if rate - rate == 0 else 0.0 for rate in course.rates)
        if known
        else repeat(0.0, len(course.steps))
    )
    return list(accumulate(rates, initial=0.0))


def settled(course: Course) -> Settled | None:
    """Where the curve became flat, if that was early and it had fallen until then."""
    return _settled_by_validation(course) if course.validations else _settled_by_loss(course)


def _settled_by_validation(course: Course) -> Settled | None:
    """Nine tenths of the whole gain were reached early, and what is left is not more than the validations' own roughness."""
    lowest = lowest_validation(course)
    if lowest is None or len(course.validations) < 6 or lowest.rise > 0.02:
        return None
    values = [loss for _, loss in course.validations]
    rough = roughness(values)
    if lowest.gain < max(0.01, 5 * rough):
        return None
    floor = min(values) + values[0] * max(lowest.gain / 10, rough)
    step = next(step for step, loss in course.validations if loss <= floor)
    after = [loss for at, loss in course.validations if at >= step]
    if learnt_by(course, step) > EARLY or len(after) < LEAST:
        return None
    return Settled(step, True, after[-1] / after[0] - 1)


def _settled_by_loss(course: Course) -> Settled | None:
    """A rate that goes down to nothing ends every curve flat, so pieces are cut by what was learnt and not by steps."""
    if len(course.losses) < 5 * FEW_STEPS:
        return None
    sums = _learning(course)
    begin, early, middle, late = (_cut(sums, share) for share in (0.1, 0.3, EARLY, 0.65))
    losses = course.losses
    fell = shift(losses[:begin], losses[early:middle])
    rest = shift(losses[middle:late], losses[late:])
    if fell is None or rest is None or fell.high >= 1 or rest.ratio < 1 - FLAT / 4:
        return None
    if not (rest.low >= 1 - FLAT and rest.high <= 1 + FLAT):
        return None
    return Settled(course.steps[middle], False, rest.ratio - 1)


def _cut(sums: Sequence[float], share: float) -> int:
    """How many steps had been done when this share of all was learnt."""
    steps = len(sums) - 1
    if not sums[-1]:
        return min(math.ceil(share * steps), steps) - 1
    return min(bisect_left(sums, share * sums[-1]), steps) - 1
