"""Runs the engine's own switching of random numbers for validation as on MPS, without and with the stand-in of entry_loop.py."""

from __future__ import annotations

import ast
import importlib.util
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Optional

import torch

NAMES = ("switch_rng_state", "restore_rng_state")


def engines_functions():
    """The two functions inside NetworkTrainer.train, as they stand there."""
    tree = ast.parse(Path("train_network.py").read_text(encoding="utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name in NAMES]
    accelerator = SimpleNamespace(device=SimpleNamespace(type="mps"))
    names = {"torch": torch, "random": random, "accelerator": accelerator, "Optional": Optional}
    exec(compile(ast.Module(body=found, type_ignores=[]), "train_network.py", "exec"), names)
    return names["switch_rng_state"], names["restore_rng_state"]


def main():
    switch, restore = engines_functions()
    try:
        switch(1)
        without = "works"
    except Exception as failure:
        without = type(failure).__name__

    numbers = [torch.tensor([7], dtype=torch.uint8)]
    torch.backends.mps.is_available = lambda: True
    torch.cuda.is_available = lambda: False
    torch.mps.get_rng_state = lambda: numbers[0]
    torch.mps.set_rng_state = lambda state: numbers.__setitem__(0, state)
    spec = importlib.util.spec_from_file_location("entry_loop", sys.argv[1])
    loop = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loop)
    loop.stand_in_for_mps()
    states = switch(1)
    numbers[0] = torch.tensor([8], dtype=torch.uint8)
    restore(states)
    print(json.dumps({"without": without, "restored": numbers[0].tolist()}))


if __name__ == "__main__":
    main()
