"""Checks of the folders in question: can they be read and written, and are they where macOS guards or moves files."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

from kohya_driver.checkup.facts import Facts
from kohya_driver.checkup.look import Folder
from kohya_driver.checkup.model import Item
from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.wording import system_reason

ICLOUD = Path("Library", "Mobile Documents")
PERSONAL = ("Desktop", "Documents", "Downloads")


def check_folders(facts: Facts) -> Iterator[Item]:
    for folder in facts.folders:
        yield _item(folder, facts)


def _item(folder: Folder, facts: Facts) -> Item:
    path, role = folder.place.path, folder.place.role
    values: dict[str, object] = {"path": path, "files": folder.files}
    code = "doctor.folder_read" if folder.place.is_read_through else "doctor.folder"
    # The driver makes its own folders.
    if not folder.exists and folder.place.is_read_through:
        return Item("folders", role, "doctor.folder", values, (error("doctor.folder_missing", path),))
    found = (*_writing(folder), *_reading(folder), *_evicted(folder))
    if facts.host.is_mac:
        found = (*found, *_place(folder, facts.user_home))
    return Item("folders", role, code, values, found)


def _writing(folder: Folder) -> Iterator[Finding]:
    if not folder.write_errno:
        return
    values = {"reason": system_reason(folder.write_errno)}
    match folder.place.role:
        case "pictures":
            yield Finding("doctor.pictures_read_only", Severity.INFO, str(folder.place.path), values)
        case "current":
            yield warning("doctor.not_writable", folder.place.path, **values)
        case _:
            yield error("doctor.not_writable", folder.place.path, **values)


def _reading(folder: Folder) -> Iterator[Finding]:
    """One finding for each reason, with the first path that has it."""
    for number in dict.fromkeys(folder.unreadable.values()):
        paths = [path for path, found in folder.unreadable.items() if found == number]
        # macOS refuses with EPERM what its privacy settings forbid, with EACCES what the file's own rights do.
        code = "doctor.private" if number == errno.EPERM else "doctor.unreadable"
        yield error(code, paths[0], count=len(paths), reason=system_reason(number))


def _evicted(folder: Folder) -> Iterator[Finding]:
    if folder.evicted:
        yield error("doctor.evicted", folder.evicted_example, count=folder.evicted)


def _place(folder: Folder, user_home: Path) -> Iterator[Finding]:
    kind = kind_of_place(folder.place.path, user_home)
    if kind == "icloud":
        yield warning("doctor.in_icloud", folder.place.path)
    elif kind:
        yield Finding(f"doctor.in_{kind}", Severity.INFO, str(folder.place.path))


def kind_of_place(path: Path, user_home: Path) -> str:
    """`icloud`, `personal` (guarded by macOS, and in iCloud for many), `volume` (another disk), or nothing special."""
    if path.is_relative_to(user_home / ICLOUD):
        return "icloud"
    if any(path.is_relative_to(user_home / name) for name in PERSONAL):
        return "personal"
    return "volume" if path.is_relative_to("/Volumes") else ""
