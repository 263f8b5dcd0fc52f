"""The rules: each a small function from what was measured to one judgement, or to none where nothing speaks for it.

A rule knows nothing of the others; what contradicts is sorted out in `advice`. Thresholds stand beside the rule, with where they
come from: arithmetic where there is any, else experience, said so. None was set on the runs by which docs/advice.md counts how
often the rules are right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from kohya_driver.judging.model import CONFIDENCES, Confidence, Course, Evidence, Judgement
from kohya_driver.judging.signs import (
    EXPLODED,
    FEW_STEPS,
    LITTLE,
    MUCH,
    TOO_MUCH,
    UNMOVED,
    USUAL,
    VIEWS_FEW,
    VIEWS_MANY,
    WARMING,
    Sign,
    against_base,
    final_weight,
    last_validations,
    late_trend,
    lowest_validation,
    percent,
    settled,
)

Rule = Callable[[Course], Judgement | None]


def diverged(course: Course) -> Judgement | None:
    """The loss to its end, or the last files, hold numbers that are none; or the loss ends EXPLODED times above what the base
    alone makes.

    The first is arithmetic: after a NaN in the weights every loss is one. A loss that is none among others is a bad batch, whose
    step a gradient scaler leaves out; so may the very last one be, unless the run ended for it, and a whole file after it tells
    that it was. Predicting no noise at all has a loss of 1 for models that predict it, so three times the base's own loss
    (0.08 to 0.2 as a rule) is a model that has been taken apart.
    """
    signs = []
    whole, bad = final_weight(course), _without_number(course)
    if bad and (course.lost or len(bad) > 1):
        signs.append(Sign("clear", Evidence("loss_nan", {"step": bad[0]})))
    elif bad and not (whole and whole.step >= bad[0]):
        signs.append(Sign("likely", Evidence("loss_nan", {"step": bad[0]})))
    elif course.lost:
        signs.append(Sign("clear", Evidence("run_nan")))
    signs += [
        Sign("clear", Evidence("file_nan", {"step": one.step}))
        for one in course.weights
        if one.share - one.share != 0 and not (whole and whole.step > one.step)
    ][:1]
    moved = against_base(course)
    if moved and moved.low > EXPLODED:
        signs.append(Sign("clear", Evidence("loss_exploded", {"times": f"{moved.ratio:.1f}"})))
    return _judged("diverged", signs)


def _without_number(course: Course) -> tuple[int, ...]:
    """The last steps, as far back as their losses are no numbers."""
    count = next(
        (place for place, loss in enumerate(reversed(course.losses)) if math.isfinite(loss)),
        len(course.losses),
    )
    return course.steps[len(course.steps) - count :]


def rate_high(course: Course) -> Judgement | None:
    """The LoRA is worse than the base alone, or its change is nearly as large as the base itself.

    Before the first step a LoRA changes nothing, so the first losses are the base's own. Ending surely above them (by three
    errors, as this is asked of every run) means that steps overshoot; of a LoRA that has not moved it means nothing. MUCH and TOO_MUCH are experience: a change of a quarter of the weights
    draws its pictures and hardly anything else, one of more than half is another model.
    """
    signs = []
    moved, weighed = against_base(course), final_weight(course)
    is_moved = weighed is None or weighed.share >= UNMOVED
    if moved and is_moved and moved.z > 3 and 1.02 < moved.low <= EXPLODED:
        clear: Confidence = "clear" if moved.low > 1.25 else "likely"
        signs.append(Sign(clear, Evidence("loss_rose", {"percent": percent(moved.ratio - 1)})))
    if weighed and weighed.share > MUCH:
        clear = "clear" if weighed.share > TOO_MUCH and weighed.exact else "likely"
        signs.append(Sign(clear, Evidence("moved_much", {"share": percent(weighed.share)})))
    lowest = lowest_validation(course)
    if lowest and lowest.is_first and lowest.rise > 0.05 and lowest.z > 3 and not (moved and moved.high < 1):
        signs.append(Sign("likely", Evidence("validation_rose_at_once", {"percent": percent(lowest.rise)})))
    return _judged("rate_high", signs)


def hardly_moved(course: Course) -> Judgement | None:
    """The change is smaller than the rounding of a base in 16 bit.

    float16 has ten bits of fraction: neighbours are 2⁻¹⁰ of their value apart, so that a change of less than half of that, 2⁻¹¹
    or 0.05 %, rounds to nothing where a LoRA is merged into its base.

    A LoRA moves about in proportion to its steps. So nothing is said before half of the plan is done, after which it moves about
    as far again at most; and where pictures were shown too few times, what counts is how far it would have moved by VIEWS_FEW.
    """
    weighed = final_weight(course)
    if weighed is None or _is_early(course):
        return None
    views = course.views or VIEWS_FEW * course.last / FEW_STEPS
    would_be = weighed.share * max(1.0, VIEWS_FEW / views)
    if would_be >= UNMOVED:
        return None
    confidence: Confidence = "clear" if weighed.exact or would_be < UNMOVED / 4 else "likely"
    signs = [Sign(confidence, Evidence("moved_nothing", {"share": percent(weighed.share)}))]
    highest = max((rate for rate in course.rates if rate - rate == 0), default=math.nan)
    if highest < 1e-6 and not course.is_adaptive:
        signs.append(Sign("likely", Evidence("rate_tiny", {"rate": f"{highest:g}"})))
    return _judged("hardly_moved", signs)


def _is_early(course: Course) -> bool:
    """Whether the rate may still have been rising: by the plan, or, of an optimizer that finds its own, in its search."""
    least = FEW_STEPS if course.is_adaptive else WARMING
    return course.last < max(course.planned / 2, least)


def overfit(course: Course) -> Judgement | None:
    """The validation loss fell, and has risen again while the training went on.

    The rise must be more than 2 % and more than three times the validation's own roughness, so that a single bad value is none. If
    it rises from the first one on, the training loss must surely have fallen: else the rate is too high.
    """
    lowest = lowest_validation(course)
    moved = against_base(course)
    fell = moved is not None and moved.high < 1
    if (
        lowest is None
        or (lowest.is_first and not fell)
        or lowest.later < 2
        or lowest.rise < 0.02
        or lowest.z < 3
    ):
        return None
    confidence: Confidence = "clear" if lowest.rise > 0.05 and lowest.later >= 3 else "likely"
    rose = Evidence("validation_rose", {"step": lowest.step, "percent": percent(lowest.rise)})
    signs = [Sign(confidence, rose)]
    if moved and fell:
        signs.append(Sign("hint", Evidence("loss_fell", {"percent": percent(1 - moved.ratio)})))
    return _judged("overfit", signs, lowest.step)


def suspected(course: Course) -> Judgement | None:
    """Without validation: the training loss fell by surely more than a third, on pictures shown very often.

    A LoRA takes little off the loss of a good base, because most of it is noise that nobody can predict; what takes off so much
    more knows the pictures by heart, or the base did not know such pictures at all. Only the samples can tell which (experience).
    """
    moved = against_base(course)
    if course.validations or moved is None or moved.high > 0.67 or course.views < VIEWS_MANY:
        return None
    values = {"percent": percent(1 - moved.ratio)}
    signs = [
        Sign("hint", Evidence("loss_fell", values)),
        Sign("hint", Evidence("views", {"views": round(course.views)})),
    ]
    return _judged("suspected", signs)


def underfit(course: Course) -> Judgement | None:
    """It was still getting better when it ended, or has hardly begun: two signs of four make it likely, one is a hint.

    The signs: the last validations are the lowest and fell by more than 2 % in the last third; without validation, on pictures that were not
    shown very often, the training loss surely fell by more than 3 % over the second half, by three errors, and ended surely below
    the base's own; the change is small (below LITTLE, experience); each picture was shown fewer than
    VIEWS_FEW times (half of the guide's least: 5 repeats, 10 epochs).
    """
    if not course.is_over:
        return None
    signs = []
    may_tell = not course.validations and course.views < VIEWS_MANY
    last = last_validations(course)
    if last and last.is_lowest and last.fall > 0.02 and last.z < -2:
        signs.append(Sign("likely", Evidence("validation_falling", {"percent": percent(last.fall)})))
    late, moved = late_trend(course), against_base(course)
    if late and moved and late.z < -3 and late.ratio < 0.97 and moved.high < 1 and may_tell:
        signs.append(Sign("likely", Evidence("loss_falling", {"percent": percent(1 - late.ratio)})))
    if not signs and last and last.fall < 0.005:
        return None  # it has stopped getting better: more of the same would not help
    weighed = final_weight(course)
    if weighed and weighed.share < LITTLE:
        signs.append(Sign("hint", Evidence("moved_little", {"share": percent(weighed.share)})))
    if 0 < course.views < VIEWS_FEW:
        signs.append(Sign("hint", Evidence("views_few", {"views": round(course.views)})))
    if len(signs) == 1 and signs[0].confidence == "hint":
        return None if settled(course) else _judged("underfit", signs)
    return _judged("underfit", signs)


def too_long(course: Course) -> Judgement | None:
    """For more than half of the way nothing got better.

    By validation: nine tenths of all that was gained had been gained before EARLY of all learning was done. Without:
    the loss fell surely at first, and over the rest changed by less than FLAT either way, with all of the interval of 95 %.
    """
    found = settled(course)
    if found is None:
        return None
    confidence: Confidence = "likely" if found.by_validation else "hint"
    evidence = Evidence(
        "validation_flat" if found.by_validation else "loss_flat",
        {"step": found.step, "steps": course.last, "percent": percent(found.change)},
    )
    return _judged("too_long", [Sign(confidence, evidence)], found.step)


def healthy(course: Course) -> Judgement | None:
    """It learnt: the change is of a usual size, and a loss surely fell. Whether nothing speaks against it, `advice` looks.

    A change of an unusual size is not called healthy, whatever the losses say.
    """
    signs = []
    weighed = final_weight(course)
    if weighed and not LITTLE <= weighed.share <= USUAL:
        return None
    if weighed:
        signs.append(Sign("likely", Evidence("moved_well", {"share": percent(weighed.share)})))
    lowest = lowest_validation(course)
    if lowest and lowest.gain > 0.01 and lowest.rise < 0.02:
        signs.append(Sign("likely", Evidence("validation_fell", {"percent": percent(lowest.gain)})))
    moved = against_base(course)
    if moved and moved.high < 1:
        signs.append(Sign("hint", Evidence("loss_fell", {"percent": percent(1 - moved.ratio)})))
    return _judged("healthy", signs)


RULES: tuple[Rule, ...] = (diverged, rate_high, overfit, hardly_moved, underfit, too_long, suspected)
"""What is the matter, the worst first."""


def _judged(kind: str, signs: Sequence[Sign], best_step: int = 0) -> Judgement | None:
    """As sure as its strongest sign; two that are likely together are clear, two hints are likely."""
    if not signs:
        return None
    ranks = sorted((CONFIDENCES.index(sign.confidence) for sign in signs), reverse=True)
    rank = ranks[0]
    if len(ranks) > 1 and ranks[1] == rank and rank < len(CONFIDENCES) - 1:
        rank += 1
    return Judgement(kind, CONFIDENCES[rank], tuple(sign.evidence for sign in signs), best_step)
