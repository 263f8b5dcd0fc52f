"""Whether sd-scripts can be fetched from where it lies, found out in seconds.

git itself has no limit for this: it gives up after 134 s where the network swallows everything, and after 301 s where a
server takes the call and says nothing (git 2.39 with curl 7.88 on Linux).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kohya_driver import files, texts
from kohya_driver.engine.checkout import last_line, parse_source, quiet_git
from kohya_driver.engine.pin import Recipe, load_recipe
from kohya_driver.engine.preflight import check_git
from kohya_driver.engine.store import sources_in_order
from kohya_driver.errors import DriverError, EngineError, Finding, Severity
from kohya_driver.process import clean_environment, run_tool

REACH_SECONDS = 20.0
"""For a choice between two engines."""
PATIENT_SECONDS = 60.0
"""For an installation that somebody has asked for."""
NO_SUCH_TAG = 2
ANOTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")
"""Of the repository in whose hook this may run."""
UNREACHABLE = frozenset({"engine.source_unreachable", "engine.git_missing", "engine.git_stub"})
"""What an installation says where sd-scripts cannot be had at all. Anything else (a wrong hash, a full disk) is a trouble
of its own, which another engine would only hide."""


def check_reach(
    source: str | Path | None = None,
    *,
    recipe: Recipe | None = None,
    timeout_seconds: float = REACH_SECONDS,
) -> tuple[Finding, ...]:
    """Why sd-scripts cannot be fetched; nothing if one of its sources answers.

    Args:
        source: as for `install_engine`.
        timeout_seconds: for each source.
    """
    recipe = recipe or load_recipe()
    found = check_git()
    if found:
        return found
    for place in sources_in_order(source, recipe):
        try:
            ask(place, recipe, timeout_seconds)
            return ()
        except EngineError as failure:
            found = failure.findings
    return found


def ask(
    place: str, recipe: Recipe, timeout_seconds: float | None = None, mark: Mapping[str, str] | None = None
) -> None:
    """Let a source say that it is there, within `PATIENT_SECONDS` unless others are given.

    Raises:
        EngineError: `engine.source_unreachable`, `engine.source_missing`.
    """
    timeout_seconds = timeout_seconds or PATIENT_SECONDS
    source = parse_source(place)
    if source.kind != "url":
        return
    command = ["git", "ls-remote", "--exit-code", source.place, f"refs/tags/{recipe.pin.tag}"]
    environment = clean_environment({**quiet_git(), **(mark or {})}, ANOTHERS)
    try:
        done = run_tool(command, cwd=_anywhere(), env=environment, timeout_seconds=timeout_seconds)
    except TimeoutError as failure:
        reason = texts.say("system.no_answer", seconds=f"{timeout_seconds:g}")
        raise EngineError("engine.source_unreachable", place, source=place, reason=reason) from failure
    if done.status not in (
        0,
        NO_SUCH_TAG,
    ):  # a source without the tag is there; what it lacks the clone will tell
        raise EngineError("engine.source_unreachable", place, source=place, reason=last_line(done.output))


def _anywhere() -> Path:
    """Outside any repository, whose own settings would have a say."""
    return Path(files.home().anchor)


def is_unreachable(failure: DriverError) -> bool:
    """Whether an installation failed because sd-scripts cannot be had, and for no other reason."""
    return failure.code in UNREACHABLE


def offering(failure: EngineError) -> EngineError:
    """The same error; where sd-scripts cannot be had it ends with what can be done without."""
    if not is_unreachable(failure):
        return failure
    return EngineError(findings=(*failure.findings, Finding("engine.embedded_offered", Severity.INFO)))
