"""The trainer's ways in and out that kohya_driver takes hold of, where sd-scripts has them and under the same names."""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from library import settings
from library.pictures import PictureSet
from torch.utils.data import ConcatDataset


def read_config_from_file(args: argparse.Namespace, parser: argparse.ArgumentParser) -> argparse.Namespace:
    return settings.read_training(Path(args.config_file))


class DatasetGroup(ConcatDataset):
    """All pictures of a training; an item is a batch."""

    def __init__(self, sets: Sequence[PictureSet]) -> None:
        super().__init__(sets)
        self.max_train_steps = 0

    def __getitem__(self, index: int) -> Any:
        return super().__getitem__(index)

    def set_max_train_steps(self, steps: int) -> None:
        self.max_train_steps = steps

    def set_current_epoch(self, epoch: int) -> None:
        for one in self.datasets:
            one.set_current_epoch(epoch)


def calculate_sha256(filename: Path) -> str:
    with filename.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class LossRecorder:
    """The mean of the last epoch's micro-batches: what the bar and the log call average (library/train_util.py:6668)."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.total = 0.0

    def add(self, epoch: int, place: int, loss: float) -> None:
        if epoch == 0:
            self.losses.append(loss)
        else:
            self.losses += [0.0] * (place + 1 - len(self.losses))
            self.total -= self.losses[place]
            self.losses[place] = loss
        self.total += loss

    @property
    def moving_average(self) -> float:
        return self.total / len(self.losses) if self.losses else 0.0
