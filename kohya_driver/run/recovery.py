"""Decides whether a training that failed is tried again, and with what change. Pure.

It goes on from its newest whole train state, as often as the preset allows, and never into the same failure twice: out of
memory takes the mildest saving measure that was not taken yet, numbers that were lost come back with a lower rate, and
passing trouble is tried as it was, for as long as the training gets further each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kohya_driver.diagnosis.model import MEMORY, NAN, RETRY
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.again import LOWER_RATE
from kohya_driver.run.attempt import Attempt

KILLED = "proc.sigkill"
"""Ended by force and without a word: by the system, for want of memory, or by somebody."""
SHORT = 0.15
"""Of all memory: with less available, it was the system."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`again`, with `measures`; or not, for a reason that is a code of `texts/recovery.py`."""

    again: bool
    measures: tuple[str, ...] = ()
    reason: str = ""


def decide(
    attempts: Sequence[Attempt], recovery: str, *, limit: int, saving: Callable[[], str], wished: bool = True
) -> Decision:
    """After the last of these attempts has failed.

    Args:
        attempts: all of the run so far, with how each ended.
        recovery: what can help, in the words of `Diagnosis.recovery`; empty: nothing.
        limit: how often a run may be resumed by itself.
        saving: the id of the mildest measure against a lack of memory that is left; empty if none is.
        wished: False: what happened ends the training, by the preset's [safety].
    """
    if not wished:
        return Decision(False, reason="recovery.by_policy")
    if not recovery:
        return Decision(False, reason="recovery.no_use")
    if limit == 0:
        return Decision(False, reason="recovery.off")
    by_itself = _by_itself(attempts)
    if len(by_itself) >= limit:
        return Decision(False, reason="recovery.limit")
    if recovery == MEMORY:
        measure = saving()
        return Decision(True, (measure,)) if measure else Decision(False, reason="recovery.nothing_smaller")
    if recovery == NAN:
        if any(LOWER_RATE in one.measures for one in by_itself):
            return Decision(False, reason="recovery.nan_again")
        return Decision(True, (LOWER_RATE,))
    if recovery == RETRY and _same_again(attempts):
        return Decision(False, reason="recovery.same_again")
    return Decision(True)


def _by_itself(attempts: Sequence[Attempt]) -> list[Attempt]:
    """Those since the person last started or resumed it that were made because the one before failed."""
    found: list[Attempt] = []
    for before, attempt in pairwise(attempts):
        if before.recovered:
            found.append(attempt)
        else:
            found.clear()
    return found


def _same_again(attempts: Sequence[Attempt]) -> bool:
    """The attempt before failed in the same way, and this one came no further."""
    if len(attempts) < 2:
        return False
    before, last = attempts[-2:]
    same = (before.reason, before.kind) == (last.reason, last.kind)
    return before.recovered and same and last.step <= before.step


def was_short_of_memory(snapshot: RunSnapshot, attempts: Sequence[Attempt]) -> bool:
    """Whether a training that was killed without a word was killed for its memory.

    It was looked at every few seconds only: one that is killed again is taken to be short, too.
    """
    memory = snapshot.memory
    if memory and memory.available < SHORT * memory.total:
        return True
    told = any(trouble.code == "trouble.memory" for trouble in snapshot.troubles)
    return told or [attempt.kind for attempt in attempts[-2:]] == [KILLED, KILLED]
