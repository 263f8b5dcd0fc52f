"""The samples of a run as a sheet: prompts down, steps across, each with the LoRA as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from kohya_driver.report.model import CheckpointRow, Column, Picture, Samples
from kohya_driver.report.thumbs import looked_at, with_thumbs
from kohya_driver.run.samples import Sample

MOST_PICTURES = 240
"""Of those on the page; with more, whole columns are left out, evenly."""


def sample_sheet(
    samples: Iterable[Sample],
    checkpoints: Iterable[CheckpointRow],
    *,
    pictures: bool = True,
    written: tuple[str, ...] = (),
) -> Samples:
    """The sheet.

    Args:
        pictures: False: without small copies, for a report that only names them; each is looked at all the same.
        written: the preset's own prompts.
    """
    found = list(samples)
    prompts = _prompts(found)
    drawn = sorted({(one.step, one.epoch) for one in found})
    kept = _thinned(drawn, max(2, MOST_PICTURES // max(1, len(prompts))))
    shown = [_picture(one) for one in found if (one.step, one.epoch) in kept]
    by_step = {row.step: row.path for row in checkpoints if row.exists}
    asked = {one.prompt_index: one.asked for one in found}
    return Samples(
        prompts=prompts,
        written=written[: len(prompts)],
        settings=tuple(asked.get(index) for index in range(len(prompts))),
        columns=tuple(Column(step, epoch, by_step.get(step) if step else None) for step, epoch in kept),
        pictures=with_thumbs(shown) if pictures else looked_at(shown),
        left_out=len(drawn) - len(kept),
    )


def _prompts(samples: Iterable[Sample]) -> tuple[str, ...]:
    texts: Mapping[int, str] = {one.prompt_index: one.prompt for one in samples}
    return tuple(texts.get(index, "") for index in range(max(texts, default=-1) + 1))


def _thinned(drawn: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """At most so many, evenly, the first and the last among them."""
    if len(drawn) <= most:
        return drawn
    return [drawn[round(place * (len(drawn) - 1) / (most - 1))] for place in range(most)]


def _picture(sample: Sample) -> Picture:
    return Picture(Path(sample.path), sample.step, sample.epoch, sample.prompt_index, sample.seed)
