"""Puts a LoRA where webui or ComfyUI look for it, with what they read beside it: each file whole, and none lost."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from kohya_driver import files
from kohya_driver.errors import Finding, RunError, Severity
from kohya_driver.loras import sidecars
from kohya_driver.loras.place import ENDING, SPARE_BYTES
from kohya_driver.loras.subject import Subject
from kohya_driver.models.places import find_lora_places
from kohya_driver.wording import human_bytes

Program = Literal["webui", "comfyui"]
PROGRAMS: tuple[Program, ...] = ("webui", "comfyui")
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be written: a copy, or a text."""

    target: Path
    source: Path | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed, or would be."""

    program: Program
    subject: Subject
    folder: Path
    written: tuple[Path, ...]
    kept: tuple[Path, ...] = ()
    """Files that stood there before and were left as they are."""
    is_done: bool = False
    findings: tuple[Finding, ...] = field(default=())

    @property
    def target(self) -> Path:
        return self.folder / f"{self.subject.name}{ENDING}"

    def to_json(self) -> dict[str, Any]:
        return {
            "version": 1,
            "program": self.program,
            "source": str(self.subject.path),
            "folder": str(self.folder),
            "path": str(self.target),
            "trigger": self.subject.trigger,
            "weight": self.subject.weight,
            "written": [str(path) for path in self.written],
            "kept": [str(path) for path in self.kept],
            "is_done": self.is_done,
            "findings": [finding.to_json() for finding in self.findings],
        }


def install(
    subject: Subject,
    to: Program,
    folder: Path | None = None,
    *,
    overwrite: bool = False,
    dry_run: bool = False,
) -> Installed:
    """Copy a LoRA with its sidecars.

    Args:
        folder: by default that of the program, wherever it is on this machine.
        overwrite: replace files of the same name.
        dry_run: only say what would be written.

    Raises:
        RunError: `share.no_place`, `share.several_places`, `share.taken`, `share.no_room`.
        HostError: the folder cannot be written.
    """
    where = folder.expanduser().absolute() if folder else _place_of(to)
    if where.exists() and not where.is_dir():
        raise RunError("share.no_folder", where)
    target = where / f"{subject.name}{ENDING}"
    sha256 = files.sha256(subject.path)
    same = target.is_file() and _is_same(target, subject.path, sha256)
    if target.exists() and not same and not overwrite:
        raise RunError("share.taken", target)
    items = tuple(_items(subject, to, target, sha256))
    writing = tuple(one for one in items if overwrite or not one.target.exists())
    writing = tuple(one for one in writing if not (same and one.target == target))
    findings = tuple(_remarks(subject, same))
    told = Installed(
        to, subject, where, tuple(one.target for one in writing),
        tuple(one.target for one in items if one not in writing), findings=findings,
    )  # fmt: skip
    if dry_run:
        return told
    _check_room(where, writing)
    for one in writing:
        _write(one, overwrite=overwrite)
    return Installed(to, subject, where, told.written, told.kept, True, findings)


def _place_of(to: Program) -> Path:
    found = [one for one in find_lora_places(Path.home()) if one.program == to]
    if not found:
        raise RunError(f"share.no_place_{to}")
    if len(found) > 1:
        raise RunError("share.several_places", folders=", ".join(str(one.folder) for one in found))
    return found[0].folder


def _is_same(target: Path, source: Path, sha256: str) -> bool:
    return target.stat().st_size == source.stat().st_size and files.sha256(target) == sha256


def _items(subject: Subject, to: Program, target: Path, sha256: str) -> Iterator[Item]:
    """What is read beside it first, so that a program that looks meanwhile finds it whole."""
    preview = None
    if subject.pictures:
        picture = subject.pictures[0].path
        ending = {".jpeg": ".jpg"}.get(picture.suffix.lower(), picture.suffix.lower())
        preview = target.with_name(f"{subject.name}.preview{ending}")
        yield Item(preview, picture)
    if to == "webui":
        yield _json(target, ".json", sidecars.webui_card(subject))
        yield _json(target, ".civitai.info", sidecars.civitai_info(subject, sha256))
    else:
        size = subject.path.stat().st_size
        table = sidecars.lora_manager(subject, target, size, sha256, preview)
        yield _json(target, ".metadata.json", table)
    yield Item(target, subject.path)


def _json(target: Path, ending: str, table: Mapping[str, Any]) -> Item:
    return Item(target.with_name(f"{target.stem}{ending}"), text=files.dump_json(table))


def _remarks(subject: Subject, same: bool) -> Iterator[Finding]:
    if same:
        yield Finding("share.already_there", Severity.INFO, str(subject.path))
    if not subject.trigger:
        yield Finding("share.no_trigger", Severity.INFO, str(subject.path))
    if not subject.pictures:
        yield Finding("share.no_pictures", Severity.INFO, str(subject.path))


def _check_room(where: Path, writing: tuple[Item, ...]) -> None:
    need = sum(one.source.stat().st_size for one in writing if one.source) + SPARE_BYTES
    free = files.free_bytes(where)
    if free < need:
        raise RunError("share.no_room", where, need=human_bytes(need), free=human_bytes(free))


def _write(item: Item, *, overwrite: bool) -> None:
    """Beside its place, to the disk, and only then with its name."""
    temporary = item.target.with_name(f".{item.target.name[:60]}.{secrets.token_hex(4)}.part")
    try:
        item.target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as new:
            if item.source is None:
                new.write(item.text.encode())
            else:
                with item.source.open("rb") as old:
                    while piece := old.read(PIECE):
                        new.write(piece)
            new.flush()
            os.fsync(new.fileno())
        files.move_into_place(temporary, item.target, overwrite=overwrite)
    except OSError as failure:
        raise files.host_error(failure, item.target) from failure
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
