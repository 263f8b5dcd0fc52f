"""Names of tags: how they are written, compared, found by a pattern and replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

KAOMOJI = frozenset((
    "0_0", "(o)_(o)", "+_+", "+_-", "._.", "<o>_<o>", "<|>_<|>", "=_=", ">_<", "3_3", "6_9", ">_o", "@_@", "^_^", "o_o",
    "u_u", "x_x", "|_|", "||_||",
))  # fmt: skip
"""Faces, not words: their underscores stay."""


def clean(name: str) -> str:
    """As it is written: words with spaces between them, faces as they are."""
    return name if name in KAOMOJI else name.replace("_", " ").strip()


def fold(name: str) -> str:
    """The same for all ways to write one tag."""
    return " ".join(name.replace("_", " ").split()).casefold()


def split_tags(text: str) -> tuple[str, ...]:
    return tuple(part for part in (one.strip() for one in re.split(r"[,\n\r]", text)) if part)


def matches(pattern: str, name: str) -> bool:
    return pattern_of(pattern).fullmatch(name if pattern.startswith("re:") else fold(name)) is not None


@lru_cache(maxsize=1024)
def pattern_of(text: str) -> re.Pattern[str]:
    """Raises re.error where the expression after `re:` is none."""
    if text.startswith("re:"):
        return re.compile(text[3:], re.IGNORECASE)
    return re.compile(".*".join(re.escape(part) for part in fold(text).split("*")))


def is_exact(text: str) -> bool:
    return not text.startswith("re:") and "*" not in text


def matches_any(patterns: Iterable[str], name: str) -> bool:
    return any(matches(pattern, name) for pattern in patterns)


def without_repeats(names: Iterable[str]) -> tuple[str, ...]:
    """Each once, where it stands first."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return tuple(seen.values())


def replaced(name: str, rules: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What is written instead of a tag; the tag itself if no rule fits. The first that fits counts."""
    for pattern, target in rules:
        if pattern.startswith("re:"):
            found = re.compile(pattern[3:], re.IGNORECASE).fullmatch(name)
            if found:
                return split_tags(found.expand(target))
        elif matches(pattern, name):
            return split_tags(target)
    return (name,)


def pattern_fault(pattern: str) -> str:
    """What is wrong with a pattern; empty if nothing is."""
    try:
        pattern_of(pattern)
    except re.error as failure:
        return str(failure)
    return ""


def group_fault(source: str, target: str) -> str:
    """What is wrong with the groups that a replacement refers to."""
    if not source.startswith("re:"):
        return ""
    try:
        re.sub(f"(?:{source[3:]})?", target, "")
    except (re.error, IndexError) as failure:
        return str(failure)
    return ""
