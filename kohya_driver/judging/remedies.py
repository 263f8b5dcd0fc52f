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
from kohya_driver.judging.signs import MUCH, TOO_MUCH, final_weight
from kohya_driver.planning.overrides.engine import LEAST_FACTOR

RATE_USUAL = 1e-4
"""The preset's default, and what the guide calls usual for AdamW."""
LOWER, MUCH_LOWER, LOWEST, HIGHER = 1 / 3, 0.1, 0.01, 3.0
AIM = 0.05
"""Share of the base's weights that a lower rate aims at: with Adam a LoRA moves about in proportion to its rate."""
LONGER, MOST_EPOCHS = 2.0, 200
APART_LEAST, APART_SHARE = 4, 0.1
"""Pictures that are kept apart: a tenth, and so many at least, of which there must be four times as many in all."""
CHECKPOINTS = 8
_IN_WORDS = {
    "lower_rate": "rate_down", "raise_rate": "rate_up",
    "hold_back": "own_rate_less", "hold_back_rate": "own_rate_less", "let_go": "own_rate_more", "rate_one": "own_rate_more",
    "fewer_steps": "shorter", "fewer_epochs": "shorter", "more_steps": "longer", "more_epochs": "longer",
}  # fmt: skip
"""What is said instead where the numbers of the preset are not known."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the run's preset says, as far as remedies change it."""

    rates: Mapping[str, float] = field(default_factory=lambda: {"optimizer.learning_rate": RATE_USUAL})
    """Those that are in force, by key."""
    epochs: int | None = None
    steps: int | None = None
    """`max_train_epochs` and `max_train_steps`, as it says."""
    warmup: float = 0.1
    d_coef: float | None = 1.0
    """What an optimizer that finds its rate multiplies it by; None where it has no such argument, as D-Adaptation has none."""
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
    found = [one for judgement in judgements for one in _REMEDIES[judgement.kind](judgement, course, ask)]
    if judgements[0].kind in ("unclear", "suspected"):
        found += _see_more(course, ask, gaps)
    if "no_preset" in gaps:
        yield from _in_words(found)
        return
    changed: set[str] = set()
    for remedy in found:
        if not changed & set(remedy.changes):
            changed |= set(remedy.changes)
            yield remedy


def _in_words(remedies: Sequence[Remedy]) -> Iterator[Remedy]:
    """What would change numbers that nobody knows is said without them, and left out where that says nothing."""
    for remedy in remedies:
        if remedy.code in _IN_WORDS:
            yield Remedy(_IN_WORDS[remedy.code])
        elif not remedy.changes:
            yield remedy


Remedies = Iterator[Remedy]


def _diverged(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield _rate(course, ask, min(MUCH_LOWER, _towards_aim(course)))
    if not ask.warmup:
        yield Remedy("warm_up", changes={"optimizer.lr_warmup_steps": 0.1})
    yield from _last_whole(course, TOO_MUCH)


def _rate_high(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield _rate(course, ask, _towards_aim(course))
    yield Remedy("try_weight")
    yield from _last_whole(course, MUCH)


def _last_whole(course: Course, most: float) -> Remedies:
    """The last file that has not moved too far."""
    names = dict(course.files)
    steps = [one.step for one in course.weights if one.share < most and one.step in names]
    yield from _take(steps[-1:], names, course)


def _nearest(step: int, course: Course) -> Remedies:
    """The file saved nearest to this step."""
    names = dict(course.files)
    yield from _take(sorted(names, key=lambda one: abs(one - step))[:1], names, course)


def _take(steps: Sequence[int], names: Mapping[int, str], course: Course) -> Remedies:
    """Nothing where that is what the whole training made."""
    for step in steps:
        if step < course.last:
            yield Remedy("take_earlier", {"file": names[step], "step": step})


def _towards_aim(course: Course) -> float:
    """How many times the rate was too high, by how far the weights have moved; at least a third is taken off."""
    weighed = final_weight(course)
    return max(LOWEST, min(LOWER, AIM / weighed.share if weighed and weighed.share else LOWER))


def _overfit(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    if judgement.best_step:
        yield from _nearest(judgement.best_step, course)
        yield from _until(judgement.best_step, course, ask)
    yield Remedy("if_overfit")


def _too_long(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield from _until(judgement.best_step, course, ask)
    yield Remedy("not_needed")


def _hardly_moved(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    if course.is_adaptive:
        yield from _let_go(course, ask)
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
    yield Remedy("if_underfit")


def _suspected(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield Remedy("look")


def _healthy(judgement: Judgement, course: Course, ask: Ask) -> Remedies:
    yield Remedy("choose")


_REMEDIES = {
    "diverged": _diverged, "rate_high": _rate_high, "overfit": _overfit, "too_long": _too_long, "hardly_moved": _hardly_moved,
    "underfit": _underfit, "suspected": _suspected, "unclear": _suspected, "healthy": _healthy,
}  # fmt: skip


def _rate(course: Course, ask: Ask, times: float) -> Remedy:
    """Every rate by the same factor."""
    if course.is_adaptive:
        return _hold_back(ask, max(times, LEAST_FACTOR))
    if math.isinf(times):
        changes = dict.fromkeys(ask.rates, RATE_USUAL)
    else:
        changes = {key: _digits(rate * times) for key, rate in ask.rates.items()}
    first = next(iter(ask.rates), "optimizer.learning_rate")
    values = {"before": f"{ask.rates.get(first, 0.0):g}", "after": f"{changes.get(first, RATE_USUAL):g}"}
    return Remedy("lower_rate" if times < 1 else "raise_rate", values, changes)


def _hold_back(ask: Ask, times: float) -> Remedy:
    """An optimizer that finds its rate itself. Where it has no `d_coef`, its learning rates are what holds it back: they are a
    factor to what it finds, and below LEAST_FACTOR the plan would set them to 1 again."""
    if ask.d_coef is not None:
        return _d_coef("hold_back", ask.d_coef, times)
    factor = _factor(ask)
    after = max(LEAST_FACTOR, _digits(factor * times))
    if after >= factor:
        return Remedy("own_rate_less")
    return Remedy("hold_back_rate", {"before": f"{factor:g}", "after": f"{after:g}"}, _all_rates(ask, after))


def _let_go(course: Course, ask: Ask) -> Remedies:
    """The same the other way round."""
    if _factor(ask) < 1:
        yield Remedy("rate_one", changes=_all_rates(ask, 1.0))
    elif ask.d_coef is not None:
        yield _d_coef("let_go", ask.d_coef, HIGHER)
    else:
        yield from _longer(course, ask)
        yield Remedy("own_rate_more")


def _d_coef(code: str, before: float, times: float) -> Remedy:
    after = _digits(before * times)
    return Remedy(code, {"before": f"{before:g}", "after": f"{after:g}"}, {"optimizer.args.d_coef": after})


def _factor(ask: Ask) -> float:
    """What was multiplied with the rate that the optimizer found: one rate for all from LEAST_FACTOR on is kept by the plan, of
    others it makes 1."""
    given = {rate for rate in ask.rates.values() if rate}
    if not given:
        return 0.0
    return min(given) if len(given) == 1 and min(given) >= LEAST_FACTOR else 1.0


def _all_rates(ask: Ask, rate: float) -> dict[str, float]:
    """A rate of 0 says that this part is not to be trained, and stays, unless all are."""
    return dict.fromkeys([key for key, given in ask.rates.items() if given] or ask.rates, rate)


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
