"""The real steps of `init`: crop, tag, audit, each by the part of the driver that also has a command of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kohya_driver.errors import DriverError, Finding, warning
from kohya_driver.prepare.audit import audit
from kohya_driver.prepare.audit_model import AuditConfig, Depth, square_buckets
from kohya_driver.prepare.crop import CropConfig, Override
from kohya_driver.prepare.crop_report import CropRecord
from kohya_driver.prepare.crop_work import CropJob, crop_pictures
from kohya_driver.prepare.crops_file import match_overrides, read_overrides
from kohya_driver.prepare.faces import Detector, NoFaces, open_detector
from kohya_driver.prepare.sheet import write_sheet
from kohya_driver.prepare.steps import (
    AuditWish,
    CropWish,
    Cut,
    Cutting,
    OnDone,
    OnTag,
    Shown,
    Tagging,
    TagWish,
)
from kohya_driver.prepare.tag_config import Existing, Stage, TagConfig, TagProgress
from kohya_driver.prepare.tag_models import DEFAULT
from kohya_driver.prepare.tag_policy import TagPolicy
from kohya_driver.prepare.tagger import tag_folder

USUAL_DETECTOR = "yunet"
MOST_LOOKED_AT = 2000
"""Pictures that are also compared with each other; of more, headers and captions tell what is wrong."""


@dataclass
class RealSteps:
    """Each `init` has its own: the detector and what crops.toml says are read once."""

    dry_run: bool = False
    """Fetch nothing."""
    _detector: Detector | None = None
    _overrides: dict[str, Override] = field(default_factory=dict)
    _left_out: list[tuple[CropRecord, Path]] = field(default_factory=list)

    def keys(self, names: Sequence[str], wish: CropWish) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
        findings: tuple[Finding, ...] = ()
        if wish.overrides.is_file():
            said = read_overrides(wish.overrides)
            self._overrides, findings = match_overrides(said, names, wish.overrides)
        detector, told = self._open(wish)
        keys = {name: json.dumps([detector, self._override(name).to_json()]) for name in names}
        return keys, (*findings, *told)

    def _override(self, name: str) -> Override:
        return self._overrides.get(name, Override())

    def _open(self, wish: CropWish) -> tuple[str, tuple[Finding, ...]]:
        """The detector's name. The usual one that cannot be fetched is no reason to stop; one that was named is."""
        if self.dry_run:
            return wish.detector or USUAL_DETECTOR, ()
        try:
            self._detector = open_detector(wish.detector or USUAL_DETECTOR)
        except DriverError as failure:
            if wish.detector:
                raise
            self._detector = NoFaces()
            reason = failure.findings[0].message
            return self._detector.name, (warning("init.no_detector", reason=reason),)
        return self._detector.name, ()

    def crop(self, pictures: Mapping[str, Path], target: Path, wish: CropWish, on_done: OnDone) -> Cutting:
        jobs = [
            CropJob(name, path, f"{number:05d}.png", self._override(name))
            for number, (name, path) in enumerate(pictures.items())
        ]
        config = CropConfig(resolution=(wish.resolution, wish.resolution), fit=wish.fit)
        records = crop_pictures(
            jobs, target, config, self._detector or NoFaces(), lambda done, of, record: on_done(done, of)
        )
        done = {one.source: _cut(one, target) for one in records if one.output and one.plan}
        self._left_out += [(one, pictures[one.source]) for one in records if one.source not in done]
        return Cutting(done, tuple(one.finding for one in records if one.finding))

    def sheet(self, pictures: Sequence[Shown], folder: Path, work: Path, on_done: OnDone) -> bool:
        """Pictures are shown by the names that crops.toml knows, behind which there are links to them."""
        records = list(self._left_out)
        for one in pictures:
            if one.cut.record:
                record = CropRecord.from_json(one.cut.record)
                records.append((replace(record, source=one.name, output=str(one.cut.path)), one.source))
        if not records:
            return False
        for record, source in records:
            link = work / record.source
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(source)
        write_sheet([record for record, _ in records], work, folder, folder, on_done)
        return True

    def tag(self, folder: Path, wish: TagWish, on_tag: OnTag) -> Tagging:
        def tell(progress: TagProgress) -> None:
            is_download = progress.stage is Stage.DOWNLOAD
            on_tag("download" if is_download else "tag", progress.done, progress.total)

        policy = TagPolicy(trigger=wish.trigger)
        config = TagConfig(policy=policy, model=wish.model or DEFAULT, existing=Existing.MERGE)
        report = tag_folder(folder, config, tell)
        model = f"{report.model} {report.model_sha256[:12]}".strip()
        return Tagging(model, report.findings)

    def audit(self, project: Path, wish: AuditWish, on_done: OnDone) -> tuple[Finding, ...]:
        depth: Depth = "normal" if wish.pictures <= MOST_LOOKED_AT else "quick"
        config = AuditConfig(wish.trigger, depth, square_buckets(wish.resolution))
        return audit(project, config, lambda stage, done, of: on_done(done, of)).findings


def _cut(record: CropRecord, target: Path) -> Cut:
    plan = record.plan
    assert plan is not None
    return Cut(
        target / record.output,
        plan.output,
        plan.box,
        plan.fit,
        plan.flags,
        {**record.to_json(), "output": ""},
    )
