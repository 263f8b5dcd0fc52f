"""A diagnosis takes bounded memory and linear time, whatever is in the log."""

from __future__ import annotations

import itertools
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kohya_driver.diagnosis import lines, scan, trace
from kohya_driver.diagnosis.classify import diagnose_chunks
from kohya_driver.diagnosis.signatures import SIGNATURES
from kohya_driver.events.lines import LIMIT
from tests.unit.diagnosis_samples import SAMPLES, UNREADABLE, raised
from tests.watched import Watched, run_watched

MEMORY = 60 << 20
"""Far above what is kept, far below such a log."""
SLACK = 3.0
"""How much more than twice as long the double may take: quadratic time would be four times as long, cubic eight."""

PATTERNS = sorted(
    {pattern for sign in SIGNATURES for pattern in (sign.error, sign.frame, sign.line) if pattern is not None}
    | {
        value
        for module in (lines, scan, trace)
        for value in vars(module).values()
        if isinstance(value, re.Pattern)
    },
    key=lambda pattern: pattern.pattern,
)
MILLION = 1_000_000
ROOT = Path(__file__).parent.parent.parent
ANCHORED = (scan._LEVEL, scan._SHELL, lines._BOX_TOP, lines._BOX_FRAME, lines._BOX_CODE, trace._BARE)
"""Tried at the start of a line only."""


def bars() -> Iterator[bytes]:
    """A training of many days, drawn with \\r as a bar is."""
    for step in range(0, MILLION * 4 // 10, 1000):
        yield b"".join(
            b"steps:  42%%|####    | %d/2000000 [99:59:59<99:59:59, 1.00s/it, avr_loss=0.%03d]\r"
            % (done, done % 999)
            for done in range(step, step + 1000)
        )


def warnings() -> Iterator[bytes]:
    """The same complaint again and again, each about another file."""
    for step in range(0, MILLION * 3 // 10, 1000):
        yield b"".join(
            b"2026-11-22 21:29:20 WARNING  failed to get image size: /pictures/%d.png, error: x    train_util.py:1489\n"
            % n
            for n in range(step, step + 1000)
        )


def messages() -> Iterator[bytes]:
    """One exception whose message does not end."""
    yield raised("RuntimeError: Error(s) in loading state_dict for UNet2DConditionModel:").encode()
    for step in range(0, MILLION * 3 // 10, 1000):
        yield b"".join(b"\tsize mismatch for down_blocks.%d.weight\n" % n for n in range(step, step + 1000))


def one_line() -> Iterator[bytes]:
    """A hundred megabytes without an end of line."""
    for _ in range(100):
        yield b"x, " * ((1 << 20) // 3)


def everything() -> Iterator[bytes]:
    """A million lines, and a line of a hundred megabytes."""
    yield from itertools.chain(one_line(), bars(), warnings(), messages())


def diagnose_apart(chunks: str) -> Watched:
    code = (
        "from tests.unit.test_diagnosis_bounds import diagnose_chunks, everything\n"
        f"found = diagnose_chunks({chunks})\n"
        "print(found.line_count, found.kind)\n"
    )
    done = run_watched([sys.executable, "-c", code], cwd=ROOT)
    assert done.code == 0, done.stderr
    return done


def test_a_million_lines_in_bounded_memory() -> None:
    """In a process of its own, as only the peak of a whole process can be read."""
    begun, done = (diagnose_apart(which) for which in ("[b'x']", "everything()"))
    count, kind = done.stdout.split()
    assert done.memory - begun.memory < MEMORY, f"{done.memory - begun.memory >> 20} MB"
    assert int(count) > MILLION * 0.6  # the lines of a bar share one number
    assert kind == "log.unknown"


def test_what_is_kept_of_a_line_is_bounded() -> None:
    found = diagnose_chunks(
        itertools.chain(one_line(), [UNREADABLE.encode() * 1000, raised("E: " + "x" * 9999).encode()])
    )
    for cause in (*([found.cause] if found.cause else []), *found.notes):
        assert len(cause.evidence) <= 4
    assert len(json.dumps(found.to_json())) < 50_000


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.pattern[:40])
def test_no_repetition_within_a_repetition(pattern: re.Pattern[str]) -> None:
    """Such an expression can take exponential time; and one of any character must be bounded."""
    walk(_parser.parse(pattern.pattern, pattern.flags), inside=False)


def walk(tree: Any, *, inside: bool) -> None:
    for operator, argument in tree:
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            _, most, repeated = argument
            many = most is _constants.MAXREPEAT or most > 1
            assert not (inside and many and most > 100), "a repetition within a repetition"
            walk(repeated, inside=inside or many)
        elif operator is _constants.SUBPATTERN:
            walk(argument[-1], inside=inside)
        elif operator is _constants.BRANCH:
            for branch in argument[1]:
                walk(branch, inside=inside)


def unbounded(tree: Any) -> Iterator[Any]:
    for operator, argument in tree:
        if operator in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            if argument[1] is _constants.MAXREPEAT:
                yield argument[2]
            yield from unbounded(argument[2])
        elif operator is _constants.SUBPATTERN:
            yield from unbounded(argument[-1])
        elif operator is _constants.BRANCH:
            for branch in argument[1]:
                yield from unbounded(branch)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.pattern[:40])
def test_nothing_that_is_searched_is_unbounded(pattern: re.Pattern[str]) -> None:
    """A search tries every place: with an unbounded repetition, time would grow with the square of the line's length."""
    assert pattern in ANCHORED or not list(unbounded(_parser.parse(pattern.pattern, pattern.flags)))


def adversaries() -> Iterator[str]:
    """Beginnings of every sample, which match almost, again and again."""
    for _, text in SAMPLES:
        for line in text.splitlines():
            if len(line) > 20:
                yield line[: len(line) * 2 // 3]
    yield from (
        "0%|",
        "\\",
        " ",
        "│ ❱ ",
        "a.b:1 in ",
        "Error(s) in loading state_dict for ",
        "No such file or directory: '",
        "'" * 9,
    )


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.pattern[:40])
def test_time_is_linear(pattern: re.Pattern[str]) -> None:
    """Twice as long an adversary takes about twice as long: measured where there is anything to measure, with much slack."""
    for piece in dict.fromkeys(adversaries()):
        short = duration(pattern, piece, LIMIT // 8)
        if short < 0.05:
            continue
        assert duration(pattern, piece, LIMIT // 4) < 2 * SLACK * short, piece


def duration(pattern: re.Pattern[str], piece: str, size: int) -> float:
    """Processor seconds of one search in a line of such pieces."""
    line = (piece * (size // len(piece) + 1))[:size]
    begin = time.process_time()
    (pattern.match if pattern in ANCHORED else pattern.search)(line)
    return time.process_time() - begin


LINES = st.sampled_from([line for _, text in SAMPLES for line in text.splitlines(keepends=True)])
PIECES = st.one_of(
    LINES.map(str.encode), st.binary(max_size=40), st.sampled_from([b"\r", b"\n", b"\xff\xfe", b"\0"])
)


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(PIECES, max_size=30), status=st.none() | st.integers(-64, 260))
def test_anything_at_all(pieces: list[bytes], status: int | None) -> None:
    """Lines of failures in any order, with any bytes between: there is always one answer, with its sentences and lines."""
    found = diagnose_chunks(pieces, status=status)
    assert found == diagnose_chunks([b"".join(pieces)], status=status)
    json.dumps(found.to_json())
    if found.cause is not None:
        assert found.cause.message and found.cause.why and found.cause.hint
        assert all(0 < line.number <= max(1, found.line_count) for line in found.cause.evidence)
