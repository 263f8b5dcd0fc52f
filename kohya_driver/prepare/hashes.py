"""Which pictures look alike: two fingerprints of 64 bits each, and groups of those that are a few bits apart.

dHash compares each cell of a 9 × 8 grid with its right neighbour; pHash takes the lowest frequencies of a 32 × 32 one. They
miss different things (a watermark, a brighter copy), so one of them will do if the other does not contradict. Copies that
were resized or saved again are 4 bits apart at most; of crops only those that lose a few percent are found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

NEAR_BITS = 8
MIRRORED_BITS = 6
OTHER_BITS = 24
"""That the other fingerprint may differ by: unrelated ones do by 32 on average, copies with a watermark by 24 at most."""
SIDE = 64
"""What a picture need be decoded to at least."""
_LEAST_CONTRAST = 8
"""Levels of grey between the darkest and the brightest place: below, a fingerprint is made of noise."""
_FREQUENCIES = 8
_BLOCK = 1 << 16
"""Comparisons at a time."""


Two = tuple[int, int]
"""dHash and pHash."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Of a picture, and of the same picture mirrored."""

    dhash: int
    phash: int
    mirrored_dhash: int
    mirrored_phash: int


def fingerprint(image: Image) -> Fingerprint | None:
    """None for a picture that is one plain colour: it looks like every other."""
    from PIL.Image import Resampling, Transpose

    grey = image.resize((SIDE, SIDE), Resampling.BOX, reducing_gap=2.0).convert("L")
    darkest, brightest = grey.getextrema()
    if not (isinstance(darkest, int) and isinstance(brightest, int)) or brightest - darkest < _LEAST_CONTRAST:
        return None
    mirrored = grey.transpose(Transpose.FLIP_LEFT_RIGHT)
    return Fingerprint(dhash(grey), phash(grey), dhash(mirrored), phash(mirrored))


def dhash(grey: Image) -> int:
    import numpy
    from PIL.Image import Resampling

    cells = numpy.asarray(grey.resize((9, 8), Resampling.BOX), dtype=numpy.int16)
    return _bits(cells[:, 1:] > cells[:, :-1])


def phash(grey: Image) -> int:
    import numpy
    from PIL.Image import Resampling

    cells = numpy.asarray(grey.resize((32, 32), Resampling.BOX), dtype=numpy.float64)
    waves = _waves()
    low = (waves @ cells @ waves.T).ravel()
    # The first is the mean brightness, which says nothing about what is to be seen.
    return _bits(low > numpy.median(low[1:]))


@cache
def _waves() -> Any:
    """The rows of a cosine transform of 32 values that are wanted."""
    import numpy

    frequency, place = numpy.mgrid[0:_FREQUENCIES, 0:32]
    return numpy.cos(math.pi * frequency * (2 * place + 1) / 64)


def _bits(flags: Any) -> int:
    import numpy

    return int.from_bytes(numpy.packbits(flags.ravel()).tobytes(), "big")


def group_near(prints: Sequence[Fingerprint], bits: int = NEAR_BITS) -> list[tuple[int, ...]]:
    """Groups, as places in `prints`, of pictures of which each looks like another one of its group."""
    import numpy

    sets = _Sets(len(prints))
    places = _places((one.dhash, one.phash) for one in prints)
    for same in places.values():
        sets.join((same[0], other) for other in same[1:])
    heads = numpy.array([same[0] for same in places.values()], dtype=numpy.int64)
    for pairs in _close(list(places), bits, partial(_labels, sets, heads)):
        sets.join(heads[pairs].tolist())
    return sets.groups()


def _labels(sets: _Sets, heads: Any, places: Any) -> Any:
    return sets.roots(heads[places])


def group_mirrored(prints: Sequence[Fingerprint], bits: int = MIRRORED_BITS) -> list[tuple[int, ...]]:
    """Groups of pictures that are each other's mirror image, and are not alike without a mirror.

    Args:
        prints: of pictures that do not look alike: of each group of `group_near` one.
    """
    count, sets = len(prints), _Sets(len(prints))
    upright = [(one.dhash, one.phash) for one in prints]
    mirrors = [(one.mirrored_dhash, one.mirrored_phash) for one in prints]
    for first, second in _pairs(_places([*upright, *mirrors]), bits):
        picture, mirrored = min(first, second), max(first, second) - count
        if picture < count and 0 <= mirrored != picture and not _alike(prints[picture], prints[mirrored]):
            sets.join([(picture, mirrored)])
    return sets.groups()


