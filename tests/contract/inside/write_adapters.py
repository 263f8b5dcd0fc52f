"""Runs in the engine's interpreter: adapters of every kind, made by the modules that train them, with the change that each makes.

    python write_adapters.py FOLDER

Writes base.safetensors, one file for each case, and expected.json: case → layer → `norm` of what is really added when it
trains, or null. For LoHa and LoKr that is what `forward` does; LyCORIS' own merging applies their scale twice, and that of
BOFT fails.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch
from lycoris.modules import boft, diag_oft, glora, ia3, locon, loha, lokr
from networks import lora, oft
from safetensors.torch import save_file

torch.manual_seed(3)
LAYERS = {
    "unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_k": (
        "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn1.to_k.weight",
        torch.nn.Linear(12, 16, bias=False),
    ),
    "unet_up_blocks_1_resnets_2_conv1": (
        "model.diffusion_model.output_blocks.5.0.in_layers.2.weight",
        torch.nn.Conv2d(8, 12, 3, padding=1, bias=False),
    ),
}
LOCON, LOHA, LOKR = (
    {"lora_dim": 4, "alpha": 2},
    {"lora_dim": 4, "alpha": 1},
    {"lora_dim": 1, "alpha": 0.5, "factor": 4},
)
DORA, CORE = {"weight_decompose": True}, {"use_tucker": True}
CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "locon": (locon.LoConModule, LOCON),
    "locon_tucker": (locon.LoConModule, LOCON | CORE),
    "dora": (locon.LoConModule, LOCON | DORA),
    "dora_columns": (locon.LoConModule, LOCON | DORA | {"wd_on_out": False}),
    "loha": (loha.LohaModule, LOHA),
    "loha_tucker": (loha.LohaModule, LOHA | CORE),
    "loha_dora": (loha.LohaModule, LOHA | DORA),
    "lokr": (lokr.LokrModule, LOKR),
    "lokr_both": (lokr.LokrModule, LOKR | {"decompose_both": True}),
    "lokr_tucker": (lokr.LokrModule, LOKR | CORE),
    "lokr_whole": (lokr.LokrModule, LOKR | {"lora_dim": 100000}),
    "lokr_dora": (lokr.LokrModule, LOKR | DORA),
    "oft": (diag_oft.DiagOFTModule, {"lora_dim": 4, "constraint": 0}),
    "oft_held": (diag_oft.DiagOFTModule, {"lora_dim": 4, "constraint": 0.01}),
    "boft": (boft.ButterflyOFTModule, {"lora_dim": 4}),
    "glora": (glora.GLoRAModule, {"lora_dim": 4, "alpha": 2}),
    "ia3": (ia3.IA3Module, {}),
    "ia3_input": (ia3.IA3Module, {"train_on_input": True}),
    "kohya_lora": (lora.LoRAModule, {"lora_dim": 4, "alpha": 2}),
    "kohya_oft": (oft.OFTModule, {"dim": 4, "alpha": 0.02}),
    "kohya_oft_free": (oft.OFTModule, {"dim": 4, "alpha": 10.0}),
}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: module.weight.detach().clone() for name, module in LAYERS.values()},
        folder / "base.safetensors",
    )
    expected = {name: write(folder / f"{name}.safetensors", *case) for name, case in CASES.items()}
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(json.dumps(sorted(expected)))


def write(path: Path, kind: Any, settings: dict[str, Any]) -> dict[str, float | None]:
    tensors, norms = {}, {}
    beginning = "oft" if kind is oft.OFTModule else "lora"
    for layer, (_, module) in LAYERS.items():
        name = f"{beginning}_{layer}"
        try:
            made = kind(name, module, 1.0, **settings)
        except ValueError:  # BOFT fits few widths
            continue
        shake(made, module)
        for key, value in state(made).items():
            tensors[f"{name}.{key}"] = torch.as_tensor(value).detach().clone().contiguous()
        norms[name] = change(made, module)
    save_file(tensors, path)
    return norms


def shake(made: Any, module: Any) -> None:
    """As if it had been trained."""
    for parameter in made.parameters():
        if parameter is not module.weight and parameter.dim():
            parameter.data = torch.randn_like(parameter) * 0.2
    if getattr(made, "wd", False):
        made.dora_scale.data = made.dora_scale.data.abs() + 1


def state(made: Any) -> dict[str, Any]:
    found = made.custom_state_dict() if hasattr(made, "custom_state_dict") else None
    return {key: value for key, value in (found or made.state_dict()).items() if not key.startswith("org")}


@torch.no_grad()
def change(made: Any, module: Any) -> float | None:
    weight = module.weight
    if isinstance(made, lora.LoRAModule):
        added = (made.lora_up.weight.flatten(1) @ made.lora_down.weight.flatten(1)) * made.scale
    elif isinstance(made, oft.OFTModule):
        rows = weight.reshape(made.num_blocks, made.block_size, -1)
        added = (
            torch.einsum("k n m, k n p -> k m p", made.get_weight(1.0), rows).reshape(weight.shape) - weight
        )
    elif isinstance(made, boft.ButterflyOFTModule | glora.GLoRAModule):
        return None
    elif isinstance(made, loha.LohaModule | lokr.LokrModule):
        added = made.get_weight(made.shape) * made.scalar
    elif isinstance(made, locon.LoConModule):
        added = made.make_weight() * made.scale
    else:
        added = made.get_merged_weight(1, shape=weight.shape)[0] - weight
    if getattr(made, "wd", False):
        added = made.apply_weight_decompose(weight + added) - weight
    return float(added.norm())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
