"""Installs, updates and removes the engine.

As pre-commit installs: check, lock, check again, temporary folder, health check, state written last, one rename.
Whatever stops it, there is either a whole engine or none, and the next installation clears away what was left.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver import __version__, files, process, texts
from kohya_driver.engine import checkout, environment, health, reach, tokenizer_files
from kohya_driver.engine.health import verify_engine
from kohya_driver.engine.model import EMBEDDED, SD_SCRIPTS, Engine, EngineName
from kohya_driver.engine.pin import Recipe, load_recipe
from kohya_driver.engine.preflight import check_git, check_host
from kohya_driver.engine.store import (
    PARTIAL,
    REMOVED,
    EngineStatus,
    delete,
    engine_status,
    engines_folder,
    find_engine,
    installed_engines,
    locked,
    read_engine,
    require_engine,
    sources_in_order,
    sweep,
    write_state,
)
from kohya_driver.errors import DriverError, EngineError, HostError, UsageError, error
from kohya_driver.host import probe_host

__all__ = [
    "EngineStatus",
    "InstallEvent",
    "engine_status",
    "find_engine",
    "install_engine",
    "installed_engines",
    "remove_engine",
    "require_engine",
    "update_engine",
    "verify_engine",
]


@dataclass(frozen=True, slots=True)
class InstallEvent:
    """Something happened while the engine was installed."""

    step: str
    """`wait`, `preflight`, `checkout`, `environment`, `tokenizers`, `health` or `done`."""
    code: str
    values: Mapping[str, object] = field(default_factory=dict)
    fraction: float | None = None
    """The part of this step that is done, 0 to 1, where it is known."""

    @property
    def message(self) -> str:
        return texts.say(self.code, **self.values)


OnEvent = Callable[[InstallEvent], None]


def _ignore(event: InstallEvent) -> None:
    """For callers that want no events."""


def install_engine(
    source: str | Path | None = None,
    *,
    engine: EngineName = SD_SCRIPTS,
    force: bool = False,
    on_event: OnEvent = _ignore,
    recipe: Recipe | None = None,
) -> Engine:
    """Install the pinned engine into the user's data folder, unless it is there; returns it.

    Args:
        source: a git folder, a bundle file or a URL; else KOHYA_DRIVER_ENGINE_SOURCE, else the pin's URL and mirrors.
        engine: `sd-scripts`, or `embedded`, which comes with this package and needs its environment only.
        force: install anew even if it is there.
        recipe: another pin and other locks than this version's.

    Raises:
        HostError: this machine cannot run it; no space.
        EngineError: it cannot be had, or does not work once installed. The log is kept and named.
        UsageError: `engine.has_no_source`, a source for the engine that comes with this package.
    """
    recipe = recipe or load_recipe(engine)
    if source is not None and not recipe.is_cloned:
        raise UsageError("engine.has_no_source", str(source))
    if not force and (found := _sound_engine(recipe, on_event)):
        return found
    with locked(lambda: on_event(InstallEvent("wait", "engine.waiting"))):
        if not force and (found := _sound_engine(recipe, on_event)):
            return found
        sweep()
        try:
            return _Installation(recipe, sources_in_order(source, recipe), on_event).run()
        except EngineError as failure:
            raise reach.offering(failure) from failure


def _sound_engine(recipe: Recipe, on_event: OnEvent) -> Engine | None:
    """The engine, if it is installed. One that somebody has changed is not thrown away unasked."""
    engine = find_engine(recipe)
    if engine is None:
        return None
    findings = (
        (check_git() or checkout.check_checkout(engine.checkout, recipe.pin)) if recipe.is_cloned else ()
    )
    if findings:
        raise EngineError(findings=findings)
    on_event(InstallEvent("done", "engine.already_installed", {"path": engine.root}, 1.0))
    return engine


@dataclass
class _Log:
    """The installation's log file. Kept if it fails, deleted if it succeeds; a full disk does not stop it."""

    path: Path

    def line(self, text: str) -> None:
        with contextlib.suppress(OSError), self.path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")


