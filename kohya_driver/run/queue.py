"""The queue: presets that are trained one after another. It is a file in the data folder, and survives a reboot."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from kohya_driver import files, process
from kohya_driver.errors import HostError, RunError
from kohya_driver.wording import reason_of

VERSION = 1
OVER = ("done", "failed", "stopped")


@dataclass(frozen=True, slots=True)
class Entry:
    """One preset of the queue, as it was named, and what became of it."""

    preset: str
    """An absolute path, or a shipped name."""
    folder: str
    """Where it was queued: what is relative on the command line counts from there."""
    images: str | None = None
    base: str | None = None
    trigger: str | None = None
    sets: tuple[str, ...] = ()
    strict: bool = False
    fit: bool = False
    name: str = ""
    steps: int = 0
    id: int = 0
    added: float = 0.0
    status: str = "waiting"
    """`waiting`, `running`, `done`, `failed` or `stopped`."""
    run: str = ""
    """The run's folder, as soon as there is one."""
    started: float | None = None
    ended: float | None = None
    reason: str = ""
    """Code of why it failed or was stopped."""
    detail: str = ""
    """The engine's last words, or a traceback of ours."""
    findings: tuple[Mapping[str, Any], ...] = ()
    """What kept it from being trained at all (`Finding.to_json`)."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "sets": list(self.sets), "findings": list(self.findings)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entry:
        """What a later version added is passed over."""
        known = {known.name for known in fields(cls)}
        body = {name: value for name, value in data.items() if name in known}
        lists = {name: tuple(body.get(name, ())) for name in ("sets", "findings")}
        return cls(**{**body, **lists})


@dataclass(frozen=True, slots=True)
class Worker:
    """The process that works on the queue."""

    pid: int
    started: float
    since: float
    """Unix seconds."""
    log: str
    """Where its output goes; empty if it stands in a terminal."""
    ended: float | None = None


def entries() -> tuple[Entry, ...]:
    """The whole queue, in the order in which it is worked on.

    Raises:
        RunError: `queue.unreadable`; nothing is guessed, because a training might be repeated or forgotten.
    """
    return _read()[0]


def add(entry: Entry) -> Entry:
    """Put it at the end; returns it with its number."""
    with _changing() as (queue, number):
        added = replace(entry, id=number, added=time.time())
        _write((*queue, added), number + 1)
    return added


def remove(number: int) -> Entry:
    """Raises RunError: `queue.no_entry`, or `queue.is_running`."""
    with _changing() as (queue, following):
        entry = _find(queue, number)
        if entry.status == "running" and worker():
            raise RunError("queue.is_running", entry.run, number=number)
        _write([other for other in queue if other.id != number], following)
    return entry


def move(number: int, position: int) -> tuple[Entry, ...]:
    """To this place among those that wait, 1 being the next; returns those that wait.

    Raises:
        RunError: `queue.no_entry`, or `queue.not_waiting`.
    """
    with _changing() as (queue, following):
        entry = _find(queue, number)
        if entry.status != "waiting":
            raise RunError("queue.not_waiting", number=number)
        waiting = [other for other in queue if other.status == "waiting" and other.id != number]
        waiting.insert(max(0, position - 1), entry)
        _write([*(other for other in queue if other.status != "waiting"), *waiting], following)
    return tuple(waiting)


def retry(number: int) -> Entry:
    """Let one that failed or was stopped wait once more, at the end; its run goes on where it can.

    Raises:
        RunError: `queue.no_entry`, or `queue.not_over`.
    """
    with _changing() as (queue, following):
        entry = _find(queue, number)
        if entry.status not in ("failed", "stopped"):
            raise RunError("queue.not_over", number=number)
        again = replace(entry, status="waiting", reason="", detail="", findings=(), ended=None)
        _write([*(other for other in queue if other.id != number), again], following)
    return again


def clear() -> int:
    """Forget those that are over; returns how many."""
    with _changing() as (queue, following):
        kept = [entry for entry in queue if entry.status not in OVER]
        _write(kept, following)
    return len(queue) - len(kept)


def update(number: int, **changes: Any) -> Entry | None:
    """Note what became of it; None if somebody has removed it meanwhile."""
    with _changing() as (queue, following):
        changed = {entry.id: replace(entry, **changes) for entry in queue if entry.id == number}
        if changed:
            _write([changed.get(entry.id, entry) for entry in queue], following)
    return changed.get(number)


def take_next() -> Entry | None:
    """The next one that waits, as running from now on; None if none waits."""
    with _changing() as (queue, following):
        waiting = next((entry for entry in queue if entry.status == "waiting"), None)
        if waiting is None:
            return None
        begun = replace(waiting, status="running", started=time.time())
        _write([begun if entry.id == begun.id else entry for entry in queue], following)
    return begun


def worker() -> Worker | None:
    """Who works on the queue now."""
    last = last_worker()
    return last if last and last.ended is None and process.is_alive(last.pid, last.started) else None


@contextlib.contextmanager
def working(log: str = "") -> Iterator[None]:
    """Be the one who works on the queue while this lasts.

    Raises:
        RunError: `queue.worked_on` by somebody else.
    """
    with files.lock(files.home() / "queue.work.lock", on_wait=_refuse):
        present = Worker(os.getpid(), process.own_start(), time.time(), log)
        files.write_json(_worker_file(), asdict(present))
        try:
            yield
        finally:
            with contextlib.suppress(HostError):
                files.write_json(_worker_file(), asdict(replace(present, ended=time.time())))


def last_worker() -> Worker | None:
    """Who works on the queue now, or did last."""
    try:
        return Worker(**files.read_json(_worker_file()))
    except (OSError, ValueError, TypeError):
        return None


def _refuse() -> None:
    present = worker()
    raise RunError("queue.worked_on", present.log if present else "", pid=present.pid if present else "?")


def _find(queue: tuple[Entry, ...], number: int) -> Entry:
    for entry in queue:
        if entry.id == number:
            return entry
    numbers = ", ".join(str(entry.id) for entry in queue) or "–"
    raise RunError("queue.no_entry", number=number, numbers=numbers)


@contextlib.contextmanager
def _changing() -> Iterator[tuple[tuple[Entry, ...], int]]:
    """The queue and the next number, while nobody else changes it."""
    with files.lock(files.home() / "queue.lock"):
        yield _read()


def _read() -> tuple[tuple[Entry, ...], int]:
    try:
        data = files.read_json(queue_file())
        return tuple(Entry.from_json(entry) for entry in data["entries"]), int(data["next"])
    except FileNotFoundError:
        return (), 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        raise RunError("queue.unreadable", queue_file(), reason=reason_of(failure)) from failure


def _write(queue: Sequence[Entry], following: int) -> None:
    files.write_json(
        queue_file(),
        {"version": VERSION, "next": following, "entries": [entry.to_json() for entry in queue]},
    )


def queue_file() -> Path:
    return files.home() / "queue.json"


def _worker_file() -> Path:
    return files.home() / "queue.worker.json"
