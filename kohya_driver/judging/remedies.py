"""What to change for the next training: the guide's remedies, one thing at a time, as keys of a preset.

Only the remedy that follows from the evidence is put into the next preset. What else may help is said and left to the person:
who changes five things at once does not learn which of them it was.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kohya_driver.judging.model import Course, Judgement, Remedy
from kohya_driver.judging.signs import TOO_MUCH, final_weight

RATE_USUAL = 1e-4
"""The preset's default, and what the guide calls usual for AdamW."""
LOWER, MUCH_LOWER, LOWEST, HIGHER = 1 / 3, 0.1, 0.01, 3.0
AIM = 0.05
"""Share of the base's weights that a lower rate aims at: with Adam a LoRA moves about in proportion to its rate."""
LONGER, MOST_EPOCHS = 2.0, 200
APART_LEAST, APART_SHARE = 4, 0.1
"""Pictures that are kept apart: a tenth, and so many at least, of which there must be four times as many in all."""
CHECKPOINTS = 8


@dataclass(frozen=True, slots=True)
class Ask:
    """What the run's preset says, as far as remedies change it."""

    rates: Mapping[str, float] = field(default_factory=lambda: {"optimizer.learning_rate": RATE_USUAL})
    """Those that are in force, by key."""
    epochs: int | None = None
    steps: int | None = None
    """`max_train_epochs` and `max_train_steps`, as it says."""
    warmup: float = 0.1
    rank: int = 16
    trigger: str = ""
    saves: bool = True
    """Whether LoRA files are kept on the way."""
    draws: bool = True
    """Whether samples are drawn."""


def remedies_for(
    judgements: Sequence[Judgement], course: Course, ask: Ask, gaps: Collection[str]
) -> Iterator[Remedy]:
    """In order; two never change the same key."""
    if "no_steps" in gaps and judgements[0].kind == "unclear":
        yield Remedy("diagnose")
        return
    changed: set[str] = set()
    for judgement in judgements:
        for remedy in _REMEDIES[judgement.kind](judgement, course, ask):
            if not changed & set(remedy.changes):
                changed |= set(remedy.changes)
                yield remedy
    if judgements[0].kind in ("unclear", "suspected"):
        yield from _see_more(course, ask, gaps)


Remedies = Iterator[Remedy]


