"""AdamW, and transformers' schedules with the meanings that sd-scripts gives to its options (train_util.py:5265)."""

from __future__ import annotations

import ast
from typing import Any

import torch
from library.log import logger
from transformers import get_scheduler


def pairs(entries: list[str] | None) -> dict[str, Any]:
    """`name=value`, the value as Python writes it; `betas=0.9,0.99` is a pair of numbers."""
    return {
        name: ast.literal_eval(value) for name, _, value in (entry.partition("=") for entry in entries or ())
    }


def make_optimizer(args: Any, groups: list[dict[str, Any]]) -> tuple[torch.optim.Optimizer, str]:
    """The optimizer, and how the file's metadata names it."""
    options = pairs(args.optimizer_args)
    logger.info(f"use AdamW optimizer | {options}")
    said = ",".join(f"{name}={value}" for name, value in options.items())
    return torch.optim.AdamW(groups, lr=args.learning_rate, **options), "torch.optim.adamw.AdamW" + (
        f"({said})" if said else ""
    )


def make_schedule(args: Any, optimizer: torch.optim.Optimizer, processes: int) -> Any:
    """accelerate moves it on once for each process, so it counts the steps of all of them."""
    steps = args.max_train_steps * processes
    warmup = args.lr_warmup_steps or 0
    warmup = int(warmup * steps) if isinstance(warmup, float) else warmup
    name = args.lr_scheduler
    if name == "constant" and warmup:
        raise ValueError("constant does not require `num_warmup_steps`. Set None or 0.")
    return get_scheduler(name, optimizer, warmup, steps, scheduler_specific_kwargs=own_options(args))


def own_options(args: Any) -> dict[str, Any]:
    own = {
        "cosine_with_restarts": {"num_cycles": args.lr_scheduler_num_cycles},
        "polynomial": {"power": args.lr_scheduler_power},
        "cosine_with_min_lr": {
            "num_cycles": args.lr_scheduler_num_cycles / 2,
            "min_lr_rate": args.lr_scheduler_min_lr_ratio,
        },
    }
    return {**own.get(args.lr_scheduler, {}), **pairs(args.lr_scheduler_args)}
