"""Made-up trainings of eight situations, with the noise of recorded ones: to set thresholds by, and, of other seeds, to count by.

A situation is made from what it means: how the loss of a model that is asked at all times goes, how that on unseen pictures goes, how
far the weights move. The noise that a step's loss really has is laid over it: factors drawn from a recorded training (noise.json in
tests/golden/advice) whose rate was so low that it learnt nothing, independent of the step.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kohya_driver.judging.model import Course, Weighed

GOLDEN = Path(__file__).parent / "golden" / "advice"
SITUATIONS = (
    "healthy", "rate_high", "hardly_moved", "diverged", "overfit", "suspected", "underfit", "too_long",
)  # fmt: skip
NOISES: Mapping[str, float] = {"none": 0.0, "recorded": 1.0, "heavier": 1.25}
"""Powers of the recorded factors."""
VALIDATION_NOISE = 0.004
"""A validation asks the same pictures at the same times with the same noise each time; what is left is the weights' own jitter."""


@dataclass(frozen=True, slots=True)
class Case:
    situation: str
    noise: str
    seed: int
    course: Course

    @property
    def name(self) -> str:
        return f"{self.situation}-{self.noise}-{self.seed}"


def cases(seeds: Sequence[int]) -> list[Case]:
    """One of each situation and noise for each seed."""
    return [
        Case(situation, noise, seed, make(situation, noise, seed))
        for situation in SITUATIONS
        for noise in NOISES
        for seed in seeds
    ]


def make(situation: str, noise: str, seed: int) -> Course:
    dice = random.Random(f"{situation}/{noise}/{seed}")
    return _SITUATIONS[situation](dice, _noise(dice, NOISES[noise]))


def recorded_factors() -> list[float]:
    """What the losses of the recorded training are, each divided by their geometric mean."""
    factors: list[float] = json.loads((GOLDEN / "noise.json").read_text())["factors"]
    return factors


Noise = Callable[[], float]
Way = Callable[[float], float]
"""From the share of the way that is done to a factor of the first loss."""


def _noise(dice: random.Random, power: float) -> Noise:
    factors = recorded_factors()

    def factor() -> float:
        return math.pow(dice.choice(factors), power)

    return factor


def _course(
    dice: random.Random,
    noise: Noise,
    *,
    steps: int,
    train: Way,
    unseen: Way | None,
    share: float,
    growth: float = 0.8,
    constant: bool = False,
    views: tuple[int, int] = (40, 90),
    epochs: tuple[int, int] = (8, 14),
) -> Course:
    level = dice.uniform(0.08, 0.16)
    count = dice.randint(*epochs)
    rates = [_rate(step / steps, constant) for step in range(1, steps + 1)]
    total, learnt, way = math.fsum(rates), 0.0, []
    for rate in rates:
        learnt += rate
        way.append(learnt / total)
    per_epoch = steps // count
    marks = [per_epoch * epoch for epoch in range(1, count + 1)]
    validations = [
        (step, level * 0.97 * (unseen(way[step - 1]) * math.exp(dice.gauss(0, VALIDATION_NOISE)))) for step in marks
    ] if unseen else []  # fmt: skip
    return Course(
        steps=tuple(range(1, steps + 1)),
        losses=tuple(level * train(done) * noise() for done in way),
        rates=tuple(1e-4 * rate for rate in rates),
        validations=tuple(validations),
        weights=_weights(dice, marks, way, share, growth),
        planned=steps,
        steps_per_epoch=per_epoch,
        images=max(5, round(steps / dice.randint(*views))),
    )


def _rate(done: float, constant: bool) -> float:
    warm = min(1.0, done / 0.1)
    return warm if constant else warm * 0.5 * (1 + math.cos(math.pi * done))


def _weights(
    dice: random.Random, marks: Sequence[int], way: Sequence[float], share: float, growth: float
) -> tuple[Weighed, ...]:
    """Of every second epoch, or of the last file alone; with the base at hand, or without."""
    exact = dice.random() < 0.7
    chosen = marks[1::2] if dice.random() < 0.6 else []
    steps = sorted({*chosen, marks[-1]})
    return tuple(
        Weighed(step, share * way[step - 1] ** growth * dice.uniform(0.97, 1.03), exact) for step in steps
    )


def _falling(by: float, speed: float) -> Way:
    """Down by this share in the end, most of it early if the speed is high."""
    whole = 1 - math.exp(-speed)
    return lambda done: 1 - by * (1 - math.exp(-speed * done)) / whole


