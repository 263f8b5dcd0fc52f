"""How much memory a training takes in each of its phases. Pure.

What is predicted: the memory that no file stands behind (anonymous), summed over the engine's processes, at its peak.
It has to be in memory or in swap; what is merely mapped from the base model's file the system can drop at any time.
On Linux that is `rss - shared`. On a Mac with its one memory for both chips, weights and activations on MPS are such memory too.

The sum: the processes themselves, the weights in the width they are held in, the LoRA with its gradients and the
optimizer's copies, and what a step keeps for its way back (activations), which grows with the pixels of a batch. Parameter
counts are those of the engine's own models; the widths come from reading train_network.py and sdxl_model_util.py;
all other numbers were fitted to real runs (docs/memory.md, tests/golden/memory, benchmarks/memory_runs.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kohya_driver.dataset.model import Size
from kohya_driver.planning.disk import optimizer_copies
from kohya_driver.planning.layers import LYCORIS, shape, trained_numbers

MB = 1_000_000
WIDE_BYTES = 4

PROCESS_BYTES = 490 * MB
"""The engine's own process with torch, transformers and diffusers imported."""
LAUNCHER_BYTES = 300 * MB
"""`accelerate launch`, which imports torch as well and waits."""
WORKER_BYTES = 500 * MB
"""A data loader's process on a Mac, which imports everything anew."""


@dataclass(frozen=True, slots=True)
class Family:
    """One architecture. `kept` and `checkpointed` are bytes of 32-bit activations for each pixel of a batch."""

    unet: int
    texts: int
    vae: int
    kept: float
    checkpointed: float
    text_kept: int
    """Bytes of 32-bit activations of the text encoders for each caption of a batch, while they are trained."""
    text_checkpointed: int
    attention: tuple[tuple[int, int, int], ...]
    """(pixels of a token, heads, layers) of the U-Net's self-attention."""


SD_ATTENTION = ((64, 8, 5), (256, 8, 5), (1024, 8, 5), (4096, 8, 1))
FAMILIES: Mapping[str, Family] = {
    "sd15": Family(
        unet=859_520_964,
        texts=123_060_480,
        vae=83_653_863,
        kept=15_200,
        checkpointed=6_740,
        text_kept=188 * MB,
        text_checkpointed=132 * MB,
        attention=SD_ATTENTION,
    ),
    # Not measured: the same U-Net, and a text encoder that is 2.5 times as wide and deep.
    "sd2": Family(
        unet=865_910_724,
        texts=340_387_840,
        vae=83_653_863,
        kept=15_200,
        checkpointed=6_740,
        text_kept=480 * MB,
        text_checkpointed=330 * MB,
        attention=SD_ATTENTION,
    ),
    "sdxl": Family(
        unet=2_567_463_684,
        texts=817_720_321,
        vae=83_653_863,
        kept=20_000,
        checkpointed=7_500,
        text_kept=600 * MB,
        text_checkpointed=400 * MB,
        attention=((256, 10, 10), (1024, 20, 60)),
    ),
}

LATENT_ENCODE = 2_570
LATENT_DECODE = 3_000
"""Bytes of 32-bit activations of the VAE for each pixel, one way and the other."""
FORWARD = 1_500
"""Bytes of 32-bit activations for each pixel of a picture that is drawn, without a way back."""
GUIDED = 2
"""Pictures that go through the U-Net for one sample: with the prompt and without."""
REBUILT: Mapping[str, float] = {
    "lora": 3.0, "decomposed": 0.5, "loha": 1.8, "lokr": 1.8, "glora": 2.8, "oft": 2.9, "diag-oft": 1.2, "full": 0.2,
}  # fmt: skip
"""Copies of the weights of all its layers that a kind of network keeps for the way back, as measured on SD 1.5
(tests/golden/starts/networks.json). `lora` is that of LyCORIS: the engine's own adds to what a layer gives."""
REBUILT_AT_ONCE = 0.28
"""With checkpointing the layers of one block are rebuilt at a time; as measured."""
PHASES = ("loading", "caching", "training", "sampling", "saving")


@dataclass(frozen=True, slots=True)
class Workload:
    """What the memory of a training depends on."""

    family: str
    device: str
    training: Mapping[str, Any]
    """The engine's options."""
    size: Size
    """Of the largest bucket."""
    sample_size: Size | None = None
    """None: nothing is drawn."""
    spawned_workers: int = 0
    """Data-loader processes that share nothing with the trainer, as on a Mac."""
    launcher: bool = True
    processes: int = 1
    """On this machine; none of them shares anything with another."""

    def has(self, option: str) -> bool:
        return bool(self.training.get(option))

    @property
    def batch(self) -> int:
        return int(self.training.get("train_batch_size") or 1)

    @property
    def width(self) -> int:
        """Bytes of a number in the base model while training, and of an activation."""
        return 2 if self.training.get("mixed_precision") in ("bf16", "fp16") else WIDE_BYTES

    @property
    def materialises(self) -> bool:
        """Whether attention makes its whole matrix: without sdpa, and with it on MPS where a gradient is wanted."""
        frugal = self.has("sdpa") or self.has("xformers") or self.has("mem_eff_attn")
        return self.device == "mps" or not frugal