def _diverged(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield _rate(course, ask, min(MUCH_LOWER, _towards_aim(course)))
    if not ask.warmup:
        yield Remedy("warm_up", changes={"optimizer.lr_warmup_steps": 0.1})
    whole = [one.step for one in course.weights if one.share < TOO_MUCH]
    if whole:
        yield Remedy("take_earlier", {"step": whole[-1]})


def _rate_high(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield _rate(course, ask, _towards_aim(course))
    yield Remedy("try_weight")


def _towards_aim(course: Course) -> float:
    """How many times the rate was too high, by how far the weights have moved; at least a third is taken off."""
    weighed = final_weight(course)
    return max(LOWEST, min(LOWER, AIM / weighed.share if weighed and weighed.share else LOWER))


def _overfit(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    if judgement.best_step:
        yield Remedy("take_earlier", {"step": judgement.best_step})
        yield from _until(judgement.best_step, course, ask)
    yield Remedy("if_overfit", {"rank": max(4, ask.rank // 2)})


def _too_long(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield from _until(judgement.best_step, course, ask)
    yield Remedy("not_needed")


def _hardly_moved(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    if course.is_adaptive:
        yield Remedy("rate_one", changes=dict.fromkeys(ask.rates, 1.0))
        return
    highest = max(ask.rates.values(), default=RATE_USUAL)
    yield _rate(course, ask, max(HIGHER, RATE_USUAL / highest if highest else math.inf))


def _underfit(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    if course.is_cut_short:
        yield Remedy("resume", {"step": course.last, "steps": course.planned})
        return
    highest = max(ask.rates.values(), default=RATE_USUAL)
    little = any(one.code == "moved_little" for one in judgement.evidence)
    if little and highest < RATE_USUAL / 2 and not course.is_adaptive:
        yield _rate(course, ask, HIGHER)
    else:
        yield from _longer(course, ask)
    yield Remedy("if_underfit", {"rank": ask.rank * 2})


def _suspected(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield Remedy("look")


def _healthy(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield Remedy("choose")


_REMEDIES = {
    "diverged": _diverged, "rate_high": _rate_high, "overfit": _overfit, "too_long": _too_long, "hardly_moved": _hardly_moved,
    "underfit": _underfit, "suspected": _suspected, "unclear": _suspected, "healthy": _healthy,
}  # fmt: skip


def _rate(course: Course, ask: Ask, times: float) -> Remedy:
    """Every rate by the same factor. An optimizer that finds its own keeps 1, and is held back by `d_coef` instead."""
    if course.is_adaptive:
        return Remedy("hold_back", changes={"optimizer.args.d_coef": _digits(max(times, 0.1))})
    if math.isinf(times):
        changes = dict.fromkeys(ask.rates, RATE_USUAL)
    else:
        changes = {key: _digits(rate * times) for key, rate in ask.rates.items()}
    first = next(iter(ask.rates), "optimizer.learning_rate")
    values = {"before": f"{ask.rates.get(first, 0.0):g}", "after": f"{changes.get(first, RATE_USUAL):g}"}
    return Remedy("lower_rate" if times < 1 else "raise_rate", values, changes)


def _digits(value: float) -> float:
    """Two, as a person writes a rate."""
    return float(f"{value:.2g}")


def _until(step: int, course: Course, ask: Ask) -> Remedies:
    """So many steps, in whole epochs where it is epochs that are counted."""
    if ask.steps and not ask.epochs:
        yield Remedy("fewer_steps", {"before": ask.steps, "after": step}, {"training.max_train_steps": step})
    elif course.steps_per_epoch:
        epochs = max(1, math.ceil(step / course.steps_per_epoch))
        before = ask.epochs or max(1, math.ceil(course.planned / course.steps_per_epoch))
        if epochs < before:
            yield Remedy("fewer_epochs", {"before": before, "after": epochs}, _epochs(epochs, course, ask))


def _longer(course: Course, ask: Ask) -> Remedies:
    if ask.steps and not ask.epochs:
        steps = round(ask.steps * LONGER)
        yield Remedy("more_steps", {"before": ask.steps, "after": steps}, {"training.max_train_steps": steps})
        return
    done = max(1, math.ceil(course.planned / course.steps_per_epoch)) if course.steps_per_epoch else 1
    before = ask.epochs or done
    epochs = min(MOST_EPOCHS, math.ceil(before * LONGER))
    if epochs > before:
        yield Remedy("more_epochs", {"before": before, "after": epochs}, _epochs(epochs, course, ask))


def _epochs(epochs: int, course: Course, ask: Ask) -> dict[str, Any]:
    """A limit in steps that stands beside it must not cut it off."""
    changes: dict[str, Any] = {"training.max_train_epochs": epochs}
    if ask.steps and ask.steps < epochs * course.steps_per_epoch:
        changes["training.max_train_steps"] = epochs * course.steps_per_epoch
    return changes


def _see_more(course: Course, ask: Ask, gaps: Collection[str]) -> Remedies:
    """What the next training should leave to judge by."""
    if "no_validation" in gaps and course.images >= 4 * APART_LEAST:
        share = max(APART_SHARE, math.ceil(100 * APART_LEAST / course.images) / 100)
        yield Remedy("keep_apart", {"percent": f"{100 * share:g}%"}, {"dataset.validation_split": share})
    epochs = ask.epochs or (
        math.ceil(course.planned / course.steps_per_epoch) if course.steps_per_epoch else 0
    )
    every = max(1, math.ceil(epochs / CHECKPOINTS))
    if not ask.saves:
        yield Remedy("save_more", {"epochs": every}, {"saving.every_n_epochs": every})
    if not ask.draws and ask.trigger:
        changes = {"sampling.prompts": ["{trigger}"], "sampling.every_n_epochs": every}
        yield Remedy("draw_more", {"epochs": every}, changes)
