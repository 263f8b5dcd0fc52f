"""Inside the embedded engine: a LoRA of random numbers for every layer of a base that networks.lora knows.

usage: python random_lora.py BASE FILE RANK SEED
"""

import sys
from pathlib import Path

import torch
from library import network
from library.models import load_base
from safetensors.torch import save_file


def main():
    base_path, path, rank, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    base = load_base(Path(base_path), sdpa=True)
    torch.manual_seed(seed)
    tensors = {}
    for beginning, model in ((network.TEXT_ENCODER, base.text_encoder), (network.UNET, base.unet)):
        for name, place in network.targets(model, beginning):
            out, inner, *sides = model.get_submodule(place).weight.shape
            tensors[f"{name}.alpha"] = torch.tensor(rank / 2)
            tensors[f"{name}.lora_down.weight"] = torch.randn(rank, inner, *sides) * 0.1
            tensors[f"{name}.lora_up.weight"] = torch.randn(out, rank, *(1 for _ in sides)) * 0.1
    save_file(
        tensors,
        path,
        {"ss_base_model_version": "sd_v1", "ss_v2": "False", "ss_network_module": "networks.lora"},
    )
    print("{}")


if __name__ == "__main__":
    main()
