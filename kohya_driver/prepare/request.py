"""What `init` is asked for, and what of it is settled before any picture is looked at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from kohya_driver.engine.base import read_base
from kohya_driver.errors import DatasetError, UsageError
from kohya_driver.prepare import layout
from kohya_driver.prepare.manifest import Manifest
from kohya_driver.prepare.style import FAMILIES, RESOLUTIONS, Family, StyleName

Fit = Literal["bucket", "crop", "pad", "none"]
FITS: tuple[Fit, ...] = ("bucket", "crop", "pad", "none")
Existing = Literal["skip", "merge", "overwrite"]
EXISTING: tuple[Existing, ...] = ("skip", "merge", "overwrite")
NO_TAGS = "none"
USUAL_TAGGER = "auto"
"""Takes back what was said earlier: the usual model, if it is to be had."""
_SIDES = range(64, 4097)


@dataclass(frozen=True, slots=True)
class InitConfig:
    """What is asked for. What is None or empty is taken from the earlier `init` of the project, else chosen."""

    project: Path
    images: Path | None = None
    trigger: str = ""
    style: StyleName | None = None
    base: Path | None = None
    concepts: tuple[tuple[str, Path], ...] = ()
    reg: Path | None = None
    repeats: int | Literal["auto"] | None = None
    resolution: int | None = None
    fit: Fit | None = None
    tag: str = ""
    """A model; `none` for no tagging; `auto` for the usual model, if it is to be had."""
    existing: Existing | None = None
    detector: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the manifest keeps it."""
        return {
            "images": _text(self.images),
            "trigger": self.trigger,
            "style": self.style,
            "base": _text(self.base),
            "concepts": [[name, str(folder)] for name, folder in self.concepts],
            "reg": _text(self.reg),
            "repeats": self.repeats,
            "resolution": self.resolution,
            "fit": self.fit,
            "tag": self.tag,
            "existing": self.existing,
            "detector": self.detector,
        }


@dataclass(frozen=True, slots=True)
class Settled:
    """A request in which nothing that must be said is missing."""

    config: InitConfig
    repeats_now: int | Literal["auto"] | None
    """What was said about repeats this time, and not earlier."""
    style: StyleName
    base: Path
    family: Family
    resolution: int

    @property
    def project(self) -> Path:
        return self.config.project


def _text(path: Path | None) -> str:
    return str(path) if path else ""


def absolute(config: InitConfig) -> InitConfig:
    """With paths that mean the same from everywhere. Links keep the names that a person chose."""
    return replace(
        config,
        project=_absolute(config.project),
        images=_absolute(config.images) if config.images else None,
        base=_absolute(config.base) if config.base else None,
        reg=_absolute(config.reg) if config.reg else None,
        concepts=tuple((name, _absolute(folder)) for name, folder in config.concepts),
        tag=str(_absolute(Path(config.tag))) if config.tag and Path(config.tag).is_dir() else config.tag,
    )


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - takes `..` away, which Path.absolute() does not


def settle(asked: InitConfig, manifest: Manifest | None) -> Settled:
    """Fill in what the earlier `init` was told, and check all that needs no look at the pictures.

    Raises:
        UsageError, DatasetError, EngineError: what is wrong with it.
    """
    config = _with_earlier(asked, manifest)
    _check_project(config.project, is_ours=manifest is not None)
    if not config.style or not config.base or not (config.images or config.concepts) or not config.trigger:
        raise UsageError("init.missing", config.project, options=", ".join(_missing(config)))
    trigger = " ".join(config.trigger.split())
    if not trigger or set(trigger) & set(",{}"):
        raise UsageError("init.trigger", config.trigger)
    if isinstance(config.repeats, int):
        layout.check_repeats(config.repeats)
    if config.resolution is not None and config.resolution not in _SIDES:
        raise UsageError("init.resolution", config.resolution, least=_SIDES[0], most=_SIDES[-1])
    for name, _ in config.concepts:
        layout.check_concept(name)
    _check_sources(config)
    base = read_base(config.base)
    family = next((known for known in FAMILIES if known == base.family), None)
    if family is None:
        raise DatasetError("init.base_family", config.base, family=base.family)
    resolution = config.resolution or RESOLUTIONS[family]
    tag = "" if config.tag == USUAL_TAGGER else config.tag
    return Settled(
        replace(config, trigger=trigger, tag=tag),
        asked.repeats,
        config.style,
        config.base,
        family,
        resolution,
    )


def _missing(config: InitConfig) -> Iterator[str]:
    for option, value in (
        ("--images", config.images or config.concepts),
        ("--trigger", config.trigger),
        ("--style", config.style),
        ("--base", config.base),
    ):
        if not value:
            yield option


def _check_project(project: Path, *, is_ours: bool) -> None:
    if project.exists() and not project.is_dir():
        raise UsageError("init.project_is_file", project)
    if project.parent == project or not project.name:
        raise UsageError("init.project_name", project)
    for tree in layout.TREES:
        if not is_ours and (project / tree).is_dir() and any(_visible(project / tree)):
            raise UsageError("init.not_ours", project / tree, tree=tree)


def _visible(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _check_sources(config: InitConfig) -> None:
    sources = [path for path in (config.images, config.reg, *(path for _, path in config.concepts)) if path]
    for source in sources:
        if not source.is_dir():
            raise DatasetError(
                "prepare.not_a_folder" if source.exists() else "prepare.folder_missing", source
            )
    layout.check_apart(sources, config.project)


def _with_earlier(asked: InitConfig, manifest: Manifest | None) -> InitConfig:
    """What is said now goes before what was said earlier; of what the set is made, all of it is said anew or nothing."""
    if manifest is None:
        return asked
    told = manifest.request
    if asked.images is None and not asked.concepts:
        asked = replace(
            asked,
            images=_path(told.get("images")),
            concepts=tuple((str(name), Path(folder)) for name, folder in told.get("concepts") or ()),
            reg=asked.reg or _path(told.get("reg")),
        )
    return replace(
        asked,
        trigger=asked.trigger or str(told.get("trigger") or ""),
        style=asked.style or told.get("style"),
        base=asked.base or _path(told.get("base")),
        repeats=asked.repeats if asked.repeats is not None else told.get("repeats"),
        resolution=asked.resolution or told.get("resolution"),
        fit=asked.fit or told.get("fit"),
        tag=asked.tag or str(told.get("tag") or ""),
        existing=asked.existing or told.get("existing"),
        detector=asked.detector or str(told.get("detector") or ""),
    )


def _path(text: object) -> Path | None:
    return Path(str(text)) if text else None