def _healthy(dice: random.Random, noise: Noise) -> Course:
    train, unseen = (
        _falling(dice.uniform(0.08, 0.3), dice.uniform(2.5, 5)),
        _falling(dice.uniform(0.03, 0.12), dice.uniform(4, 6)),
    )
    share = 10 ** dice.uniform(-2.2, -1.0)
    return _course(dice, noise, steps=dice.randint(800, 3000), train=train, unseen=unseen if dice.random() < 0.7 else None, share=share)  # fmt: skip


def _rate_high(dice: random.Random, noise: Noise) -> Course:
    rise, after = dice.uniform(0.3, 1.5), dice.uniform(0.02, 0.25)
    train: Way = lambda done: 1 + rise * min(1.0, done / after)  # noqa: E731
    unseen: Way = lambda done: 1 + 1.2 * rise * min(1.0, done / after)  # noqa: E731
    share = 10 ** dice.uniform(-0.7, 0.3)
    return _course(dice, noise, steps=dice.randint(400, 3000), train=train, unseen=unseen if dice.random() < 0.5 else None, share=share)  # fmt: skip


def _hardly_moved(dice: random.Random, noise: Noise) -> Course:
    still: Way = lambda done: 1.0  # noqa: E731
    share = 10 ** dice.uniform(-6, -3.6)
    return _course(dice, noise, steps=dice.randint(400, 3000), train=still, unseen=still if dice.random() < 0.5 else None, share=share)  # fmt: skip


def _diverged(dice: random.Random, noise: Noise) -> Course:
    at, times = dice.uniform(0.1, 0.7), dice.uniform(6, 40)
    train: Way = lambda done: 1 + (times - 1) * min(1.0, max(0.0, (done - at) / 0.05))  # noqa: E731
    course = _course(dice, noise, steps=dice.randint(400, 3000), train=train, unseen=train if dice.random() < 0.5 else None, share=dice.uniform(1, 20))  # fmt: skip
    if dice.random() < 0.5:
        return course
    end = round(at * len(course.steps))
    losses = (*course.losses[:end], *[math.nan] * 3)
    return replace(
        course, steps=course.steps[: len(losses)], losses=losses, rates=course.rates[: len(losses)], lost=True,
        validations=tuple(one for one in course.validations if one[0] < end),
        weights=tuple(one for one in course.weights if one.step < end),
    )  # fmt: skip


def _overfit(dice: random.Random, noise: Noise) -> Course:
    lowest, gain, rise = dice.uniform(0.25, 0.65), dice.uniform(0.03, 0.1), dice.uniform(0.06, 0.3)

    def unseen(done: float) -> float:
        fallen = 1 - gain * min(1.0, done / lowest)
        return fallen + rise * math.pow(max(0.0, (done - lowest) / (1 - lowest)), 1.3)

    train = _falling(dice.uniform(0.3, 0.65), dice.uniform(1, 3))
    return _course(dice, noise, steps=dice.randint(1200, 5000), train=train, unseen=unseen, share=dice.uniform(0.04, 0.2), views=(100, 300))  # fmt: skip


def _suspected(dice: random.Random, noise: Noise) -> Course:
    train = _falling(dice.uniform(0.6, 0.85), dice.uniform(1, 3))
    return _course(dice, noise, steps=dice.randint(1500, 5000), train=train, unseen=None, share=dice.uniform(0.04, 0.2), views=(150, 400))  # fmt: skip


def _underfit(dice: random.Random, noise: Noise) -> Course:
    train, unseen = _falling(dice.uniform(0.05, 0.25), 0.4), _falling(dice.uniform(0.08, 0.2), 0.4)
    return _course(
        dice, noise, steps=dice.randint(120, 500), train=train, unseen=unseen if dice.random() < 0.7 else None,
        share=10 ** dice.uniform(-3.1, -2.6), growth=1.0, constant=True, views=(6, 20),
    )  # fmt: skip


def _too_long(dice: random.Random, noise: Noise) -> Course:
    """Everything was learnt in the first third."""
    speed = dice.uniform(14, 22)
    train, unseen = _falling(dice.uniform(0.2, 0.35), speed), _falling(dice.uniform(0.05, 0.12), speed)
    return _course(
        dice, noise, steps=dice.randint(3000, 8000), train=train, unseen=unseen if dice.random() < 0.8 else None,
        share=dice.uniform(0.02, 0.1), constant=True, epochs=(20, 40),
    )  # fmt: skip


_SITUATIONS: Mapping[str, Callable[[random.Random, Noise], Course]] = {
    "healthy": _healthy, "rate_high": _rate_high, "hardly_moved": _hardly_moved, "diverged": _diverged, "overfit": _overfit,
    "suspected": _suspected, "underfit": _underfit, "too_long": _too_long,
}  # fmt: skip
