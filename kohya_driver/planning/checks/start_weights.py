"""Checks of the LoRA that a training starts from: the engine loads what fits and says nothing about the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kohya_driver.engine.weights import Header
from kohya_driver.errors import Finding, error
from kohya_driver.planning.checks.subject import Check, Subject
from kohya_driver.planning.pairs import pairs

UNET_WIDTH = {"sd15": 768, "sd2": 1024}
MARKS: Mapping[str, tuple[str, ...]] = {
    "sd": ("lora_unet_down_blocks_", "lora_unet_up_blocks_", "lora_unet_mid_block_", "lora_te_"),
    "sdxl": (
        "lora_unet_input_blocks_", "lora_unet_output_blocks_", "lora_unet_middle_block_", "lora_te1_", "lora_te2_",
    ),
}  # fmt: skip
"""How the engine's modules call their tensors, for SD 1.x and 2.x, and for SDXL. Nothing else is ever loaded."""
TEXT_WIDTH_KEYS = "_attn2_to_k.lora_down.weight"
DOWN = ".lora_down.weight"
BY_BLOCK = ("block_dims", "down_lr_weight", "mid_lr_weight", "up_lr_weight")


def _named_for(header: Header, family: str) -> bool:
    marks = MARKS["sdxl" if family == "sdxl" else "sd"]
    return any(name.startswith(marks) for name in header.tensors)


def _width(header: Header) -> int | None:
    """How wide the text embeddings are that this LoRA was trained with; None if it does not touch them."""
    shapes = (tensor.shape for name, tensor in header.tensors.items() if name.endswith(TEXT_WIDTH_KEYS))
    return next((shape[1] for shape in shapes if len(shape) > 1), None)


def _family(subject: Subject) -> Iterator[Finding]:
    header, family = subject.inputs.weights, subject.draft.family
    # OFT has names of its own, which nothing else has.
    if header is None or subject.draft.training.get("network_module") == "networks.oft":
        return
    width, wanted = _width(header), UNET_WIDTH.get(family)
    if not _named_for(header, family) or (wanted and width not in (None, wanted)):
        yield error("network.weights_other", subject.where("network_weights"), family=family)


def _rank(header: Header) -> int | None:
    """The rank of its linear layers; convolutions may have one of their own."""
    shapes = (tensor.shape for name, tensor in header.tensors.items() if name.endswith(DOWN))
    return next((shape[0] for shape in shapes if len(shape) == 2), None)


def _same_rank(subject: Subject) -> Iterator[Finding]:
    header, training = subject.inputs.weights, subject.draft.training
    by_block = any(name in pairs(training.get("network_args")) for name in BY_BLOCK)
    own_module = str(training.get("network_module")).startswith("networks.")
    if header is None or training.get("dim_from_weights") or by_block or not own_module:
        return
    rank, dim = _rank(header), training.get("network_dim")
    if rank is not None and rank != dim and _named_for(header, subject.draft.family):
        yield error("network.weights_rank", subject.where("network_weights"), rank=rank, dim=dim)


def _rank_from_nothing(subject: Subject) -> Iterator[Finding]:
    training = subject.draft.training
    if training.get("dim_from_weights") and not training.get("network_weights"):
        yield error("network.dim_from_nothing", subject.where("dim_from_weights"))


CHECKS: tuple[Check, ...] = (_family, _same_rank, _rank_from_nothing)
