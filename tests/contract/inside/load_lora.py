"""Runs inside the engine's interpreter: what safetensors itself finds in a LoRA file.

Argument: the file. The last line of output: JSON with its tensors' number, whether all are finite, and whether any moved.
"""

import json
import sys

import torch
from safetensors.torch import load_file


def main():
    tensors = load_file(sys.argv[1])
    ups = [tensor for name, tensor in tensors.items() if "lora_up" in name]
    print(
        json.dumps(
            {
                "tensors": len(tensors),
                "finite": all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values()),
                "moved": sum(bool(tensor.any()) for tensor in ups),
                "ups": len(ups),
            }
        )
    )


if __name__ == "__main__":
    main()
