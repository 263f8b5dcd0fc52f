"""How many bytes a training will write. Pure.

How many numbers a network has stands in `layers`; a measured file of a LoRA differs by less than 1 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kohya_driver.dataset.model import Size
from kohya_driver.planning.layers import Small, stored_numbers, trained_layers, trained_numbers
from kohya_driver.planning.schedule import Checkpoint

METADATA_BYTES = 3000
HEADER_BYTES = 420
"""Of one LoRA pair in a safetensors header: three entries with their names."""
SAVED_BYTES = {"fp16": 2, "bf16": 2}
OPTIMIZER_COPIES = {
    "adafactor": 0, "lion": 1, "sgd": 1, "asgd": 1, "rmsprop": 1, "adagrad": 1, "prodigyplus": 1, "prodigy": 4, "dadaptadan": 5,
    "dadaptlion": 2, "dadapt": 3, "ademamix": 3, "adan": 4,
}  # fmt: skip
"""Numbers that an optimizer keeps for each it trains, by the beginning of its name, the first that fits; 2 (Adam's) for all others. As
measured (tests/golden/starts/optimizers.json)."""
SAMPLE_BYTES_PER_PIXEL = 2
"""Of a PNG: drawings take less, photographs about as much."""
LATENTS_BYTES_PER_PIXEL = 4 * 4 / 64
"""Four channels of 32 bits for every 8×8 pixels (library/strategy_base.py:598)."""
TEXT_BYTES = 77 * (768 + 1280) * 4 + 1280 * 4
"""SDXL's text-encoder outputs of one caption of up to 75 tokens (library/strategy_sdxl.py:299)."""
LOG_BYTES_PER_STEP = 2000


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What a training writes, in bytes, at the time when most of it stands there."""

    lora: int
    """One LoRA file."""
    checkpoints: int
    """All LoRA files that are kept; the engine never holds more of them at a time."""
    states: int
    """Train states that the preset asks for, kept for resuming."""
    samples: int
    caches: int
    """Files beside the pictures that are not there yet, and what is kept in the data folder for later trainings."""
    logs: int
    autosaves: int = 0
    """Train states that are written by the clock, in the run's folder; they go when the training has succeeded."""

    @property
    def total(self) -> int:
        return self.checkpoints + self.states + self.samples + self.caches + self.logs + self.autosaves

    def to_json(self) -> dict[str, int]:
        return {**asdict(self), "total": self.total}

    @classmethod
    def from_json(cls, data: Mapping[str, int]) -> DiskUse:
        return cls(**{name: value for name, value in data.items() if name != "total"})


def disk_use(
    family: str,
    training: Mapping[str, Any],
    saved: Sequence[Checkpoint],
    *,
    samples: int,
    sample_size: Size,
    caches: int,
    steps: int,
    autosaves: int = 0,
    small: Small | None = None,
) -> DiskUse:
    """How much is written.

    Args:
        training: the engine's options.
        saved: all that will be saved.
        samples: pictures.
        caches: bytes.
        autosaves: train states by the clock that stand there at a time.
        small: of a base with fewer channels than its family's.
    """
    lora, state = lora_bytes(family, training, small), state_bytes(family, training, small)
    states = sum(one.state is not None and one.state_kept for one in saved)
    return DiskUse(
        lora=lora,
        checkpoints=lora * sum(one.kept for one in saved),
        states=states * state,
        samples=samples * sample_size[0] * sample_size[1] * SAMPLE_BYTES_PER_PIXEL,
        caches=caches,
        logs=steps * LOG_BYTES_PER_STEP,
        autosaves=autosaves * state,
    )


def lora_bytes(family: str, training: Mapping[str, Any], small: Small | None = None) -> int:
    """Size of one LoRA file; exact for networks.lora and its likes, an estimate for LoKr and GLoRA."""
    pairs, numbers = trained_layers(family, training), stored_numbers(family, training, small)
    return (
        numbers * SAVED_BYTES.get(str(training.get("save_precision")), 4)
        + pairs * HEADER_BYTES
        + METADATA_BYTES
    )


def state_bytes(family: str, training: Mapping[str, Any], small: Small | None = None) -> int:
    """Size of one train state: the network and the optimizer's copies, in the precision that is trained in."""
    wide = not (training.get("full_fp16") or training.get("full_bf16"))
    return trained_numbers(family, training, small) * (1 + optimizer_copies(training)) * (4 if wide else 2)


def latents_bytes(pictures: int, size: Size, *, flipped: bool) -> int:
    """Latents on disk of pictures of this training size; mirrored ones are kept too."""
    return int(pictures * size[0] * size[1] * LATENTS_BYTES_PER_PIXEL) * (2 if flipped else 1)


def text_bytes(captions: int, max_token_length: int | None) -> int:
    """Text-encoder outputs on disk; longer captions take a multiple of 75 tokens."""
    return captions * TEXT_BYTES * ((max_token_length or 75) // 75)


def optimizer_copies(training: Mapping[str, Any]) -> int:
    """How many numbers the optimizer keeps for each that it trains."""
    name = str(training.get("optimizer_type") or "").lower().rpartition(".")[2]
    return next((copies for start, copies in OPTIMIZER_COPIES.items() if name.startswith(start)), 2)
