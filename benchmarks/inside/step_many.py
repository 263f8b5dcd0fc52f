"""Runs in the engine's interpreter: makes optimizers and schedulers with the engine's own functions, and takes two steps with each.

Standard input is JSON, name → the options of a training config that matter here. What is trained are the parts of a LoRA on a linear layer and on a
1×1 convolution, as networks.lora makes them. Prints name → `{"reason": text, empty if both steps were taken; "kept": numbers that the
optimizer holds for each that it trains; "rates": of the two steps}`.
"""

import json
import logging
import sys
from argparse import Namespace

import torch
from library import train_util
from networks.lora import LoRAModule

DEFAULTS = {
    "optimizer_type": "AdamW", "optimizer_args": None, "learning_rate": 1e-4, "use_8bit_adam": False, "use_lion_optimizer": False,
    "fused_backward_pass": False, "gradient_accumulation_steps": 1, "max_grad_norm": 1.0, "lr_scheduler": "constant",
    "lr_scheduler_type": "", "lr_scheduler_args": None, "lr_warmup_steps": 0, "lr_decay_steps": 0, "max_train_steps": 2,
    "lr_scheduler_num_cycles": 1, "lr_scheduler_power": 1.0, "lr_scheduler_timescale": None, "lr_scheduler_min_lr_ratio": None,
    "unet_lr": None, "text_encoder_lr": None,
}  # fmt: skip


def take_two_steps(options):
    torch.manual_seed(1)
    args = Namespace(**{**DEFAULTS, **options})
    layers = (torch.nn.Linear(32, 64), torch.nn.Conv2d(32, 64, 1))
    parts = [LoRAModule(f"part{number}", layer, lora_dim=4, alpha=2) for number, layer in enumerate(layers)]
    for part in parts:
        part.apply_to()
    learning = [one for part in parts for one in part.parameters()]
    groups = [{"params": learning, "lr": args.learning_rate}]
    _, _, optimizer = train_util.get_optimizer(args, groups)
    scheduler = train_util.get_scheduler_fix(args, optimizer, 1)
    inputs, rates = (torch.randn(3, 32), torch.randn(3, 32, 2, 2)), []
    for _ in range(2):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        loss = sum((part.forward(given) ** 2).mean() for part, given in zip(parts, inputs, strict=True))
        loss.backward()
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad(set_to_none=True)
    if not all(torch.isfinite(one).all() for one in learning):
        raise ValueError("not finite after two steps")
    kept = sum(one.numel() for one in tensors(dict(optimizer.state)) if one.numel() > 1)
    return {"reason": "", "kept": round(kept / sum(one.numel() for one in learning), 2), "rates": rates}


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    for inner in (
        value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    ):
        yield from tensors(inner)


def attempt(options):
    try:
        return take_two_steps(options)
    except Exception as failure:
        return {"reason": f"{type(failure).__name__}: {failure}".split("\n")[0][:160], "kept": 0, "rates": []}


def main():
    logging.disable(logging.INFO)
    torch.set_num_threads(1)
    print(json.dumps({name: attempt(options) for name, options in json.load(sys.stdin).items()}))


if __name__ == "__main__":
    main()
