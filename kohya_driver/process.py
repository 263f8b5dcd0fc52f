"""The only module that starts processes, and ends them.

Every child gets a session of its own, an argument list, an explicit environment, and a mark in that environment by
which whatever it leaves behind can be found, even in a session of its own.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

MARK = "KOHYA_DRIVER_RUN"

INTERRUPT_SECONDS = 10.0
TERMINATE_SECONDS = 5.0
KILL_SECONDS = 5.0

OPEN_FILES = 4096


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a short-lived tool left: its exit status (negative: the signal that ended it) and all it printed."""

    status: int
    output: str


def run_tool(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout_seconds: float | None = 60,
    on_line: Callable[[str], None] | None = None,
) -> ToolResult:
    """Run a tool to its end, its two streams as one text; `on_line` sees each line as it comes.

    The tool's whole session is ended if it outlives its time, or if this call is interrupted.

    Raises:
        FileNotFoundError: there is no such tool.
        TimeoutError: it took longer than `timeout_seconds`.
    """
    child = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env=dict(env) if env is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    lines: list[str] = []
    watchdog = _Watchdog(child.pid, timeout_seconds)
    try:
        assert child.stdout is not None
        for line in child.stdout:
            lines.append(line)
            if on_line:
                on_line(line.rstrip("\n"))
        status = child.wait()
    finally:
        watchdog.cancel()
        if child.poll() is None:
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
        if child.stdout:
            child.stdout.close()
    if watchdog.fired:
        raise TimeoutError(f"{command[0]}: no end after {timeout_seconds} s")
    return ToolResult(status, "".join(lines))


def run_in_terminal(command: Sequence[str | Path]) -> int:
    """Run a program that talks with the person, such as an editor, in this terminal; returns its exit status.

    Raises:
        OSError: it cannot be started.
    """
    return subprocess.run([str(part) for part in command], check=False).returncode


class _Watchdog:
    """Kills a session after a time."""

    def __init__(self, pid: int, seconds: float | None) -> None:
        import threading

        self.fired = False
        self._pid = pid
        self._timer = threading.Timer(seconds, self._fire) if seconds is not None else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def _fire(self) -> None:
        self.fired = True
        _signal_group(self._pid, signal.SIGKILL)

    def cancel(self) -> None:
        if self._timer:
            self._timer.cancel()


UNKNOWN_STATUS = -signal.SIGKILL
"""Of a process that was not ours to wait for, and is gone."""


