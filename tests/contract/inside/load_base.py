"""Loads a base model with the engine's own loader and tells whether every tensor was taken."""

import json
import sys


def main(path: str) -> None:
    import torch
    from library import model_util

    models = model_util.load_models_from_stable_diffusion_checkpoint(False, path, dtype=torch.float32)
    parameters = [parameter for model in models for parameter in model.parameters()]
    told = {
        "models": [type(model).__name__ for model in models],
        "parameters": sum(parameter.numel() for parameter in parameters),
        "finite": all(bool(torch.isfinite(parameter).all()) for parameter in parameters),
        "constant": sum(len(p) > 1 and p.dim() > 1 and bool(p.std() == 0) for p in parameters),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1])
