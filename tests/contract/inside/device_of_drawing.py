"""What the engine's drawing script is answered when it asks for a device."""

import importlib.util
import json
import sys

import torch

spec = importlib.util.spec_from_file_location("draw", sys.argv[1])
draw = importlib.util.module_from_spec(spec)
spec.loader.exec_module(draw)
answered = draw.TorchWithDevice(torch, "mps")
told = {
    "device": answered.device("cpu").type,
    "other": str(answered.float32).rpartition(".")[2],
    "was": torch.device("cpu").type,
}
print(json.dumps(told))
