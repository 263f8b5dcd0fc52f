"""Getting a base model from the Hub: which files, whether there is room, and each of them whole or not at all.

A file grows beside its place as `NAME.<hash>.part`, so that a part is never taken for another file's, and gets its name when its
size and hash are the Hub's. A model in diffusers' form grows in a folder of such a name.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files, hub
from kohya_driver.errors import DriverError, Finding, HostError, UsageError
from kohya_driver.hub import HubFailure, HubFile, HubRepo
from kohya_driver.models.catalogue import known_models
from kohya_driver.models.choose import choose_files
from kohya_driver.models.find import look_at
from kohya_driver.models.places import models_folder
from kohya_driver.wording import human_bytes

RESERVE_BYTES = 1_000_000_000
"""Left free on the disk: macOS itself needs some."""

OnBytes = Callable[[str, int, int], None]
"""Called with a file's name, the bytes of it that are here, and those that there will be."""


@dataclass(frozen=True, slots=True)
class Download:
    """What getting a model means, and what came of it."""

    repo: str
    revision: str
    files: tuple[HubFile, ...]
    target: Path
    """The file, or the folder of a model in diffusers' form."""
    is_folder: bool
    licence: str
    """As the model's page names it, else as the catalogue has it; empty where neither says."""
    page: str
    """Where the licence stands."""
    here_bytes: int
    """Of an earlier try."""
    is_done: bool = False
    findings: tuple[Finding, ...] = ()
    """What is wrong with the model that was got."""

    @property
    def total_bytes(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def needed_bytes(self) -> int:
        return max(0, self.total_bytes - self.here_bytes)

    def to_json(self) -> dict[str, Any]:
        return {
            "repo": self.repo,
            "revision": self.revision,
            "files": [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in self.files],
            "path": str(self.target),
            "is_folder": self.is_folder,
            "licence": self.licence,
            "page": self.page,
            "total_bytes": self.total_bytes,
            "needed_bytes": self.needed_bytes,
            "is_done": self.is_done,
            "findings": [finding.to_json() for finding in self.findings],
        }


def get_model(
    name: str,
    *,
    file: str = "",
    to: str | Path | None = None,
    dry_run: bool = False,
    on_start: Callable[[Download], None] | None = None,
    on_bytes: OnBytes | None = None,
) -> Download:
    """Get a base model from the Hub, or from the mirror that HF_ENDPOINT names. What was cut off goes on where it ended.

    Args:
        name: one of the catalogue, or a repository: `owner/name`.
        file: which file of it; by default the catalogue's, or its only checkpoint, or the model in diffusers' form.
        to: the folder; by default `models` in the data folder.
        dry_run: only say what would be got.
        on_start: called with what will be got.
        on_bytes: called as it comes.

    Returns:
        What was got, or would be. `findings` say what is wrong with the model itself.

    Raises:
        UsageError: there is no such model or file, or it is not clear which is meant.
        HostError: the Hub cannot be reached or refuses, the disk is too full, or what came is not what the Hub describes.
    """
    wanted = plan_download(name, file=file, to=Path(to).expanduser() if to else None)
    if wanted.is_done or dry_run:
        return wanted
    _check_disk(wanted)
    if on_start:
        on_start(wanted)
    key = hashlib.sha256(str(wanted.target).encode()).hexdigest()[:16]
    with files.lock(files.home() / "locks" / f"model-{key}.lock"):
        if not _is_here(wanted):
            _carry_out(wanted, on_bytes or (lambda name, here, total: None))
    return replace(
        wanted, is_done=True, here_bytes=wanted.total_bytes, findings=look_at(wanted.target).findings
    )


def plan_download(name: str, *, file: str = "", to: Path | None = None) -> Download:
    """What would be got; asks the Hub what there is."""
    known = known_models().models.get(name)
    repo = _ask(known.repo if known else name, name)
    chosen = choose_files(repo, file or (known.file if known else ""))
    is_folder = len(chosen) > 1
    folder = to or models_folder()
    last = repo.name.rpartition("/")[2] if is_folder else chosen[0].name.rpartition("/")[2]
    wanted = Download(
        repo=repo.name,
        revision=repo.revision,
        files=chosen,
        target=folder / last,
        is_folder=is_folder,
        licence=repo.licence or (known.licence if known else ""),
        page=f"{hub.HOME}/{repo.name}",
        here_bytes=0,
    )
    if _is_here(wanted):
        return replace(
            wanted, is_done=True, here_bytes=wanted.total_bytes, findings=look_at(wanted.target).findings
        )
    return replace(wanted, here_bytes=_here_bytes(wanted))


def _ask(repo: str, name: str) -> HubRepo:
    if repo.count("/") != 1 or not all(repo.split("/")):
        catalogue = known_models().models
        close = difflib.get_close_matches(name, catalogue, n=1)
        if close:
            raise UsageError("models.unknown_close", name=name, close=close[0])
        raise UsageError("models.unknown", name=name, names=", ".join(catalogue))
    try:
        return hub.read_repo(repo)
    except HubFailure as failure:
        raise hub_error(failure, repo) from failure


def hub_error(failure: HubFailure, repo: str) -> DriverError:
    """What a person is told of it."""
    return HostError(
        f"models.hub_{failure.trouble}",
        repo,
        repo=repo,
        page=f"{hub.HOME}/{repo}",
        endpoint=hub.endpoint(),
        reason=failure.reason,
    )


def _is_here(wanted: Download) -> bool:
    """Whether the very files are in place.

    Raises:
        HostError: `models.target_taken`: something else is.
    """
    if not wanted.target.exists():
        return False
    paths = _places(wanted, wanted.target)
    if not all(path.is_file() and one.is_same(path) for one, path in paths):
        raise HostError("models.target_taken", wanted.target)
    return True


def _places(wanted: Download, root: Path) -> list[tuple[HubFile, Path]]:
    if wanted.is_folder:
        return [(one, root / one.name) for one in wanted.files]
    return [(wanted.files[0], root)]


def _part_folder(wanted: Download) -> Path:
    return wanted.target.with_name(f"{wanted.target.name}.{wanted.revision[:12]}.part")


def _part(one: HubFile, path: Path) -> Path:
    """Named after what it will be: the part of another revision's file is another part."""
    return path.with_name(f"{path.name}.{(one.sha256 or one.git_id or str(one.size))[:12]}.part")


def _growing(wanted: Download) -> list[tuple[HubFile, Path]]:
    """Where each file gets its name; for a folder inside that which is renamed in the end."""
    return _places(wanted, _part_folder(wanted) if wanted.is_folder else wanted.target)


def _here_bytes(wanted: Download) -> int:
    here = 0
    for one, path in _growing(wanted):
        for place in (path, _part(one, path)):
            if place.is_file():
                here += min(place.stat().st_size, one.size)
    return here


def _check_disk(wanted: Download) -> None:
    free = files.free_bytes(wanted.target.parent)
    if wanted.needed_bytes + RESERVE_BYTES > free:
        raise HostError(
            "models.no_room",
            wanted.target.parent,
            needed=human_bytes(wanted.needed_bytes),
            free=human_bytes(free),
            reserve=human_bytes(RESERVE_BYTES),
        )


def _carry_out(wanted: Download, on_bytes: OnBytes) -> None:
    try:
        for one, path in _growing(wanted):
            if not path.is_file():
                path.parent.mkdir(parents=True, exist_ok=True)
                _obtain(wanted, one, path, on_bytes)
        if wanted.is_folder:
            _part_folder(wanted).replace(wanted.target)
    except OSError as failure:
        raise files.host_error(failure, wanted.target) from failure


def _obtain(wanted: Download, one: HubFile, path: Path, on_bytes: OnBytes) -> None:
    part = _part(one, path)

    def count(here: int) -> None:
        on_bytes(one.name, here, one.size)

    try:
        hub.fetch(wanted.repo, one.name, wanted.revision, part, count, size=one.size)
    except HubFailure as failure:
        raise hub_error(failure, wanted.repo) from failure
    if not one.is_same(part):
        size = part.stat().st_size
        part.unlink()
        raise HostError(
            "models.wrong_content",
            path,
            name=one.name,
            endpoint=hub.endpoint(),
            size=human_bytes(size),
            wanted=human_bytes(one.size),
        )
    part.replace(path)