def predict_phases(work: Workload) -> dict[str, int]:
    """Peak bytes of each phase that this training will have.

    Raises:
        KeyError: the family is not known.
    """
    family = FAMILIES[work.family]
    loaded = PROCESS_BYTES + WIDE_BYTES * (family.unet + family.texts + family.vae)
    resting = (
        PROCESS_BYTES + held_bytes(work, family) + lora_bytes(work) + work.spawned_workers * WORKER_BYTES
    )
    training = resting + step_bytes(work, family)
    peaks = {"loading": loaded}
    if work.has("cache_latents"):
        pictures = int(work.training.get("vae_batch_size") or 1)
        peaks["caching"] = loaded + vae_bytes(work, work.size, pictures, LATENT_ENCODE)
    peaks["training"] = training
    if work.sample_size:
        peaks["sampling"] = resting + drawing_bytes(work, work.sample_size)
    # What a step has taken stays with the process, ready for the next one; the file is made from a copy.
    copy = trained_numbers(work.family, work.training) * WIDE_BYTES
    peaks["saving"] = max(peaks["training"], peaks.get("sampling", 0), resting + copy)
    launcher = work.launcher * LAUNCHER_BYTES
    return {name: launcher + work.processes * size for name, size in peaks.items()}


def held_bytes(work: Workload, family: Family) -> int:
    """The base model's weights while training. None of its parts is ever let go, whatever is cached."""
    texts = WIDE_BYTES if work.has("cache_text_encoder_outputs") else work.width
    vae = WIDE_BYTES if work.has("no_half_vae") else work.width
    return family.unet * work.width + family.texts * texts + family.vae * vae


def lora_bytes(work: Workload) -> int:
    """Weights, gradients and the optimizer's copies; 32 bits wide unless everything is trained in half of that."""
    width = 2 if work.has("full_bf16") or work.has("full_fp16") else WIDE_BYTES
    return trained_numbers(work.family, work.training) * width * (2 + optimizer_copies(work.training))


def step_bytes(work: Workload, family: Family) -> int:
    """What one step needs on top: activations for the way back, or the VAE where latents are not cached."""
    checkpointed = work.has("gradient_checkpointing")
    pixels = work.size[0] * work.size[1] * work.batch
    share = work.width / WIDE_BYTES
    kept = pixels * (family.checkpointed if checkpointed else family.kept) * share
    if not work.has("network_train_unet_only"):
        kept += work.batch * (family.text_checkpointed if checkpointed else family.text_kept) * share
    kept += attention_bytes(work, family, checkpointed=checkpointed)
    kept += rebuilt_bytes(work, checkpointed=checkpointed)
    encoding = 0 if work.has("cache_latents") else vae_bytes(work, work.size, work.batch, LATENT_ENCODE)
    return max(int(kept), encoding)


def attention_bytes(work: Workload, family: Family, *, checkpointed: bool) -> int:
    """Whole attention matrices: one kept for each layer and one at work, or three in the layer that is computed again."""
    if not work.materialises:
        return 0
    pixels = work.size[0] * work.size[1]
    matrices = [(heads * (pixels // token) ** 2, layers) for token, heads, layers in family.attention]
    largest = max(size for size, _ in matrices)
    numbers = 3 * largest if checkpointed else sum(size * layers for size, layers in matrices) + largest
    return numbers * work.batch * work.width


def rebuilt_bytes(work: Workload, *, checkpointed: bool) -> int:
    """What networks keep that make whole weights out of their own for every step, instead of adding to what a layer gives."""
    made = shape(work.family, work.training)
    module = str(work.training.get("network_module"))
    rebuilds = module == "networks.oft" or (module.startswith(LYCORIS) and not made.has("bypass_mode"))
    if not rebuilds:
        return 0
    copies = REBUILT.get(made.kind, 1.0) + (REBUILT["decomposed"] if made.has("dora_wd") else 0)
    weights = sum(layers.weights for layers, rank in made.groups if rank)
    return int(weights * copies * (REBUILT_AT_ONCE if checkpointed else 1) * work.width)


def vae_bytes(work: Workload, size: Size, pictures: int, per_pixel: float) -> int:
    width = WIDE_BYTES if work.has("no_half_vae") else work.width
    return int(size[0] * size[1] * pictures * per_pixel * width / WIDE_BYTES)


def drawing_bytes(work: Workload, size: Size) -> int:
    """A sample: the U-Net without a way back, then the VAE."""
    drawn = int(size[0] * size[1] * GUIDED * FORWARD * work.width / WIDE_BYTES)
    return max(drawn, vae_bytes(work, size, 1, LATENT_DECODE))


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """What a training needs against what the machine has, in bytes."""

    phases: Mapping[str, int]
    total_bytes: int
    available_bytes: int | None
    """Just now; None where the plan is for another machine."""
    basis: str
    """Code of the sentence that says what these numbers rest on."""

    @property
    def peak_bytes(self) -> int:
        return max(self.phases.values())

    @property
    def fits(self) -> bool:
        return self.peak_bytes <= self.room_bytes

    @property
    def room_bytes(self) -> int:
        """What may be used: what is free now, or all that there is where nobody knows."""
        return self.total_bytes if self.available_bytes is None else self.available_bytes

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "peak_bytes": self.peak_bytes, "fits": self.fits}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> MemoryUse:
        return cls(data["phases"], data["total_bytes"], data["available_bytes"], data["basis"])


def memory_use(work: Workload, total_bytes: int, available_bytes: int | None) -> MemoryUse | None:
    """None where there is nothing to say: a family that was not measured, or a card with memory of its own."""
    if work.family not in FAMILIES or work.device not in BASIS:
        return None
    return MemoryUse(predict_phases(work), total_bytes, available_bytes, BASIS[work.device])


BASIS = {"cpu": "memory.basis_cpu", "mps": "memory.basis_mps"}
