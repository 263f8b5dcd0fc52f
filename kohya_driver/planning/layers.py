"""How many numbers each kind of network trains, writes and rebuilds, from sums over the layers of each family's models. Pure.

The sums were counted in the engine's own models. What each kind has for a layer of `in` inputs (times the kernel's area) and `out` outputs
is read off its module (networks/lora.py:57-75, networks/oft.py:62; lycoris/modules of 3.2.0.post2); docs/networks.md has what it came to.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Layers:
    """A group of layers that all get a network of one rank."""

    count: int
    inputs: int
    """The sum of `in * kernel²` over them."""
    outputs: int
    """The sum of `out`."""
    squares: int = 0
    """The sum of `out²`."""
    weights: int = 0
    """The sum of `in * kernel² * out`: what the base has there."""

    @property
    def width(self) -> int:
        return self.inputs + self.outputs

    def parameters(self, rank: int) -> int:
        """Of a LoRA pair with its alpha."""
        return self.width * rank + self.count if rank else 0

    def kronecker(self, rank: int, factor: int) -> int:
        """Of LoKr, about: a small matrix and one that is smaller by the factor, which a large rank leaves whole.

        On SDXL's U-Net, counted: 2.88 million with factor -1, 105 million with 6; this says 2.9 and 92.
        """
        side = self.width / (2 * self.count)
        small = factor if factor > 0 else math.sqrt(side)
        rest = side / small
        return int(self.count * (small**2 + min(2 * rank * rest, rest**2))) if rank else 0


TRANSFORMERS = {
    "sd15": Layers(192, 186_816, 237_120, 929_280_000, 266_977_280),
    "sd2": Layers(192, 195_008, 237_120, 929_280_000, 273_367_040),
    "sdxl": Layers(722, 1_223_680, 1_436_160, 7_498_956_800, 2_207_744_000),
}
"""In the U-Net's transformers: what a LoRA without conv_dim trains."""
ATTENTION = {
    "sd15": Layers(128, 99_456, 99_840, 99_123_200, 93_511_680),
    "sd2": Layers(128, 107_648, 99_840, 99_123_200, 99_901_440),
    "sdxl": Layers(560, 785_920, 665_600, 819_200_000, 955_187_200),
}
"""Of these the attention alone: what OFT trains, and LyCORIS with preset attn-only."""
SMALL_CONVOLUTIONS = {
    "sd15": Layers(36, 50_240, 32_640, 35_635_200, 49_049_600),
    "sd2": Layers(36, 50_240, 32_640, 35_635_200, 49_049_600),
    "sdxl": Layers(28, 36_160, 22_400, 22_528_000, 31_027_200),
}
"""1×1 convolutions and time embeddings of the ResNet blocks: with conv_dim, at the LoRA's own rank."""
CONVOLUTIONS = {
    "sd15": Layers(50, 498_240, 45_760, 50_278_400, 540_979_200),
    "sd2": Layers(50, 498_240, 45_760, 50_278_400, 540_979_200),
    "sdxl": Layers(38, 325_440, 30_400, 30_617_600, 319_795_200),
}
"""3×3 convolutions: with conv_dim, at that rank."""
TEXT_ENCODERS = {
    "sd15": Layers(72, 82_944, 82_944, 148_635_648, 84_934_656),
    "sd2": Layers(138, 211_968, 211_968, 506_462_208, 289_406_976),
    "sdxl": Layers(264, 451_584, 451_584, 1_249_640_448, 714_080_256),
}
TEXT_ATTENTION = {
    "sd15": Layers(48, 36_864, 36_864, 28_311_552, 28_311_552),
    "sd2": Layers(92, 94_208, 94_208, 96_468_992, 96_468_992),
    "sdxl": Layers(176, 200_704, 200_704, 238_026_752, 238_026_752),
}

SMALL_TRANSFORMERS = (5, 5, 5, 1)
"""How many transformers of SD 1.x have the channels of its first, second, third and last block."""
SMALL_CONTEXT = 768
ENGINE_RANK = 4
LYCORIS = "lycoris."
WITHOUT_TEXTS = ("unet-only", "unet-transformer-only", "unet-convblock-only")
WITHOUT_CONVOLUTIONS = ("full-lin", "attn-mlp", "attn-only", "unet-transformer-only")
TRANSFORMERS_ONLY = ("attn-mlp", "attn-only", "unet-transformer-only")


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
        return Layers(12 * transformers, 32 * channels + 2 * transformers * SMALL_CONTEXT, 0)

    @property
    def text_encoders(self) -> Layers:
        """12 layers with 6 each: 4 of attention, 2 that are four times as wide on one side."""
        return Layers(72, 12 * 18 * self.texts, 0)


