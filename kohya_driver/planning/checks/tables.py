"""The dataset-config keys as a check needs them: as they were written, and as they hold for one folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kohya_driver.planning.checks.subject import Subject
from kohya_driver.planning.inputs import SubsetInput

Where = Callable[[str], str]
"""From a key to its place in the preset."""


def tables(subject: Subject) -> Iterator[tuple[Where, Mapping[str, Any]]]:
    """[dataset] and each [[dataset.subsets]], with what they say."""
    yield lambda key: subject.preset.where(f"dataset.{key}"), subject.draft.dataset
    for index, subset in _given(subject):
        yield _where(subject, index), subset.keys


def folders(subject: Subject) -> Iterator[tuple[SubsetInput, Mapping[str, Any], Where]]:
    """Each folder with all that holds for it, and where each key of that was written."""
    by_index = {id(subset): index for index, subset in _given(subject)}
    for subset in subject.inputs.subsets:
        yield subset, {**subject.draft.dataset, **subset.keys}, _own_or_shared(subject, subset, by_index)


def _own_or_shared(subject: Subject, subset: SubsetInput, by_index: Mapping[int, int]) -> Where:
    def where(key: str) -> str:
        if key in subset.keys and id(subset) in by_index:
            return _where(subject, by_index[id(subset)])(key)
        return subject.preset.where(f"dataset.{key}")

    return where


def _given(subject: Subject) -> Iterator[tuple[int, SubsetInput]]:
    """The preset's own subsets come last; before them stand the concept folders that were found."""
    count = len(subject.preset.dataset.subsets)
    yield from enumerate(subject.inputs.subsets[len(subject.inputs.subsets) - count :])


def _where(subject: Subject, index: int) -> Where:
    return lambda key: subject.preset.where(f"dataset.subsets.{index}.{key}")
