"""Cuts many pictures at once: each is decoded, looked at, cut and written in one thread, so that memory stays flat."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kohya_driver import files
from kohya_driver.errors import DatasetError, Finding, Severity
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import NO_OVERRIDE, CropConfig, CropPlan, Override
from kohya_driver.prepare.crop_apply import apply_crop
from kohya_driver.prepare.crop_plan import plan_crop
from kohya_driver.prepare.crop_report import FAILED, LEFT_OUT, UNCHANGED, WRITTEN, CropRecord
from kohya_driver.prepare.faces import Detector, Face
from kohya_driver.prepare.images import Opened, open_picture
from kohya_driver.prepare.subject import Subject, find_subject

if TYPE_CHECKING:
    from PIL.Image import Image

OnRecord = Callable[[int, int, CropRecord], None]
"""How many are done, of how many, and the one that was done last."""

MOST_THREADS = 4
_FINER = 2
"""A picture is decoded at least so much larger than it is shown; more is not seen in the result."""
_COMPRESSION = 2

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class CropJob:
    """One picture to cut."""

    name: str
    """Its path within the source folder, with `/`."""
    path: Path
    output: str
    """Where it goes, within the target folder."""
    override: Override = NO_OVERRIDE


def crop_pictures(
    jobs: Sequence[CropJob],
    target: Path,
    config: CropConfig,
    detector: Detector,
    on_record: OnRecord = lambda done, of, record: None,
) -> tuple[CropRecord, ...]:
    """Cut pictures into a folder; those that cannot be read are in what is given back, each with its finding.

    Each file is written whole or not at all. After an interruption nothing goes on in the background.

    Raises:
        HostError: the disk is full, or the folder cannot be written to.
    """
    records: dict[int, CropRecord] = {}
    with contextlib.closing(side_by_side(lambda job: _crop(job, target, config, detector), jobs)) as results:
        for done, (index, record) in enumerate(results, start=1):
            records[index] = record
            on_record(done, len(jobs), record)
    return tuple(records[index] for index in range(len(jobs)))


def side_by_side(
    work: Callable[[Job], Result], jobs: Sequence[Job]
) -> Generator[tuple[int, Result], None, None]:
    """Results as they come, each with its job's place. Few are begun ahead, so that results do not pile up."""
    threads = min(MOST_THREADS, os.cpu_count() or 1)
    waiting = iter(enumerate(jobs))
    running: dict[Future[Result], int] = {}
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
    try:
        for index, job in waiting:
            running[pool.submit(work, job)] = index
            if len(running) < 2 * threads:
                continue
            yield from _finished(running)
        while running:
            yield from _finished(running)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(running: dict[Future[Result], int]) -> Iterator[tuple[int, Result]]:
    ended, _ = wait(running, return_when=FIRST_COMPLETED)
    for future in ended:
        yield running.pop(future), future.result()


def _crop(job: CropJob, target: Path, config: CropConfig, detector: Detector) -> CropRecord:
    if job.override.skip:
        finding = Finding("crop.left_out", Severity.INFO, str(job.path))
        return CropRecord(job.name, status=LEFT_OUT, finding=finding)
    try:
        record, image = _cut(job, config, detector)
    except DatasetError as failure:
        return CropRecord(job.name, status=FAILED, finding=failure.findings[0])
    if image is None:
        return record
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=_COMPRESSION)
    is_new = write_if_other(target / job.output, data.getvalue())
    return replace(record, output=job.output, status=WRITTEN if is_new else UNCHANGED)


def write_if_other(path: Path, data: bytes) -> bool:
    """Write a file unless it holds just that; whether it was written."""
    try:
        if not path.is_symlink() and path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    except OSError:
        pass
    files.write_bytes(path, data)
    return True


def _cut(job: CropJob, config: CropConfig, detector: Detector) -> tuple[CropRecord, Image | None]:
    opened = open_picture(job.path, min_side=_FINER * max(config.resolution))
    faces, subject = look(opened, detector)
    _check_override(job, opened)
    looked = None if detector.name == "none" else faces
    plan = plan_crop(opened.size, looked, subject, config, job.override)
    if plan.skipped:
        finding = Finding(plan.skipped, Severity.WARNING, str(job.path), plan.values)
        return CropRecord(job.name, status=LEFT_OUT, plan=plan, faces=faces, finding=finding), None
    if _is_too_coarse(opened, plan):
        opened = open_picture(job.path)
    return CropRecord(job.name, plan=plan, faces=faces), apply_crop(opened.image, plan)


def look(opened: Opened, detector: Detector) -> tuple[tuple[Face, ...], Subject | None]:
    """Faces and subject, in the pixels of the whole picture, of which a smaller one may have been decoded."""
    across = opened.size[0] / opened.image.width
    down = opened.size[1] / opened.image.height
    faces = tuple(Face(face.box.scaled(across, down), face.score) for face in detector.detect(opened.image))
    subject = find_subject(opened.image)
    if subject:
        subject = replace(subject, box=subject.box.scaled(across, down))
    return faces, subject


def _check_override(job: CropJob, opened: Opened) -> None:
    box, frame = job.override.box, Box(0, 0, *opened.size)
    size, line = f"{opened.size[0]}×{opened.size[1]}", job.override.line
    if box and Box(*box).within(frame).area < 1:
        raise DatasetError("crop.box_outside", job.path, size=size, line=line)
    focus = job.override.focus
    if focus and not frame.holds(Box(*focus, *focus)):
        raise DatasetError("crop.focus_outside", job.path, size=size, line=line)


def _is_too_coarse(opened: Opened, plan: CropPlan) -> bool:
    """Whether the window is so small a part that the whole picture has to be decoded for it."""
    decoded = opened.image.width / opened.size[0]
    return decoded < min(1.0, 1.5 * plan.scale)


def jobs_for(
    found: Mapping[str, Path], outputs: Mapping[str, str], overrides: Mapping[str, Override]
) -> list[CropJob]:
    return [
        CropJob(name, path, outputs[name], overrides.get(name, NO_OVERRIDE)) for name, path in found.items()
    ]