@dataclass(slots=True)
class Child:
    """A long-lived child: the leader of its own session, with both streams going into one file."""

    pid: int
    mark: str
    popen: subprocess.Popen[bytes] | None = None
    """None for a child of a process that has died (`adopt_child`)."""
    seen: dict[int, float] = field(
        default_factory=dict
    )  # every process of its tree ever seen: pid, start time

    def poll(self) -> int | None:
        """The exit status (negative: the signal), or None while it runs."""
        if self.popen is not None:
            return self.popen.poll()
        return None if is_alive(self.pid, self.seen.get(self.pid, 0.0)) else UNKNOWN_STATUS

    def tree(self) -> list[psutil.Process]:
        """The living processes of its tree, and those seen earlier that have left it but still live."""
        alive: dict[int, psutil.Process] = {}
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(self.pid)
            # Its number may have come to belong to a stranger since it ended.
            family = root.children(recursive=True) if root.create_time() == self.seen.get(self.pid) else []
            for process in family:
                with contextlib.suppress(psutil.Error):
                    self.seen.setdefault(process.pid, process.create_time())
        for pid, started in self.seen.items():
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(pid)
                if process.create_time() == started and process.status() != psutil.STATUS_ZOMBIE:
                    alive[pid] = process
        return list(alive.values())

    def memory_bytes(self) -> int:
        """Resident memory of the whole tree."""
        total = 0
        for process in self.tree():
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group and to every process that has left it."""
        outside, has_group = [], False
        for process in self.tree():
            with contextlib.suppress(ProcessLookupError):
                inside = os.getpgid(process.pid) == self.pid
                has_group |= inside
                outside += [] if inside else [process]
        if has_group:  # else its number may be that of a stranger's group by now
            _signal_group(self.pid, number)
        for process in outside:
            with contextlib.suppress(psutil.Error):
                process.send_signal(number)

    def wait_all(self, seconds: float) -> bool:
        """Wait until nothing of the tree lives; False if something still does after this time."""
        end = time.monotonic() + seconds
        while True:
            self.poll()
            if not self.tree() and self.poll() is not None:
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)


def start_child(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path, mark: str, append: bool = False
) -> Child:
    """Start a child in a session of its own; both its streams go to `log`, in the order in which it wrote them.

    A file, not a pipe: a pipe that closes would kill the engine at its next line.
    """
    _allow_open_files()
    with log.open("ab" if append else "wb") as output:
        popen = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**env, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child = Child(popen.pid, mark, popen)
    with contextlib.suppress(psutil.Error):
        child.seen[popen.pid] = psutil.Process(popen.pid).create_time()
    return child


def adopt_child(pid: int, mark: str) -> Child:
    """A child whose parent has died, by its number and its mark; it may have ended too."""
    child = Child(pid, mark)
    child.seen.update({process.pid: process.create_time() for process in marked(mark)})
    return child


def start_detached(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
    """Start a process that outlives this one and its terminal; returns its id. What it prints is added to `log`."""
    with log.open("ab") as output:
        popen = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _reap_later(popen)
    return popen.pid


def _reap_later(popen: subprocess.Popen[bytes]) -> None:
    """If it ends before this process does, it leaves no zombie; and `Popen` does not complain that nobody waited."""
    import threading

    threading.Thread(target=popen.wait, daemon=True).start()


def lives_marked(pid: int, mark: str) -> bool:
    """Whether a process with this number lives and carries this mark."""
    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        return process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    return False


def ask_to_end(pid: int, mark: str) -> bool:
    """SIGTERM to the process with this number, if it lives and carries this mark; whether it was asked."""
    with contextlib.suppress(psutil.Error):
        if lives_marked(pid, mark):
            psutil.Process(pid).terminate()
            return True
    return False


def _allow_open_files() -> None:
    """Raise this process's limit, which its children inherit: macOS starts programs with 256, too few for data loaders."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def stop_child(
    child: Child,
    *,
    hurry: Callable[[], bool] = lambda: False,
    interrupt_seconds: float = INTERRUPT_SECONDS,
    terminate_seconds: float = TERMINATE_SECONDS,
) -> None:
    """End a child and all it started: interrupt, terminate, kill, then sweep for what is left.

    Args:
        hurry: asked all the time; True skips the patient steps.
    """
    ended = False
    try:
        steps = ((signal.SIGINT, interrupt_seconds), (signal.SIGTERM, terminate_seconds))
        ended = any(_ask_to_end(child, number, seconds, hurry) for number, seconds in steps)
    finally:
        # Also where patience was cut short by a second KeyboardInterrupt.
        if not ended:
            child.signal(signal.SIGKILL)
            child.wait_all(KILL_SECONDS)
        sweep(child)


def _ask_to_end(child: Child, number: signal.Signals, seconds: float, hurry: Callable[[], bool]) -> bool:
    """One step of the ladder; whether everything has ended."""
    if hurry():
        return False
    child.signal(number)
    end = time.monotonic() + seconds
    while time.monotonic() < end and not hurry():
        if child.wait_all(0.1):
            return True
    return False


def sweep(child: Child) -> list[int]:
    """Kill whatever a finished child left behind; returns the process ids found."""
    left = {process.pid: process for process in [*child.tree(), *marked(child.mark)]}
    for process in left.values():
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(list(left.values()), timeout=KILL_SECONDS)
    child.poll()
    return sorted(left)


def marked(mark: str) -> list[psutil.Process]:
    """All living processes that carry this mark in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def kill_marked(mark: str) -> list[int]:
    """Kill all living processes that carry this mark, and wait until they are gone; returns their ids."""
    found = marked(mark)
    for process in found:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(found, timeout=KILL_SECONDS)
    return sorted(process.pid for process in found)


def using(folder: Path) -> list[int]:
    """The ids of all living processes with something below this folder on their command line."""
    below, found = f"{folder}{os.sep}", []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if any(part.startswith(below) for part in process.cmdline()):
                found.append(process.pid)
    return found


def is_alive(pid: int, started: float) -> bool:
    """Whether that very process, not a later one with the same number, lives."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def exists(pid: int) -> bool:
    """Whether a process with this number lives; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def own_start() -> float:
    """When this process started, as `is_alive` wants it."""
    return psutil.Process().create_time()


def kill_session(pid: int) -> None:
    """Kill a child that leads a session, and all of its session."""
    _signal_group(pid, signal.SIGKILL)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def clean_environment(extra: Mapping[str, str], remove: Iterable[str] = ()) -> dict[str, str]:
    """This process's environment with some names set and others taken out."""
    dropped = set(remove)
    return {**{name: value for name, value in os.environ.items() if name not in dropped}, **extra}
