"""What is wrong with the tags of a folder's captions: where the trigger word stands, and what is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kohya_driver.dataset.about import about
from kohya_driver.dataset.model import CaptionState, ImageFolder
from kohya_driver.dataset.tags import holds, misspelt, split_tags
from kohya_driver.errors import Finding, warning


@dataclass(frozen=True)
class _Tagged:
    """One caption file, taken apart once."""

    path: Path
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return ", ".join(self.tags)

    @property
    def words(self) -> tuple[str, ...]:
        """Tags, and the words in them: a sentence is one long tag."""
        return (*self.tags, *(word for tag in self.tags if " " in tag for word in tag.split()))

    @cached_property
    def twice(self) -> frozenset[str]:
        if len(self.tags) == len(set(self.tags)):
            return frozenset()
        return frozenset(tag for tag in self.tags if self.tags.count(tag) > 1)


def check_tags(folder: ImageFolder, *, trigger: str, separator: str = ",") -> tuple[Finding, ...]:
    """Check the tags of captions in their first line.

    Args:
        trigger: empty where there is none, or where it comes from elsewhere.
        separator: what stands between tags.
    """
    captions = tuple(_tagged(folder, separator))
    words = split_tags(trigger, separator)
    found = _check_trigger(folder, captions, trigger, words) if words else ()
    return (*found, *_twice(folder, captions, {*words}))


def _tagged(folder: ImageFolder, separator: str) -> Iterator[_Tagged]:
    seen: set[Path] = set()
    for picture in folder.pictures:
        caption = picture.caption
        if caption.state is CaptionState.PRESENT and caption.path and caption.path not in seen:
            seen.add(caption.path)
            yield _Tagged(caption.path, split_tags(caption.text, separator))


def _check_trigger(
    folder: ImageFolder, captions: tuple[_Tagged, ...], trigger: str, words: tuple[str, ...]
) -> Iterator[Finding]:
    """A caption has one of these only: without it, misspelt, not first."""
    word, length = ", ".join(words), len(words)
    having: list[_Tagged] = []
    others: list[_Tagged] = []
    for one in captions:
        (having if holds(one.text, word) else others).append(one)
    known = {part for one in having for part in one.words}
    lacking = {one.path: misspelt(one.words, word, known) for one in others}
    misspelling = {path: tag for path, tag in lacking.items() if tag}
    spelt = ", ".join(f"“{tag}”" for tag in dict.fromkeys(misspelling.values()))
    without = (path for path, tag in lacking.items() if not tag)
    later = (one.path for one in having if not holds(", ".join(one.tags[:length]), word))
    twice = (one.path for one in having if words[0] in one.twice)
    yield from about(warning, "dataset.caption_without_trigger", folder, without, trigger=trigger)
    yield from about(warning, "dataset.trigger_typo", folder, misspelling, trigger=trigger, spelt=spelt)
    yield from about(warning, "dataset.trigger_not_first", folder, later, trigger=trigger)
    yield from about(warning, "dataset.trigger_twice", folder, twice, trigger=trigger)


def _twice(folder: ImageFolder, captions: tuple[_Tagged, ...], trigger: set[str]) -> tuple[Finding, ...]:
    found = {one.path: one.twice - trigger for one in captions if one.twice - trigger}
    tags = ", ".join(sorted({f"“{tag}”" for tags in found.values() for tag in tags})[:5])
    return about(warning, "dataset.tag_twice", folder, found, tags=tags)
