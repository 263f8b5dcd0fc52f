"""How much each block of a model is changed by an adapter: the layers' changes put together."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.engine.weights import Header
from kohya_driver.inspection.base_layers import open_base
from kohya_driver.inspection.change import Change, change_of
from kohya_driver.inspection.layers import layers_of
from kohya_driver.inspection.model import BlockNorm, Norms
from kohya_driver.inspection.tensors import READABLE, open_tensors

_WAY = ("input", "down", "middle", "mid", "output", "up")
"""The way through a U-Net."""


def norms_of(path: Path, header: Header, base: Path | None = None) -> Norms:
    """
    Raises:
        OSError: the file cannot be read; EngineError: the base cannot.
    """
    read = open_tensors(path, header)
    weights = open_base(base) if base else None
    stabilised = "rs_lora" in header.metadata.get("ss_network_args", "")
    sums: dict[tuple[str, str], _Sum] = {}
    unmeasured = 0
    for layer in layers_of(header.tensors):
        place = layer.place
        whole = weights((place.part, place.path)) if weights else None
        try:
            readable = all(header.tensors[name].dtype in READABLE for name in layer.tensors.values())
            change = change_of(layer, read, whole, rank_stabilised=stabilised) if readable else None
        # Shapes that do not fit each other, or the base.
        except (ValueError, IndexError, KeyError, ArithmeticError):
            change = None
        if change is None or (change.norm is None and change.share is None):
            unmeasured += 1
            continue
        sums.setdefault((place.part, place.block), _Sum()).add(change)
    blocks = tuple(sums[key].block(*key) for key in sorted(sums, key=_order))
    total = _together(sums.values())
    return Norms(
        blocks,
        total.norm,
        total.share,
        str(base) if base else "",
        sum(one.layers for one in sums.values()),
        unmeasured,
    )


@dataclass(slots=True)
class _Sum:
    """Of squares, so that layers count as one vector."""

    layers: int = 0
    normed: int = 0
    """Layers whose norm is known."""
    squares: float = 0.0
    matched: float = 0.0
    """Of the norms of those that are in the base, and"""
    base: float = 0.0
    """of theirs in the base."""
    shared: int = 0
    """Layers of which only a share is known, and"""
    shares: float = 0.0
    """their squares."""

    def add(self, change: Change) -> None:
        self.layers += 1
        if change.norm is None:
            self.shared += 1
            self.shares += (change.share or 0.0) ** 2
            return
        self.normed += 1
        self.squares += change.norm**2
        if change.base:
            self.matched += change.norm**2
            self.base += change.base**2

    @property
    def norm(self) -> float | None:
        return math.sqrt(self.squares) if self.normed else None

    @property
    def share(self) -> float | None:
        """Of those layers of the base that are matched; without a base the root mean square of the known shares."""
        if self.base:
            return math.sqrt(self.matched / self.base)
        return math.sqrt(self.shares / self.shared) if self.shared and not self.normed else None

    def block(self, part: str, name: str) -> BlockNorm:
        return BlockNorm(part, name, self.layers, self.norm, self.share)


def _together(sums: Iterable[_Sum]) -> _Sum:
    total = _Sum()
    for one in sums:
        for name in _Sum.__slots__:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total


def _order(key: tuple[str, str]) -> tuple[bool, str, int, list[int], str]:
    """Text encoders last, blocks as a picture goes through them, numbers as numbers."""
    part, block = key
    way = next((place for place, name in enumerate(_WAY) if block.startswith(name)), len(_WAY))
    return (
        part.startswith("text_encoder"),
        part,
        way,
        [int(number) for number in re.findall(r"\d+", block)],
        block,
    )
