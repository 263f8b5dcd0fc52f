"""The LoRA: peft's layers in the base, under the names, with the shapes and in the order of sd-scripts' networks.lora."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from library.log import logger
from library.models import read
from peft import LoraConfig, inject_adapter_in_model
from torch import nn

TEXT_ENCODER, UNET = "lora_te", "lora_unet"
"""How the names of a part's LoRAs begin."""
CONTAINERS = {TEXT_ENCODER: ("CLIPAttention", "CLIPSdpaAttention", "CLIPMLP"), UNET: ("Transformer2DModel",)}
"""The classes within which a layer gets one."""
ADAPTER = "default"
Sizes = Mapping[str, tuple[int, float]]
"""Rank and alpha by layer."""


class Layer(nn.Module):
    """One layer's LoRA, as it stands in a file. The two matrices are peft's own modules, which the base calls."""

    def __init__(self, down: nn.Module, up: nn.Module, alpha: float, dropout: float) -> None:
        super().__init__()
        self.lora_down, self.lora_up = down, up
        self.register_buffer("alpha", torch.tensor(float(alpha)))
        if dropout:
            # networks.lora drops behind the first matrix, peft in front of it.
            down.register_forward_hook(
                lambda made, _, out: nn.functional.dropout(out, dropout, made.training)
            )


class Network(nn.Module):
    """All LoRAs of a training; its state is what a file of networks.lora holds."""

    def add(self, model: nn.Module, beginning: str, sizes: Sizes, dropout: float) -> None:
        """Give the layers of one part of the base their LoRAs."""
        places = {name: place for name, place in targets(model, beginning) if name in sizes}
        if not places:  # peft refuses to add nothing; a file to begin from may hold the other part alone
            return
        of_place = {re.escape(place): sizes[name] for name, place in places.items()}
        config = LoraConfig(
            target_modules=list(places.values()),
            rank_pattern={place: dim for place, (dim, _) in of_place.items()},
            alpha_pattern={place: alpha for place, (_, alpha) in of_place.items()},
        )
        inject_adapter_in_model(config, model, ADAPTER)
        for name, place in places.items():
            layer = model.get_submodule(place)
            self.add_module(
                name, Layer(layer.lora_A[ADAPTER], layer.lora_B[ADAPTER], sizes[name][1], dropout)
            )
        part = "U-Net" if beginning == UNET else "Text Encoder"
        logger.info(f"create LoRA for {part}: {len(places)} modules.")

    def weights_of(self, beginning: str) -> list[nn.Parameter]:
        return [weight for name, weight in self.named_parameters() if name.startswith(beginning)]


def make_network(args: Any, text_encoder: nn.Module, unet: nn.Module, say: Any) -> Network:
    """The network of a training, with the weights to begin from, if there are any."""
    parts = {TEXT_ENCODER: text_encoder, UNET: unet}
    if args.network_train_unet_only:
        del parts[TEXT_ENCODER]
    if args.network_train_text_encoder_only:
        del parts[UNET]
    given = read(Path(args.network_weights)) if args.network_weights else {}
    network = Network()
    for beginning, model in parts.items():
        sizes = sizes_of(given) if args.dim_from_weights else same_sizes(args, model, beginning)
        network.add(model, beginning, sizes, args.network_dropout or 0.0)
    if given:
        told = network.load_state_dict(given, strict=False)
        say(f"load network weights from {args.network_weights}: {told}")
    return network


def targets(model: nn.Module, beginning: str) -> Iterator[tuple[str, str]]:
    """Name of the LoRA and place in the model of every linear layer and 1x1 convolution in one of the containers."""
    for outer, container in model.named_modules():
        if type(container).__name__ not in CONTAINERS[beginning]:
            continue
        for inner, layer in container.named_modules():
            if isinstance(layer, nn.Linear) or (isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1)):
                place = f"{outer}.{inner}"
                yield f"{beginning}_{place.replace('.', '_')}", place


def same_sizes(args: Any, model: nn.Module, beginning: str) -> Sizes:
    """networks.lora's own defaults are rank 4, alpha 1; an alpha of 0 is the rank."""
    dim = args.network_dim or 4
    alpha = 1.0 if args.network_alpha is None else args.network_alpha or dim
    return {name: (dim, alpha) for name, _ in targets(model, beginning)}


def sizes_of(tensors: Mapping[str, torch.Tensor]) -> Sizes:
    """As the layers of a file have them."""
    dims = {name.split(".")[0]: len(each) for name, each in tensors.items() if ".lora_down." in name}
    return {name: (dim, float(tensors.get(f"{name}.alpha", torch.tensor(dim)))) for name, dim in dims.items()}


def groups(network: Network, args: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The optimizer's groups with their rates, and what each is called. A part whose rate is 0 is not trained."""
    text_encoder_lr = args.text_encoder_lr
    if isinstance(text_encoder_lr, list):
        text_encoder_lr = text_encoder_lr[0] if text_encoder_lr else None
    rates = {TEXT_ENCODER: ("textencoder", text_encoder_lr), UNET: ("unet", args.unet_lr)}
    made, names = [], []
    for beginning, (name, own) in rates.items():
        weights, rate = network.weights_of(beginning), args.learning_rate if own is None else own
        if weights and rate:
            made.append({"params": weights, "lr": rate})
            names.append(name)
    return made, names