class _Installation:
    """One attempt, in a folder of its own that is renamed at the end."""

    def __init__(self, recipe: Recipe, sources: tuple[str, ...], on_event: OnEvent) -> None:
        self.recipe, self.sources, self.on_event = recipe, sources, on_event
        self.target = engines_folder() / recipe.folder_name
        self.partial = engines_folder() / f"{PARTIAL}{recipe.folder_name}-{secrets.token_hex(4)}"
        self.engine = recipe.engine_in(self.partial)
        self.mark = {process.MARK: self.partial.name}
        self.downloads = environment.Downloads()
        now = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
        self.log = _Log(files.home() / "logs" / f"install-{now}-{os.getpid()}.log")

    def run(self) -> Engine:
        self._say("preflight", "engine.checking")
        findings = (
            *check_host(probe_host(), self.recipe, files.free_bytes(engines_folder())),
            *(check_git() if self.recipe.is_cloned else ()),
        )
        if findings:
            kind = HostError if findings[0].code.startswith("host.") else EngineError
            raise kind(findings=findings)
        try:
            self.log.path.parent.mkdir(parents=True, exist_ok=True)
            self.partial.mkdir(parents=True)
            return self._build()
        except DriverError as failure:
            raise self._with_log(failure) from failure
        except OSError as failure:
            raise files.host_error(failure, self.partial) from failure
        finally:
            delete(self.partial)

    def _build(self) -> Engine:
        started = datetime.datetime.now(datetime.UTC)
        source = self._clone() if self.recipe.is_cloned else ""
        self._say("environment", "engine.building")
        environment.build_environment(self.recipe, self.partial / "env", self._uv_line, mark=self.mark)
        self._say("tokenizers", "engine.tokenizers")
        built = tokenizer_files.build_tokenizers(
            self.engine.tokenizers, locks=self.recipe.assets, mark=self.mark
        )
        answer = self._probe()
        write_state(
            self.partial,
            engine=self.recipe.engine,
            commit=self.recipe.pin.commit,
            tag=self.recipe.pin.tag,
            lock=self.recipe.lock,
            platform=self.recipe.platform,
            python=answer["python"],
            versions=answer["versions"],
            tokenizers=built,
            source=source,
            installed_at=started.isoformat(timespec="seconds"),
            seconds=round((datetime.datetime.now(datetime.UTC) - started).total_seconds(), 1),
            installed_by=__version__,
        )
        return self._finish()

    def _clone(self) -> str:
        """Take the engine from the first source that gives it; returns which one that was."""
        for number, place in enumerate(self.sources, start=1):
            self._say("checkout", "engine.cloning", source=place)
            try:
                reach.ask(place, self.recipe, mark=self.mark)
                parsed = checkout.parse_source(place)
                checkout.clone_engine(
                    parsed, self.engine.checkout, self.recipe.pin, self._git_line, environment=self.mark
                )
                return place
            except EngineError as failure:
                self.log.line(str(failure))
                shutil.rmtree(self.engine.checkout, ignore_errors=True)
                if number == len(self.sources):
                    raise
        raise AssertionError("there is always one source")

    def _probe(self) -> dict[str, object]:
        self._say("health", "engine.testing")
        answer = health.probe_engine(self.engine, self.recipe.pin, self.mark)
        self.log.line(files.dump_json(answer))
        findings = (
            *health.check_probe(answer, self.partial, probe_host().machine),
            *health.check_scripts(self.engine, self.recipe),
        )
        if findings:
            raise EngineError(findings=findings)
        return answer

    def _finish(self) -> Engine:
        """The moment at which the engine is installed."""
        if self.target.exists():
            self.target.rename(self.target.with_name(f"{REMOVED}{self.target.name}-{secrets.token_hex(4)}"))
        self.partial.rename(self.target)
        sweep()
        self._say("done", "engine.installed", 1.0, path=self.target)
        self.log.path.unlink(missing_ok=True)
        installed = read_engine(self.target)
        assert installed is not None
        return installed

    def _say(self, step: str, code: str, fraction: float | None = None, **values: object) -> None:
        event = InstallEvent(step, code, values, fraction)
        self.log.line(event.message)
        self.on_event(event)

    def _git_line(self, part: float | None, line: str) -> None:
        self.on_event(InstallEvent("checkout", "engine.tool_says", {"line": line}, part))

    def _uv_line(self, line: str) -> None:
        text = line.strip()
        if text.startswith("+ "):  # one for each of the packages at the end
            self.log.line(text)
        elif text:
            self._say("environment", "engine.tool_says", self.downloads.part(text), line=text)

    def _with_log(self, failure: DriverError) -> DriverError:
        """The same error; its findings end with where the log is."""
        self.log.line(str(failure))
        kept = error("engine.log_kept", self.log.path)
        return type(failure)(findings=(*failure.findings, kept)) if self.log.path.is_file() else failure


def update_engine(
    source: str | Path | None = None, *, engine: EngineName = SD_SCRIPTS, on_event: OnEvent = _ignore
) -> Engine:
    """Install this version's engine, then remove installed ones of other pins or locks that nothing uses now.

    Raises:
        As `install_engine`.
    """
    installed = install_engine(source, engine=engine, on_event=on_event)
    # The embedded engine lives in sd-scripts' environment too, and needs none of its own beside that.
    replaced = (installed.name, EMBEDDED)
    for other in installed_engines():
        if other.name in replaced and other.root != installed.root and not process.using(other.root):
            freed = _remove(other.root)
            on_event(
                InstallEvent("done", "engine.removed_other", {"path": other.root, "gb": f"{freed / 1e9:.1f}"})
            )
    return installed


def remove_engine(*, engine: EngineName = SD_SCRIPTS, every: bool = False) -> int:
    """Remove the installed engine, or every one; returns the bytes freed. Nothing is left half-removed.

    An embedded engine that lives in sd-scripts' environment has nothing of its own to remove.

    Raises:
        EngineError: `engine.in_use`, if a process of it runs.
    """
    root = engines_folder() / load_recipe(engine).folder_name
    folders = [path for path in engines_folder().glob("[!.]*") if every or path == root]
    for path in folders:
        users = process.using(path)
        if users:
            raise EngineError("engine.in_use", path, processes=", ".join(map(str, users)))
    with locked():
        return sum(_remove(path) for path in folders)


def _remove(root: Path) -> int:
    """Rename away, so that it is gone at once, then delete."""
    freed = files.tree_bytes(root)
    gone = root.with_name(f"{REMOVED}{root.name}-{secrets.token_hex(4)}")
    root.rename(gone)
    delete(gone)
    return freed
