"""Inside the embedded engine: a LoRA of SD 1.5 as networks.lora begins one, for both engines to begin from.

usage: python make_lora.py FILE DIM ALPHA
"""

import sys

import torch
from accelerate import init_empty_weights
from diffusers import UNet2DConditionModel
from library import models, network
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel


def main():
    path, dim, alpha = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    with init_empty_weights():
        unet = UNet2DConditionModel(**models.UNET)
        text_encoder = CLIPTextModel(CLIPTextConfig(**models.TEXT_ENCODER))
    torch.manual_seed(3)
    tensors = {}
    for beginning, model in ((network.TEXT_ENCODER, text_encoder), (network.UNET, unet)):
        for name, place in network.targets(model, beginning):
            out, inner, *sides = model.get_submodule(place).weight.shape
            tensors[f"{name}.alpha"] = torch.tensor(alpha)
            tensors[f"{name}.lora_down.weight"] = torch.empty(dim, inner, *sides).uniform_(-1, 1) / inner**0.5
            tensors[f"{name}.lora_up.weight"] = torch.zeros(out, dim, *(1 for _ in sides))
    save_file(tensors, path)
    print("{}")


if __name__ == "__main__":
    main()
