"""How far the LoRA files of a run have moved: the size of the change against that of the layers that it changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from kohya_driver import files
from kohya_driver.engine.weights import Header, read_header
from kohya_driver.errors import DriverError
from kohya_driver.inspection.base_layers import open_base
from kohya_driver.inspection.change import change_of, norm_of
from kohya_driver.inspection.layers import Layer, layers_of
from kohya_driver.inspection.tensors import open_tensors
from kohya_driver.judging.model import Weighed

T = TypeVar("T")

MOST_FILES, MOST_LAYERS = 8, 64
"""Looked at: enough to see a way, and few enough for a base of 7 GB to take seconds."""
_ROWS = {"lora": "up", "locon": "up", "dora": "up", "loha": "w1_a", "full": "diff"}
"""What of a layer has as many rows as its weights."""
_FAULTS = (DriverError, OSError, ValueError, KeyError, IndexError, ArithmeticError)


def weigh(paths: Mapping[int, Path], base: Path | None) -> tuple[Weighed, ...]:
    """
    Args:
        paths: by step.
        base: the model that they were trained on, if it is at hand. Without it the usual size of weights is taken.

    Returns:
        In the order of the steps; files that cannot be read or measured are left out.
    """
    steps = _chosen(sorted(paths), MOST_FILES)
    norms = _base_norms(paths[steps[-1]], base) if steps else {}
    found = (_weigh(step, paths[step], norms) for step in steps)
    return tuple(one for one in found if one)


def _chosen(items: Sequence[T], most: int) -> list[T]:
    """Evenly, the last among them."""
    if len(items) <= most:
        return list(items)
    return [items[round((place + 1) * len(items) / most) - 1] for place in range(most)]


def _base_norms(path: Path, base: Path | None) -> dict[str, float]:
    """Layer's name → ‖W‖² in the base; empty if it is not at hand, or of another kind."""
    if base is None or not files.exists(base):
        return {}
    try:
        weights = open_base(base)
        norms = {}
        for layer in _chosen(layers_of(read_header(path).tensors), MOST_LAYERS):
            whole = weights((layer.place.part, layer.place.path))
            if whole is not None:
                norms[layer.name] = norm_of(whole) ** 2
    except _FAULTS:
        return {}
    return norms


def _weigh(step: int, path: Path, norms: Mapping[str, float]) -> Weighed | None:
    try:
        header = read_header(path)
        sizes = list(_sizes(path, header, norms))
    except _FAULTS:
        return None
    whole = math.fsum(base for _, base in sizes)
    if not whole:
        return None
    change = math.fsum(square for square, _ in sizes if square - square == 0)
    broken = any(square - square != 0 for square, _ in sizes)
    return Weighed(step, math.nan if broken else math.sqrt(change / whole), bool(norms))


def _sizes(path: Path, header: Header, norms: Mapping[str, float]) -> Iterator[tuple[float, float]]:
    """Of each layer the squares of the change and of the weights; of what turns them, the share and 1."""
    read = open_tensors(path, header)
    layers = layers_of(header.tensors)
    for layer in layers if norms else _chosen(layers, MOST_LAYERS):
        if norms and layer.name not in norms:
            continue
        change = change_of(layer, read)
        base = norms.get(layer.name) or _usual(layer)
        if change.norm is not None and base:
            yield change.norm**2, base
        elif change.share is not None:
            yield change.share**2, 1.0


def _usual(layer: Layer) -> float:
    """‖W‖² of a layer as torch begins one: its numbers lie evenly within ±1/√inputs, which makes rows / 3 (nn.Linear)."""
    shape = layer.shapes.get(_ROWS.get(layer.kind, ""), ())
    return shape[0] / 3 if shape else 0.0
