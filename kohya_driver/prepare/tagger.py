"""Tags a folder of pictures: a caption beside each, from what a WD model sees and from the user's rules."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import DatasetError, DriverError, Finding, error, warning
from kohya_driver.host import Host
from kohya_driver.prepare.captions import caption_path, decode, dotted, read_old, sweep, work_lock
from kohya_driver.prepare.images import find_images
from kohya_driver.prepare.tag_config import Existing, OnProgress, TagConfig, TagReport, check_config
from kohya_driver.prepare.tag_names import fold, split_tags
from kohya_driver.prepare.tag_run import Job, TagRun
from kohya_driver.prepare.tag_session import MakeSession


def tag_folder(
    folder: Path,
    config: TagConfig,
    on_progress: OnProgress | None = None,
    *,
    host: Host | None = None,
    make: MakeSession | None = None,
) -> TagReport:
    """Write captions beside the pictures of a folder.

    A caption is whole or untouched at any moment, so that this may be ended anyhow; run again, it goes on, and nothing is
    computed twice.

    Args:
        on_progress: called while the model is fetched and after each picture.
        host, make: another machine and another maker of sessions, for tests.

    Raises:
        UsageError: the rules contradict each other, or a value cannot be; nothing was done.
        DatasetError: no pictures, or the model cannot be had or does not fit its list.
        HostError: the disk is full, or the folder may not be written.
    """
    check_config(config)
    tell = on_progress or (lambda progress: None)
    start = time.monotonic()
    extension = dotted(config.extension)
    found = find_images(folder, recursive=config.recursive)
    if not found.images:
        raise DatasetError("tag.no_pictures", folder)
    with files.lock(work_lock(folder)):
        sweep((path.parent for path in found.images), extension)
        jobs, skipped, findings = _jobs(found.images, extension, config)
        report = TagReport(
            folder, config.model, "", None, len(found.images), skipped=skipped, extension=extension,
            keep_tokens=config.policy.keep_tokens, findings=findings,
        )  # fmt: skip
        if jobs:
            report = TagRun(folder, config, tell, host, make).run(jobs, report)
    return replace(report, seconds=time.monotonic() - start)


def _jobs(
    pictures: Iterable[Path], extension: str, config: TagConfig
) -> tuple[list[Job], int, tuple[Finding, ...]]:
    jobs: list[Job] = []
    findings: list[Finding] = []
    skipped = without_trigger = 0
    owners: dict[Path, Path] = {}
    trigger = fold(config.policy.trigger)
    for picture in pictures:
        caption = caption_path(picture, extension)
        owner = owners.setdefault(caption, picture)
        if owner != picture:
            findings.append(warning("tag.shared_caption", picture, other=owner.name))
            continue
        try:
            old = read_old(caption)
        except DriverError as failure:
            findings += failure.findings
            continue
        if old is not None and config.existing == Existing.SKIP:
            skipped += 1
            first = split_tags((decode(old) or "").strip())[:1]
            without_trigger += bool(trigger) and [fold(one) for one in first] != [trigger]
        elif old is not None and config.existing == Existing.MERGE and decode(old) is None:
            findings.append(error("tag.caption_not_utf8", caption))
        else:
            jobs.append(Job(picture, caption, old))
    if without_trigger:
        values = {"count": without_trigger, "trigger": config.policy.trigger.strip()}
        findings.append(warning("tag.skipped_without_trigger", **values))
    return jobs, skipped, tuple(findings)
