"""The Mersenne Twister's jump, against numpy's own that draws. That torch's generator is the same is tested on the real engine."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.entry_files import load_alone

UNFILLED = load_alone("entry_unfilled")
COUNTS = st.integers(1, 9_000_000) | st.integers(UNFILLED.FEW - 700, UNFILLED.FEW + 700)


def twister(seed: int, place: int) -> Any:
    """One whose words were made, with this many of them used."""
    found = numpy.random.MT19937(seed)
    found.random_raw(2 * 624)
    found.state = {**found.state, "state": {**found.state["state"], "pos": place}}
    return found


@given(st.integers(0, 2**32), st.integers(0, 624), COUNTS)
def test_it_stands_where_drawing_ends(seed: int, place: int, count: int) -> None:
    drawing = twister(seed, place)
    words, after = UNFILLED.skip(drawing.state["state"]["key"].astype("uint64"), place, count)
    drawing.random_raw(count, output=False)
    told = drawing.state["state"]
    assert (words == told["key"]).all() and after == told["pos"]


@pytest.mark.parametrize("place", [0, 1, 623, 624])
def test_it_goes_on_alike_after_as_many_as_a_model_has(place: int) -> None:
    drawing, jumping = twister(42, place), twister(42, place)
    words, after = UNFILLED.skip(jumping.state["state"]["key"].astype("uint64"), place, 123_456_789)
    jumping.state = {"bit_generator": "MT19937", "state": {"key": words, "pos": after}}
    drawing.random_raw(123_456_789, output=False)
    assert (drawing.random_raw(2000) == jumping.random_raw(2000)).all()


def test_the_polynomial_is_the_published_one() -> None:
    """Its degree, and how many of its coefficients are one (M. Matsumoto, T. Nishimura 1998, table II)."""
    polynomial = UNFILLED.characteristic_polynomial()
    assert (polynomial.bit_length() - 1, polynomial.bit_count()) == (19937, 135)


def test_powers_are_those_by_multiplying() -> None:
    found, polynomial = 1, UNFILLED.characteristic_polynomial()
    for exponent in range(1, 21_000):
        found <<= 1
        if found >> UNFILLED.DEGREE:
            found ^= polynomial
        if exponent % 97 == 0:
            assert UNFILLED.power_of_t(exponent) == found


@given(st.integers(0, 2**32))
def test_tempering_is_undone(seed: int) -> None:
    made = twister(seed, 0)
    words = made.state["state"]["key"]
    assert (UNFILLED.untempered(made.random_raw(624).astype("uint32")) == words).all()
