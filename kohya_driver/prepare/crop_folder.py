"""Cuts a whole folder of pictures into another one. The source is never written to; a second run does what has changed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from kohya_driver import files
from kohya_driver.errors import DatasetError, Finding
from kohya_driver.prepare.crop import CropConfig, Override, check_config
from kohya_driver.prepare.crop_places import apart, check_images, check_outputs, check_places
from kohya_driver.prepare.crop_report import FAILED, UNCHANGED, CropRecord, CropReport
from kohya_driver.prepare.crop_work import CropJob, OnRecord, crop_pictures, jobs_for
from kohya_driver.prepare.crops_file import NAME as OVERRIDES
from kohya_driver.prepare.crops_file import match_overrides, read_overrides
from kohya_driver.prepare.faces import Detector, open_detector
from kohya_driver.prepare.images import CAPTIONS, Found, find_images
from kohya_driver.prepare.sheet import write_sheet

STATE = Path(".kohya-driver") / "crop.json"
"""In the target: what each picture was made of. Hidden, so that no trainer takes it for a picture."""
_VERSION = 1
"""Of the state and of what a plan comes to: another one makes every picture anew."""


def crop_folder(
    source: Path,
    target: Path,
    config: CropConfig | None = None,
    *,
    on_progress: OnRecord = lambda done, of, record: None,
    detector: Detector | None = None,
    overrides: Path | None = None,
) -> CropReport:
    """Cut every picture of a folder, and of the folders in it, into another folder; captions come along.

    Args:
        config: how; by default to the training buckets of 512×512.
        on_progress: told after each picture how many are done, of how many, and what was done.
        detector: what finds faces; by default YuNet, which is fetched the first time.
        overrides: a person's crops.toml; by default the one in the source folder, or else in the target.

    Returns:
        What was done with each picture. One that cannot be read is among them; nothing is raised for it.

    Raises:
        DatasetError: the folders do not fit each other, there are no pictures, or crops.toml is wrong.
        EngineError: the face detector cannot be fetched.
        HostError: the disk is full, or the target cannot be written to. What is done stays; a second run goes on.
    """
    config = config or CropConfig()
    faults = check_config(config)
    if faults:
        raise DatasetError(findings=faults)
    found = find_images(source)
    check_places(source, target, STATE)
    check_images(found.images, source, target)
    overrides = overrides or next(
        (folder / OVERRIDES for folder in (source, target) if (folder / OVERRIDES).is_file()), None
    )
    named = {path.relative_to(source).as_posix(): path for path in found.images}
    wishes, warnings = _wishes(overrides, named)
    detector = detector or open_detector("yunet")
    with files.lock(_lock_of(target)):
        outputs = output_names(named)
        check_outputs(target, outputs.values())
        work = _Work(target, config, detector.name, jobs_for(named, outputs, wishes))
        records, removed = work.run(detector, on_progress)
        _copy_captions(found, source, target, records)
    return CropReport(source, target, records, found.others, warnings, removed, overrides)


def crop_with_sheet(
    source: Path,
    target: Path,
    config: CropConfig,
    *,
    detector: str | Detector,
    overrides: Path | None,
    sheet: Path | None,
    on_progress: OnRecord,
    on_sheet: Callable[[int, int], None],
) -> CropReport:
    """As `crop_folder`, with a detector by name, and the contact sheet after it.

    Raises:
        DatasetError: also if the sheet would be drawn among the source's pictures.
    """
    if sheet and not apart(source, sheet):
        raise DatasetError("crop.nested", sheet, source=source)
    finder = open_detector(detector) if isinstance(detector, str) else detector
    report = crop_folder(
        source, target, config, on_progress=on_progress, detector=finder, overrides=overrides
    )
    if sheet is None:
        return report
    return replace(report, sheet=write_sheet(report.pictures, source, target, sheet, on_sheet))


def _wishes(path: Path | None, names: Iterable[str]) -> tuple[Mapping[str, Override], tuple[Finding, ...]]:
    return match_overrides(read_overrides(path), names, path) if path else ({}, ())


def _lock_of(target: Path) -> Path:
    name = hashlib.sha256(str(target.resolve()).encode()).hexdigest()[:16]
    return files.home() / "locks" / f"crop-{name}.lock"


def output_names(names: Iterable[str]) -> dict[str, str]:
    """Where each picture goes: the same name as a PNG; with its old ending in it where two would have the same."""
    taken: set[str] = set()
    outputs = {}
    for name in names:
        path = PurePosixPath(name)
        stems = [path.stem, f"{path.stem}-{path.suffix[1:].lower()}"]
        stems += [f"{stems[1]}-{number}" for number in range(2, 100)]
        chosen = next(
            one for one in (str(path.with_name(f"{stem}.png")) for stem in stems) if _folded(one) not in taken
        )
        taken.add(_folded(chosen))
        outputs[name] = chosen
    return outputs


def _folded(name: str) -> str:
    """Names that a Mac takes for the same."""
    return unicodedata.normalize("NFC", name).casefold()


class _Work:
    """The pictures of one target, with what is known of the last time."""

    def __init__(self, target: Path, config: CropConfig, detector: str, jobs: Sequence[CropJob]) -> None:
        self._target, self._config, self._jobs = target, config, jobs
        self._settings = [_VERSION, dataclasses.asdict(config), detector]
        state = _read_state(target / STATE)
        self._before: Mapping[str, Any] = state.get("pictures", {})
        self._made: set[str] = set(state.get("files", ()))
        self._keys = {job.name: self._key(job) for job in jobs}

    def run(self, detector: Detector, on_record: OnRecord) -> tuple[tuple[CropRecord, ...], tuple[str, ...]]:
        """The records, and the files of earlier times that were taken away."""
        sweep(self._target)
        of = len(self._jobs)
        records = {job.name: record for job in self._jobs if (record := self._unchanged(job))}
        todo = [job for job in self._jobs if job.name not in records]
        known = len(records)
        for place, record in enumerate(records.values(), start=1):
            on_record(place, of, record)

        def tell(done: int, _: int, record: CropRecord) -> None:
            records[record.source] = record
            on_record(known + done, of, record)

        made = self._made | {job.output for job in self._jobs}
        # Written first, so that the folder and its files are known as ours even if this is cut off.
        self._write(records.values(), made)
        try:
            crop_pictures(todo, self._target, self._config, detector, tell)
        except BaseException:
            self._write(records.values(), made)
            raise
        ordered = tuple(records[job.name] for job in self._jobs)
        removed = self._remove_left_over(ordered)
        self._write(ordered, {record.output for record in ordered if record.output})
        return ordered, removed

    def _key(self, job: CropJob) -> str:
        """Changes with all that the result depends on."""
        made_of = [*self._settings, job.override.to_json(), files.stamp(job.path), job.output]
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:32]

    def _unchanged(self, job: CropJob) -> CropRecord | None:
        entry = self._before.get(job.name)
        if entry is None or entry["key"] != self._keys[job.name]:
            return None
        record = CropRecord.from_json(entry["record"])
        if record.status == FAILED or (record.output and not (self._target / record.output).is_file()):
            return None
        return replace(record, status=UNCHANGED) if record.output else record

    def _write(self, records: Iterable[CropRecord], made: Iterable[str]) -> None:
        entries = {
            record.source: {"key": self._keys[record.source], "record": record.to_json()}
            for record in records
        }
        state = {"version": _VERSION, "files": sorted(made), "pictures": entries}
        files.write_json(self._target / STATE, state)

    def _remove_left_over(self, records: Sequence[CropRecord]) -> tuple[str, ...]:
        """Take away what was made of pictures that are gone, or are not in the set any more."""
        kept = {_folded(record.output) for record in records if record.output}
        gone = [
            name
            for name in sorted(self._made)
            if _folded(name) not in kept and (self._target / name).is_file()
        ]
        for name in gone:
            (self._target / name).unlink()
        return tuple(gone)


def _read_state(path: Path) -> Mapping[str, Any]:
    """What the last run left; nothing if it is of another version or damaged: then everything is made anew."""
    try:
        state = files.read_json(path)
        return state if state["version"] == _VERSION else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def sweep(target: Path) -> None:
    """Take away files that a killed run had half written."""
    for path in target.rglob(".*.png.*.tmp"):
        path.unlink(missing_ok=True)


def _copy_captions(found: Found, source: Path, target: Path, records: Sequence[CropRecord]) -> None:
    """Captions of the source go beside the pictures, where there are none yet: those in the target are further on."""
    there = set(found.captions)
    for record in records:
        picture = source / record.source
        for ending in sorted(CAPTIONS) if record.output else ():
            caption = picture.with_suffix(ending)
            copy = (target / record.output).with_suffix(ending)
            if caption in there and not copy.exists():
                try:
                    files.write_bytes(copy, caption.read_bytes())
                except OSError as failure:
                    raise files.host_error(failure, caption) from failure
