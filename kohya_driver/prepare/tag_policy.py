"""Which tags of a picture are written, in which order: from scores and rules alone, without a look at any file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from kohya_driver.prepare.tag_names import clean, fold, matches_any, replaced, without_repeats

KEEP_FROM = 0.1
"""The least score of a tag of `keep`: below this a model says nothing about the picture any more."""
MCUT_CHARACTERS = 0.15
"""MCut never goes lower than this for characters, as in the reference."""

_PEOPLE = re.compile(r"(?:\d+\+?|multiple) ?(?:girl|boy|other)s?")
_SERIES = re.compile(r"(?P<name>.+?) \((?P<series>[^()]+)\)")


class Category(IntEnum):
    """What a row of `selected_tags.csv` is."""

    GENERAL = 0
    CHARACTER = 4
    RATING = 9


class CharacterTags(StrEnum):
    OFF = "off"
    """None is written: the trigger stands for the character."""
    FIRST = "first"
    """Before the general ones."""
    EXPAND = "expand"
    """`name (series)` as two: `name`, `series`."""


@dataclass(frozen=True, slots=True)
class TagRow:
    """One output of the model."""

    name: str
    """As in the model's list, with underscores."""
    category: int


@dataclass(frozen=True, slots=True)
class TagPolicy:
    """What the user wants of the captions.

    In `exclude`, `keep` and the left sides of `replace` a tag is a name, a pattern with `*`, or `re:` and a regular
    expression for the whole name. Spaces and underscores are the same, and so are capital and small letters.
    """

    trigger: str = ""
    """Exactly once, and first. Empty: none."""
    threshold: float = 0.35
    """General tags that score more are written."""
    character_threshold: float = 0.85
    """The same for characters."""
    characters: CharacterTags = CharacterTags.OFF
    rating: bool = False
    """Also write the likeliest of general, sensitive, questionable and explicit, at the end."""
    prefix: tuple[str, ...] = ()
    """Always, after the trigger."""
    suffix: tuple[str, ...] = ()
    """Always, at the end."""
    exclude: tuple[str, ...] = ()
    """Never."""
    keep: tuple[str, ...] = ()
    """From a score of 0.1 on, and beyond `max_tags`."""
    replace: tuple[tuple[str, str], ...] = ()
    """What to write instead; several tags with commas between. `re:` may refer to its groups: `\\1`."""
    max_tags: int = 60
    """At most so many of the model's tags."""
    mcut: bool = False
    """Find the threshold by the largest gap between scores, picture by picture, instead of the two numbers."""
    drop_overlaps: bool = False
    """Leave `long hair` out beside `very long hair`."""

    @property
    def keep_tokens(self) -> int:
        """How many tags stand fixed at the front: what `keep_tokens` of the training must be."""
        return len(self.front)

    @property
    def front(self) -> tuple[str, ...]:
        """Trigger and prefix, each once."""
        return without_repeats(name for name in (self.trigger.strip(), *self.prefix) if name)


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    """As it is written."""
    score: float


def select(rows: Sequence[TagRow], scores: Sequence[float], policy: TagPolicy) -> tuple[Tag, ...]:
    """The model's tags for one picture, in the order in which they are written; trigger, prefix and suffix are not among them."""
    general = _chosen(rows, scores, Category.GENERAL, policy, policy.threshold)
    people = sorted((tag for tag in general if is_people(tag.name)), key=lambda tag: tag.name == "solo")
    rest = [tag for tag in general if not is_people(tag.name)]
    characters: list[Tag] = []
    if policy.characters != CharacterTags.OFF:
        characters = _chosen(rows, scores, Category.CHARACTER, policy, policy.character_threshold)
        if policy.characters == CharacterTags.EXPAND:
            characters = [part for tag in characters for part in _expanded(tag)]
    found = [*characters, *people, *rest]
    if policy.drop_overlaps:
        found = _without_overlaps(found, policy)
    found = _cut(_rewritten(found, policy), policy)
    return tuple(_unlike([*found, *_rating(rows, scores, policy)], [*policy.front, *policy.suffix]))


def _chosen(
    rows: Sequence[TagRow], scores: Sequence[float], category: Category, policy: TagPolicy, threshold: float
) -> list[Tag]:
    """Those above the threshold or in `keep`, surest first."""
    if policy.mcut:
        of_all = [score for row, score in zip(rows, scores, strict=True) if row.category == category]
        threshold = max(largest_gap(of_all), MCUT_CHARACTERS if category == Category.CHARACTER else 0.0)
    least = min(KEEP_FROM, threshold) if policy.keep else threshold
    above = [
        Tag(clean(row.name), score)
        for row, score in zip(rows, scores, strict=True)
        if score > least and row.category == category
    ]
    taken = [tag for tag in above if tag.score > threshold or matches_any(policy.keep, tag.name)]
    return sorted(_allowed(taken, policy), key=lambda tag: -tag.score)


def _allowed(tags: Iterable[Tag], policy: TagPolicy) -> list[Tag]:
    return [tag for tag in tags if not matches_any(policy.exclude, tag.name)]


def largest_gap(scores: Iterable[float]) -> float:
    """MCut: the middle of the largest step between neighbouring scores."""
    ordered = sorted(scores, reverse=True)
    steps = [(high - low, (high + low) / 2) for high, low in itertools.pairwise(ordered)]
    return max(steps, key=lambda step: step[0])[1] if steps else 0.0


def _expanded(tag: Tag) -> list[Tag]:
    found = _SERIES.fullmatch(tag.name)
    return [Tag(found["name"], tag.score), Tag(found["series"], tag.score)] if found else [tag]


def _rewritten(tags: Iterable[Tag], policy: TagPolicy) -> list[Tag]:
    """After `replace`; what it makes may be excluded by a pattern."""
    made = [Tag(name, tag.score) for tag in tags for name in replaced(tag.name, policy.replace)]
    return _unlike(_allowed(made, policy), ())


def _without_overlaps(tags: Sequence[Tag], policy: TagPolicy) -> list[Tag]:
    """Without a tag with which a longer one ends: the longer one says it too."""
    names = [tag.name for tag in tags]
    return [
        tag
        for tag in tags
        if matches_any(policy.keep, tag.name) or not any(name.endswith(f" {tag.name}") for name in names)
    ]


def _cut(tags: Sequence[Tag], policy: TagPolicy) -> list[Tag]:
    """The surest `max_tags`, in the order they have; those of `keep` whatever their number."""
    kept = [tag for tag in tags if matches_any(policy.keep, tag.name)]
    others = sorted((tag for tag in tags if tag not in kept), key=lambda tag: -tag.score)
    taken = {*kept, *others[: max(0, policy.max_tags - len(kept))]}
    return [tag for tag in tags if tag in taken]


def _rating(rows: Sequence[TagRow], scores: Sequence[float], policy: TagPolicy) -> list[Tag]:
    if not policy.rating:
        return []
    of_ratings = [
        Tag(clean(row.name), score)
        for row, score in zip(rows, scores, strict=True)
        if row.category == Category.RATING
    ]
    return [max(of_ratings, key=lambda tag: tag.score)] if of_ratings else []


def is_people(name: str) -> bool:
    return name == "solo" or _PEOPLE.fullmatch(name) is not None


def _unlike(tags: Iterable[Tag], names: Iterable[str]) -> list[Tag]:
    """Each tag once, and none of the names."""
    seen = {fold(name) for name in names}
    found = []
    for tag in tags:
        if fold(tag.name) not in seen:
            seen.add(fold(tag.name))
            found.append(tag)
    return found
