"""The layers that an adapter changes, told from its tensors' names and shapes: kind, rank, alpha."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kohya_driver.engine.weights import Tensor
from kohya_driver.inspection.names import Place, place_of, split_name

KINDS = ("lora", "locon", "dora", "loha", "lokr", "oft", "boft", "glora", "ia3", "full", "norm", "unknown")
LOW_RANK = ("lora", "locon", "dora")


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the base, and what an adapter has for it."""

    name: str
    """As in the file."""
    place: Place
    kind: str
    """One of KINDS. `dora` is a LoRA with magnitudes; the others can have them too (`is_decomposed`)."""
    rank: int | None
    """None for kinds without one, and for whole matrices."""
    tensors: Mapping[str, str]
    """What a tensor is here (`down`, `up`, `alpha` …) → its name in the file."""
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def is_decomposed(self) -> bool:
        return "magnitude" in self.tensors

    @property
    def parameters(self) -> int:
        """Numbers that were trained."""
        return sum(
            math.prod(shape) for role, shape in self.shapes.items() if role not in ("alpha", "on_input")
        )


def layers_of(tensors: Mapping[str, Tensor]) -> tuple[Layer, ...]:
    """In the order of the file. Tensors that belong to no adapter are passed over."""
    found: dict[str, dict[str, str]] = {}
    for name in tensors:
        if told := split_name(name):
            found.setdefault(told[0], {})[told[1]] = name
    return tuple(_layer(name, roles, tensors) for name, roles in found.items())


def _layer(name: str, roles: Mapping[str, str], tensors: Mapping[str, Tensor]) -> Layer:
    shapes = {role: tensors[full].shape for role, full in roles.items()}
    kind = _kind(roles.values(), shapes)
    return Layer(name, place_of(name), kind, _rank(kind, shapes), roles, shapes)


def _kind(names: Iterable[str], shapes: Mapping[str, tuple[int, ...]]) -> str:
    known = tuple(names)
    if "up" in shapes and "down" in shapes:
        if "magnitude" in shapes:
            return "dora"
        return "locon" if "mid" in shapes or math.prod(shapes["down"][2:]) > 1 else "lora"
    for kind, mark in (("loha", ".hada_"), ("lokr", ".lokr_")):
        if any(mark in name for name in known):
            return kind
    if "oft_blocks" in shapes:
        return "boft" if len(shapes["oft_blocks"]) == 4 else "oft"
    for role, kind in (("a1", "glora"), ("on_input", "ia3"), ("diff", "full"), ("w_norm", "norm")):
        if role in shapes:
            return kind
    return "unknown"


def _rank(kind: str, shapes: Mapping[str, tuple[int, ...]]) -> int | None:
    """As the modules' own `make_module_from_state_dict` find it."""
    role = {"lora": "down", "locon": "down", "dora": "down", "loha": "w1_b", "glora": "a2"}.get(kind, "")
    if kind == "lokr":
        role = "w1_b" if "w1_b" in shapes else "w2_b"
        # With a core between them w2_b is (rank, in) as well.
    shape = shapes.get(role, ())
    return shape[0] if shape else None


def main_kind(layers: Iterable[Layer]) -> str:
    """What most of them are; a few layers with convolutions make a LoRA a LoCon."""
    counts = kinds_of(layers)
    counts.pop("norm", None)
    if set(counts) <= {"lora", "locon"} and "locon" in counts:
        return "locon"
    return max(counts, key=lambda kind: counts[kind], default="unknown")


def kinds_of(layers: Iterable[Layer]) -> dict[str, int]:
    """Kind → how many layers are of it."""
    counts: dict[str, int] = {}
    for layer in layers:
        counts[layer.kind] = counts.get(layer.kind, 0) + 1
    return counts
