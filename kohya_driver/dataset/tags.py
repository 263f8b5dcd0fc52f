"""Tags of a caption, and how two words are compared: spaces and underscores are equal, and so are letter cases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache

SHORTEST = 4
"""Letters of a word that may be misspelt; shorter ones are one letter off from too many others."""
_TWO_FAULTS_FROM = 6


def plain(text: str) -> str:
    """Tags are written with spaces or underscores, and in any case."""
    return " ".join(text.lower().replace("_", " ").split())


def split_tags(caption: str, separator: str = ",") -> tuple[str, ...]:
    """The tags of a caption, each plain; a byte-order mark is no part of the first."""
    parts = caption.removeprefix("\ufeff").split(separator) if separator else [caption]
    return tuple(tag for tag in map(plain, parts) if tag)


def holds(text: str, word: str) -> bool:
    """Whether a plain text has a plain word in it as such: `ning` is not in `morning`, but in `photo of ning`.

    Chinese is written without spaces, so there the word may stand anywhere.
    """
    return word in text and _whole(word).search(text) is not None


@cache
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])" if word.isascii() else re.escape(word))


def misspelt(tags: Iterable[str], word: str, others: Collection[str]) -> str:
    """The tag that is most likely meant to be the word, one or two letters off; empty if there is none.

    Args:
        others: tags that are known to be words of their own.
    """
    if len(word) < SHORTEST:
        return ""
    most = 1 if len(word) < _TWO_FAULTS_FROM else 2
    near = (tag for tag in tags if tag not in others and 0 < distance(tag, word, most) <= most)
    return next(near, "")


def distance(first: str, second: str, most: int) -> int:
    """How many letters must be put in, taken out, changed, or swapped with the next; above `most` just more than that."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(second) + 1))
    for row, letter in enumerate(first, 1):
        current = [row]
        for column, other in enumerate(second, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]
