"""Stand-ins for what `init` has done for it, and sources to prepare."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver.errors import DatasetError, Finding
from kohya_driver.prepare.images import find_images, open_rgb
from kohya_driver.prepare.project import init_project
from kohya_driver.prepare.report import InitReport
from kohya_driver.prepare.request import InitConfig
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
from tests.project import CPU, write_base


@dataclass
class FakeSteps:
    """Makes pictures smaller, and says of each what colour it has. Counts what it was asked to do."""

    has_tagger: bool = True
    cut: list[str] = field(default_factory=list)
    tagged: int = 0

    def keys(self, names: Sequence[str], wish: CropWish) -> tuple[Mapping[str, str], tuple[Finding, ...]]:
        text = wish.overrides.read_text(encoding="utf-8") if wish.overrides.is_file() else ""
        return {name: str([line for line in text.splitlines() if name in line]) for name in names}, ()

    def crop(self, pictures: Mapping[str, Path], target: Path, wish: CropWish, on_done: OnDone) -> Cutting:
        done: dict[str, Cut] = {}
        findings: list[Finding] = []
        target.mkdir(parents=True)
        for number, (name, path) in enumerate(pictures.items(), 1):
            self.cut.append(name)
            try:
                image = open_rgb(path)
            except DatasetError as failure:
                findings += failure.findings
            else:
                image.thumbnail((wish.resolution, wish.resolution))
                output = target / f"{number}.png"
                image.save(output)
                done[name] = Cut(output, image.size, (0, 0, *image.size), wish.fit, ("no-face",))
            on_done(number, len(pictures))
        return Cutting(done, tuple(findings))

    def sheet(self, pictures: Sequence[Shown], folder: Path, work: Path, on_done: OnDone) -> bool:
        return False

    def tag(self, folder: Path, wish: TagWish, on_tag: OnTag) -> Tagging:
        if not self.has_tagger:
            raise DatasetError("prepare.folder_missing", folder)
        pictures = find_images(folder).images
        for number, path in enumerate(pictures, 1):
            self.tagged += 1
            text = path.with_suffix(".txt")
            old = text.read_text(encoding="utf-8").strip() if text.is_file() else ""
            tags = [wish.trigger, old, f"colour {hashlib.sha256(path.read_bytes()).hexdigest()[:6]}"]
            text.write_text(", ".join(filter(None, tags)), encoding="utf-8")
            on_tag("tag", number, len(pictures))
        return Tagging("fake-v1")

    def audit(self, project: Path, wish: AuditWish, on_done: OnDone) -> tuple[Finding, ...]:
        on_done(1, 1)
        return ()


def init(
    folder: Path, steps: FakeSteps | None = None, *, dry_run: bool = False, **asked: object
) -> InitReport:
    """`init` of the project in `folder / "项目 一"` from `folder / "照片"`, in the ways that most tests want it."""
    usual: dict[str, object] = {
        "images": folder / "照片",
        "trigger": "ningguang",
        "style": "anime",
        "base": folder / "base.safetensors",
    }
    if not (folder / "base.safetensors").exists():
        write_base(folder / "base.safetensors")
    config = InitConfig(folder / "项目 一", **{**usual, **asked})  # type: ignore[arg-type]
    return init_project(config, steps or FakeSteps(), dry_run=dry_run, host=CPU)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
