"""Steps, epochs, checkpoints and samples to come, as the engine will count and name them. Pure.

Sources: train_network.py:800-808, 978-983 (steps), 1497-1512 and 1666-1682 (saves), library/train_util.py:5275 (warm-up),
5767-5808 and 5938-5999 (names, removal), 6373-6386 and 6573 (samples). Of several processes each takes its share of the
batches (accelerate's BatchSamplerShard), and the scheduler moves on once for each of them (train_util.py:5274).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kohya_driver.dataset.buckets import DatasetCount

ENGINE_MAX_TRAIN_STEPS = 1600
"""What the engine trains when neither steps nor epochs are given."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The numbers of a training, under the names in the engine's log."""

    pictures: int
    """Training pictures, each once."""
    train_images: int
    """"num train images * repeats"."""
    reg_images: int
    """"num reg images"."""
    validation_images: int
    batches_per_epoch: int
    """Of one process."""
    steps_per_epoch: int
    """Optimizer steps; accumulation never reaches over the end of an epoch."""
    epochs: int
    steps: int
    """"total optimization steps"."""
    warmup_steps: int
    validation_batches: int = 0
    """Batches of one validation; each is run at four timesteps."""

    def epoch_end(self, epoch: int) -> int:
        """The step at which an epoch (counted from 1) ends."""
        return min(epoch * self.steps_per_epoch, self.steps)


@dataclass(frozen=True, slots=True)
class Saving:
    """The options that decide what is saved; None means not given."""

    output_name: str | None = None
    save_model_as: str = "safetensors"
    every_n_epochs: int | None = None
    every_n_steps: int | None = None
    n_epoch_ratio: int | None = None
    last_n_epochs: int | None = None
    last_n_steps: int | None = None
    last_n_epochs_state: int | None = None
    last_n_steps_state: int | None = None
    state: bool = False
    state_on_train_end: bool = False


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A LoRA file to come, and the train state beside it."""

    file: str
    step: int
    epoch: int
    """The epoch that has ended, or in which the step lies; counted from 1."""
    kind: str
    """`epoch`, `step` or `final`."""
    kept: bool = True
    """False: the engine removes it again before the end."""
    state: str | None = None
    """Folder of the train state saved with it."""
    state_kept: bool = True


@dataclass(frozen=True, slots=True)
class Sampling:
    """The options that decide when samples are made."""

    prompts: int = 0
    at_first: bool = False
    every_n_epochs: int | None = None
    every_n_steps: int | None = None
    output_name: str | None = None


@dataclass(frozen=True, slots=True)
class SampleTime:
    """One time at which all prompts are drawn."""

    step: int
    epoch: int | None
    """None for a sample by steps; 0 for the one before training."""
    stem: str
    """How the file names begin, in `output_dir/sample`; the prompt's number, the time and the seed follow."""
    pictures: int


def build_schedule(
    datasets: Iterable[DatasetCount],
    *,
    gradient_accumulation_steps: int = 1,
    max_train_steps: int | None = None,
    max_train_epochs: int | None = None,
    lr_warmup_steps: int | float = 0,
    processes: int = 1,
) -> Schedule:
    """Count a training.

    Args:
        max_train_epochs: wins over `max_train_steps`.
        lr_warmup_steps: a float is a share of all steps, an int is moves of the scheduler.
        processes: that share the batches.

    Raises:
        ValueError: there is not one batch; the engine would end without a model (the plan's checks find this first).
    """
    counted = tuple(datasets)
    batches = _shared(sum(one.batches for one in counted), processes)
    if not batches:
        raise ValueError("no batches: there are no pictures")
    steps_per_epoch = math.ceil(batches / gradient_accumulation_steps)
    steps = max_train_steps or ENGINE_MAX_TRAIN_STEPS
    if max_train_epochs is not None:
        steps = max_train_epochs * steps_per_epoch
    return Schedule(
        pictures=sum(one.pictures for one in counted),
        train_images=sum(one.train_images for one in counted),
        reg_images=sum(one.reg_images for one in counted),
        validation_images=sum(one.validation_images for one in counted),
        batches_per_epoch=batches,
        steps_per_epoch=steps_per_epoch,
        epochs=math.ceil(steps / steps_per_epoch),
        steps=steps,
        warmup_steps=_warmup(lr_warmup_steps, steps * processes) // processes,
        validation_batches=_shared(sum(one.validation_batches for one in counted), processes),
    )


def _shared(batches: int, processes: int) -> int:
    """Batches of one process. Where they do not come out even, the first ones are taken again."""
    return math.ceil(batches / processes)


def _warmup(given: int | float, moves: int) -> int:
    return int(given * moves) if isinstance(given, float) else given


VALIDATION_TIMESTEPS = 4
"""At which each batch kept apart is looked at (train_network.py:1364)."""


