"""The advice on a run as the report's remarks."""

from __future__ import annotations

from collections.abc import Iterator

from kohya_driver import texts
from kohya_driver.judging.model import Advice
from kohya_driver.judging.run_advice import advise
from kohya_driver.report.model import Remark
from kohya_driver.run.folder import Run
from kohya_driver.run.history import History

KINDS = {"healthy": "good", "unclear": "look", "suspected": "look"}


def remarks_of(run: Run, history: History) -> tuple[Remark, ...]:
    """Nothing of a run that has no steps yet."""
    advice = advise(run, history)
    says_nothing = advice.main.kind == "unclear" and "no_steps" in advice.gaps
    return () if says_nothing else tuple(_remarks(advice))


def _remarks(advice: Advice) -> Iterator[Remark]:
    """The first has the remedies with what they change, and what was missing to judge by."""
    gaps = tuple(texts.say(f"advice.gap.{gap}") for gap in advice.gaps)
    for place, one in enumerate(advice.judgements):
        evidence = tuple(each.sentence for each in one.evidence)
        yield Remark(
            KINDS.get(one.kind, "change"),
            one.title,
            one.text,
            evidence,
            () if place else tuple(remedy.sentence for remedy in advice.remedies),
            texts.say(f"advice.confidence_{one.confidence}"),
            () if place else gaps,
            {} if place else advice.changes,
        )
