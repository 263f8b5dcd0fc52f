"""A model with the signature of a WD tagger whose tags answer to colours: 2 KB, and every mistake of preparation shows.

`input` float32 N×H×H×3, BGR from 0 to 255 → mean over the picture → one weighted sum for each tag → sigmoid → `output`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy

from kohya_driver.prepare.tag_policy import TagRow
from tests.onnx_bytes import Dimension, Graph

GENERAL, CHARACTER, RATING = 0, 4, 9


def logit(score: float) -> float:
    return math.log(score / (1 - score))


COLOURED: dict[str, tuple[int, tuple[float, float, float], float]] = {
    "general": (RATING, (0, 0, 0), logit(0.9)),
    "sensitive": (RATING, (0, 0, 0), logit(0.2)),
    "questionable": (RATING, (0, 0, 0), logit(0.05)),
    "explicit": (RATING, (0, 0, 0), logit(0.01)),
    "long_hair": (GENERAL, (0, 0, 0), logit(0.6)),
    "1girl": (GENERAL, (0, 0, 0), logit(0.8)),
    "solo": (GENERAL, (0, 0, 0), logit(0.9)),
    "blue_hair": (GENERAL, (12, 0, -12), -6),
    "red_eyes": (GENERAL, (-12, 0, 12), -6),
    "white_background": (GENERAL, (7, 7, 7), -16),
    "very_long_hair": (GENERAL, (0, 0, 0), logit(0.55)),
    "^_^": (GENERAL, (0, 0, 0), logit(0.5)),
    ":d": (GENERAL, (0, 0, 0), logit(0.45)),
    "just_above": (GENERAL, (0, 0, 0), logit(0.36)),
    "just_below": (GENERAL, (0, 0, 0), logit(0.34)),
    "faint": (GENERAL, (0, 0, 0), logit(0.05)),
    "ningguang_(genshin_impact)": (CHARACTER, (-12, 12, -12), -6),
    "hatsune_miku": (CHARACTER, (0, 0, 0), logit(0.38)),
}
"""Each tag's category, its weights for blue, green and red from 0 to 1, and what is added."""

ROWS = tuple(TagRow(name, category) for name, (category, _, _) in COLOURED.items())


def expected(pixels: numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.float32]]) -> list[float]:
    """The scores of a picture that is prepared right: rows × columns × BGR, 0 to 255."""
    means = pixels.astype(numpy.float64).mean(axis=(0, 1)) / 255
    sums = [float(numpy.dot(means, weights)) + added for _, weights, added in COLOURED.values()]
    return [1 / (1 + math.exp(-one)) for one in sums]


def model_bytes(
    size: int = 448, batch: Dimension = "batch_size", outputs: int | None = None, shape: Sequence[Dimension] = ()
) -> bytes:  # fmt: skip
    """
    Args:
        batch: a number, as models of v1 and v2 have it.
        outputs: fewer than there are tags.
        shape: another than that of a WD model.
    """
    tags = list(COLOURED.values())[:outputs]
    weights = numpy.array([[one / 255 for one in weights] for _, weights, _ in tags], numpy.float32).T
    graph = Graph()
    means = graph.node("ReduceMean", ["input", graph.ints(1, 2)], keepdims=0)
    product = graph.node("MatMul", [means, graph.constant(numpy.ascontiguousarray(weights))])
    total = graph.node("Add", [product, graph.floats(*(added for _, _, added in tags))])
    graph.last("Sigmoid", [total], "output")
    taken = shape or (batch, size, size, 3)
    return graph.model({"input": taken}, {"output": (taken[0], len(tags))})


def list_bytes(names: Sequence[str] = tuple(COLOURED)) -> bytes:
    lines = [f'{number},"{name}",{COLOURED[name][0]},1000' for number, name in enumerate(names)]
    return "\n".join(["tag_id,name,category,count", *lines, ""]).encode()


def write_model(folder: Path, model: bytes | None = None, names: bytes | None = None) -> Path:
    """A folder such as `--model` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model or model_bytes())
    (folder / "selected_tags.csv").write_bytes(names or list_bytes())
    return folder
