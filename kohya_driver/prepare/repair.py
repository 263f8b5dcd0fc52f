"""Copies a set of pictures and puts right in the copy what needs no judgement. The source is only read.

The copy is made beside its place and renamed into it at the end: whatever stops it, there is a whole copy or none.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.dataset.model import ImageFolder, Picture, Trait
from kohya_driver.dataset.scan import TAKEN
from kohya_driver.errors import DatasetError, UsageError
from kohya_driver.prepare.audit_look import several
from kohya_driver.prepare.audit_model import AuditedFolder, AuditedSet, OnProgress, Repaired, no_progress
from kohya_driver.prepare.audit_read import place_in_copy
from kohya_driver.prepare.images import open_picture

_REASONS = {
    Trait.ROTATED: "upright",
    Trait.SIXTEEN_BIT: "depth",
    Trait.CMYK: "colour",
    Trait.ANIMATED: "frame",
}
_JPEG_QUALITY = 95
_CUT_OFF_PARTS = 4


@dataclass(frozen=True, slots=True)
class _Job:
    """One picture and its caption."""

    source: Path
    target: Path
    """Without extension."""
    traits: Trait = Trait.NONE
    is_taken: bool = True
    caption: Path | None = None
    caption_ending: str = ".txt"


@dataclass(frozen=True, slots=True)
class _Done:
    source: Path
    changes: tuple[tuple[str, Path], ...]
    files: int
    is_left_out: bool = False


def repair(audited: AuditedSet, out: Path, on_progress: OnProgress = no_progress) -> Repaired:
    """Write a repaired copy.

    Args:
        out: a folder that is not there yet, or is empty.

    Raises:
        UsageError: `audit.out_taken`, `audit.out_inside`.
        HostError: the copy cannot be written; nothing of it is left.
    """
    out = out.expanduser().absolute()
    _check_apart(audited, out)
    partial = out.with_name(f".{out.name}.{secrets.token_hex(4)}.partial")
    try:
        partial.mkdir(parents=True)
        jobs = [job for one in audited.folders for job in _jobs(one, place_in_copy(audited, one, partial))]
        done = []
        for one in several(_carry_out, jobs):
            done.append(one)
            on_progress("copy", len(done), len(jobs))
        for folder in audited.folders:
            _copy_orphans(folder.folder, place_in_copy(audited, folder, partial))
        if out.is_dir():
            out.rmdir()
        partial.replace(out)
    except OSError as failure:
        raise files.host_error(failure, out) from failure
    finally:
        files.remove_tree(partial)
    return _summary(audited, out, done)


def _check_apart(audited: AuditedSet, out: Path) -> None:
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError("audit.out_taken", out)
    place = out.resolve()
    for source in {
        one.resolve() for one in (*audited.sources, *(one.folder.path for one in audited.folders))
    }:
        if place.is_relative_to(source) or source.is_relative_to(place):
            raise UsageError("audit.out_inside", out, source=source)


def _jobs(one: AuditedFolder, target: Path) -> Iterator[_Job]:
    """Names are given first come, first served: pictures that the engine takes before those that it does not."""
    folder, taken = one.folder, set[str]()
    target.mkdir(parents=True, exist_ok=True)
    for picture in folder.pictures:
        if Trait.TRUNCATED not in picture.traits:
            yield _job(picture, target / _free_name(picture.path.stem, taken, keep=one.use.face_names))
    for path in folder.ignored:
        ending = one.caption_extension
        caption = path.with_suffix(ending)
        found = caption if caption.is_file() else None
        name = target / _free_name(path.stem, taken, keep=one.use.face_names)
        yield _Job(path, name, is_taken=False, caption=found, caption_ending=ending)


def _job(picture: Picture, target: Path) -> _Job:
    caption = picture.caption.path
    if caption and caption.stem != picture.path.stem:
        caption = None  # another picture's, which the engine would take by mistake
    return _Job(
        picture.path,
        target,
        picture.traits,
        caption=caption,
        caption_ending=caption.suffix if caption else ".txt",
    )


def _free_name(stem: str, taken: set[str], *, keep: bool) -> str:
    """Without the underscores that mislead the engine (unless they are meant), and one that no other picture here has."""
    misleads = stem.count("_") >= _CUT_OFF_PARTS and not keep
    name = stem.replace("_", "-") if misleads else stem
    free, number = name, 2
    # A Mac's disk takes `A` and `a` for the same.
    while free.casefold() in taken:
        free, number = f"{name}-{number}", number + 1
    taken.add(free.casefold())
    return free


def _carry_out(job: _Job) -> _Done:
    try:
        changes = [*_write_picture(job)]
    except DatasetError:
        return _Done(job.source, (), 0, is_left_out=True)
    if job.target.name != job.source.stem:
        changes.append("name")
    captions = _write_caption(job) if job.caption else []
    made = [
        *((name, job.source) for name in changes),
        *((name, job.caption or job.source) for name in captions),
    ]
    return _Done(job.source, tuple(made), 1 + bool(job.caption))


def _write_picture(job: _Job) -> Iterator[str]:
    """Byte for byte where nothing is to be done."""
    reasons = [name for trait, name in _REASONS.items() if trait in job.traits]
    if not job.is_taken and job.source.name.lower().endswith(TAKEN):
        # Only the letter case of its ending is in the way.
        yield "type"
        _copy(job.source, job.target.with_name(job.target.name + job.source.suffix.lower()))
        return
    if job.is_taken and not reasons and Trait.ALPHA not in job.traits:
        _copy(job.source, job.target.with_name(job.target.name + job.source.suffix))
        return
    opened = open_picture(job.source)
    kind = job.source.suffix if job.is_taken else ""
    is_photo = kind.lower() in (".jpg", ".jpeg") or job.source.suffix.lower() in (
        ".heic",
        ".heif",
        ".jfif",
        ".jpe",
    )
    ending = kind if kind.lower() in (".jpg", ".jpeg", ".png") else ".jpg" if is_photo else ".png"
    path = job.target.with_name(job.target.name + ending)
    if ending.lower() == ".png":
        opened.image.save(path, "PNG", compress_level=3)
    else:
        opened.image.save(path, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
    yield from reasons
    if Trait.ALPHA in job.traits or opened.has_alpha:
        yield "alpha"
    if ending.lower() != job.source.suffix.lower():
        yield "type"


def _write_caption(job: _Job) -> list[str]:
    """One line of UTF-8; another encoding can only be guessed, and stays as it is."""
    assert job.caption is not None
    path = job.target.with_name(job.target.name + job.caption_ending)
    data = job.caption.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        path.write_bytes(data)
        return []
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))]
    wanted = [line for line in lines if line]
    changes = ["bom"] * text.startswith("\ufeff") + ["lines"] * (
        len(wanted) > 1 or wanted != lines[: len(wanted)]
    )
    path.write_bytes((", ".join(line.strip(", ") for line in wanted) + "\n").encode() if changes else data)
    return changes


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)


def _copy_orphans(folder: ImageFolder, target: Path) -> None:
    """Captions without a picture: perhaps only misnamed, and so not to be lost."""
    target.mkdir(parents=True, exist_ok=True)
    for path in folder.orphans:
        if not (target / path.name).exists():
            _copy(path, target / path.name)


def _summary(audited: AuditedSet, out: Path, done: list[_Done]) -> Repaired:
    changes: dict[str, list[Path]] = {}
    for one in done:
        for name, path in one.changes:
            changes.setdefault(name, []).append(path)
    unread = [one.source for one in done if one.is_left_out]
    for folder in (one.folder for one in audited.folders):
        unread += [one.path for one in folder.unreadable]
        unread += [one.path for one in folder.pictures if Trait.TRUNCATED in one.traits]
    junk = [path for one in audited.folders for path in one.folder.junk]
    left_out = {
        name: tuple(sorted(paths)) for name, paths in (("unreadable", unread), ("junk", junk)) if paths
    }
    written = sum(one.files for one in done) + sum(len(one.folder.orphans) for one in audited.folders)
    return Repaired(out, written, {name: tuple(paths) for name, paths in changes.items()}, left_out)
