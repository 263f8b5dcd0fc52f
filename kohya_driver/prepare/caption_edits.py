"""Captions of a whole set: what is in them, and one change made to all, which can be looked at before it is written.

A line is changed only where the change means something to it; all other bytes stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from kohya_driver import files
from kohya_driver.errors import DriverError, Finding, UsageError, error
from kohya_driver.prepare.captions import Writer, caption_path, decode, dotted, read_old, sweep, work_lock
from kohya_driver.prepare.images import find_images
from kohya_driver.prepare.tag_names import (
    fold,
    group_fault,
    matches_any,
    pattern_fault,
    replaced,
    split_tags,
    without_repeats,
)


@dataclass(frozen=True, slots=True)
class CaptionFile:
    path: Path
    text: str
    """As it is, without a byte-order mark."""
    data: bytes

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines that hold something; a training uses the first."""
        return tuple(line.strip() for line in _lines(self.text) if line.strip())

    @property
    def tags(self) -> tuple[str, ...]:
        return tuple(tag for line in self.lines for tag in split_tags(line))


@dataclass(frozen=True, slots=True)
class CaptionSet:
    """The captions of a folder's pictures."""

    folder: Path
    captions: tuple[CaptionFile, ...] = ()
    missing: tuple[Path, ...] = ()
    """Pictures without one, or with a blank one."""
    findings: tuple[Finding, ...] = ()
    """Captions that could not be read."""

    def counts(self) -> tuple[TagCount, ...]:
        """How many captions each tag is in, the most frequent first, as it is written most often."""
        written: dict[str, Counter[str]] = {}
        for caption in self.captions:
            for name in without_repeats(caption.tags):
                written.setdefault(fold(name), Counter())[name] += 1
        found = [
            TagCount(names.most_common(1)[0][0], names.total(), names.total() / len(self.captions))
            for names in written.values()
        ]
        return tuple(sorted(found, key=lambda one: (-one.count, one.tag)))

    def common(self, over: float = 0.85) -> tuple[TagCount, ...]:
        """Tags in at least this share of the captions."""
        return tuple(one for one in self.counts() if one.share >= over)

    def to_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "captions": len(self.captions),
            "missing": [str(path) for path in self.missing],
            "tags": [one.to_json() for one in self.counts()],
            "findings": [one.to_json() for one in self.findings],
        }


@dataclass(frozen=True, slots=True)
class TagCount:
    tag: str
    count: int
    share: float
    """Of the captions, from 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        return {"tag": self.tag, "count": self.count, "share": round(self.share, 4)}


class Edit(Protocol):
    """One change to the tags of a line."""

    def faults(self) -> Iterator[Finding]: ...

    def tags(self, old: Sequence[str]) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Add:
    """Put tags into every caption; one that is there already stays where it is, unless it has to be first."""

    names: tuple[str, ...]
    first: bool = False

    def faults(self) -> Iterator[Finding]:
        for name in self.names:
            if len(split_tags(name)) != 1:
                yield error("captions.not_one_tag", "TAG", text=name)

    def tags(self, old: Sequence[str]) -> Sequence[str]:
        names = without_repeats(name.strip() for name in self.names)
        if self.first:
            moved = {fold(name) for name in names}
            return [*names, *(tag for tag in old if fold(tag) not in moved)]
        there = {fold(tag) for tag in old}
        return [*old, *(name for name in names if fold(name) not in there)]


@dataclass(frozen=True, slots=True)
class Remove:
    """Take tags out: names, `*` patterns, `re:` expressions."""

    patterns: tuple[str, ...]

    def faults(self) -> Iterator[Finding]:
        yield from _pattern_faults(self.patterns)

    def tags(self, old: Sequence[str]) -> Sequence[str]:
        return [tag for tag in old if not matches_any(self.patterns, tag)]


@dataclass(frozen=True, slots=True)
class Replace:
    """Write other tags instead; the left side is a name, a `*` pattern or a `re:` expression."""

    rules: tuple[tuple[str, str], ...]

    def faults(self) -> Iterator[Finding]:
        yield from _pattern_faults([source for source, _ in self.rules])
        for source, target in self.rules:
            reason = "" if pattern_fault(source) else group_fault(source, target)
            if reason:
                yield error("captions.bad_pattern", "OLD=NEW", pattern=f"{source}={target}", reason=reason)
            if not split_tags(target):
                yield error("captions.empty_replacement", "OLD=NEW", source=source)

    def tags(self, old: Sequence[str]) -> Sequence[str]:
        made = [(tag, replaced(tag, self.rules)) for tag in old]
        return without_repeats(name for _, names in made for name in names) if any(
            names != (tag,) for tag, names in made
        ) else old  # fmt: skip


def _pattern_faults(patterns: Sequence[str]) -> Iterator[Finding]:
    for pattern in patterns:
        reason = pattern_fault(pattern) if fold(pattern) else "empty"
        if reason:
            yield error("captions.bad_pattern", "TAG", pattern=pattern, reason=reason)


@dataclass(frozen=True, slots=True)
class Change:
    """One caption before and after."""

    path: Path
    before: str
    after: str
    data: bytes = field(repr=False)
    """The file's bytes before."""

    def to_json(self) -> dict[str, Any]:
        return {"path": str(self.path), "before": self.before, "after": self.after}