def _pairs(places: Mapping[Two, Sequence[int]], bits: int) -> Iterator[tuple[int, int]]:
    lists = list(places.values())
    for same in lists:
        yield from combinations(same, 2)
    for pairs in _close(list(places), bits, lambda one: one):
        for first, second in pairs.tolist():
            yield from product(lists[first], lists[second])


def _alike(first: Fingerprint, second: Fingerprint) -> bool:
    apart = (first.dhash ^ second.dhash).bit_count(), (first.phash ^ second.phash).bit_count()
    return min(apart) <= NEAR_BITS and max(apart) <= OTHER_BITS


def _places(values: Iterable[Two]) -> dict[Two, list[int]]:
    """Each value once, with the places that it has: many equal ones would fill one bucket."""
    found: dict[Two, list[int]] = {}
    for place, value in enumerate(values):
        found.setdefault(value, []).append(place)
    return found


def _close(values: Sequence[Two], bits: int, labels: Callable[[Any], Any]) -> Iterator[Any]:
    """Pairs of places with one value at most `bits` apart, some more than once, as arrays of two columns.

    Cut into one piece more than there may be differences, two such values have a piece in common: only values that do
    are compared, a block at a time, so that memory stays bounded.

    Args:
        labels: of places; pairs with equal ones are left out. The frames of a film are all alike, and half of n² pairs.
    """
    import numpy

    both = [numpy.array([value[which] for value in values], dtype=numpy.uint64) for which in (0, 1)]
    for mine, other in (both, reversed(both)):
        for start, mask in _pieces(bits + 1):
            keys = (mine >> numpy.uint64(start)) & numpy.uint64(mask)
            order = numpy.argsort(keys, kind="stable")
            for bucket in numpy.split(order, numpy.flatnonzero(numpy.diff(keys[order])) + 1):
                if len(bucket) > 1:
                    yield from _close_in(mine[bucket], other[bucket], bucket, bits, labels)


def _close_in(mine: Any, other: Any, bucket: Any, bits: int, labels: Callable[[Any], Any]) -> Iterator[Any]:
    import numpy

    known, step = labels(bucket), max(1, _BLOCK // len(bucket))
    for begin in range(0, len(bucket) - 1, step):
        rows, rest = slice(begin, begin + step), slice(begin + 1, None)
        if (known[begin:] == known[begin]).all():
            return
        near = _count_bits(mine[rows, None] ^ mine[rest]) <= bits
        near &= numpy.arange(near.shape[1]) >= numpy.arange(near.shape[0])[:, None]
        near &= known[rows, None] != known[rest]
        first, second = numpy.nonzero(near)
        first, second = begin + first, begin + 1 + second
        sure = _count_bits(other[first] ^ other[second]) <= OTHER_BITS
        if sure.any():
            yield numpy.column_stack((bucket[first[sure]], bucket[second[sure]]))
            known = labels(bucket)


def _pieces(count: int) -> Iterator[tuple[int, int]]:
    """(shift, mask) of pieces that are 64 bits together."""
    ends = [64 * number // count for number in range(count + 1)]
    for start, end in pairwise(ends):
        yield start, (1 << (end - start)) - 1


def _count_bits(values: Any) -> Any:
    """Of each number; numpy has this itself only from its second version on."""
    import numpy

    one, two, four, sums = (numpy.uint64(shift) for shift in (1, 2, 4, 56))
    halves, pairs = numpy.uint64(0x5555555555555555), numpy.uint64(0x3333333333333333)
    values = values - ((values >> one) & halves)
    values = (values & pairs) + ((values >> two) & pairs)
    values = (values + (values >> four)) & numpy.uint64(0x0F0F0F0F0F0F0F0F)
    return (values * numpy.uint64(0x0101010101010101)) >> sums


class _Sets:
    """Union-find over places."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def join(self, pairs: Iterable[Sequence[int]]) -> None:
        for first, second in pairs:
            self._parent[self._root(first)] = self._root(second)

    def _root(self, place: int) -> int:
        parent = self._parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    def roots(self, places: Any) -> Any:
        import numpy

        return numpy.array([self._root(place) for place in places.tolist()])

    def groups(self) -> list[tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for place in range(len(self._parent)):
            found.setdefault(self._root(place), []).append(place)
        return [tuple(group) for group in found.values() if len(group) > 1]
