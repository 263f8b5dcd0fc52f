"""Where the subject stands, without knowing what it is: what differs from the picture's left and right border.

It finds figures, drawn or photographed, before a background that goes on to both sides. Where nothing stands out it
says so, and a crop then goes by faces alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kohya_driver.prepare.boxes import Box

if TYPE_CHECKING:
    from PIL.Image import Image

_LONGEST = 112
"""Enough to tell a figure from its background, and small enough for a hundredth of a second."""
_STRIP = 0.06
"""What counts as border, of the width."""
_STANDS_OUT = 3.2
_LEAST_NOISE = 3.0
"""In LAB units, which the eye hardly sees: a perfectly even background has no deviation of its own."""
_PLAIN = 1.5
_WHOLE = 0.85
"""A subject that takes more than this of the picture is none that was found."""
_LEAST = 0.01
_IN_LINE = 0.5
"""Pieces above and below the main one belong to it if so much of their width is in line: a head, feet."""


@dataclass(frozen=True, slots=True)
class Subject:
    box: Box
    """In the picture's pixels."""
    is_on_plain: bool = False
    """Before a background so even that more of it can be added without being seen."""


@dataclass(frozen=True, slots=True)
class _Piece:
    box: Box
    area: int


def find_subject(image: Image) -> Subject | None:
    """What stands out; None if nothing does, or everything."""
    import numpy

    factor = min(1.0, _LONGEST / max(image.size))
    size = max(8, round(image.width * factor)), max(8, round(image.height * factor))
    lab = _lab(numpy.asarray(image.resize(size, reducing_gap=2.0), dtype=numpy.float32))
    distance, noise = _distance(lab)
    mask = _cleaned(distance > _STANDS_OUT)
    found = _main(_pieces(mask), size)
    if found is None or found.area > _WHOLE * size[0] * size[1]:
        return None
    box = found.scaled(image.width / size[0], image.height / size[1])
    return Subject(box, is_on_plain=noise <= _PLAIN)


def _lab(rgb: Any) -> Any:
    """sRGB to CIE LAB (D65)."""
    import numpy

    share = rgb / 255.0
    linear = numpy.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    matrix = numpy.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], numpy.float32
    )
    xyz = linear @ matrix.T / numpy.array([0.9505, 1.0, 1.089], numpy.float32)
    root = numpy.where(xyz > 0.008856, numpy.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return numpy.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _distance(lab: Any) -> tuple[Any, float]:
    """How far each pixel is from its row's background, in deviations of the background itself; and one deviation."""
    import numpy

    strip = max(2, round(lab.shape[1] * _STRIP))
    left, right = (_smooth(numpy.median(part, axis=1)) for part in (lab[:, :strip], lab[:, -strip:]))
    # The background of either side goes on, or turns gradually from the one into the other.
    share = numpy.linspace(0, 1, lab.shape[1])[None, :, None]
    between = left[:, None] * (1 - share) + right[:, None] * share
    models = (left[:, None], right[:, None], between)
    distances = [numpy.linalg.norm(lab - model, axis=-1) for model in models]
    residuals = numpy.concatenate([distances[0][:, :strip], distances[1][:, -strip:]], axis=1)
    noise = 1.4826 * float(numpy.median(residuals))
    return numpy.min(distances, axis=0) / max(_LEAST_NOISE, noise), noise


def _smooth(rows: Any) -> Any:
    """Median of five rows, so that one odd row is none."""
    import numpy

    padded = numpy.pad(rows, ((2, 2), (0, 0)), mode="edge")
    return numpy.median([padded[i : i + len(rows)] for i in range(5)], axis=0)


def _cleaned(mask: Any) -> Any:
    """Gaps closed, specks gone."""
    import numpy

    grown = _windows(mask, numpy.max)
    closed = _windows(grown, numpy.min)
    return _windows(closed.astype(numpy.float32), numpy.mean) > 0.5


def _windows(mask: Any, combine: Any) -> Any:
    """A 3×3 filter."""
    import numpy

    padded = numpy.pad(mask, 1, mode="edge")
    height, width = mask.shape
    return combine([padded[y : y + height, x : x + width] for y in range(3) for x in range(3)], axis=0)


def _pieces(mask: Any) -> list[_Piece]:
    """Connected pieces, built from the runs of each row."""
    parents: list[int] = []
    runs: list[tuple[int, int, int]] = []

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    before: list[int] = []
    for row in range(mask.shape[0]):
        here = []
        for start, end in _runs(mask[row]):
            index = len(runs)
            runs.append((row, start, end))
            parents.append(index)
            for other in before:
                if runs[other][1] < end and runs[other][2] > start:
                    parents[root(other)] = root(index)
            here.append(index)
        before = here
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for index, run in enumerate(runs):
        groups.setdefault(root(index), []).append(run)
    return [_piece(group) for group in groups.values()]


def _runs(row: Any) -> list[tuple[int, int]]:
    import numpy

    edges = numpy.flatnonzero(numpy.diff(numpy.concatenate([[False], row, [False]]).astype(numpy.int8)))
    return [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _piece(runs: list[tuple[int, int, int]]) -> _Piece:
    box = Box(
        min(run[1] for run in runs),
        min(run[0] for run in runs),
        max(run[2] for run in runs),
        max(run[0] for run in runs) + 1,
    )
    return _Piece(box, sum(run[2] - run[1] for run in runs))


def _main(pieces: list[_Piece], size: tuple[int, int]) -> Box | None:
    """The largest piece, those near the middle before others, with what stands above and below it."""
    total = size[0] * size[1]
    large = [piece for piece in pieces if piece.area >= _LEAST * total]
    if not large:
        return None

    def weight(piece: _Piece) -> float:
        off = abs(piece.box.centre[0] / size[0] - 0.5) * 2
        return piece.area * (1 - 0.6 * off)

    main = max(large, key=weight).box
    for piece in sorted(pieces, key=lambda one: -one.area):
        if piece.area >= _LEAST * total / 4 and _in_line(piece.box, main):
            main = Box(
                min(main.left, piece.box.left),
                min(main.top, piece.box.top),
                max(main.right, piece.box.right),
                max(main.bottom, piece.box.bottom),
            )
    return main


def _in_line(piece: Box, main: Box) -> bool:
    common = min(piece.right, main.right) - max(piece.left, main.left)
    return common >= _IN_LINE * piece.width
