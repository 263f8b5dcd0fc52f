"""How much an adapter changes a layer: the Frobenius norm of what it adds to the layer's weights, W' - W.

For a LoRA that is ‖(alpha / rank) · up · down‖: `LoRAModule.scale` in the engine's networks/lora.py and `get_diff_weight` in
lycoris/modules/locon.py. The product has as many numbers as the layer itself, so it is not formed where that can be avoided:
‖U·D‖² = tr(Dᵀ·Uᵀ·U·D) = Σ (Uᵀ·U) ∘ (D·Dᵀ), two matrices of rank × rank.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kohya_driver.inspection.layers import Layer

if TYPE_CHECKING:
    from kohya_driver.inspection.tensors import Array, Read

ROWS = 256
"""Of a product that has to be formed, at a time."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of one layer."""

    norm: float | None
    """‖W' - W‖; None where that depends on W and there is no base to read it from."""
    share: float | None
    """‖W' - W‖ / ‖W‖; None where W would have to be known."""
    base: float | None = None
    """‖W‖, if there is a base."""


UNKNOWN = Change(None, None)


def change_of(
    layer: Layer, read: Read, base: Array | None = None, *, rank_stabilised: bool = False
) -> Change:
    """
    Args:
        base: the layer's weights in the base model.
        rank_stabilised: the scale is alpha / √rank (arXiv 2312.03732), which the tensors do not tell.
    """
    import numpy

    tensors = {role: read(name).astype(numpy.float64) for role, name in layer.tensors.items()}
    alpha = _scalar(tensors.get("alpha"))
    turn = _TURNS.get(layer.kind)
    if turn:
        return _turned(turn(tensors, alpha), tensors, base)
    added = _ADDED.get(layer.kind)
    if added is None:
        return UNKNOWN
    scale = scale_of(layer, alpha, rank_stabilised=rank_stabilised)
    if layer.is_decomposed and base is not None:
        return _decomposed(_whole(layer.kind, tensors, base.shape) * scale, tensors["magnitude"], base)
    square = added(tensors)
    norm = math.sqrt(0.0 if square < 0 else square) * scale  # rounding may leave less than 0; a NaN stays one
    return _against(norm, base)


def scale_of(layer: Layer, alpha: float | None, *, rank_stabilised: bool = False) -> float:
    """alpha / rank. Without an alpha, or with 0, it counts as the rank (lora.py:85); whole matrices are not scaled (lokr.py)."""
    if layer.rank is None or not alpha:
        return 1.0
    return alpha / (math.sqrt(layer.rank) if rank_stabilised else layer.rank)


def _scalar(values: Array | None) -> float | None:
    return float(values.reshape(-1)[0]) if values is not None and values.size else None


def _against(norm: float, base: Array | None) -> Change:
    if base is None:
        return Change(norm, None)
    whole = norm_of(base)
    return Change(norm, norm / whole if whole else None, whole)


def norm_of(values: Array) -> float:
    """Frobenius: the root of the sum of all squares."""
    import numpy

    return float(numpy.linalg.norm(values.astype(numpy.float64).reshape(-1)))


def _rows(values: Array) -> Array:
    return values.reshape(values.shape[0], -1)


# --- squares of norms of what is added


Tensors = Mapping[str, "Array"]


def _low_rank(tensors: Tensors) -> float:
    up, down = _rows(tensors["up"]), _rows(tensors["down"])
    core = tensors.get("mid")
    return _product(up, down) if core is None else _with_core(core, up, down)


def _product(left: Array, right: Array) -> float:
    """‖left · right‖²"""
    return float(((left.T @ left) * (right @ right.T)).sum())


def _with_core(core: Array, up: Array, down: Array) -> float:
    """‖Σ up[o,a] · core[a,b,…] · down[b,i]‖²: lycoris' `rebuild_tucker`."""
    left, right = up.T @ up, down @ down.T
    pieces = core.reshape(*core.shape[:2], -1)
    return sum(
        float(((left @ pieces[:, :, place] @ right) * pieces[:, :, place]).sum())
        for place in range(pieces.shape[2])
    )


def _hadamard(tensors: Tensors) -> float:
    """‖(W1a·W1b) ∘ (W2a·W2b)‖², some rows at a time; with a core each factor is put together as `make_weight_tucker` does."""
    if "t1" in tensors:
        return float(((_tucker(tensors, "1") * _tucker(tensors, "2")) ** 2).sum())
    left, right = (tensors["w1_a"], _rows(tensors["w1_b"])), (tensors["w2_a"], _rows(tensors["w2_b"]))
    total = 0.0
    for start in range(0, len(left[0]), ROWS):
        rows = slice(start, start + ROWS)
        total += float((((left[0][rows] @ left[1]) * (right[0][rows] @ right[1])) ** 2).sum())
    return total


def _tucker(tensors: Tensors, number: str) -> Array:
    import numpy

    core, right, left = tensors[f"t{number}"], tensors[f"w{number}_b"], tensors[f"w{number}_a"]
    built: Array = numpy.einsum("ij...,jr,ip->pr...", core, right, left)
    return built


def _kronecker(tensors: Tensors) -> float:
    """‖A ⊗ B‖² = ‖A‖² · ‖B‖²"""
    return _factor(tensors, "1") * _factor(tensors, "2")


