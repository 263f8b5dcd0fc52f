"""The samples of a run: which picture shows which prompt after which step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.events.model import Record, RunStarted, SampleSaved
from kohya_driver.planning.model import Plan
from kohya_driver.planning.prompts import Prompt, read_prompts
from kohya_driver.run.folder import Run

_NAME = re.compile(r"(?:^|_)(e?)(\d{6,})_(\d{2,})_(\d{14})(?:_(\d+))?\.png$")
"""How the engine names a sample (train_util.py:6573), read from its end: `output_name` in front may be anything."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture drawn during a training."""

    path: Path
    step: int
    """Optimizer steps done when it was drawn; 0 before the first."""
    epoch: int
    """The epoch that had just ended, or in which the step lies; counted from 1, 0 before the first step."""
    prompt_index: int
    """Which of the prompts, from 0."""
    prompt: str
    """Its words, with the trigger word filled in; empty if the plan has no such prompt."""
    seed: int | None


@dataclass(frozen=True, slots=True)
class SampleName:
    """What a sample's file name says."""

    step: int | None
    """None for a sample by epochs."""
    epoch: int | None
    """None for a sample by steps; 0 before training."""
    prompt_index: int
    drawn: str
    """The local time, as digits from year to second."""
    seed: int | None


def read_name(name: str) -> SampleName | None:
    """None for a file that the engine would not have named so."""
    match = _NAME.search(name)
    if match is None:
        return None
    by_epoch, number, prompt, drawn, seed = match.groups()
    return SampleName(
        None if by_epoch else int(number),
        int(number) if by_epoch else None,
        int(prompt),
        drawn,
        int(seed) if seed else None,
    )


def place(name: SampleName, plan: Plan) -> tuple[int, int]:
    """The step and the epoch of a sample: its name tells one of them only."""
    per_epoch = max(1, plan.steps_per_epoch)
    if name.step is not None:
        return name.step, -(-name.step // per_epoch)
    epoch = name.epoch or 0
    return plan.epoch_end(epoch), epoch


def sample_saved(path: Path, plan: Plan) -> SampleSaved:
    """What is told of a picture that has just been drawn."""
    name = read_name(path.name)
    return SampleSaved(str(path), *place(name, plan), name.prompt_index) if name else SampleSaved(str(path))


def run_samples(run: Run, records: Iterable[Record] | None = None) -> tuple[Sample, ...]:
    """Every sample that still stands, by step and prompt: of each the one drawn last.

    What an attempt drew after the step from which the next one went on does not count: that training was thrown away.

    Args:
        records: those of the run's events that tell of starts and samples, for whoever has read them already.
    """
    plan = run.plan()
    prompts = read_prompts(plan.sample_prompts)
    told, left_behind = _told(run, plan, run.events() if records is None else records)
    # A picture that no event tells of was drawn at the moment at which the run was cut off.
    own = set((run.folder / "models" / "sample").glob("*.png")) - left_behind
    newest: dict[tuple[int, int], tuple[str, Sample]] = {}
    for path in sorted({*told, *own}):
        name = read_name(path.name)
        if name is None or not path.is_file():
            continue
        sample = _sample(path, name, plan, prompts)
        key = (sample.step, sample.prompt_index)
        if key not in newest or newest[key][0] <= name.drawn:
            newest[key] = (name.drawn, sample)
    return tuple(newest[key][1] for key in sorted(newest))


def _told(run: Run, plan: Plan, records: Iterable[Record]) -> tuple[set[Path], set[Path]]:
    """The pictures that the events tell of, and those of training that was thrown away."""
    told: dict[Path, int] = {}
    dropped: set[Path] = set()
    for record in records:
        if isinstance(record.event, RunStarted):
            beyond = {path for path, step in told.items() if step > record.event.from_step}
            dropped |= beyond
            told = {path: step for path, step in told.items() if path not in beyond}
        elif isinstance(record.event, SampleSaved):
            path = _where(run, Path(record.event.path))
            name = read_name(path.name)
            told |= {path: place(name, plan)[0]} if name else {}
    return set(told), dropped


def _where(run: Run, path: Path) -> Path:
    """A run's folder may have been moved since."""
    here = run.folder / "models" / "sample" / path.name
    return here if here.is_file() else path


def _sample(path: Path, name: SampleName, plan: Plan, prompts: tuple[Prompt, ...]) -> Sample:
    text = prompts[name.prompt_index].text if name.prompt_index < len(prompts) else ""
    return Sample(path, *place(name, plan), name.prompt_index, text, name.seed)
