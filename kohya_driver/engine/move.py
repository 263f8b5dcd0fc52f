"""Moves the pin of sd-scripts to another commit: in the user's data folder, made aside and put in place by one rename."""

from __future__ import annotations

import contextlib
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kohya_driver import files, resources
from kohya_driver.engine import checkout, environment
from kohya_driver.engine.changes import changed_requirements, compare_requirements, read_requirements
from kohya_driver.engine.pin import Pin, Recipe, load_pin, recipe_in
from kohya_driver.engine.store import locked
from kohya_driver.errors import EngineError
from kohya_driver.process import clean_environment, run_tool
from kohya_driver.wording import reason_of

MOVED = "moved.json"
LS_REMOTE_SECONDS = 60.0
_LOCK_SECONDS = 600.0
_SHA = re.compile(r"[0-9a-f]{40}")


def resolve_ref(place: str, ref: str) -> str:
    """The commit that a tag, a branch or a commit's name means in this source.

    Raises:
        EngineError: `engine.ref_unknown`, `engine.source_unreachable`, `engine.source_missing`.
    """
    source = checkout.parse_source(place)
    if source.kind == "folder":
        commit = _within(Path(source.place), place, ref)
    elif source.kind == "bundle":
        with tempfile.TemporaryDirectory() as folder:
            _git(place, "init", "--quiet", "--bare", "--template=", ".", cwd=Path(folder))
            _git(place, "fetch", "--quiet", source.place, "+refs/*:refs/*", cwd=Path(folder))
            commit = _within(Path(folder), place, ref)
    else:
        commit = _listed(source, ref)
    if not _SHA.fullmatch(commit):
        raise EngineError("engine.ref_unknown", place, ref=ref)
    return commit


def _within(repository: Path, place: str, ref: str) -> str:
    words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    return _git(place, *words, cwd=repository).strip().rpartition("\n")[2]


def _listed(source: checkout.Source, ref: str) -> str:
    """As the source lists its tags and branches. A commit's full name is taken as it is: fetching it will tell."""
    if _SHA.fullmatch(ref):
        return ref
    names = {f"refs/tags/{ref}^{{}}": 0, f"refs/tags/{ref}": 1, f"refs/heads/{ref}": 2, ref: 3}
    words = [
        line.split() for line in _git(source.place, "ls-remote", source.place, cwd=Path("/")).splitlines()
    ]
    found = [(names[pair[1]], pair[0]) for pair in words if len(pair) == 2 and pair[1] in names]
    return min(found)[1] if found else ""


def _git(place: str, *arguments: str, cwd: Path) -> str:
    """What git says; empty where it finds nothing."""
    env = clean_environment(checkout.quiet_git(), ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"))
    try:
        done = run_tool(["git", *arguments], cwd=cwd, env=env, timeout_seconds=LS_REMOTE_SECONDS)
    except (TimeoutError, OSError) as failure:
        raise EngineError(
            "engine.source_unreachable", place, source=place, reason=reason_of(failure)
        ) from failure
    if done.status and arguments[0] == "ls-remote":
        raise EngineError(
            "engine.source_unreachable", place, source=place, reason=checkout.last_line(done.output)
        )
    return "" if done.status else done.output


@contextlib.contextmanager
def staged_pin(pin: Pin, requirements: str) -> Iterator[tuple[Recipe, tuple[tuple[str, str], ...]]]:
    """A folder as vendor/sd-scripts is, for another commit; gone at the end, unless it was put in place.

    Args:
        requirements: that commit's requirements.txt. Where it asks for other packages, a lock for this machine is made.

    Yields:
        The recipe, and what is asked for otherwise: before and after.

    Raises:
        EngineError: the packages cannot be resolved.
    """
    folder = resources.moved_vendor().with_name(f".engine-pin-{secrets.token_hex(4)}")
    shipped = load_pin(resources.shipped_vendor() / "pin.toml")
    changes = compare_requirements(shipped.requirements, read_requirements(requirements))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(resources.shipped_vendor(), folder)
        text = (folder / "pin.toml").read_text(encoding="utf-8")
        values = {"tag": pin.tag, "commit": pin.commit, "requirements": list(read_requirements(requirements))}
        files.write_text(folder / "pin.toml", files.edit_toml(text, values))
        if changes:
            _lock_anew(folder, changes)
        yield recipe_in(folder), changes
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lock_anew(folder: Path, changes: tuple[tuple[str, str], ...]) -> None:
    """One lock, for this machine and for the Pythons from the oldest on."""
    recipe = recipe_in(folder)
    wanted = folder / "requirements.in"
    files.write_text(wanted, changed_requirements(wanted.read_text(encoding="utf-8"), changes))
    for other in folder.glob("requirements-*.txt"):
        if other != recipe.requirements:
            other.unlink()
    # versions already in the output file are kept where they can be
    command: list[str | Path] = ["pip", "compile", "--quiet", "--no-header", "--generate-hashes"]
    command += ["--python-version", recipe.pin.pythons[0], wanted, "-o", recipe.requirements]
    environment.run_uv(command, cwd=folder, timeout_seconds=_LOCK_SECONDS)


def put_in_place(staging: Path, report: dict[str, Any]) -> None:
    """From now on this is the pin."""
    moved = resources.moved_vendor()
    files.write_json(
        staging / MOVED, {"from": files.sha256(resources.shipped_vendor() / "pin.toml"), **report}
    )
    with locked():
        _clear(moved)
        staging.rename(moved)


def take_back() -> Pin | None:
    """The pin of this version of the package counts again; the one that was moved to, or None where it was not moved."""
    moved = resources.moved_vendor()
    if not (moved / MOVED).is_file():
        return None
    pin = load_pin(moved / "pin.toml")
    with locked():
        _clear(moved)
    return pin


def _clear(moved: Path) -> None:
    """Gone at once, then deleted."""
    if moved.exists():
        gone = moved.with_name(f".engine-pin-{secrets.token_hex(4)}")
        moved.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
