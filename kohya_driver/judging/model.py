"""What a training measured, what is judged of it, and what is advised, as frozen values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from kohya_driver import texts

VERSION = 1
Confidence = Literal["clear", "likely", "hint"]
CONFIDENCES: tuple[Confidence, ...] = ("hint", "likely", "clear")
"""From weak to strong."""
Value = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """How far a LoRA file has moved."""

    step: int
    share: float
    """‖change‖ / ‖base‖ of the layers that it changes; NaN if it holds numbers that are none."""
    exact: bool = True
    """False: without the base, from the usual size of weights of such layers."""


@dataclass(frozen=True, slots=True)
class Course:
    """One training, as far as it was measured. Of what was thrown away after a stop, nothing."""

    steps: tuple[int, ...] = ()
    losses: tuple[float, ...] = ()
    rates: tuple[float, ...] = ()
    """The highest of each step; empty where it is not known."""
    validations: tuple[tuple[int, float], ...] = ()
    """(step, loss) on pictures that are not trained on."""
    weights: tuple[Weighed, ...] = ()
    files: tuple[tuple[int, str], ...] = ()
    """(step, name) of the LoRA files that are there, in the order of their steps."""
    planned: int = 0
    """Steps; 0 where that is not known."""
    steps_per_epoch: int = 0
    images: int = 0
    pictures_per_step: int = 1
    is_adaptive: bool = False
    """Whether the optimizer finds its rate by itself (Prodigy, D-Adaptation)."""
    is_over: bool = True
    """False: it still runs."""
    lost: bool = False
    """Whether the run ended for a loss, or a file, that is no number."""

    @property
    def last(self) -> int:
        """The last step, as far as losses or files tell."""
        return max((*self.steps[-1:], *(one.step for one in self.weights[-1:])), default=0)

    @property
    def is_cut_short(self) -> bool:
        """Whether it ended, or stands, well before its planned end."""
        return self.last < 0.95 * self.planned

    @property
    def views(self) -> float:
        """How often each picture was shown."""
        return len(self.steps) * self.pictures_per_step / self.images if self.images else 0.0

    def to_json(self) -> dict[str, Any]:
        """JSON has no NaN: such a number is null."""
        body: dict[str, Any] = asdict(self)
        for name in ("losses", "rates"):
            body[name] = [None if value - value != 0 else value for value in body[name]]
        body["validations"] = [(at, None if loss - loss != 0 else loss) for at, loss in body["validations"]]
        for weighed in body["weights"]:
            weighed["share"] = None if math.isnan(weighed["share"]) else weighed["share"]
        return body

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Course:
        def number(value: float | None) -> float:
            return math.nan if value is None else value

        return cls(
            **{
                **data,
                "steps": tuple(data["steps"]),
                "losses": tuple(map(number, data["losses"])),
                "rates": tuple(map(number, data["rates"])),
                "validations": tuple((step, number(loss)) for step, loss in data["validations"]),
                "files": tuple((step, name) for step, name in data.get("files", ())),
                "weights": tuple(
                    Weighed(one["step"], number(one["share"]), one["exact"]) for one in data["weights"]
                ),
            }
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """A number that a judgement rests on. `code` is a text of texts/advice.py."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return texts.say(f"advice.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is the matter with a training."""

    kind: str
    """`diverged`, `rate_high`, `overfit`, `hardly_moved`, `underfit`, `too_long`, `suspected`, `healthy`, `unclear`."""
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    best_step: int = 0
    """Where it stood best, or where it stopped getting better; 0 where that cannot be told."""

    @property
    def title(self) -> str:
        return texts.say(f"advice.kind.{self.kind}")

    @property
    def text(self) -> str:
        return texts.say(f"advice.what.{self.kind}")


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing to do. With `changes` it is done in the next preset; without, it is left to the person."""

    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Dotted key of a preset → its new value; None takes the key out."""

    @property
    def sentence(self) -> str:
        return texts.say(f"advice.remedy.{self.code}", **self.values)


@dataclass(frozen=True, slots=True)
class Advice:
    """What is judged of a run and advised for the next. The first judgement is the one to act on."""

    judgements: tuple[Judgement, ...]
    remedies: tuple[Remedy, ...] = ()
    gaps: tuple[str, ...] = ()
    """What was missing to judge by: `few_steps`, `no_validation`, `no_files`, `no_base`, `no_steps`, `running`, `odd_losses`,
    `odd_validation`, `no_plan`, `no_preset`, `newer`, `damaged`."""

    @property
    def main(self) -> Judgement:
        return self.judgements[0]

    @property
    def changes(self) -> dict[str, Any]:
        """Of all remedies together."""
        return {key: value for remedy in self.remedies for key, value in remedy.changes.items()}

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/advice.md."""
        return {
            "version": VERSION,
            "judgements": [
                {
                    "kind": one.kind,
                    "confidence": one.confidence,
                    "title": one.title,
                    "text": one.text,
                    "best_step": one.best_step or None,
                    "evidence": [
                        {"code": each.code, "values": dict(each.values), "sentence": each.sentence}
                        for each in one.evidence
                    ],
                }
                for one in self.judgements
            ],
            "remedies": [
                {
                    "code": one.code,
                    "sentence": one.sentence,
                    "changes": dict(one.changes),
                }
                for one in self.remedies
            ],
            "gaps": [{"code": gap, "sentence": texts.say(f"advice.gap.{gap}")} for gap in self.gaps],
            "changes": self.changes,
        }