def validation_passes(schedule: Schedule, training: Mapping[str, Any]) -> int:
    """How many batches go through the network, without a way back, to validate (train_network.py:1536-1640)."""
    epochs, steps, most = (
        _count(training.get(name))
        for name in ("validate_every_n_epochs", "validate_every_n_steps", "max_validation_steps")
    )
    times = schedule.epochs // (epochs or 1) + (schedule.steps // steps if steps else 0)
    batches = min(schedule.validation_batches, most) if most else schedule.validation_batches
    return times * batches * VALIDATION_TIMESTEPS


def _count(value: object) -> int:
    """0 also for what is no number: a check tells of that."""
    return value if isinstance(value, int) else 0


def checkpoints(schedule: Schedule, saving: Saving) -> tuple[Checkpoint, ...]:
    """Everything that will be saved, in order; `kept` says what is still there at the end."""
    every_n_epochs = _epochs_between_saves(schedule, saving)
    saved = sorted(
        [*_step_saves(schedule, saving), *_epoch_saves(schedule, saving, every_n_epochs)],
        key=lambda one: (one.step, one.kind != "step"),
    )
    files, states = set(), set()
    for one in saved:
        last, last_state = _last(one, saving)
        files.add(f"{_removed(one, last, saving, every_n_epochs or 0)}.{saving.save_model_as}")
        states.add(f"{_removed(one, last_state, saving, every_n_epochs or 0)}-state")
    marked = (replace(one, kept=one.file not in files, state_kept=one.state not in states) for one in saved)
    return (*marked, _final(schedule, saving))


def _last(one: Checkpoint, saving: Saving) -> tuple[int | None, int | None]:
    """How many steps or epochs of files, and of train states, are kept; states follow the files unless told."""
    if one.kind == "epoch":
        return saving.last_n_epochs, saving.last_n_epochs_state or saving.last_n_epochs
    return saving.last_n_steps, saving.last_n_steps_state or saving.last_n_steps


def _epochs_between_saves(schedule: Schedule, saving: Saving) -> int | None:
    if saving.n_epoch_ratio:
        return schedule.epochs // saving.n_epoch_ratio or 1
    return saving.every_n_epochs


def _step_saves(schedule: Schedule, saving: Saving) -> Iterator[Checkpoint]:
    for step in (
        range(saving.every_n_steps, schedule.steps + 1, saving.every_n_steps) if saving.every_n_steps else ()
    ):
        stem = f"{_name(saving, 'at')}-step{step:08d}"
        yield _checkpoint(
            saving, stem, step, math.ceil(step / schedule.steps_per_epoch), "step", saving.state
        )


def _epoch_saves(schedule: Schedule, saving: Saving, every: int | None) -> Iterator[Checkpoint]:
    """The last epoch is not among them: it is the final file."""
    for epoch in range(every, schedule.epochs, every) if every else ():
        stem = f"{_name(saving, 'epoch')}-{epoch:06d}"
        yield _checkpoint(saving, stem, schedule.epoch_end(epoch), epoch, "epoch", saving.state)


def _final(schedule: Schedule, saving: Saving) -> Checkpoint:
    state = saving.state or saving.state_on_train_end
    return _checkpoint(saving, _name(saving, "last"), schedule.steps, schedule.epochs, "final", state)


def _checkpoint(saving: Saving, stem: str, step: int, epoch: int, kind: str, state: bool) -> Checkpoint:
    file = f"{stem}.{saving.save_model_as}"
    return Checkpoint(file, step, epoch, kind, state=f"{stem}-state" if state else None)


def _name(saving: Saving, fallback: str) -> str:
    return fallback if saving.output_name is None else saving.output_name


def _removed(one: Checkpoint, last: int | None, saving: Saving, every_n_epochs: int) -> str:
    """Name, without its end, of what this save removes; of nothing that exists when it removes nothing."""
    if last is None:
        return ""
    if one.kind == "epoch":
        return f"{_name(saving, 'epoch')}-{one.epoch - every_n_epochs * last:06d}"
    before = one.step - last - 1
    return f"{_name(saving, 'at')}-step{before - before % (saving.every_n_steps or 1):08d}"


def samples(schedule: Schedule, sampling: Sampling) -> tuple[SampleTime, ...]:
    """Every time at which samples are drawn; sampling by epochs switches sampling by steps off."""
    times = [_sample_time(sampling, 0, 0)] if sampling.at_first else []
    if sampling.every_n_epochs:
        epochs = range(sampling.every_n_epochs, schedule.epochs + 1, sampling.every_n_epochs)
        times += [_sample_time(sampling, schedule.epoch_end(epoch), epoch) for epoch in epochs]
    elif sampling.every_n_steps:
        steps = range(sampling.every_n_steps, schedule.steps + 1, sampling.every_n_steps)
        times += [_sample_time(sampling, step, None) for step in steps]
    return tuple(times) if sampling.prompts else ()


def _sample_time(sampling: Sampling, step: int, epoch: int | None) -> SampleTime:
    prefix = "" if sampling.output_name is None else f"{sampling.output_name}_"
    number = f"{step:06d}" if epoch is None else f"e{epoch:06d}"
    return SampleTime(step, epoch, prefix + number, sampling.prompts)
