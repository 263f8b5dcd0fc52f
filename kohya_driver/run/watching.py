"""Follows a run from its folder, as any number of watchers may: it reads what the supervisor writes, and writes nothing."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable, Iterator

from kohya_driver import files
from kohya_driver.events.model import Record
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.run import alive, machine
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.follow import Follower
from kohya_driver.run.moved import EventsHere

LOOK_SECONDS = 0.25
ADOPT_SECONDS = 5.0
STARTING_SECONDS = 15.0
"""How long after a run's folder is made its supervisor may take to say that it is there."""
_GOES_ON = ("running", "unwatched")
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)


def follow_records(
    run: Run,
    *,
    on_unwatched: Callable[[Run], object] = lambda run: None,
    pause: Callable[[], None] = lambda: time.sleep(LOOK_SECONDS),
) -> Iterator[Record | None]:
    """Everything that has happened in a run, then what happens, until it is over or cut off.

    A run that is resumed meanwhile is followed on. None is given whenever nothing is new for the moment.

    Args:
        on_unwatched: called, from time to time, while the run's supervisor is dead and its engine lives.
        pause: called before each further look.
    """
    events, rest, here = Follower(run.events_file), b"", EventsHere(run.place)
    due = 0.0
    while True:
        # Asked before reading: what was written before the end is then read after it.
        state = state_of(run)
        over = state not in _GOES_ON
        if state == "unwatched" and time.monotonic() >= due:
            due = time.monotonic() + ADOPT_SECONDS
            on_unwatched(run)
        while data := events.read():
            *lines, rest = (rest + data).split(b"\n")
            yield from _records(lines, here)
        if over:
            return
        yield None
        pause()


def state_of(run: Run) -> str:
    """As `Run.state`; but a run that is only just being started is running. A result that is damaged says nothing."""
    try:
        state = run.state()
    except _UNREADABLE:
        state = alive.state_without_result(run.folder)
    return "running" if state == "cut off" and _is_starting(run) else state


def wait_until_over(
    run: Run, *, pause: Callable[[], None] = lambda: time.sleep(LOOK_SECONDS)
) -> RunResult | None:
    """How it ended; None if it was cut off."""
    while not is_over(run):
        pause()
    return run.result()


def is_over(run: Run) -> bool:
    """Whether nothing more will come by itself: it has an outcome, or was cut off."""
    return state_of(run) not in _GOES_ON


def _is_starting(run: Run) -> bool:
    holder = machine.holder()
    if holder and holder.folder.resolve() == run.folder.resolve():
        return True
    with contextlib.suppress(OSError):
        return (
            not run.events_file.exists()
            and abs(time.time() - run.plan_file.stat().st_mtime) < STARTING_SECONDS
        )
    return False


def first_snapshot(run: Run) -> RunSnapshot:
    """What is known of a run before anything has happened in it."""
    try:
        plan, made = files.read_json(run.plan_file), run.plan_file.stat().st_mtime
        return RunSnapshot(
            name=plan["name"],
            folder=str(run.folder),
            steps=plan["steps"],
            epochs=plan["epochs"],
            started=made,
            time=made,
        )
    except _UNREADABLE:
        return RunSnapshot(name=run.folder.name, folder=str(run.folder))


def _records(lines: Iterable[bytes], here: EventsHere) -> Iterator[Record]:
    """Lines that are torn or of a newer version are passed over, as `Run.events` does."""
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            yield Record.from_json(here(json.loads(line)))
