"""The engine's checkout: cloned shallow and sparse from a folder, a bundle or a URL, and compared with the pin."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from kohya_driver import process
from kohya_driver.engine.pin import Pin
from kohya_driver.errors import EngineError, Finding, error

if TYPE_CHECKING:
    import git

Progress = Callable[[float | None, str], None]
"""Is told the part done (0 to 1, or None where unknown) and a line of text."""

_SETTINGS = {
    "core.autocrlf": "false",  # a user's own setting would make every file look changed
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.sparseCheckout": "true",
    "core.sparseCheckoutCone": "false",
    "gc.auto": "0",
    "advice.detachedHead": "false",
}
# A folder may lack blobs that we never check out; only a partial clone leaves them where they are missing.
_UPLOAD_PACK = "git -c uploadpack.allowFilter=true -c uploadpack.allowAnySHA1InWant=true upload-pack"

_UNREACHABLE = re.compile(
    r"could not resolve|couldn't resolve|failed to connect|couldn't connect|connection (refused|reset|timed out)"
    r"|timed out|unable to access|could not read|does not (appear|exist)|not found|no such (file|device)"
    r"|permission denied|ssl|tls|early eof|hung up|not valid: is this",
    re.IGNORECASE,
)
_REASONS = (
    (re.compile(r"no space left|disk quota", re.IGNORECASE), "engine.no_space"),
    (
        re.compile(
            r"not our ref|couldn't find remote ref|unadvertised object|not a valid object|bad object"
            r"|could not get object|lacks? .*prerequisite",
            re.IGNORECASE,
        ),
        "engine.source_lacks_commit",
    ),
    (_UNREACHABLE, "engine.source_unreachable"),
)
_WAYS = 4
_CHANGED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Source:
    """Where the engine is taken from."""

    kind: str
    """`folder`, `bundle` or `url`."""
    place: str


def parse_source(text: str | Path) -> Source:
    """What a person named: an existing folder or file, or else a URL.

    Raises:
        EngineError: `engine.source_missing`, if it looks like a path and nothing is there.
    """
    given = str(text)
    parts = urlsplit(given)
    if "://" in given and parts.scheme != "file":
        return Source("url", given)
    path = Path(unquote(parts.path) if parts.scheme == "file" else given).expanduser()
    if path.is_dir():
        return Source("folder", str(path.resolve()))
    if path.is_file():
        return Source("bundle", str(path.resolve()))
    if re.match(r"[\w.-]+@[\w.-]+:", given):  # git@github.com:owner/name
        return Source("url", given)
    raise EngineError("engine.source_missing", given, source=given)


def clone_engine(
    source: Source,
    destination: Path,
    pin: Pin,
    on_progress: Progress = lambda part, line: None,
    *,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Make the pin's commit, and nothing else of the repository, a checkout at `destination`.

    Args:
        environment: set for git and all that it starts, besides the caller's own.

    Raises:
        EngineError: no usable git, the source cannot be reached, or does not hold the pin's commit.
    """
    client = _client(destination, environment or {})
    destination.mkdir(parents=True, exist_ok=True)
    with _explained(source, pin):
        if source.kind == "bundle":
            commit = _unbundle(client, source, pin)
        else:
            commit = _fetch(client, source, pin, on_progress)
        if commit != pin.commit:
            raise EngineError(
                "engine.source_differs", source.place, found=commit, wanted=pin.commit, tag=pin.tag
            )
        _with_progress(client, ["checkout", "--progress", "--detach", commit], on_progress)


def _begin(client: git.Git, pin: Pin, settings: Mapping[str, str]) -> None:
    """A new, empty repository, whatever was there."""
    folder = Path(client.working_dir or ".") / ".git"
    shutil.rmtree(folder, ignore_errors=True)
    client.init("--quiet", "--template=")
    for name, value in {**_SETTINGS, **settings}.items():
        client.config(name, value)
    (folder / "info").mkdir(exist_ok=True)
    (folder / "info" / "sparse-checkout").write_text("\n".join(pin.sparse) + "\n", encoding="utf-8")


def _unbundle(client: git.Git, source: Source, pin: Pin) -> str:
    _begin(client, pin, {})
    client.bundle("unbundle", source.place)
    client.cat_file("-e", f"{pin.commit}^{{commit}}")
    return pin.commit


def _fetch(client: git.Git, source: Source, pin: Pin, on_progress: Progress) -> str:
    """Fetch the commit by the leanest way that the server grants; returns what came."""
    import git

    for number, (settings, arguments) in enumerate(_ways(source, pin)):
        _begin(client, pin, settings)
        try:
            _with_progress(
                client, ["fetch", "--progress", "--no-tags", *arguments], on_progress, lazily=False
            )
            break
        except git.GitCommandError as failure:
            if number == _WAYS - 1 or _UNREACHABLE.search(_stderr(failure)):
                raise
    return str(client.rev_parse("FETCH_HEAD^{commit}"))


