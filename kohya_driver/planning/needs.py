"""What a training needs of this machine's memory and of time, from a plan in the making. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kohya_driver.dataset.buckets import Bucket
from kohya_driver.dataset.model import Size
from kohya_driver.planning.fit import Fit, find_fit
from kohya_driver.planning.inputs import Inputs
from kohya_driver.planning.memory import MemoryUse, Workload, memory_use
from kohya_driver.planning.overrides import Draft
from kohya_driver.planning.overrides.draft import GIB
from kohya_driver.planning.pace import Amount, TimeUse, Work, estimate
from kohya_driver.planning.prompts import largest_size

COMFORTABLE = 0.6
"""Of all memory, what a training may take and keep everything; the rest is the system's, and what an estimate may miss."""


def memory_needed(inputs: Inputs, draft: Draft) -> MemoryUse | None:
    """None where nobody has measured: another engine, or a base that is smaller than any that is published."""
    if not inputs.kind.is_measured or small_width(inputs):
        return None
    return memory_use(workload(inputs, draft), inputs.host.memory_bytes, inputs.available_bytes)


def must_save_memory(inputs: Inputs, draft: Draft) -> bool:
    """Whether some things are better computed twice than kept. By the size of the family and of the machine where nobody has measured."""
    if small_width(inputs):
        return False
    use = memory_needed(inputs, draft)
    if use is None:
        return draft.family == "sdxl" or draft.host.memory_bytes <= 16 * GIB
    return use.peak_bytes > COMFORTABLE * use.total_bytes


def mildest_fit(inputs: Inputs, draft: Draft) -> Fit | None:
    """None if it fits as it is, if nothing makes it fit, or if its memory is not known."""
    use = memory_needed(inputs, draft)
    return find_fit(draft, lambda one: workload(inputs, one), use.room_bytes) if use else None


def workload(inputs: Inputs, draft: Draft) -> Workload:
    """What its memory depends on. No bucket is larger than the training size, so that one stands for all."""
    size = training_size(draft)
    workers = draft.get("training.max_data_loader_n_workers") or 0
    return Workload(
        family=draft.family,
        device=draft.device,
        training=draft.training,
        size=size,
        sample_size=largest_size(inputs.preset, size),
        spawned_workers=workers if draft.host.is_mac else 0,
        launcher=not draft.is_direct,
        processes=draft.distribution.here,
    )


def training_size(draft: Draft) -> Size:
    size = draft.get("dataset.resolution")
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def time_needed(
    inputs: Inputs,
    draft: Draft,
    buckets: Sequence[Bucket],
    *,
    steps: int,
    samples: int,
    saves: int,
    passes: int = 0,
) -> TimeUse | None:
    pictures = 0
    if draft.get("training.cache_latents"):
        pictures = sum(len(subset.folder.pictures) for subset in inputs.subsets)
    amount = Amount(steps=steps, pictures=pictures, samples=samples, saves=saves, passes=passes)
    work = work_of(
        draft.family,
        draft.device,
        draft.training,
        buckets,
        small_width(inputs),
        processes=draft.distribution.processes,
    )
    return estimate(work, amount, inputs.history)


def small_width(inputs: Inputs) -> int:
    """Channels of a base that is smaller than any real one; 0 for a real one."""
    return inputs.base.width if inputs.base and inputs.base.is_small else 0


def work_of(
    family: str,
    device: str,
    training: Mapping[str, Any],
    buckets: Sequence[Bucket],
    base_width: int = 0,
    *,
    processes: int = 1,
) -> Work:
    """What the time of a step depends on."""
    count = sum(bucket.count for bucket in buckets)
    pixels = sum(bucket.width * bucket.height * bucket.count for bucket in buckets)
    return Work(
        family=family,
        device=device,
        precision=str(training.get("mixed_precision", "no")),
        checkpointing=bool(training.get("gradient_checkpointing")),
        unet_only=bool(training.get("network_train_unet_only")),
        cached=bool(training.get("cache_latents")),
        pixels=round(pixels / count) if count else 0,
        batch=int(training.get("train_batch_size") or 1),
        accumulation=int(training.get("gradient_accumulation_steps") or 1),
        base_width=base_width,
        processes=processes,
    )