@dataclass(frozen=True, slots=True)
class EditReport:
    """What a change does to a set, or has done."""

    folder: Path
    captions: int
    changes: tuple[Change, ...]
    missing: tuple[Path, ...] = ()
    findings: tuple[Finding, ...] = ()
    written: bool = False
    """False: only looked at."""
    backup: Path | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "folder": str(self.folder),
            "captions": self.captions,
            "changes": [one.to_json() for one in self.changes],
            "missing": [str(path) for path in self.missing],
            "written": self.written,
            "backup": str(self.backup) if self.backup else None,
            "findings": [one.to_json() for one in self.findings],
        }


def read_captions(folder: Path, *, extension: str = ".txt", recursive: bool = True) -> CaptionSet:
    """The captions of the pictures in a folder.

    Raises:
        DatasetError: there is no such folder.
    """
    captions: list[CaptionFile] = []
    missing: list[Path] = []
    findings: list[Finding] = []
    pictures = find_images(folder, recursive=recursive).images
    for path, picture in {caption_path(one, dotted(extension)): one for one in pictures}.items():
        try:
            data = read_old(path)
        except DriverError as failure:
            findings += failure.findings
            continue
        text = decode(data) if data is not None else None
        if data is None:
            missing.append(picture)
        elif text is None:
            findings.append(error("captions.not_utf8", path))
        else:
            captions.append(CaptionFile(path, text, data))
    return CaptionSet(folder, tuple(captions), tuple(missing), tuple(findings))


def edit_captions(
    folder: Path, edit: Edit, *, write: bool = False, extension: str = ".txt", recursive: bool = True
) -> EditReport:
    """Make one change to all captions of a folder, or say what it would do.

    Each caption is whole or untouched at any moment; what is replaced is kept.

    Args:
        write: False: nothing is touched.

    Raises:
        UsageError: the change makes no sense.
        DatasetError: there is no such folder, or a caption would be left without any tag.
        HostError: the disk is full, or the folder may not be written.
    """
    faults = tuple(edit.faults())
    if faults:
        raise UsageError(findings=faults)
    with files.lock(work_lock(folder)):
        found = read_captions(folder, extension=extension, recursive=recursive)
        changes = tuple(_changes(found, edit))
        emptied = [error("captions.emptied", one.path) for one in changes if not one.after.strip()]
        report = EditReport(folder, len(found.captions), changes, found.missing, (*found.findings, *emptied))
        if not write or emptied:
            return report
        sweep((one.path.parent for one in changes), dotted(extension))
        writer = Writer.begin(folder)
        for change in changes:
            writer.write(change.path, change.after, change.data)
        return EditReport(
            folder, report.captions, changes, report.missing, report.findings, True, writer.used
        )


def _changes(found: CaptionSet, edit: Edit) -> Iterator[Change]:
    for caption in found.captions:
        after = edited(caption.text, edit)
        if after != caption.text:
            yield Change(caption.path, caption.text, after, caption.data)


def edited(text: str, edit: Edit) -> str:
    """A caption's text after a change: each line that holds something by itself."""
    return "".join(_edited_line(line, edit) for line in re.split(r"(\r\n|\r|\n)", text))


def _edited_line(line: str, edit: Edit) -> str:
    old = split_tags(line)
    new = tuple(edit.tags(old)) if old else old
    return line if new == old else ", ".join(new)


def _lines(text: str) -> list[str]:
    return re.split(r"\r\n|\r|\n", text)
