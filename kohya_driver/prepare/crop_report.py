"""What was done with each picture of a folder, as values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kohya_driver.errors import Finding
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.crop import HARMLESS, CropPlan
from kohya_driver.prepare.faces import Face

WRITTEN, UNCHANGED, LEFT_OUT, FAILED = "written", "unchanged", "left out", "failed"


@dataclass(frozen=True, slots=True)
class CropRecord:
    """One picture."""

    source: str
    """Its path within the source folder, with `/`."""
    output: str = ""
    """Its path within the target folder; empty if it is not there."""
    status: str = WRITTEN
    plan: CropPlan | None = None
    faces: tuple[Face, ...] = ()
    finding: Finding | None = None
    """Why it is left out, or failed."""

    @property
    def flags(self) -> tuple[str, ...]:
        return self.plan.flags if self.plan else ()

    @property
    def needs_a_look(self) -> bool:
        return self.status == FAILED or (self.plan is not None and self.plan.needs_a_look)

    def to_json(self) -> dict[str, Any]:
        plan = self.plan
        return {
            "source": self.source,
            "output": self.output,
            "status": self.status,
            "flags": list(self.flags),
            "plan": plan_to_json(plan) if plan else None,
            "faces": [{"box": list(face.box.pixels), "score": round(face.score, 3)} for face in self.faces],
            "finding": self.finding.to_json() if self.finding else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CropRecord:
        return cls(
            data["source"],
            data["output"],
            data["status"],
            plan_from_json(data["plan"]) if data["plan"] else None,
            tuple(Face(Box(*face["box"]), face["score"]) for face in data["faces"]),
            Finding.from_json(data["finding"]) if data["finding"] else None,
        )


def plan_to_json(plan: CropPlan) -> dict[str, Any]:
    return {
        "size": list(plan.size),
        "fit": plan.fit,
        "window": list(plan.window),
        "box": list(plan.box),
        "output": list(plan.output),
        "padding": round(plan.padding, 4),
        "scale": round(plan.scale, 4),
        "fill": plan.fill,
        "flags": list(plan.flags),
        "skipped": plan.skipped,
        "values": dict(plan.values),
        "heads": [list(head) for head in plan.heads],
        "subject": list(plan.subject) if plan.subject else None,
    }


def plan_from_json(data: Mapping[str, Any]) -> CropPlan:
    return CropPlan(
        size=(data["size"][0], data["size"][1]),
        fit=data["fit"],
        window=tuple(data["window"]),
        output=(data["output"][0], data["output"][1]),
        fill=data["fill"],
        flags=tuple(data["flags"]),
        skipped=data["skipped"],
        values=data["values"],
        heads=tuple(tuple(head) for head in data["heads"]),
        subject=tuple(data["subject"]) if data["subject"] else None,
    )


@dataclass(frozen=True, slots=True)
class CropReport:
    """A whole folder, in natural order."""

    source: Path
    target: Path
    pictures: tuple[CropRecord, ...]
    passed: tuple[tuple[Path, str], ...] = ()
    """Files that are no pictures, each with the code of the reason."""
    warnings: tuple[Finding, ...] = ()
    removed: tuple[str, ...] = ()
    """Files of an earlier time whose picture is gone or is to be left out."""
    overrides: Path | None = None
    sheet: Path | None = field(default=None)
    """The contact sheet's page, if one was made."""

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(one.finding for one in self.pictures if one.status == FAILED and one.finding)

    @property
    def kept(self) -> tuple[CropRecord, ...]:
        """The pictures that are in the target now."""
        return tuple(one for one in self.pictures if one.output)

    @property
    def flagged(self) -> tuple[CropRecord, ...]:
        """Those that are worth a look."""
        return tuple(one for one in self.pictures if one.needs_a_look)

    def count(self, status: str) -> int:
        return sum(one.status == status for one in self.pictures)

    def flag_counts(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for one in self.pictures:
            for flag in one.flags:
                counts[flag] = counts.get(flag, 0) + 1
        return {flag: counts[flag] for flag in sorted(counts, key=lambda flag: (flag in HARMLESS, flag))}

    def sizes(self) -> dict[tuple[int, int], int]:
        """How many pictures came to each size."""
        counts: dict[tuple[int, int], int] = {}
        for one in self.kept:
            if one.plan:
                counts[one.plan.output] = counts.get(one.plan.output, 0) + 1
        return dict(sorted(counts.items()))

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "source": str(self.source),
            "target": str(self.target),
            "overrides": str(self.overrides) if self.overrides else None,
            "sheet": str(self.sheet) if self.sheet else None,
            "counts": {status: self.count(status) for status in (WRITTEN, UNCHANGED, LEFT_OUT, FAILED)},
            "flags": self.flag_counts(),
            "sizes": [
                {"width": size[0], "height": size[1], "count": count} for size, count in self.sizes().items()
            ],
            "pictures": [one.to_json() for one in self.pictures],
            "passed": [{"path": str(path), "reason": reason} for path, reason in self.passed],
            "warnings": [finding.to_json() for finding in self.warnings],
            "removed": list(self.removed),
        }
