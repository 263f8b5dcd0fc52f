"""Keeps the machine from falling asleep while the engine lives; the screen may go dark.

A program of the system does it, bound to the engine's process, so that it ends even if nobody is left to end it.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from kohya_driver import process, texts
from kohya_driver.events.model import KeptAwake
from kohya_driver.host import Host

PROOF_SECONDS = 1.0
"""One that is not allowed to keep the machine awake ends before that."""


def awake_command(host: Host, pid: int) -> tuple[str, ...] | None:
    """What keeps this machine awake while this process lives; None where nothing is known to.

    A Mac: no idle sleep (-i) and, on mains, no sleep at all (-s). Never -d, the display: with it on, macOS ends long
    commands of the graphics part. Linux: `tail` ends with the engine, and systemd-inhibit with `tail`.
    """
    if host.is_mac:
        return ("caffeinate", "-is", "-w", str(pid))
    if host.system == "Linux":
        why = texts.say("event.awake")
        inhibit = (
            "systemd-inhibit",
            "--what=sleep:idle",
            "--who=kohya-driver",
            f"--why={why}",
            "--mode=block",
        )
        return (*inhibit, "tail", f"--pid={pid}", "-f", os.devnull)
    return None


@dataclass(slots=True)
class Awake:
    """What keeps the machine awake, if anything does. To be closed; a context manager."""

    child: process.Child | None = None
    by: str = ""
    _since: float | None = field(default=None, init=False)
    _told: bool = field(default=False, init=False)

    def look(self, now: float) -> KeptAwake | None:
        """The event to record, once it has proved to work; and another one, naming nothing, if it ends too early."""
        if self.child is None:
            return None
        self._since = now if self._since is None else self._since
        lives = self.child.poll() is None
        if self._told != lives and (not lives or now - self._since >= PROOF_SECONDS):
            self._told = lives
            return KeptAwake(self.by if lives else "")
        return None

    def close(self) -> None:
        """The machine may sleep again."""
        child, self.child = self.child, None
        if child is not None and child.poll() is None:
            process.kill_session(child.pid)
            child.wait_all(process.KILL_SECONDS)

    def __enter__(self) -> Awake:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def keep_awake(host: Host, pid: int, mark: str) -> Awake:
    """Keep this machine awake while the process lives, with what it has; never an error.

    Args:
        mark: the run's, by which a sweep finds what was left behind.
    """
    command = awake_command(host, pid)
    tool = shutil.which(command[0]) if command else None
    if not command or not tool:
        return Awake()
    try:
        child = process.start_child(
            [tool, *command[1:]],
            cwd=Path("/"),
            env=process.clean_environment({}),
            log=Path(os.devnull),
            mark=mark,
        )
    except OSError:
        return Awake()
    return Awake(child, command[0])
