"""Where engines are installed, and what is known of them without starting anything."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kohya_driver import __version__, files, process, resources
from kohya_driver.engine.model import EMBEDDED, SD_SCRIPTS, Engine, EngineName
from kohya_driver.engine.pin import Recipe, load_pin, load_recipe, sources_hash
from kohya_driver.errors import EngineError

FORMAT = 1
"""Of an installed engine's folder; one of another format is installed anew."""

PARTIAL, REMOVED = ".partial-", ".removed-"
"""What the names of folders begin with that are not engines yet, or no longer."""


def engines_folder() -> Path:
    return files.home() / "engines"


def find_engine(recipe: Recipe | None = None) -> Engine | None:
    """The installed engine of this version's pin and lock, or None. Looks at files only."""
    recipe = recipe or load_recipe()
    engine = read_engine(engines_folder() / recipe.folder_name)
    return engine if recipe.is_cloned else _guest(recipe) or engine


def _guest(recipe: Recipe) -> Engine | None:
    """An engine without a checkout lives in any environment of its lock, such as that of sd-scripts."""
    hosts = (one for one in installed_engines() if one.lock == recipe.lock and one.name != recipe.engine)
    return next((recipe.engine_in(host.root) for host in hosts), None)


def require_engine(recipe: Recipe | None = None) -> Engine:
    """As `find_engine`.

    Raises:
        EngineError: `engine.not_installed`.
    """
    recipe = recipe or load_recipe()
    engine = find_engine(recipe)
    if engine is None:
        raise EngineError("engine.not_installed", engines_folder(), engine=recipe.engine)
    return engine


def installed_engines() -> tuple[Engine, ...]:
    """Every engine installed, of this pin and of others."""
    found = (read_engine(path) for path in sorted(engines_folder().glob("[!.]*")))
    return tuple(engine for engine in found if engine)


def read_engine(root: Path) -> Engine | None:
    """The engine in this folder, if it was installed to the end."""
    state = read_state(root)
    if not state:
        return None
    name = state.get("engine", SD_SCRIPTS)
    engine = Engine(root, state["commit"], state["tag"], state["lock"], name)
    if name == EMBEDDED:  # its scripts are this package's, whichever was there when the environment was built
        engine = replace(engine, commit=sources_hash(), tag=__version__)
    return engine if engine.python.exists() and engine.checkout.is_dir() else None


def read_state(root: Path) -> dict[str, Any]:
    """What the installation wrote down last; empty if it did not get there."""
    try:
        state = files.read_json(root / "state.json")
    except (OSError, ValueError):
        return {}
    return state if isinstance(state, dict) and state.get("format") == FORMAT else {}


def write_state(root: Path, **values: object) -> None:
    files.write_json(root / "state.json", {"format": FORMAT, **values})


@contextlib.contextmanager
def locked(on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the lock under which engines come and go.

    Raises:
        HostError: nothing can be written there.
    """
    path = engines_folder() / ".lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise files.host_error(failure, path.parent) from failure
    with files.lock(path, on_wait):
        yield


def sweep() -> None:
    """Clear away what dead installations left: processes that outlived them, then their folders."""
    for pattern in (f"{PARTIAL}*", f"{REMOVED}*"):
        for path in engines_folder().glob(pattern):
            delete(path)


def delete(path: Path) -> None:
    """Delete a folder for good, whatever still writes into it."""
    process.kill_marked(path.name)
    shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """What `engine status` tells."""

    engine: EngineName
    installed: bool
    is_guest: bool
    """Whether it lives in another engine's environment."""
    path: str
    """Of the folder that holds its environment."""
    commit: str
    tag: str
    lock: str
    sources: tuple[str, ...]
    """Where an installation would look, in order."""
    disk_bytes: int = 0
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    installed_from: str = ""
    installed_at: str = ""
    moved_from: str = ""
    """The tag of this version's own pin, where the pin was moved from that."""
    others: tuple[str, ...] = ()
    """Folders of installed engines of other pins or locks."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def engine_status(recipe: Recipe | None = None) -> EngineStatus:
    """What is installed; the size is counted file by file, which takes about a second."""
    recipe = recipe or load_recipe()
    engine = find_engine(recipe)
    root = engine.root if engine else engines_folder() / recipe.folder_name
    state = read_state(root)
    return EngineStatus(
        engine=recipe.engine,
        installed=engine is not None,
        is_guest=bool(engine and state.get("engine", SD_SCRIPTS) != engine.name),
        path=str(root),
        commit=recipe.pin.commit,
        tag=recipe.pin.tag,
        lock=recipe.lock,
        sources=sources_in_order(None, recipe),
        disk_bytes=files.tree_bytes(root) if engine else 0,
        python=state.get("python", ""),
        versions=state.get("versions", {}),
        installed_from=state.get("source", ""),
        installed_at=state.get("installed_at", ""),
        moved_from=_moved_from(recipe),
        others=tuple(str(other.root) for other in installed_engines() if other.root != root),
    )


def _moved_from(recipe: Recipe) -> str:
    shipped = load_pin(resources.shipped_vendor() / "pin.toml")
    return shipped.tag if recipe.is_cloned and recipe.pin.commit != shipped.commit else ""


def sources_in_order(given: str | Path | None, recipe: Recipe) -> tuple[str, ...]:
    """Where to take the engine from: what was asked for, and only that; else the pin's URL, then its mirrors."""
    if not recipe.is_cloned:
        return ()
    asked = given or os.environ.get("KOHYA_DRIVER_ENGINE_SOURCE")
    return (str(asked),) if asked else (recipe.pin.url, *recipe.pin.mirrors)
