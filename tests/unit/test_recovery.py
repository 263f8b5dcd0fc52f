"""Whether a training that failed is tried again, and with what change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kohya_driver import texts
from kohya_driver.diagnosis.model import MEMORY, NAN, RETRY
from kohya_driver.events.parts import MemoryUse, Trouble
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.planning.again import LOWER_RATE
from kohya_driver.run.attempt import Attempt
from kohya_driver.run.recovery import Decision, decide, was_short_of_memory
from kohya_driver.texts.recovery import TEXTS

Facts = dict[str, Any]
CRASH: Facts = {"outcome": "failed", "reason": "run.killed", "kind": "proc.sigkill"}


def never() -> str:
    raise AssertionError("nobody asked how memory could be saved")


def history(*attempts: Facts) -> list[Attempt]:
    """Attempts that crashed; `again` stands for one that the run went on after by itself."""
    return [Attempt(number + 1, float(number), **{**CRASH, **facts}) for number, facts in enumerate(attempts)]


def at(step: int, *, again: bool = False, **facts: Any) -> Facts:
    return {"step": step, "recovered": again, **facts}


def no(reason: str) -> Decision:
    return Decision(False, reason=f"recovery.{reason}")


GO_ON = Decision(True)
SLOWER = Decision(True, (LOWER_RATE,))

CASES: list[tuple[str, list[Facts], str, int, Decision]] = [
    ("a first failure", [at(5)], RETRY, 2, GO_ON),
    ("nothing can help", [at(5)], "", 2, no("no_use")),
    ("switched off", [at(5)], RETRY, 0, no("off")),
    ("nothing can help, and switched off", [at(5)], "", 0, no("no_use")),
    ("the limit is reached", [at(5, again=True), at(9, again=True), at(12)], RETRY, 2, no("limit")),
    ("just below the limit", [at(5, again=True), at(9, again=True), at(12)], RETRY, 3, GO_ON),
    ("the same again, and no further", [at(5, again=True), at(5)], RETRY, 9, no("same_again")),
    ("the same again, and less far", [at(5, again=True), at(4)], RETRY, 9, no("same_again")),
    ("the same again, but further", [at(5, again=True), at(6)], RETRY, 9, GO_ON),
    ("another reason", [at(5, again=True), at(5, reason="trouble.stall")], RETRY, 9, GO_ON),
    ("another kind", [at(5, again=True), at(5, kind="mps.command_buffer")], RETRY, 9, GO_ON),
    (
        "it got further once, then no more",
        [at(5, again=True), at(9, again=True), at(9)],
        RETRY,
        9,
        no("same_again"),
    ),
    ("further each time", [at(5, again=True), at(9, again=True), at(12)], RETRY, 9, GO_ON),
    ("resumed by hand after the same failure", [at(5), at(5)], RETRY, 9, GO_ON),
    (
        "by hand the count begins anew",
        [at(5, again=True), at(9, again=True), at(12), at(20)],
        RETRY,
        2,
        GO_ON,
    ),
    (
        "and is reached again",
        [at(5, again=True), at(9), at(12, again=True), at(20, again=True), at(30)],
        RETRY,
        2,
        no("limit"),
    ),
    ("numbers are lost", [at(5)], NAN, 2, SLOWER),
    (
        "numbers are lost with half the rate",
        [at(5, again=True), at(9, measures=(LOWER_RATE,))],
        NAN,
        9,
        no("nan_again"),
    ),
    (
        "numbers are lost after another failure",
        [at(5, again=True), at(9, measures=("memory.fit_bf16",))],
        NAN,
        9,
        SLOWER,
    ),
    (
        "half the rate, a crash, then lost again",
        [at(5, again=True), at(9, again=True, measures=(LOWER_RATE,)), at(30)],
        NAN,
        9,
        no("nan_again"),
    ),
    (
        "lost again after a resume by hand",
        [at(5, again=True), at(9, measures=(LOWER_RATE,)), at(30)],
        NAN,
        9,
        SLOWER,
    ),
    ("lost at the limit", [at(5, again=True), at(9)], NAN, 1, no("limit")),
]


@pytest.mark.parametrize(
    ("attempts", "recovery", "limit", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_history(attempts: list[Facts], recovery: str, limit: int, expected: Decision) -> None:
    assert decide(history(*attempts), recovery, limit=limit, saving=never) == expected


def left(*ids: str) -> Callable[[], str]:
    """The mildest measure that is left."""
    return lambda: ids[0] if ids else ""


def test_memory_takes_the_mildest_measure_that_is_left() -> None:
    first = decide(history(at(5)), MEMORY, limit=2, saving=left("memory.fit_checkpointing"))
    assert first == Decision(True, ("memory.fit_checkpointing",))
    # No further than before is no reason against it: something was changed.
    again = history(at(5, again=True), at(5, measures=("memory.fit_checkpointing",)))
    assert decide(again, MEMORY, limit=2, saving=left("memory.fit_bf16")) == Decision(
        True, ("memory.fit_bf16",)
    )
    assert decide(again, MEMORY, limit=2, saving=left()) == no("nothing_smaller")
    assert decide(again, MEMORY, limit=1, saving=never) == no("limit")


@pytest.mark.parametrize("recovery", [MEMORY, NAN, RETRY, ""])
def test_what_the_preset_says_comes_first(recovery: str) -> None:
    assert decide(history(at(5)), recovery, limit=0, saving=never, wished=False) == no("by_policy")


def test_every_reason_is_a_sentence_and_every_measure_too() -> None:
    reasons = {case[4].reason for case in CASES} | {"recovery.by_policy", "recovery.nothing_smaller"}
    assert reasons - {""} <= set(TEXTS)
    assert texts.has(f"override.{LOWER_RATE}")


@pytest.mark.parametrize(
    ("available", "troubles", "kills", "short"),
    [
        (8, (), 1, False),
        (2, (), 1, True),
        (8, ("trouble.memory",), 1, True),
        (8, ("trouble.slow",), 1, False),
        (8, (), 2, True),
        (None, (), 1, False),
    ],
)
def test_killed_for_memory_or_by_somebody(
    available: int | None, troubles: tuple[str, ...], kills: int, short: bool
) -> None:
    memory = None if available is None else MemoryUse(1, 1, available, 16, 0)
    told = tuple(Trouble(code, "warn", {}, 0.0, 0.0) for code in troubles)
    snapshot = RunSnapshot(memory=memory, troubles=told)
    assert was_short_of_memory(snapshot, history(*[at(5)] * kills)) is short
