"""From what was measured to advice without contradictions: the rules are asked, ranked, and what does not go with the first left out."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import replace

from kohya_driver.judging.model import Advice, Course, Evidence, Judgement
from kohya_driver.judging.remedies import Ask, remedies_for
from kohya_driver.judging.rules import RULES, healthy
from kohya_driver.judging.signs import FEW_STEPS
from kohya_driver.judging.statistics import LEAST

LESS, MORE, NEITHER = "less", "more", ""
DIRECTIONS = {
    "diverged": LESS, "rate_high": LESS, "overfit": LESS, "suspected": NEITHER, "too_long": LESS,
    "hardly_moved": MORE, "underfit": MORE,
}  # fmt: skip
"""Whether the next training should learn less or more."""
COVERS = {
    "diverged": ("rate_high", "overfit", "too_long", "suspected"),
    "rate_high": ("overfit", "too_long", "suspected"),
    "overfit": ("too_long", "suspected"),
    "hardly_moved": ("underfit", "too_long"),
}
"""What is explained by the first says nothing of its own any more."""


def judge(course: Course, ask: Ask, gaps: Collection[str] = ()) -> Advice:
    """
    Args:
        ask: what the run's preset says and its pictures allow, for the remedies.
        gaps: what is missing beyond what the course itself tells.
    """
    missing = [*gaps, *_gaps(course)]
    if "odd_validation" in missing:
        course = replace(course, validations=())  # of a curve with holes nobody knows where it turned
    found = _without_contradictions(_judgements(course))
    if not all(map(math.isfinite, course.losses)) and "diverged" not in {one.kind for one in found}:
        missing.append("odd_losses")
    if not found:
        found = [_good_or_unclear(course)]
    return Advice(
        tuple(found), tuple(remedies_for(found, course, ask, missing)), tuple(dict.fromkeys(missing))
    )


def _judgements(course: Course) -> Iterator[Judgement]:
    for rule in RULES:
        if found := rule(course):
            yield found


def _without_contradictions(found: Iterator[Judgement]) -> list[Judgement]:
    """The worst stays; of the others those that ask for the same, and are not explained by it. A hint gives way to what is surer."""
    ranked = sorted(found, key=lambda one: one.confidence == "hint")
    kept: list[Judgement] = []
    for one in ranked:
        direction = DIRECTIONS[one.kind]
        opposed = any(DIRECTIONS[other.kind] not in (direction, NEITHER) and direction for other in kept)
        covered = any(one.kind in COVERS.get(other.kind, ()) for other in kept)
        if not (opposed or covered):
            kept.append(one)
    return kept


def _good_or_unclear(course: Course) -> Judgement:
    good = healthy(course)
    if good and (good.confidence != "hint" or len(course.steps) >= FEW_STEPS):
        return good
    evidence = good.evidence if good else (Evidence("nothing_sure", {"steps": len(course.steps)}),)
    return Judgement("unclear", "hint", evidence)


def _gaps(course: Course) -> Iterator[str]:
    if not course.steps:
        yield "no_steps"
        return
    if len(course.steps) < FEW_STEPS:
        yield "few_steps"
    if not all(0 < loss < math.inf for _, loss in course.validations):
        yield "odd_validation"
    elif len(course.validations) < LEAST:
        yield "no_validation"
    if not course.weights:
        yield "no_files"
    elif not all(one.exact for one in course.weights):
        yield "no_base"
