"""Base models on this machine: what each is, whether it is whole, and whether a LoRA can be trained on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kohya_driver.engine.base import read_base
from kohya_driver.engine.families import PARTS
from kohya_driver.errors import DriverError, Finding, UsageError, error, warning
from kohya_driver.models.places import Place, Program, find_places
from kohya_driver.models.scan import Candidate, Kind, Walk
from kohya_driver.wording import reason_of

OTHER_KINDS = frozenset({"lora", "vae", "text-encoder", "controlnet", "embedding", "sdxl-refiner"})
"""What lies beside base models, and is none."""
UNKNOWN_LEAST_BYTES = 1_000_000_000
"""What is smaller and of no known family is something else: an upscaler, a part of another model."""

OnFound = Callable[[int], None]
"""Called with how many have been looked at."""


@dataclass(frozen=True, slots=True)
class FoundModel:
    """One base model, or what should be one."""

    name: str
    path: Path
    program: Program
    """Whose folder it lies in."""
    family: str = ""
    """Empty: it could not be read."""
    format: str = ""
    dtype: str = ""
    size_bytes: int = 0
    missing: tuple[str, ...] = ()
    quantised: str = ""
    channels: int = 0
    is_pickle: bool = False
    findings: tuple[Finding, ...] = ()
    """Why nothing can be trained on it, as far as that is the file's fault."""
    also: tuple[Path, ...] = ()
    """Where the same file lies as well."""

    @property
    def is_usable(self) -> bool:
        """Whether a LoRA can be trained on it."""
        return not self.findings

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "path": str(self.path),
            "also": [str(path) for path in self.also],
            "findings": [finding.to_json() for finding in self.findings],
            "is_usable": self.is_usable,
        }


@dataclass(frozen=True, slots=True)
class FoundModels:
    """All that there is."""

    models: tuple[FoundModel, ...]
    places: tuple[Place, ...]
    """Where it was looked for."""
    others: int = 0
    """Files beside them that are no base models: LoRAs, VAEs …"""
    findings: tuple[Finding, ...] = ()
    """What could not be looked at."""

    def to_json(self) -> dict[str, Any]:
        return {
            "models": [model.to_json() for model in self.models],
            "places": [{"program": place.program, "folder": str(place.folder)} for place in self.places],
            "others": self.others,
            "findings": [finding.to_json() for finding in self.findings],
        }


def find_models(folders: Sequence[str | Path] = (), *, on_found: OnFound | None = None) -> FoundModels:
    """The base models in the folders of other programs, or in those that are given. Headers only; nothing is changed or fetched.

    Args:
        folders: look here instead.
        on_found: called with how many have been looked at.

    Raises:
        UsageError: `models.no_folder`.
    """
    given = [Path(folder).expanduser() for folder in folders]
    for folder in given:
        if not folder.is_dir():
            raise UsageError("models.no_folder", folder)
    places = tuple(Place("given", folder) for folder in given) or find_places(Path.home(), os.environ)
    return look_through(places, on_found=on_found)


@dataclass(slots=True)
class _Seen:
    """What one search has come upon, by the files' own identity."""

    models: dict[tuple[int, int], FoundModel] = field(default_factory=dict)
    others: set[tuple[int, int]] = field(default_factory=set)
    looked_at: int = 0


def look_through(places: Sequence[Place], *, on_found: OnFound | None = None) -> FoundModels:
    """Every base model in these places, each once; the usable ones first."""
    seen = _Seen()
    findings: list[Finding] = []
    for place in places:
        walk = Walk(place)
        for candidate in walk.candidates():
            _take(seen, candidate, place.program)
            if on_found:
                on_found(seen.looked_at)
        findings += _not_looked_at(walk)
    models = sorted(
        seen.models.values(), key=lambda m: (not m.is_usable, m.family, m.name.lower(), str(m.path))
    )
    return FoundModels(tuple(models), tuple(places), len(seen.others), tuple(findings))


def _take(seen: _Seen, candidate: Candidate, program: Program) -> None:
    known = seen.models.get(candidate.identity)
    if known is not None:
        if candidate.path not in (known.path, *known.also):
            seen.models[candidate.identity] = replace(known, also=(*known.also, candidate.path))
        return
    if candidate.identity in seen.others:
        return
    seen.looked_at += 1
    model = _read(candidate, program)
    if model.family in OTHER_KINDS or (model.family == "unknown" and model.size_bytes < UNKNOWN_LEAST_BYTES):
        seen.others.add(candidate.identity)
    else:
        seen.models[candidate.identity] = model


def _read(candidate: Candidate, program: Program) -> FoundModel:
    path, name = candidate.path, candidate.name
    if candidate.kind == "evicted":
        return FoundModel(name, path, program, findings=(error("models.evicted", path),))
    try:
        base = read_base(path)
    except (DriverError, OSError) as failure:
        found = failure.findings if isinstance(failure, DriverError) else (_unreadable(path, failure),)
        return FoundModel(name, path, program, size_bytes=_size(path), findings=found)
    model = FoundModel(
        name,
        path,
        program,
        base.family,
        base.format,
        base.dtype,
        base.size_bytes,
        base.missing,
        base.quantised,
        base.channels,
        bool(base.pickles),
    )
    return replace(model, findings=tuple(_faults(model)))


def look_at(path: Path) -> FoundModel:
    """One base model, which need not lie where others do."""
    status = path.stat()
    kind: Kind = "folder" if path.is_dir() else "file"
    return _read(Candidate(path, kind, (status.st_dev, status.st_ino), path.name), "given")


def _unreadable(path: Path, failure: OSError) -> Finding:
    return error("engine.weights_missing", path, reason=reason_of(failure))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _faults(model: FoundModel) -> Iterator[Finding]:
    """The same that a plan would say of it; the person's own preset may allow a pickle."""
    if model.family not in PARTS:
        yield error("models.not_trained", model.path, family=model.family)
        return
    if model.channels not in (0, 4):
        yield error("base.inpainting", model.path, channels=model.channels)
    if model.quantised:
        yield error("base.quantised", model.path, kind=model.quantised)
    if "unet" in model.missing:
        yield error("base.no_unet", model.path, path=model.path)
    elif model.missing:
        yield error("base.parts_missing", model.path, parts=", ".join(model.missing))
    if model.is_pickle:
        yield error("base.pickle", model.path)


def _not_looked_at(walk: Walk) -> Iterable[Finding]:
    for path in walk.refused:
        yield warning("models.refused", path)
    if walk.is_cut:
        yield warning("models.too_many", walk.place.folder)
