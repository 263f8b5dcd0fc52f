"""Which figures of a benchmark are marked as having missed their bound."""

from __future__ import annotations

import pytest

from benchmarks.measure import Row, table


@pytest.mark.parametrize(
    ("row", "missed"),
    [
        (Row("a", 2.0, "s", "b", 1.0, "≤ 1.01"), True),  # of the ratio
        (Row("a", 1.0, "s", "b", 1.0, "≤ 1.01"), False),
        (Row("a", 14.0, "s", "b", 1.0, "≤ 15 s"), False),  # of ours, as it has a unit
        (Row("a", 15.1, "s", "b", 100.0, "≤ 15 s"), True),
        (Row("a", 1.0, "%", bound="< 1 %"), True),
        (Row("a", 58.0, "of 60", "b", 0.0, ">= 58"), False),
        (Row("a", 0.9, "1/s", "b", 1.0, ">= 0.9"), False),
        (Row("a", 0.89, "1/s", "b", 1.0, ">= 0.9"), True),
        (Row("a", 0.001, "share", bound="> 0.001"), True),
        (Row("a", 9.0, "%", bound="of 200"), False),  # no limit
        (Row("a", 9.0, "s"), False),
    ],
)
def test_a_missed_bound_is_marked(row: Row, missed: bool) -> None:
    assert row.is_missed is missed
    assert ("**missed**" in table([row])) is missed


def test_medians_and_what_they_are_of() -> None:
    row = Row.of("a", [3.0, 1.0, 2.0], "s", "b", [4.0, 6.0])
    assert (row.ours, row.theirs, row.ratio) == (2.0, 5.0, 0.4)
    assert (row.raw, row.raw_theirs) == ((3.0, 1.0, 2.0), (4.0, 6.0))
