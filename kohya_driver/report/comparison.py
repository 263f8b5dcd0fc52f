"""What is told of several runs side by side, as one frozen value: settings that differ, results, curves, samples."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver.errors import UsageError
from kohya_driver.planning.settings import Difference, differences
from kohya_driver.report.curves import smooth, smoothing_span, thin
from kohya_driver.report.gather import gather
from kohya_driver.report.model import JSON_POINTS, Picture, RunReport, plain
from kohya_driver.run.curves import Curves
from kohya_driver.run.folder import Run
from kohya_driver.run.listing import size_of
from kohya_driver.run.readable import read_run

VERSION = 1
MOST_RUNS = 6
"""As many as a page has colours for."""
MOST_COLUMNS = 6
LETTERS = "ABCDEF"


@dataclass(frozen=True, slots=True)
class Result:
    """A number of each run; None where it is not known."""

    name: str
    """`loss_end`, `loss_common`, `loss_lowest`, `validation`, `steps`, `seconds`, `pace`, `memory`, `lora_bytes`, `run_bytes`, `attempts`."""
    values: tuple[float | None, ...]
    steps: tuple[int, int] | None = None
    """The first and the last step that it is about, where that is the same for all."""


@dataclass(frozen=True, slots=True)
class SamplePair:
    """One prompt at one step of the first run, and what the others have nearest to it."""

    prompt: str
    step: int
    pictures: tuple[Picture | None, ...]
    """One for each run."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Several runs side by side."""

    runs: tuple[RunReport, ...]
    differences: tuple[Difference, ...]
    results: tuple[Result, ...]
    samples: tuple[SamplePair, ...]

    def to_json(self) -> dict[str, Any]:
        """The stable form, documented in docs/runs.md."""
        return {
            "version": VERSION,
            "runs": [{"name": one.name, "folder": str(one.folder), "state": one.state} for one in self.runs],
            "differences": plain(self.differences),
            "results": plain(self.results),
            "curves": [_curve(one.curves) for one in self.runs],
            "samples": [
                {
                    "prompt": pair.prompt,
                    "step": pair.step,
                    "pictures": [
                        {"path": str(one.path), "step": one.step} if one else None for one in pair.pictures
                    ],
                }
                for pair in self.samples
            ],
        }


def _curve(curves: Curves) -> dict[str, Any]:
    smoothed = smooth_losses(curves)
    places = thin(smoothed, JSON_POINTS)
    return {
        "steps": [curves.steps[place] for place in places],
        "losses": plain([smoothed[place] for place in places]),
        "validations": plain(curves.validations),
    }


def compare(runs: Sequence[Run]) -> Comparison:
    """Of two to six runs.

    Raises:
        UsageError: `kept.compare_two`, `kept.compare_many`.
        RunError: one of them cannot be read, or is of a newer version.
    """
    distinct = list({run.place: run for run in runs}.values())
    if len(distinct) < 2:
        raise UsageError("kept.compare_two")
    if len(distinct) > MOST_RUNS:
        raise UsageError("kept.compare_many", most=MOST_RUNS)
    plans = [read_run(run)[0] for run in distinct]
    reports = tuple(gather(run, pictures=False) for run in distinct)
    sizes = [size_of(run.folder) for run in distinct]
    return Comparison(reports, differences(plans), tuple(_results(reports, sizes)), tuple(_samples(reports)))


def smooth_losses(curves: Curves) -> list[float]:
    return smooth(curves.losses, smoothing_span(len(curves.losses)))


# --- results


def _results(reports: Sequence[RunReport], sizes: Sequence[int]) -> Iterator[Result]:
    """Those of which anything is known."""
    curves = [one.curves for one in reports]
    last = min((one.steps[-1] for one in curves if one.steps), default=0)
    first = last - max(1, last // 10) + 1
    for name, values, steps in (
        ("loss_end", [_mean(one, _tenth(one)) for one in curves], None),
        ("loss_common", [_mean(one, range(first, last + 1)) for one in curves], (first, last)),
        ("loss_lowest", [_lowest(smooth_losses(one)) for one in curves], None),
        ("validation", [one.numbers.validation_loss for one in reports], None),
        ("steps", [one.numbers.step for one in reports], None),
        ("seconds", [one.numbers.seconds for one in reports], None),
        ("pace", [one.numbers.seconds_per_step for one in reports], None),
        ("memory", [one.numbers.memory_peak for one in reports], None),
        ("lora_bytes", [_lora_bytes(one) for one in reports], None),
        ("run_bytes", list(sizes), None),
        ("attempts", [one.numbers.attempts for one in reports], None),
    ):
        known = tuple(value if value and math.isfinite(value) else None for value in values)
        if any(value is not None for value in known):
            yield Result(name, known, steps)


def _tenth(curves: Curves) -> range:
    """The last tenth of a run's steps."""
    last = curves.steps[-1] if curves.steps else 0
    return range(last - max(1, last // 10) + 1, last + 1)


def _mean(curves: Curves, steps: range) -> float | None:
    """Of the losses of these steps."""
    known = [
        loss
        for step, loss in zip(curves.steps, curves.losses, strict=True)
        if step in steps and math.isfinite(loss)
    ]
    return sum(known) / len(known) if known else None


def _lowest(losses: Iterable[float]) -> float | None:
    return min((loss for loss in losses if math.isfinite(loss)), default=None)


def _lora_bytes(report: RunReport) -> int | None:
    return next((row.size_bytes for row in reversed(report.checkpoints) if row.exists), None)


# --- samples


def _samples(reports: Sequence[RunReport]) -> Iterator[SamplePair]:
    """Prompt by prompt, of the first run that drew any, at a few of its steps."""
    first = next((one for one in reports if one.samples.pictures), None)
    if first is None:
        return
    for index, prompt in enumerate(first.samples.prompts):
        drawn = [one for one in first.samples.pictures if one.prompt_index == index]
        for picture in _few(drawn):
            pictures = tuple(_nearest(one, first, index, picture.step) for one in reports)
            if sum(one is not None for one in pictures) > 1:
                yield SamplePair(prompt, picture.step, pictures)


def _few(drawn: Sequence[Picture]) -> Sequence[Picture]:
    """Evenly, the first and the last among them."""
    if len(drawn) <= MOST_COLUMNS:
        return drawn
    return [drawn[round(place * (len(drawn) - 1) / (MOST_COLUMNS - 1))] for place in range(MOST_COLUMNS)]


def _nearest(report: RunReport, first: RunReport, index: int, step: int) -> Picture | None:
    """Of the same prompt; where no prompt is known, of the same number."""
    wanted, prompts = _as_written(first)[index], _as_written(report)
    same = index if index < len(prompts) and prompts[index] == wanted else None
    if same is None and wanted:
        same = next((place for place, text in enumerate(prompts) if text == wanted), None)
    drawn = [one for one in report.samples.pictures if one.prompt_index == same]
    return min(drawn, key=lambda one: (abs(one.step - step), one.step), default=None)


def _as_written(report: RunReport) -> tuple[str, ...]:
    """Its prompts before the trigger word, which each run has of its own, was filled in."""
    written, filled = report.samples.written, report.samples.prompts
    return written if len(written) == len(filled) else filled


def folder_of(comparison: Comparison) -> Path:
    """Where a page about it belongs, if nobody says: beside the runs."""
    return comparison.runs[0].folder.parent
