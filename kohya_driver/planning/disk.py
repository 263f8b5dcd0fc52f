"""How many bytes a training will write. Pure.

A LoRA pair on a layer of `in` inputs and `out` outputs holds `rank * (in * kernel² + out)` numbers and its alpha
(networks/lora.py:57-75), so that one sum of widths for each group of layers gives a file's size. The sums below were
counted in the engine's own models; a measured file differs by less than 1 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kohya_driver.dataset.model import Size
from kohya_driver.planning.schedule import Checkpoint


@dataclass(frozen=True, slots=True)
class Layers:
    """A group of layers that all get a LoRA of one rank."""

    count: int
    width: int
    """The sum of `in * kernel² + out` over them."""

    def parameters(self, rank: int) -> int:
        return self.width * rank + self.count if rank else 0

    def kronecker(self, rank: int, factor: int) -> int:
        """Of LoKr, about: a small matrix and one that is smaller by the factor, which a large rank leaves whole.

        On SDXL's U-Net, counted: 2.88 million with factor -1, 105 million with 6; this says 2.9 and 92.
        """
        side = self.width / (2 * self.count)
        small = factor if factor > 0 else math.sqrt(side)
        rest = side / small
        return int(self.count * (small**2 + min(2 * rank * rest, rest**2))) if rank else 0


ATTENTION = {"sd15": Layers(192, 423_936), "sd2": Layers(192, 432_128), "sdxl": Layers(722, 2_659_840)}
"""In the U-Net's transformers: what a LoRA without conv_dim trains."""
SMALL_CONVOLUTIONS = {"sd15": Layers(36, 82_880), "sd2": Layers(36, 82_880), "sdxl": Layers(28, 58_560)}
"""1×1 convolutions and time embeddings of the ResNet blocks: with conv_dim, at the LoRA's own rank."""
CONVOLUTIONS = {"sd15": Layers(50, 544_000), "sd2": Layers(50, 544_000), "sdxl": Layers(38, 355_840)}
"""3×3 convolutions: with conv_dim, at that rank."""
TEXT_ENCODERS = {"sd15": Layers(72, 165_888), "sd2": Layers(138, 423_936), "sdxl": Layers(264, 903_168)}

SMALL_TRANSFORMERS = (5, 5, 5, 1)
"""How many transformers of SD 1.x have the channels of its first, second, third and last block."""
SMALL_CONTEXT = 768

ENGINE_RANK = 4
METADATA_BYTES = 3000
HEADER_BYTES = 420
"""Of one LoRA pair in a safetensors header: three entries with their names."""
SAVED_BYTES = {"fp16": 2, "bf16": 2}
OPTIMIZER_COPIES = {"adafactor": 0, "lion": 1, "sgdnesterov": 1, "prodigy": 4, "dadapt": 4}
"""Numbers that an optimizer keeps for each it trains, by the beginning of its name; 2 (Adam's) for all others."""
SAMPLE_BYTES_PER_PIXEL = 2
"""Of a PNG: drawings take less, photographs about as much."""
LATENTS_BYTES_PER_PIXEL = 4 * 4 / 64
"""Four channels of 32 bits for every 8×8 pixels (library/strategy_base.py:598)."""
TEXT_BYTES = 77 * (768 + 1280) * 4 + 1280 * 4
"""SDXL's text-encoder outputs of one caption of up to 75 tokens (library/strategy_sdxl.py:299)."""
LOG_BYTES_PER_STEP = 2000


@dataclass(frozen=True, slots=True)
class Small:
    """A base of SD 1.x's shape with fewer channels: what a LoRA trains on it follows from its widths."""

    blocks: tuple[int, ...]
    texts: int

    @property
    def attention(self) -> Layers:
        """Each transformer: 4 layers of self-attention, 4 of cross-attention, 2 of the feed-forward part, in and out."""
        channels = sum(count * width for count, width in zip(SMALL_TRANSFORMERS, self.blocks, strict=False))
        transformers = sum(SMALL_TRANSFORMERS)
        return Layers(12 * transformers, 32 * channels + 2 * transformers * SMALL_CONTEXT)

    @property
    def text_encoders(self) -> Layers:
        """12 layers with 6 each: 4 of attention, 2 that are four times as wide on one side."""
        return Layers(72, 12 * 18 * self.texts)


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
    """Files beside the pictures that are not there yet."""
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
    """Size of one LoRA file; exact for networks.lora and its likes, an estimate for other modules."""
    pairs, numbers = _pairs(family, training), trained_numbers(family, training, small)
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


def _groups(family: str, training: Mapping[str, Any], small: Small | None = None) -> list[tuple[Layers, int]]:
    """Every group of layers that is trained, with its rank."""
    rank = int(training.get("network_dim") or ENGINE_RANK)
    conv = _conv_rank(training, rank)
    groups = []
    if not training.get("network_train_text_encoder_only"):
        groups.append((small.attention if small else ATTENTION[family], rank))
        if conv is not None:
            groups += [(SMALL_CONVOLUTIONS[family], rank), (CONVOLUTIONS[family], conv)]
    if not training.get("network_train_unet_only"):
        groups.append((small.text_encoders if small else TEXT_ENCODERS[family], rank))
    return groups


def _conv_rank(training: Mapping[str, Any], rank: int) -> int | None:
    """None: convolutions are left alone. LyCORIS takes them in unless told otherwise."""
    text = _arguments(training).get("conv_dim", "")
    if text.isdigit():
        return int(text)
    return rank if str(training.get("network_module")).startswith("lycoris") else None


def _arguments(training: Mapping[str, Any]) -> dict[str, str]:
    return dict(str(item).partition("=")[::2] for item in training.get("network_args") or ())


def trained_numbers(family: str, training: Mapping[str, Any], small: Small | None = None) -> int:
    """How many numbers the LoRA has; 0 for a family that is not known."""
    if family not in ATTENTION:
        return 0
    groups = _groups(family, training, small)
    arguments = _arguments(training)
    if arguments.get("algo", "").lower() == "lokr":
        factor = _factor(arguments.get("factor", ""))
        return sum(layers.kronecker(rank, factor) for layers, rank in groups)
    return sum(layers.parameters(rank) for layers, rank in groups)


def _factor(text: str) -> int:
    """-1, LyCORIS's own, is the one nearest to the square root."""
    return int(text) if text.isdigit() else -1


def _pairs(family: str, training: Mapping[str, Any]) -> int:
    return (
        sum(layers.count for layers, rank in _groups(family, training) if rank) if family in ATTENTION else 0
    )


def optimizer_copies(training: Mapping[str, Any]) -> int:
    """How many numbers the optimizer keeps for each that it trains."""
    name = str(training.get("optimizer_type") or "").lower().rpartition(".")[2]
    return next((copies for start, copies in OPTIMIZER_COPIES.items() if name.startswith(start)), 2)