@dataclass(frozen=True, slots=True)
class Shape:
    """What is trained: groups of layers with their ranks, and how."""

    kind: str
    """LyCORIS' algorithm, or `lora`, `lora_fa`, `oft` for the engine's own."""
    groups: tuple[tuple[Layers, int], ...]
    arguments: Mapping[str, str]

    def has(self, argument: str) -> bool:
        return self.arguments.get(argument, "False").lower() not in ("false", "0", "none")


def shape(family: str, training: Mapping[str, Any], small: Small | None = None) -> Shape:
    """Of a training; no groups for a family that is not known."""
    module = str(training.get("network_module") or "networks.lora")
    arguments = dict(str(item).partition("=")[::2] for item in training.get("network_args") or ())
    own = {"networks.lora_fa": "lora_fa", "networks.oft": "oft"}.get(module, "lora")
    kind = arguments.get("algo", "lora").lower() if module.startswith(LYCORIS) else own
    groups = tuple(_groups(family, training, arguments, small)) if family in TRANSFORMERS else ()
    return Shape(kind, groups, arguments)


def _groups(
    family: str, training: Mapping[str, Any], arguments: Mapping[str, str], small: Small | None
) -> Iterator[tuple[Layers, int]]:
    """Every group of layers that is trained, with its rank."""
    module, rank = str(training.get("network_module")), int(training.get("network_dim") or ENGINE_RANK)
    preset = arguments.get("preset", "full") if module.startswith(LYCORIS) else ""
    conv = _conv_rank(module, arguments, preset, rank)
    only_attention = preset == "attn-only" or (
        module == "networks.oft" and not arguments.get("enable_all_linear")
    )
    if not training.get("network_train_text_encoder_only"):
        if preset != "unet-convblock-only":
            transformers = ATTENTION if only_attention else TRANSFORMERS
            yield (small.attention if small else transformers[family], rank)
        if conv is not None or (preset and preset not in TRANSFORMERS_ONLY):
            yield SMALL_CONVOLUTIONS[family], rank
        if conv is not None:
            yield CONVOLUTIONS[family], conv
    texts = module != "networks.oft" and preset not in WITHOUT_TEXTS
    if texts and not training.get("network_train_unet_only"):
        table = TEXT_ATTENTION if preset == "attn-only" else TEXT_ENCODERS
        yield (small.text_encoders if small else table[family], rank)


def _conv_rank(module: str, arguments: Mapping[str, str], preset: str, rank: int) -> int | None:
    """None: convolutions are left alone. LyCORIS takes them in unless told otherwise."""
    if preset in WITHOUT_CONVOLUTIONS:
        return None
    if module == "networks.oft":
        return rank if arguments.get("enable_conv") else None
    text = arguments.get("conv_dim", "")
    if text.isdigit():
        return int(text)
    return rank if module.startswith(LYCORIS) else None


def trained_numbers(family: str, training: Mapping[str, Any], small: Small | None = None) -> int:
    """How many numbers learn; 0 for a family that is not known."""
    made = shape(family, training, small)
    return sum(_trained(made, layers, rank) for layers, rank in made.groups if rank)


def _trained(made: Shape, layers: Layers, rank: int) -> int:
    decomposed = layers.outputs if made.has("dora_wd") else 0
    match made.kind:
        case "lokr":
            if made.has("full_matrix"):
                rank = max(rank, layers.width)
            return layers.kronecker(rank, _factor(made.arguments.get("factor", ""))) + decomposed
        case "loha":
            return 2 * layers.parameters(rank) + decomposed
        case "glora":
            return (3 * layers.inputs + layers.outputs) * rank
        case "full":
            return layers.weights
        case "oft":
            return layers.squares // rank
        case "diag-oft":
            return layers.outputs * rank
        case "lora_fa":
            return layers.outputs * rank
    return layers.parameters(rank) + decomposed


def stored_numbers(family: str, training: Mapping[str, Any], small: Small | None = None) -> int:
    """How many numbers a file holds: of LoRA-FA the half too that does not learn."""
    made = shape(family, training, small)
    if made.kind == "lora_fa":
        return sum(layers.parameters(rank) for layers, rank in made.groups)
    return trained_numbers(family, training, small)


def trained_layers(family: str, training: Mapping[str, Any]) -> int:
    return sum(layers.count for layers, rank in shape(family, training).groups if rank)


def _factor(text: str) -> int:
    """-1, LyCORIS's own, is the one nearest to the square root."""
    return int(text) if text.isdigit() else -1
