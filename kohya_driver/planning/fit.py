"""Finds the mildest change with which a training fits into memory. Pure.

The steps stand in the order of what they cost. They are taken one after the other until it fits; then each that turns out
not to be needed is taken back, the mildest last. A lower resolution comes last of all: it changes what is learned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kohya_driver.planning.memory import Workload, predict_phases
from kohya_driver.planning.model import Override
from kohya_driver.planning.overrides import Draft

STEP = 64
SMALLEST = 256
"""Pixels at a side, below which none of these models draws anything useful."""

Changes = Mapping[str, Any]
"""Options, as `training.train_batch_size`, and their new values."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change; the text `memory.cost_ID` says what it costs, `override.memory.fit_ID` why it was made."""

    id: str
    changes: Callable[[Draft], Changes]
    """Nothing where it has no effect or cannot be."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A way to fit: the draft with it, and what was changed."""

    draft: Draft
    steps: tuple[str, ...]
    overrides: tuple[Override, ...]
    peak_bytes: int


def _checkpointing(draft: Draft) -> Changes:
    if draft.get("training.gradient_checkpointing"):
        return {}
    return {"training.gradient_checkpointing": True}


def _batch(draft: Draft) -> Changes:
    """As many pictures to a step as before, one at a time."""
    batch = draft.get("training.train_batch_size") or 1
    if batch == 1:
        return {}
    accumulation = draft.get("training.gradient_accumulation_steps") or 1
    return {"training.train_batch_size": 1, "training.gradient_accumulation_steps": accumulation * batch}


def _cache_latents(draft: Draft) -> Changes:
    """The engine refuses this together with pictures that look different each time."""
    varied = draft.get("dataset.color_aug") or draft.get("dataset.random_crop")
    if draft.get("training.cache_latents") or varied:
        return {}
    return {"training.cache_latents": True, "training.vae_batch_size": 1}


def _vae_batch(draft: Draft) -> Changes:
    caching = draft.get("training.cache_latents") and (draft.get("training.vae_batch_size") or 1) > 1
    return {"training.vae_batch_size": 1} if caching else {}


def _unet_only(draft: Draft) -> Changes:
    """SDXL's text encoders; their outputs can be kept only where captions stay the same."""
    if draft.family != "sdxl" or draft.get("training.network_train_text_encoder_only"):
        return {}
    changes: dict[str, Any] = {}
    if not draft.get("training.network_train_unet_only"):
        changes["training.network_train_unet_only"] = True
    return changes


def _half_width(draft: Draft) -> Changes:
    """accelerate allows bf16 on MPS from macOS 14 on."""
    too_old = draft.device == "mps" and draft.host.os_release < (14,)
    if draft.get("training.mixed_precision") in ("bf16", "fp16") or too_old:
        return {}
    return {"training.mixed_precision": "bf16"}


def _resolution(side: int) -> Callable[[Draft], Changes]:
    def changes(draft: Draft) -> Changes:
        size = draft.get("dataset.resolution")
        width, height = (size, size) if isinstance(size, int) else size
        if side >= max(width, height):
            return {}
        scale = side / max(width, height)
        smaller = [max(STEP, int(edge * scale) // STEP * STEP) for edge in (width, height)]
        least = draft.get("dataset.min_bucket_reso")
        new = smaller[0] if smaller[0] == smaller[1] else smaller
        lowered = {"dataset.min_bucket_reso": min(smaller)} if least and least > min(smaller) else {}
        return {"dataset.resolution": new, **lowered}

    return changes


STEPS: tuple[Step, ...] = (
    Step("vae_batch", _vae_batch),
    Step("checkpointing", _checkpointing),
    Step("batch", _batch),
    Step("cache_latents", _cache_latents),
    Step("unet_only", _unet_only),
    Step("bf16", _half_width),
    *(Step("resolution", _resolution(side)) for side in range(1024 - STEP, SMALLEST - 1, -STEP)),
)

Describe = Callable[[Draft], Workload]


def find_fit(draft: Draft, describe: Describe, room_bytes: int) -> Fit | None:
    """None if it fits as it is, or if nothing makes it fit.

    Args:
        describe: says what a draft's memory depends on.
        room_bytes: what it has to fit into.
    """

    def peak(steps: Sequence[Step]) -> int:
        return max(predict_phases(describe(_after(draft, steps))).values())

    if peak(()) <= room_bytes:
        return None
    taken: list[Step] = []
    for step in STEPS:
        if not step.changes(_after(draft, taken)):
            continue
        taken.append(step)
        if peak(taken) <= room_bytes:
            needed = _needed(taken, lambda steps: peak(steps) <= room_bytes)
            return _fit(draft, needed, peak(needed))
    return None


def _needed(taken: Sequence[Step], fits: Callable[[Sequence[Step]], bool]) -> list[Step]:
    """Without those that it fits without; the costliest is tried first."""
    needed = list(taken)
    for step in reversed(taken):
        fewer = [one for one in needed if one is not step]
        if fits(fewer):
            needed = fewer
    return needed


def _after(draft: Draft, steps: Sequence[Step]) -> Draft:
    for step in steps:
        for option, value in step.changes(draft).items():
            draft = draft.put(option, value)
    return draft


def _fit(draft: Draft, steps: Sequence[Step], peak_bytes: int) -> Fit:
    overrides: list[Override] = []
    for step in steps:
        for option, value in step.changes(draft).items():
            overrides.append(Override(f"memory.fit_{step.id}", option, draft.get(option), value))
            draft = draft.put(option, value)
    return Fit(draft, tuple(step.id for step in steps), tuple(overrides), peak_bytes)
