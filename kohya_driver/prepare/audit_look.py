"""Decodes every picture once, several at a time: which are damaged, and which show the same."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kohya_driver import files
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.audit_model import Duplicates
from kohya_driver.prepare.hashes import SIDE, Fingerprint, fingerprint, group_mirrored, group_near
from kohya_driver.prepare.images import open_rgb

MOST_THREADS = 4
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Look:
    """What a decoded picture told."""

    path: Path
    pixels: int
    bytes: int
    print: Fingerprint | None
    """None for a damaged picture, and for one without anything to be seen."""
    is_damaged: bool = False


def look_at(path: Path, pixels: int, *, whole: bool = False) -> Look:
    """
    Args:
        whole: decode every pixel, where a smaller picture would do for what it shows.
    """
    try:
        size = path.stat().st_size
        return Look(path, pixels, size, fingerprint(open_rgb(path, min_side=None if whole else SIDE)))
    except (DatasetError, OSError):
        return Look(path, pixels, 0, None, is_damaged=True)


def several(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """The results in order, made in threads, a few ahead; nothing is begun any more once the caller has gone."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    pool = ThreadPoolExecutor(threads)
    running: deque[Future[Made]] = deque()
    try:
        for one in given:
            running.append(pool.submit(work, one))
            if len(running) > 2 * threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def find_duplicates(looks: Sequence[Look]) -> tuple[Duplicates, ...]:
    """Groups of pictures that are the same file, look the same, or are each other's mirror image.

    One of each group goes on to the next comparison, so that no picture is told of twice.
    """
    ranked = sorted(looks, key=lambda one: (-one.pixels, -one.bytes, one.path))
    exact = _same_files(ranked)
    unique = _without(ranked, exact)
    seen = [one for one in unique if one.print]
    near = [
        [seen[place] for place in group] for group in group_near([one.print for one in seen if one.print])
    ]
    seen = _without(seen, near)
    mirrored = [
        [seen[place] for place in group] for group in group_mirrored([one.print for one in seen if one.print])
    ]
    return (
        *(Duplicates("exact", group[0].path, _others(group)) for group in exact),
        *(Duplicates("near", group[0].path, _others(group)) for group in near),
        *(Duplicates("mirrored", group[0].path, _others(group)) for group in mirrored),
    )


def _others(group: Sequence[Look]) -> tuple[Path, ...]:
    return tuple(one.path for one in group[1:])


def _without(looks: Sequence[Look], groups: Iterable[Sequence[Look]]) -> list[Look]:
    """Of each group only the first."""
    gone = {one.path for group in groups for one in group[1:]}
    return [one for one in looks if one.path not in gone]


def _same_files(looks: Sequence[Look]) -> list[list[Look]]:
    """Only files of one length are read as a whole."""
    by_size: dict[int, list[Look]] = {}
    for one in looks:
        if not one.is_damaged:
            by_size.setdefault(one.bytes, []).append(one)
    groups: list[list[Look]] = []
    for same_size in by_size.values():
        if len(same_size) > 1:
            by_content: dict[str, list[Look]] = {}
            for one in same_size:
                by_content.setdefault(_content(one.path), []).append(one)
            groups += [group for group in by_content.values() if len(group) > 1]
    return groups


def _content(path: Path) -> str:
    try:
        return files.sha256(path)
    except OSError:  # gone in the meantime: like nothing else
        return str(path)
