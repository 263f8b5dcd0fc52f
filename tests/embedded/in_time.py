"""Trainings that are interrupted in the middle, on a machine that may be busy."""

from __future__ import annotations

from collections.abc import Callable

from kohya_driver import api

TRIES = 5


def was_interrupted(result: api.RunResult) -> bool:
    return (result.outcome, result.attempts) != ("succeeded", 1)


def in_time(
    train: Callable[[], api.RunResult], came: Callable[[api.RunResult], bool] = was_interrupted
) -> api.RunResult:
    """Train until what is to happen in the middle came before the end.

    The tiny trainer ends within seconds. Where this process is held meanwhile, it hears of the first step when there are no more.
    """
    for _ in range(TRIES):
        result = train()
        if came(result):
            break
    return result