def _ways(source: Source, pin: Pin) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Settings and arguments for `git fetch`, the leanest first; servers differ in what they grant.

    In a partial clone git fetches the files that are checked out, and no others, at checkout.
    """
    folder = source.kind == "folder"
    where = {"remote.origin.url": Path(source.place).as_uri() if folder else source.place}
    where |= {"remote.origin.uploadpack": _UPLOAD_PACK} if folder else {}
    partial = {**where, "remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none"}
    tag = f"refs/tags/{pin.tag}"
    yield partial, ["--depth=1", "--filter=blob:none", "origin", pin.commit]
    yield partial, ["--depth=1", "--filter=blob:none", "origin", tag]
    yield where, ["--depth=1", "origin", tag]
    yield where, ["origin", tag]


def _with_progress(
    client: git.Git, arguments: list[str], on_progress: Progress, *, lazily: bool = True
) -> None:
    """Run git and tell its progress.

    Args:
        lazily: whether git may fetch single objects that it misses. Not in a fetch itself: from a server of plain
            files git then starts another git for each object, and that one the next, without end.
    """
    import git
    from git.cmd import handle_process_output
    from git.util import finalize_process

    class Reporter(git.RemoteProgress):
        def update(
            self,
            op_code: int,
            cur_count: str | float,
            max_count: str | float | None = None,
            message: str = "",
        ) -> None:
            part = float(cur_count) / float(max_count) if max_count else None
            on_progress(part, self._cur_line or "")

    reporter = Reporter()
    child = client.execute(
        ["git", *arguments],
        as_process=True,
        universal_newlines=True,
        env={} if lazily else {"GIT_NO_LAZY_FETCH": "1"},
        start_new_session=True,
    )
    with contextlib.closing(child.stdout), contextlib.closing(child.stderr):
        try:
            handle_process_output(
                child, None, reporter.new_message_handler(), finalizer=None, decode_streams=False
            )
        except BaseException:
            # The readers hold the streams until git and its helpers end: closing would wait for a server that is silent.
            process.kill_session(child.pid)
            raise
    said = "\n".join([*reporter.error_lines, *reporter.other_lines])
    finalize_process(child, stderr=said)


def _client(folder: Path, extra: Mapping[str, str]) -> git.Git:
    """Git in this folder, asking nobody anything, whatever repository the caller's environment speaks of."""
    import git

    inside = {"GIT_DIR": ".git", "GIT_WORK_TREE": ".", "GIT_INDEX_FILE": ".git/index"}
    client = git.Git(folder)
    own = {name: value for name, value in inside.items() if name in os.environ}
    client.update_environment(**quiet_git(), **own, **extra)
    return client


def quiet_git() -> dict[str, str]:
    """The environment in which git asks nobody anything, and a connection that has died silently ends after a minute."""
    return {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSH_COMMAND": os.environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
        "GIT_HTTP_LOW_SPEED_LIMIT": "1",
        "GIT_HTTP_LOW_SPEED_TIME": "60",
    }


@contextlib.contextmanager
def _explained(source: Source, pin: Pin) -> Iterator[None]:
    import git

    try:
        yield
    except git.GitCommandError as failure:
        text = _stderr(failure)
        code = next((code for pattern, code in _REASONS if pattern.search(text)), "engine.source_failed")
        raise EngineError(
            code, source.place, source=source.place, reason=last_line(text), commit=pin.commit, tag=pin.tag
        ) from failure


def _stderr(failure: git.GitCommandError) -> str:
    return re.sub(r"^\s*stderr: '|'\s*$", "", str(failure.stderr))


def last_line(text: str) -> str:
    """The line that tells most: the last one that git calls fatal or an error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return next(iter([*telling, *lines[-1:]]), "").removeprefix("fatal: ").removeprefix("error: ")


def check_checkout(checkout: Path, pin: Pin) -> tuple[Finding, ...]:
    """What differs between a checkout and the pin: another commit, changed or added files; nothing if it is sound."""
    import git

    if not (checkout / ".git").is_dir():
        return (error("engine.checkout_missing", checkout),)
    client = _client(checkout, {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"})
    try:
        head = str(client.rev_parse("HEAD"))
        lines = str(client.status("--porcelain", "--untracked-files=all")).splitlines()
    except git.GitCommandError as failure:
        return (error("engine.checkout_broken", checkout, reason=last_line(_stderr(failure))),)
    found = []
    if head != pin.commit:
        found.append(error("engine.wrong_commit", checkout, found=head, wanted=pin.commit, tag=pin.tag))
    if lines:
        names = ", ".join(line[2:].strip() for line in lines[:_CHANGED_SHOWN])
        more = " …" if len(lines) > _CHANGED_SHOWN else ""
        found.append(error("engine.checkout_changed", checkout, count=len(lines), files=names + more))
    return tuple(found)
