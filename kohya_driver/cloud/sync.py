"""Fetches the files of a run that trains elsewhere, and asks whether it still lives.

By rsync over ssh, as SkyPilot says it is done: it makes every cluster's name known to ssh. A folder that is reached from here
is fetched in the same way, without ssh.
"""

from __future__ import annotations

import shlex
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from kohya_driver import process
from kohya_driver.errors import HostError, RunError
from kohya_driver.run.folder import Run
from kohya_driver.run.remote import Remote, read_mark, write_mark

SSH = ("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15")
LEFT_THERE = ("/states/", "/supervisor.json", "/.reserve", "/remote.json", "/cloud/", "/tensorboard/")
"""Of use there only, or this machine's own: nobody goes on from here."""
ALIVE, OVER, NOT_BEGUN = 0, 1, 3
"""What is answered, as an exit status."""
GONE = 24
"""rsync: some files vanished before they could be fetched, such as a LoRA that the engine has just removed."""
RSYNC_SECONDS = 1800.0
ASK_SECONDS = 30.0

Runner = Callable[..., process.ToolResult]


def fetch_run(run: Run, *, tool: Runner = process.run_tool) -> Remote:
    """Bring what is new of this run here; returns what is known of it now.

    Raises:
        RunError: it trains on this machine (`remote.local_run`), or its machine does not answer (`remote.unreachable`).
        HostError: there is no rsync here (`remote.no_rsync`).
    """
    remote = require_mark(run)
    if shutil.which("rsync") is None:
        raise HostError("remote.no_rsync")
    # Asked before, so that of a run that has ended its last files are fetched too.
    state = _ask_state(remote, tool)
    if state == NOT_BEGUN:
        return remote
    done = tool(_rsync(remote, run.folder), timeout_seconds=RSYNC_SECONDS)
    if done.status not in (0, GONE):
        raise RunError(
            "remote.unreachable",
            run.folder,
            host=remote.name,
            reason=done.output.strip()[-300:] or done.status,
        )
    known = replace(remote, alive=state == ALIVE, synced=time.time())
    write_mark(run.folder, known)
    return known


def require_mark(run: Run) -> Remote:
    """Raises RunError: it trains on this machine."""
    remote = read_mark(run.folder)
    if remote is None:
        raise RunError("remote.local_run", run.folder, run=run.folder.name)
    return remote


def ask_there(run: Run, *command: str, tool: Runner = process.run_tool) -> None:
    """Give this run a command of kohya-driver's there, such as `stop --no-wait`.

    Raises:
        RunError: it trains on this machine, or could not be asked.
    """
    remote = require_mark(run)
    name, *options = command
    words = " ".join((name, _quoted(remote.folder), *options))
    done = tool(_there(remote, f"{_driver(remote)} {words}"), timeout_seconds=ASK_SECONDS)
    if done.status != 0:
        raise RunError("remote.unreachable", run.folder, host=remote.name, reason=done.output.strip()[-300:])


def _driver(remote: Remote) -> str:
    from kohya_driver.cloud.task import SURROUNDINGS

    return f"{SURROUNDINGS}cd {_quoted(remote.project)} && driver"


def _ask_state(remote: Remote, tool: Runner) -> int:
    """Whether its supervisor lives there. At first nothing is there: the machine is made, and the engine installed."""
    folder = _quoted(remote.folder)
    asked = (
        f"[ -e {folder} ] || exit {NOT_BEGUN}; [ ! -e {folder}/result.json ] || exit {OVER}; "
        f"[ -e {folder}/supervisor.json ] || exit {ALIVE}; "
        f'kill -0 "$(sed -n \'s/.*"pid": *\\([0-9]*\\).*/\\1/p\' {folder}/supervisor.json | head -n 1)" || exit {OVER}'
    )
    try:
        return tool(_there(remote, asked), timeout_seconds=ASK_SECONDS).status
    except TimeoutError:
        return ALIVE if remote.alive else OVER


def _there(remote: Remote, script: str) -> list[str]:
    """The command that runs a script there."""
    return [*SSH, remote.host, script] if remote.host else ["sh", "-c", script]


def _quoted(path: str) -> str:
    """For a shell, which is to put the home folder in a tilde's place."""
    return f'"$HOME"{shlex.quote(path[1:])}' if path.startswith("~/") else shlex.quote(path)


def _rsync(remote: Remote, folder: Path) -> list[str]:
    excluded = [part for pattern in LEFT_THERE for part in ("--exclude", pattern)]
    # A tilde is the other shell's to read; below the home folder is where ssh begins anyway.
    there = remote.folder.removeprefix("~/") if remote.host else str(Path(remote.folder).expanduser())
    origin = f"{remote.host}:{there}/" if remote.host else f"{there}/"
    over = ["-e", " ".join(SSH)] if remote.host else []
    return ["rsync", "-a", "--partial", *over, *excluded, origin, f"{folder}/"]
