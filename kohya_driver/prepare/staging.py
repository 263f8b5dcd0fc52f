"""A project is built beside itself and put in place at the end: who comes too early sees the old one, or none.

For a new project the folder `.NAME.partial` is renamed. In one that is there already, the trees are exchanged one by one after
`commit.json` has said so: whoever is killed in between is finished by the next `init`, from what is written there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kohya_driver import files
from kohya_driver.host import Host
from kohya_driver.prepare import manifest
from kohya_driver.prepare.layout import TREES, put_in_place

PRESET = "preset.toml"
COMMIT = "commit.json"
WORK = "work"
"""What is only needed while it is built."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a project is built."""

    project: Path
    folder: Path
    is_new: bool

    @property
    def work(self) -> Path:
        return self.folder / WORK


def lock_file(project: Path) -> Path:
    """Of a project, by where it really is; outside of it, so that nothing of it stays there."""
    name = hashlib.sha256(os.path.realpath(project).encode()).hexdigest()[:32]
    return files.home() / "locks" / f"init-{name}.lock"


def stage_folder(project: Path) -> Path:
    return project / ".partial" if project.is_dir() else project.with_name(f".{project.name}.partial")


@contextlib.contextmanager
def staged(project: Path, host: Host) -> Iterator[Stage]:
    """An empty folder to build in; gone at the end, however it ends. Whoever calls this holds the lock.

    Raises:
        HostError: nothing can be written there.
    """
    sweep(project, host)
    folder = stage_folder(project)
    stage = Stage(project, folder, is_new=not project.is_dir())
    try:
        folder.mkdir(parents=True)
        yield stage
    except OSError as failure:
        raise files.host_error(failure, project) from failure
    finally:
        if not (folder / COMMIT).is_file():
            files.remove_tree(folder)


def sweep(project: Path, host: Host) -> None:
    """Finish what a dead `init` had decided, and remove what it had only begun."""
    files.remove_tree(project.with_name(f".{project.name}.partial"))
    folder = project / ".partial"
    if not folder.is_dir():
        return
    try:
        decided = files.read_json(folder / COMMIT)
    except (OSError, ValueError):
        files.remove_tree(folder)
        return
    _finish(project, folder, decided["trees"], host)


def snapshot(project: Path) -> dict[str, str]:
    """What is in a project's trees, to see whether somebody else writes there."""
    return {
        str(path): files.stamp(path)
        for tree in TREES
        for path in sorted((project / tree).rglob("*"))
        if path.is_file() and path.name != ".DS_Store"
    }


def commit(stage: Stage, trees: Sequence[str], host: Host) -> None:
    """Put everything in place: first it is written down what will be done, then it is done."""
    files.remove_tree(stage.work)
    if stage.is_new:
        try:
            # Not exchanged: should somebody have made a folder of this name meanwhile, it is refused unless it is empty.
            stage.folder.rename(stage.project)
        except OSError as failure:
            raise files.host_error(failure, stage.project) from failure
        return
    decided = {tree: (stage.folder / tree).stat().st_ino for tree in trees}
    files.write_json(stage.folder / COMMIT, {"trees": decided})
    _finish(stage.project, stage.folder, decided, host)


def _finish(project: Path, folder: Path, trees: dict[str, int], host: Host) -> None:
    """Each step may have been done already. The manifest comes last: it speaks of what is then there."""
    for tree, identity in trees.items():
        new = folder / tree
        if new.is_dir() and new.stat().st_ino == identity:
            put_in_place(new, project / tree, host)
    for name in (PRESET, manifest.NAME):
        with contextlib.suppress(FileNotFoundError):
            (folder / name).replace(project / name)
    (folder / COMMIT).unlink(missing_ok=True)
    files.remove_tree(folder)
