"""Writes LoRAs and train states under sd-scripts' names, and removes old ones (library/train_util.py:90, 5767-5998).

The options are asked afresh each time: the driver lets some of them read otherwise for a while.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from library.log import logger
from safetensors.torch import save, save_file

TYPES = {"fp16": torch.float16, "bf16": torch.bfloat16, "float": torch.float32}
SAMPLE_START, SAMPLE_BYTES = 0x100000, 0x10000
"""Of the part of a file that older tools hash."""


class Saver:
    """The files of one training."""

    def __init__(self, args: Any, accelerator: Any, network: Any, metadata: dict[str, str]) -> None:
        self.args, self.accelerator, self.network, self.metadata = args, accelerator, network, metadata

    def after_step(self, step: int, epoch: int) -> None:
        every = self.args.save_every_n_steps
        if every is None or step % every:
            return
        self.save_lora(step_name(self.args, step), step, epoch)
        if self.args.save_state:
            logger.info(f"saving state at step {step}")
            self.save_state(f"{step_name(self.args, step)}-state")
            self.remove_state(
                lambda old: f"{step_name(self.args, old)}-state", old_step(self.args, step, of_state=True)
            )
        self.remove_lora(step_name, old_step(self.args, step))

    def after_epoch(self, epoch: int, epochs: int, step: int) -> None:
        every = self.args.save_every_n_epochs
        if every is None or epoch % every or epoch >= epochs:
            return
        self.save_lora(epoch_name(self.args, epoch), step, epoch)
        self.remove_lora(epoch_name, old_epoch(self.args, epoch))
        if self.args.save_state:
            logger.info(f"saving state at epoch {epoch}")
            self.save_state(f"{epoch_name(self.args, epoch)}-state")
            self.remove_state(
                lambda old: f"{epoch_name(self.args, old)}-state", old_epoch(self.args, epoch, of_state=True)
            )

    def at_end(self, step: int, epochs: int) -> None:
        name = self.args.output_name or "last"
        if self.args.save_state or self.args.save_state_on_train_end:
            logger.info("saving last state.")
            self.save_state(f"{name}-state")
        self.save_lora(name, step, epochs)
        logger.info("model saved.")

    def save_lora(self, name: str, step: int, epoch: int) -> None:
        folder = Path(self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.{self.args.save_model_as}"
        print(f"\nsaving checkpoint: {path}", flush=True)
        now = {"ss_training_finished_at": str(time.time()), "ss_steps": str(step), "ss_epoch": str(epoch)}
        kind = TYPES.get(self.args.save_precision)
        tensors = {
            key: each.detach().cpu().to(kind or each.dtype).contiguous()
            for key, each in self.network.state_dict().items()
        }
        metadata = {**self.metadata, **now}
        save_file(tensors, path, {**metadata, **hashes(tensors, metadata)})

    def save_state(self, name: str) -> None:
        folder = Path(self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        self.accelerator.save_state(str(folder / name))

    def remove_lora(self, name: Any, old: int | None) -> None:
        path = (
            Path(self.args.output_dir) / f"{name(self.args, old)}.{self.args.save_model_as}"
            if old is not None
            else None
        )
        if path and path.exists():
            print(f"removing old checkpoint: {path}", flush=True)
            path.unlink()

    def remove_state(self, name: Any, old: int | None) -> None:
        path = Path(self.args.output_dir) / name(old) if old is not None else None
        if path and path.exists():
            logger.info(f"removing old state: {path}")
            shutil.rmtree(path)


def epoch_name(args: Any, epoch: int) -> str:
    return f"{args.output_name or 'epoch'}-{epoch:06d}"


def step_name(args: Any, step: int) -> str:
    return f"{args.output_name or 'at'}-step{step:08d}"


def old_epoch(args: Any, epoch: int, *, of_state: bool = False) -> int | None:
    kept = (args.save_last_n_epochs_state if of_state else None) or args.save_last_n_epochs
    return None if kept is None else at_least(0, epoch - args.save_every_n_epochs * kept)


def old_step(args: Any, step: int, *, of_state: bool = False) -> int | None:
    kept = (args.save_last_n_steps_state if of_state else None) or args.save_last_n_steps
    if kept is None:
        return None
    before = step - kept - 1
    return at_least(0, before - before % args.save_every_n_steps)


def at_least(least: int, number: int) -> int | None:
    return number if number >= least else None


def hashes(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str]) -> dict[str, str]:
    """What tools know a file by: of its tensors, and of a part of the file with the training's metadata."""
    data = save(dict(tensors), {name: text for name, text in metadata.items() if name.startswith("ss_")})
    begin = 8 + int.from_bytes(data[:8], "little")
    part = data[SAMPLE_START : SAMPLE_START + SAMPLE_BYTES]
    return {
        "sshs_model_hash": hashlib.sha256(data[begin:]).hexdigest(),
        "sshs_legacy_hash": hashlib.sha256(part).hexdigest()[:8],
    }