def _factor(tensors: Tensors, number: str) -> float:
    whole = tensors.get(f"w{number}")
    if whole is not None:
        return float((whole**2).sum())
    left, right = tensors[f"w{number}_a"], _rows(tensors[f"w{number}_b"])
    core = tensors.get(f"t{number}")
    return _product(left, right) if core is None else _with_core(core, left.T, right)


def _plain(tensors: Tensors) -> float:
    """Of layers that hold the whole difference."""
    return sum(
        float((tensors[role] ** 2).sum())
        for role in ("diff", "diff_b", "w_norm", "b_norm")
        if role in tensors
    )


_ADDED: Mapping[str, Callable[[Tensors], float]] = {
    "lora": _low_rank, "locon": _low_rank, "dora": _low_rank, "loha": _hadamard, "lokr": _kronecker,
    "full": _plain, "norm": _plain,
}  # fmt: skip


# --- with magnitudes


def _decomposed(added: Array, magnitude: Array, base: Array) -> Change:
    """DoRA: W' = m · (W + ΔW) / ‖W + ΔW‖, by rows or by columns, as the magnitudes are shaped (`apply_weight_decompose`)."""
    import numpy

    whole = base.astype(numpy.float64)
    moved = whole + added
    by_row = magnitude.size == base.shape[0] and (magnitude.ndim < 2 or magnitude.shape[0] != 1)
    flat = _rows(moved) if by_row else _rows(moved.swapaxes(0, 1))
    flat = flat * (magnitude.reshape(-1, 1) / (numpy.linalg.norm(flat, axis=1, keepdims=True) + 1e-12))
    before = _rows(whole) if by_row else _rows(whole.swapaxes(0, 1))
    return _against(float(numpy.linalg.norm(flat - before)), base)


def _whole(kind: str, tensors: Tensors, shape: tuple[int, ...]) -> Array:
    import numpy

    if kind == "loha":
        factors = (
            _tucker(tensors, number)
            if "t1" in tensors
            else tensors[f"w{number}_a"] @ _rows(tensors[f"w{number}_b"])
            for number in "12"
        )
        built = next(factors) * next(factors)
    elif kind == "lokr":
        left, right = _built(tensors, "1"), _built(tensors, "2")
        built = numpy.kron(left.reshape(*left.shape, *[1] * (right.ndim - left.ndim)), right)
    elif "mid" in tensors:
        built = numpy.einsum(
            "ab...,oa,bi->oi...", tensors["mid"], _rows(tensors["up"]), _rows(tensors["down"])
        )
    else:
        built = _rows(tensors["up"]) @ _rows(tensors["down"])
    whole: Array = built.reshape(shape)
    return whole


def _built(tensors: Tensors, number: str) -> Array:
    import numpy

    whole = tensors.get(f"w{number}")
    if whole is not None:
        return whole
    left, right = tensors[f"w{number}_a"], tensors[f"w{number}_b"]
    core = tensors.get(f"t{number}")
    if core is not None:
        built: Array = numpy.einsum("ij...,ip,jr->pr...", core, left, right)
        return built
    flat: Array = (left @ _rows(right)).reshape(len(left), *right.shape[1:])
    return flat


# --- kinds that turn or stretch what is there


def _turned(turn: tuple[Array, float], tensors: Tensors, base: Array | None) -> Change:
    blocks, share = turn
    if base is None:
        return Change(None, share)
    import numpy

    whole = base.astype(numpy.float64)
    if blocks.ndim == 3:  # one matrix for each group of rows
        groups = whole.reshape(len(blocks), blocks.shape[1], -1)
        moved = numpy.einsum("knm,knp->kmp", blocks, groups)
    elif _scalar(tensors["on_input"]):
        moved = whole * blocks.reshape(1, -1, *[1] * (whole.ndim - 2))
    else:
        moved = whole * blocks.reshape(-1, *[1] * (whole.ndim - 1))
    return _against(norm_of(moved), base)


def _rotation(tensors: Tensors, alpha: float | None) -> tuple[Array, float]:
    """OFT: R - I with R = (I + Q)(I - Q)⁻¹, ‖Q‖ held below alpha · rows (networks/oft.py). As R leaves lengths as they are,
    ‖R - I‖ / √rows is the share of W that changes, for a W that favours no direction."""
    import numpy

    blocks = tensors["oft_blocks"]
    skew = blocks - blocks.swapaxes(1, 2)
    size, limit = float(numpy.linalg.norm(skew)), (alpha or 0.0) * len(blocks) * blocks.shape[1]
    if 0 < limit < size:
        skew = skew * (limit / size)
    one = numpy.eye(blocks.shape[1])
    turn = numpy.linalg.solve((one - skew).swapaxes(1, 2), (one + skew).swapaxes(1, 2)).swapaxes(1, 2) - one
    return turn, float(numpy.linalg.norm(turn)) / math.sqrt(len(blocks) * blocks.shape[1])


def _stretch(tensors: Tensors, alpha: float | None) -> tuple[Array, float]:
    """(IA)³: each row or column of W becomes 1 + w times itself (lycoris/modules/ia3.py)."""
    import numpy

    factors = tensors["scaling"].reshape(-1)
    return factors, float(numpy.sqrt((factors**2).mean()))


_TURNS: Mapping[str, Callable[[Tensors, float | None], tuple[Array, float]]] = {
    "oft": _rotation,
    "ia3": _stretch,
}
