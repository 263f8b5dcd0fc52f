"""Looks a set of pictures through before it is trained on: what is wrong, with each file, and what the engine makes of it.

Nothing is written. What headers and captions tell is in `audit_cheap`, what pixels tell in `audit_look`, and which code
tells of what kind of fault in `audit_codes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from kohya_driver.dataset.about import about, name_some
from kohya_driver.dataset.headers import look_through
from kohya_driver.dataset.model import FolderState, Picture, Trait
from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.prepare.audit_cheap import check_set, count_set
from kohya_driver.prepare.audit_codes import as_bad_as_it_is
from kohya_driver.prepare.audit_look import Look, find_duplicates, look_at, several
from kohya_driver.prepare.audit_model import (
    AuditConfig,
    AuditedFolder,
    AuditedSet,
    AuditReport,
    Counts,
    Duplicates,
    OnProgress,
    no_progress,
)
from kohya_driver.prepare.audit_read import read_set

_DUPLICATE_CODES = {
    "exact": "dataset.duplicate",
    "near": "dataset.near_duplicate",
    "mirrored": "dataset.mirror_duplicate",
}
_QUICK = AuditConfig()


def audit(target: Path, config: AuditConfig = _QUICK, on_progress: OnProgress = no_progress) -> AuditReport:
    """Look a folder through.

    Args:
        target: a folder of pictures, of concept folders (`6_NingGuang`), or a project that has them in `image`.

    Raises:
        DatasetError: there is no such folder. What is wrong inside is among the report's findings.
    """
    return audit_set(read_set(target, config, on_progress), config, on_progress)


def audit_set(audited: AuditedSet, config: AuditConfig, on_progress: OnProgress = no_progress) -> AuditReport:
    """The same for folders that are read already."""
    if config.depth == "deep":
        audited = replace(audited, folders=tuple(map(_look_through_all, audited.folders)))
    looks = () if config.depth == "quick" else _look(audited, config, on_progress)
    duplicates = find_duplicates(looks)
    found = (
        *check_set(audited, config),
        *_damaged(audited, looks),
        *(_duplicate(group, audited.root) for group in duplicates),
    )
    count = count_set(audited, config)
    return AuditReport(
        target=audited.root,
        depth=config.depth,
        findings=tuple(sorted((_judge(one, config) for one in found), key=_order)),
        buckets=tuple(count.buckets) if count else (),
        batch_size=config.batch_size,
        duplicates=duplicates,
        counts=_count(audited, count.batches if count else 0, len(looks)),
    )


def _look_through_all(one: AuditedFolder) -> AuditedFolder:
    seen = look_through(one.folder.pictures, every=True)
    return replace(one, folder=replace(one.folder, transparency=seen))


def _look(audited: AuditedSet, config: AuditConfig, on_progress: OnProgress) -> tuple[Look, ...]:
    pictures = [
        picture
        for one in audited.folders
        for picture in one.folder.pictures
        if Trait.TRUNCATED not in picture.traits
    ]
    whole = config.depth == "deep"

    def look(picture: Picture) -> Look:
        return look_at(picture.path, picture.width * picture.height, whole=whole)

    looks: list[Look] = []
    on_progress("look", 0, len(pictures))
    for one in several(look, pictures):
        looks.append(one)
        on_progress("look", len(looks), len(pictures))
    return tuple(looks)


def _damaged(audited: AuditedSet, looks: Sequence[Look]) -> Iterator[Finding]:
    damaged = {one.path for one in looks if one.is_damaged}
    for one in audited.folders:
        found = (picture.path for picture in one.folder.pictures if picture.path in damaged)
        yield from about(error, "dataset.damaged", one.folder, found)


def _duplicate(group: Duplicates, root: Path) -> Finding:
    elsewhere = any(path.parent != group.keep.parent for path in group.others)
    shown = name_some(group.others, root if elsewhere else None)
    values = {"count": len(group.others), "names": shown}
    return replace(warning(_DUPLICATE_CODES[group.kind], group.keep, **values), paths=group.others)


def _judge(finding: Finding, config: AuditConfig) -> Finding:
    if finding.severity is not Severity.ERROR and finding.code in config.silence:
        return replace(finding, silenced=config.silence[finding.code])
    return as_bad_as_it_is(finding)


def _order(finding: Finding) -> tuple[bool, int]:
    return bool(finding.silenced), list(Severity).index(finding.severity)


def _count(audited: AuditedSet, steps: int, looked_at: int) -> Counts:
    used = [one for one in audited.folders if one.folder.state is FolderState.READ and one.is_trained]
    train = [one for one in used if not one.use.is_reg]
    captions = {picture.caption.path for one in used for picture in one.folder.pictures} - {None}
    return Counts(
        folders=len(used),
        pictures=sum(len(one.folder.pictures) for one in train),
        reg_pictures=sum(len(one.folder.pictures) for one in used if one.use.is_reg),
        captions=len(captions),
        images=sum(len(one.folder.pictures) * one.repeats for one in train),
        steps=steps,
        looked_at=looked_at,
    )
