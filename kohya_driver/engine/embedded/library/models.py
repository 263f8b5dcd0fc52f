"""Loads an SD 1.x base, a checkpoint file or a diffusers folder, without any access to the Hub."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils
from diffusers.models.attention_processor import AttnProcessor
from library.log import logger
from transformers import CLIPTextConfig, CLIPTextModel

UNET = {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}
VAE = {
    "block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "latent_channels": 4, "sample_size": 512,
    "down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4,
}  # fmt: skip
TEXT_ENCODER = {
    "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12, "projection_dim": 768,
}  # fmt: skip
"""SD 1.x, where the libraries' defaults are others."""

Tensors = Mapping[str, torch.Tensor]

OLD_NAMES = re.compile(r"^(cond_stage_model\.transformer\.)(?=embeddings\.|encoder\.|final_layer_norm\.)")
"""How some checkpoints begin the names of their text encoder's weights: without its `text_model.`."""


@dataclass(frozen=True)
class Base:
    text_encoder: CLIPTextModel
    vae: AutoencoderKL
    unet: UNet2DConditionModel


def load_base(path: Path, *, sdpa: bool) -> Base:
    """In float32 on the processor, nothing of it to be trained."""
    base = from_folder(path) if path.is_dir() else from_checkpoint(path)
    for model in (base.text_encoder, base.vae, base.unet):
        model.requires_grad_(False)
        model.eval()
    if not sdpa:
        base.unet.set_attn_processor(AttnProcessor())
    return base


def from_folder(path: Path) -> Base:
    logger.info(f"load Diffusers pretrained models: {path}")
    text_encoder, vae, unet = (
        kind.from_pretrained(str(path), subfolder=name, local_files_only=True, torch_dtype=torch.float32)
        for kind, name in (
            (CLIPTextModel, "text_encoder"),
            (AutoencoderKL, "vae"),
            (UNet2DConditionModel, "unet"),
        )
    )
    return Base(text_encoder, vae, unet)


def from_checkpoint(path: Path) -> Base:
    """diffusers' own converters take the original's names apart; the sizes are given here instead of by the Hub."""
    logger.info(f"load StableDiffusion checkpoint: {path}")
    tensors = {OLD_NAMES.sub(r"\1text_model.", name): each for name, each in read(path).items()}
    with init_empty_weights():
        unet, vae = UNet2DConditionModel(**UNET), AutoencoderKL(**VAE)
        text_encoder = CLIPTextModel(CLIPTextConfig(**TEXT_ENCODER))
    fill(unet, single_file_utils.convert_ldm_unet_checkpoint(dict(tensors), dict(unet.config)))
    fill(vae, single_file_utils.convert_ldm_vae_checkpoint(dict(tensors), dict(vae.config)))
    fill(text_encoder, single_file_utils.convert_ldm_clip_checkpoint(dict(tensors)))
    return Base(text_encoder, vae, unet)


def read(path: Path) -> Tensors:
    """A file's tensors. Of a pickle nothing but tensors is taken."""
    if path.suffix.lower() == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    held = torch.load(path, map_location="cpu", weights_only=True)
    return held.get("state_dict", held)


def fill(model: torch.nn.Module, tensors: Tensors) -> None:
    """Every weight of the model, in float32; position_ids is none of them (transformers makes them itself)."""
    weights = {name: each.float() for name, each in tensors.items() if not name.endswith("position_ids")}
    told = model.load_state_dict(weights, strict=True, assign=True)
    logger.info(f"loading {type(model).__name__}: {told}")


def weight_type(mixed_precision: Any) -> torch.dtype:
    return {"fp16": torch.float16, "bf16": torch.bfloat16}.get(mixed_precision, torch.float32)
