"""Supervisors without a terminal: for a run that is to go on in the background, and for one whose supervisor has died."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from pathlib import Path

from kohya_driver import files, process, texts
from kohya_driver.errors import DriverError, RunError
from kohya_driver.events.model import (
    CheckpointSaved,
    Event,
    KeptAwake,
    LatentsKept,
    LogMessage,
    MemorySampled,
    ProcessExited,
    Recovering,
    Resumed,
    RunFinished,
    RunStarted,
    SampleSaved,
    SaveRequested,
    StateNotSaved,
    StateSaved,
    StepDone,
    StopRequested,
    TextsKept,
    TroubleSeen,
    Validated,
)
from kohya_driver.run import machine
from kohya_driver.run.attempt import newest_state, read_attempts
from kohya_driver.run.course import Course, Next, name_supervisor
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.noted import remember_run
from kohya_driver.run.recorder import DRIVER, OnEvent
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import Told

START_SECONDS = 30.0
OWN: tuple[type[Event], ...] = (
    RunStarted, RunFinished, ProcessExited, StopRequested, SaveRequested, Recovering, MemorySampled, CheckpointSaved,
    SampleSaved, TroubleSeen, KeptAwake,
)  # fmt: skip
"""Events that come neither from the log nor from the values."""
METRICS: tuple[type[Event], ...] = (StepDone, Validated, Resumed, StateNotSaved, LatentsKept, TextsKept)


def start_detached(run: Run, action: str = "start") -> int:
    """Start a supervisor of its own session for a prepared run; returns its process id once it has taken over.

    Args:
        action: `start` (or go on), or `adopt`.

    Raises:
        RunError: `run.detach_failed`: it ended at once; its words are in supervisor.log.
    """
    begin = run.supervisor_log.stat().st_size if run.supervisor_log.exists() else 0
    pid = process.start_detached(
        [sys.executable, "-m", "kohya_driver", "--lang", texts.language(), "supervise", str(run.folder), "--action", action],
        cwd=run.folder,
        env=process.clean_environment({}, [process.MARK]),
        log=run.supervisor_log,
    )  # fmt: skip
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if _has_taken_over(run, pid):
            return pid
        if not process.exists(pid):
            break
        time.sleep(0.05)
    if _has_taken_over(run, pid) or run.result():
        return pid
    said = run.supervisor_log.read_bytes()[begin:].decode("utf-8", "replace").strip()
    raise RunError("run.detach_failed", run.supervisor_log, reason=said[-500:])


def _has_taken_over(run: Run, pid: int) -> bool:
    with contextlib.suppress(OSError, ValueError, KeyError):
        return bool(files.read_json(run.supervisor_file)["pid"] == pid)
    return False


def adopt(run: Run) -> bool:
    """Give an engine that lives without a supervisor a new one; True if it did. An engine that nobody can adopt goes on."""
    if (
        not run.plan_file.is_file() or run.state() != "unwatched"
    ):  # a grid holds the machine too, and is no run
        return False
    try:
        start_detached(run, "adopt")
    except DriverError:
        return False
    return True


def adopt_unwatched() -> Run | None:
    """The machine's training, if it had lost its supervisor and has a new one now."""
    run = machine.holder()
    return run if run and adopt(run) else None


def supervise(
    run: Run, action: str, *, on_event: OnEvent | None = None, stop: Stop | None = None
) -> RunResult:
    """What a detached supervisor does: start or go on (`start`), or follow an engine that has lost its own (`adopt`).

    Raises:
        RunError: another training runs on this machine, or the engine cannot be started.
        HostError: the run's folder cannot be written.
    """
    stop = stop or Stop()
    with machine.holding(run.folder):
        remember_run(run.folder)
        attempts, plan = read_attempts(run), run.plan()
        before = run.snapshot() if attempts else None
        if action == "adopt" and attempts:
            engine = process.adopt_child(_engine_pid(run), str(run.folder))
            name_supervisor(run, engine.pid)
            return Course(run, plan, on_event, stop, before).go_on_with(engine, attempts[-1], recorded(run))
        name_supervisor(run, 0)
        state, _ = newest_state(run, plan) if attempts else (None, ())
        return Course(run, plan, on_event, stop, before).go(Next(state))


def _engine_pid(run: Run) -> int:
    """Of what was started, the trainer or its launcher; 0 if nobody wrote it down."""
    try:
        return int(files.read_json(run.supervisor_file)["engine_pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def recorded(run: Run) -> Told:
    """How many events of the log, and of the values, stand in events.jsonl for the last attempt.

    The same bytes give the same events, so that so many of them need not be recorded again.
    """
    counted: Counter[str] = Counter()
    for record in run.events():
        if isinstance(record.event, RunStarted):
            counted.clear()
        elif source := _source(record.event, run):
            counted[source] += 1
    return counted


def _source(event: Event, run: Run) -> str:
    if isinstance(event, OWN) or (isinstance(event, LogMessage) and event.source == DRIVER):
        return ""
    by_clock = isinstance(event, StateSaved) and Path(event.path).parent == run.states_folder
    return "metrics" if by_clock or isinstance(event, METRICS) else "log"
