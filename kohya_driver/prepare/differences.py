"""What a second `init` has to do: which pictures and captions are as they were written, which are a person's own by now."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kohya_driver import files
from kohya_driver.dataset.scan import find_subsets
from kohya_driver.prepare.gather import Concept, Source
from kohya_driver.prepare.layout import TREES, free_numbers
from kohya_driver.prepare.manifest import Entry, Manifest

_RECIPE = 1
"""Raised when pictures or captions come out otherwise for the same wish."""


class State(StrEnum):
    MISSING = "missing"
    AS_WRITTEN = "as written"
    CHANGED = "changed"
    """By a person, since `init` wrote it."""


@dataclass(frozen=True, slots=True)
class Before:
    """A picture of the set as it is on disk now."""

    entry: Entry
    picture: Path
    caption: Path
    picture_state: State
    caption_state: State


@dataclass(frozen=True, slots=True)
class Item:
    """A picture of a source with its place in the set."""

    concept: Concept
    source: Source
    sha256: str
    number: int
    before: Before | None


def recipe_of(*parts: object) -> str:
    text = json.dumps([_RECIPE, *parts], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def concept_folders(project: Path) -> dict[tuple[str, str], Path]:
    """Where each concept lies now: `("image", "ningguang")` to a folder, whatever number a person has put before it."""
    found: dict[tuple[str, str], Path] = {}
    for tree in TREES:
        for one in find_subsets(project / tree):
            found.setdefault((tree, unicodedata.normalize("NFC", one.concept)), one.path)
    return found


def look(project: Path, manifest: Manifest | None, on_done: Callable[[], None]) -> tuple[Before, ...]:
    """What is left of what was written, and what was changed since."""
    if manifest is None:
        return ()
    places = concept_folders(project)
    found = []
    for entry in manifest.entries:
        tree, _, name = entry.folder.partition("/")
        folder = places.get((tree, name.partition("_")[2]), project / entry.folder)
        picture, caption = folder / Path(entry.picture).name, folder / Path(entry.caption).name
        found.append(
            Before(
                entry,
                picture,
                caption,
                _state(picture, entry.picture_sha256),
                _state(caption, entry.caption_sha256),
            )
        )
        on_done()
    return tuple(found)


def _state(path: Path, written: str) -> State:
    if not path.is_file():
        return State.MISSING
    return State.AS_WRITTEN if files.sha256(path) == written else State.CHANGED


def assign(
    concepts: Iterable[Concept],
    hashes: Mapping[Path, str],
    before: Sequence[Before],
    taken: Callable[[Concept], Iterable[int]],
) -> tuple[Item, ...]:
    """Give each picture its number. One that had a number keeps it, also when it was renamed in the source.

    Args:
        taken: numbers that a concept's folder uses for files that are nobody's here.
    """
    items: list[Item] = []
    for concept in concepts:
        own = {one.entry.source: one for one in before if _is_of(one.entry, concept)}
        matched = {source.path: own.pop(str(source.path), None) for source in concept.sources}
        by_hash = {one.entry.source_sha256: one for one in own.values()}
        for path, found in matched.items():
            if found is None:
                matched[path] = by_hash.pop(hashes[path], None)
        used = [*taken(concept), *(int(one.entry.stem) for one in before if _is_of(one.entry, concept))]
        fresh = iter(free_numbers(used, sum(one is None for one in matched.values())))
        for source in concept.sources:
            old = matched[source.path]
            number = int(old.entry.stem) if old else next(fresh)
            items.append(Item(concept, source, hashes[source.path], number, old))
    return tuple(items)


def _is_of(entry: Entry, concept: Concept) -> bool:
    tree, _, name = entry.folder.partition("/")
    return tree == concept.tree and name.partition("_")[2] == concept.name
