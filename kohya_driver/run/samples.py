"""The samples of a run: which picture shows which prompt after which step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kohya_driver import files
from kohya_driver.events.model import Record, RunStarted, SampleSaved
from kohya_driver.planning.model import Plan
from kohya_driver.planning.prompts import Prompt, read_prompts
from kohya_driver.run.folder import Run
from kohya_driver.run.readable import readable_plan

_NAME = re.compile(r"(?:^|_)(e?)(\d{6,})_(\d{2,4})_(\d{14})(?:_(\d+))?\.png$")
"""How the engine names a sample (train_util.py:6573), read from its end: `output_name` in front may be anything."""


class Epochs(Protocol):
    """What places samples: a plan, or what stands in for one that is lost."""

    @property
    def steps_per_epoch(self) -> int:
        """0 where nobody knows."""

    def epoch_end(self, epoch: int) -> int:
        """The step at which it ends."""


@dataclass(frozen=True, slots=True)
class _Guess:
    """The epochs as the starts tell of them."""

    steps: int = 0
    epochs: int = 0

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.steps // self.epochs) if self.steps > 0 and self.epochs > 0 else 0

    def epoch_end(self, epoch: int) -> int:
        return min(epoch * self.steps_per_epoch, self.steps)


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture drawn during a training."""

    path: Path
    step: int
    """Optimizer steps done when it was drawn; 0 before the first, or where nobody knows."""
    epoch: int
    """The epoch that had just ended, or in which the step lies; counted from 1, 0 before the first step."""
    prompt_index: int
    """Which of the prompts, from 0."""
    prompt: str
    """Its words, with the trigger word filled in; empty if nothing tells of such a prompt."""
    seed: int | None
    asked: Prompt | None = None
    """All that was asked for: size, steps, scale …"""


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


def place(name: SampleName, epochs: Epochs) -> tuple[int, int]:
    """The step and the epoch of a sample: its name tells one of them only; 0 for what nobody knows."""
    if name.step is not None:
        per_epoch = epochs.steps_per_epoch
        return name.step, -(-name.step // per_epoch) if per_epoch > 0 else 0
    epoch = name.epoch or 0
    return epochs.epoch_end(epoch), epoch


def sample_saved(path: Path, plan: Plan) -> SampleSaved:
    """What is told of a picture that has just been drawn."""
    name = read_name(path.name)
    return SampleSaved(str(path), *place(name, plan), name.prompt_index) if name else SampleSaved(str(path))


def run_samples(run: Run, records: Iterable[Record] | None = None) -> tuple[Sample, ...]:
    """Every sample that still stands, by step and prompt: of each the one drawn last.

    What an attempt drew after the step from which the next one went on does not count: that training was thrown away.
    Without a plan the names of the files tell, with what was written for the engine, and how many epochs a start tells of.

    Args:
        records: those of the run's events that tell of starts and samples, for whoever has read them already.
    """
    plan, heard = readable_plan(run), tuple(run.events() if records is None else records)
    epochs: Epochs = plan or _guess(heard)
    prompts = read_prompts(plan.sample_prompts if plan else _written_prompts(run))
    told, left_behind = _told(run, epochs, heard)
    # A picture that no event tells of was drawn at the moment at which the run was cut off.
    own = _own(run) - left_behind
    newest: dict[tuple[int, int, int], tuple[str, Sample]] = {}
    for path in sorted({*told, *own}):
        name = read_name(path.name)
        if name is None or not files.is_file(path):
            continue
        sample = _sample(path, name, epochs, prompts)
        key = (sample.step, sample.epoch, sample.prompt_index)
        if key not in newest or newest[key][0] <= name.drawn:
            newest[key] = (name.drawn, sample)
    return tuple(newest[key][1] for key in sorted(newest))


def _own(run: Run) -> set[Path]:
    """The pictures in its folder; none of a folder that nobody may look into."""
    try:
        return set((run.folder / "models" / "sample").glob("*.png"))
    except OSError:
        return set()


def gone_samples(run: Run, records: Iterable[Record]) -> int:
    """How many of the pictures that the events tell of are not there, or nowhere to be looked at."""
    heard = tuple(records)
    told, _ = _told(run, readable_plan(run) or _guess(heard), heard)
    return sum(not files.is_file(path) for path in told)


def _guess(records: Iterable[Record]) -> _Guess:
    starts = [one.event for one in records if isinstance(one.event, RunStarted)]
    return _Guess(starts[-1].steps, starts[-1].epochs) if starts else _Guess()


def _written_prompts(run: Run) -> str:
    try:
        return run.prompts_file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _told(run: Run, epochs: Epochs, records: Iterable[Record]) -> tuple[set[Path], set[Path]]:
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
            told |= {path: place(name, epochs)[0]} if name else {}
    return set(told), dropped


def _where(run: Run, path: Path) -> Path:
    """A run's folder may have been moved since."""
    here = run.folder / "models" / "sample" / path.name
    return here if files.is_file(here) else path


def _sample(path: Path, name: SampleName, epochs: Epochs, prompts: tuple[Prompt, ...]) -> Sample:
    asked = prompts[name.prompt_index] if name.prompt_index < len(prompts) else None
    text = asked.text if asked else ""
    return Sample(path, *place(name, epochs), name.prompt_index, text, name.seed, asked)
