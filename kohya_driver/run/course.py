"""Carries a run out: starts the engine, follows it to its end, tries again where that can help, and says how it ended."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from kohya_driver import files, process, texts
from kohya_driver.diagnosis.model import RETRY
from kohya_driver.errors import DriverError, HostError, RunError
from kohya_driver.events.model import Record, Recovering, Resumed, RunFinished, RunStarted, TroubleSeen
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.host import probe_host
from kohya_driver.planning.again import LOWER_RATE, lower_rates
from kohya_driver.planning.model import Override, Plan
from kohya_driver.run import machine
from kohya_driver.run.attempt import Attempt, begin_attempt, end_attempt, newest_state, read_attempts
from kohya_driver.run.awake import Awake, keep_awake
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.guard import RECOVERY, Guard
from kohya_driver.run.notify import Notifier, finished_note, recovered_note, trouble_note
from kohya_driver.run.prepare import write_plan
from kohya_driver.run.recorder import OnEvent, Recorder
from kohya_driver.run.recovery import KILLED, decide, was_short_of_memory
from kohya_driver.run.replan import plan_again, read_again, saving_measure
from kohya_driver.run.result import Verdict, judge, result_of, values_of
from kohya_driver.run.states import TrainState
from kohya_driver.run.stop import Stop
from kohya_driver.run.supervisor import Ended, Supervisor, Told, standing
from kohya_driver.wording import reason_of

ROOM_SECONDS = 20.0
"""How long the end of a run waits for room for its result, on a disk that is full."""
RESERVE_BYTES = 64 << 10


@dataclass(frozen=True, slots=True)
class Next:
    """The attempt to make: from this state, or from the beginning; `measures` says what was changed for it."""

    state: TrainState | None = None
    measures: tuple[str, ...] = ()


@dataclass(slots=True)
class Course:
    """One run in all its attempts, under this process's supervision.

    Args:
        run: its folder, prepared.
        on_event: told of everything that happens, with the run's snapshot after it.
        stop: asked from elsewhere, ends the run; the engine's processes are gone when `go` returns.
    """

    run: Run
    plan: Plan
    on_event: OnEvent | None = None
    stop: Stop = field(default_factory=Stop)
    before: RunSnapshot | None = None
    """What earlier attempts have come to."""
    recorder: Recorder = field(init=False)
    _guard: Guard = field(init=False)
    _notifier: Notifier = field(init=False)
    _child: process.Child | None = None
    _recovered_from: str = ""

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.run.events_file, self._hear, self.before)
        self._guard = Guard(self.plan, self.recorder, self._on_trouble)
        self._notifier = Notifier(self.plan.safety, probe_host())

    def go(self, first: Next, verdict: Verdict | None = None, ended: Ended | None = None) -> RunResult:
        """Start the engine, again where that can help, until it comes to an end.

        Args:
            verdict, ended: of the attempt before, where there was one under this supervision.

        Raises:
            RunError: the engine cannot be started.
            HostError: the run's folder cannot be written.
        """
        coming: Next | None = first
        attempt = None
        try:
            while coming is not None:
                begun = self._begin(coming, again=verdict is not None)
                if begun is None:
                    assert verdict is not None
                    verdict = replace(verdict, not_recovered="recovery.no_room")
                    break
                attempt = begun
                ended = self._attempt(attempt)
                verdict, coming = self._settle(attempt, ended)
        except BaseException as failure:
            self._abandon(attempt, failure)
            raise
        assert verdict is not None
        return self._conclude(verdict, ended)

    def go_on_with(self, child: process.Child, attempt: Attempt, told: Told) -> RunResult:
        """Follow an engine whose supervisor has died, to its end and beyond."""
        self._child = child
        try:
            ended = self._follow(attempt, self._standing(told), told)
            verdict, coming = self._settle(attempt, ended)
        except BaseException as failure:
            self._abandon(attempt, failure)
            raise
        return self.go(coming, verdict, ended) if coming else self._conclude(verdict, ended)

    def judge_ended(self, attempt: Attempt, told: Told) -> RunResult:
        """Of an engine that has ended while nobody watched. Nothing is started, and nobody is sent a message."""
        self._notifier = Notifier({}, probe_host())
        gone = process.adopt_child(0, str(self.run.folder))
        ended = Supervisor(
            self.run,
            gone,
            self.recorder,
            self.plan.output_dir,
            self.stop,
            self._guard.halt,
            attempt,
            self._standing(told),
            told=told,
        ).follow()
        _, verdict = self._judge(attempt, ended)
        return self._conclude(verdict, ended)

    # --- one attempt

    def _begin(self, coming: Next, *, again: bool) -> Attempt | None:
        """None if there is no room for a further attempt: how the last one ended is how the run ended."""
        try:
            name_supervisor(self.run, 0)
            attempt = begin_attempt(self.run, self.plan, coming.state, coming.measures)
        except HostError:
            if not again:
                raise
            return None
        self._keep_room()
        return attempt

    def _keep_room(self) -> None:
        """On the disk, for the result: whatever fills it meanwhile, how the training ended can be written down."""
        with contextlib.suppress(HostError):
            # Bytes that no file system can make smaller.
            files.write_bytes(self.run.reserve_file, secrets.token_bytes(RESERVE_BYTES))

    def _attempt(self, attempt: Attempt) -> Ended:
        self._guard.begin()
        before = self._standing({})
        self._child = self._start_engine(append=attempt.number > 1)
        self._name_supervisor(self._child)
        self.recorder.record(self._started(attempt, self._child.pid))
        return self._follow(attempt, before, {})

    def _standing(self, told: Told) -> Mapping[Path, str]:
        """What is no work of this attempt; of one that was followed before, what is told says it."""
        return {} if told else standing(self.run, self.plan.output_dir)

    def _follow(self, attempt: Attempt, before: Mapping[Path, str], told: Told) -> Ended:
        child = self._child
        assert child is not None
        awake, kept = self._awake(child.pid), child.pid

        def look() -> None:
            nonlocal awake, kept
            self._guard.look(supervisor.idle_seconds)
            for event in (awake.look(self.recorder.elapsed), *self._notifier.failures()):
                if event is not None:
                    self.recorder.record(event)
            if supervisor.orphan not in (0, kept):
                # What keeps awake ends with the launcher; the trainer goes on without it.
                awake.close()
                awake, kept = self._awake(supervisor.orphan), supervisor.orphan

        supervisor = Supervisor(
            self.run, child, self.recorder, self.plan.output_dir, self.stop, self._guard.halt, attempt,
            before, told=told, on_look=look,
        )  # fmt: skip
        try:
            return supervisor.follow()
        finally:
            awake.close()

    def _awake(self, pid: int) -> Awake:
        if not self.plan.safety["keep_awake"]:
            return Awake()
        return keep_awake(probe_host(), pid, str(self.run.folder))

    def _start_engine(self, *, append: bool) -> process.Child:
        plan = self.plan
        environment = process.clean_environment(plan.environment, plan.removed_environment)
        try:
            return process.start_child(
                plan.command,
                cwd=plan.engine.checkout,
                env=environment,
                log=self.run.log_file,
                mark=str(self.run.folder),
                append=append,
            )
        except OSError as failure:
            raise RunError("run.cannot_start", plan.command[0], reason=reason_of(failure)) from failure

    def _name_supervisor(self, child: process.Child) -> None:
        """From now on something trains: a disk that fills up just now must not end it."""
        with contextlib.suppress(HostError, OSError):
            name_supervisor(self.run, child.pid)
            machine.take(self.run.folder, engine_pid=child.pid)

    def _started(self, attempt: Attempt, pid: int) -> RunStarted:
        plan = self.plan
        return RunStarted(
            name=plan.name,
            folder=str(plan.folder),
            pid=pid,
            steps=plan.steps,
            epochs=plan.epochs,
            images=plan.images,
            base=Path(plan.base).name,
            device=plan.device,
            attempt=attempt.number,
            from_step=attempt.from_step,
        )

    # --- after it

    def _settle(self, attempt: Attempt, ended: Ended) -> tuple[Verdict, Next | None]:
        """How the attempt ended, and the one to make after it, if any."""
        attempt, verdict = self._judge(attempt, ended)
        if verdict.outcome != "failed" or self.stop.asked:
            return verdict, None
        coming, why_not = self._again(verdict)
        if coming is not None:
            end_attempt(self.run, attempt, recovered=True)
        return replace(verdict, not_recovered=why_not), coming

    def _judge(self, attempt: Attempt, ended: Ended) -> tuple[Attempt, Verdict]:
        """How the attempt ended, written down."""
        self.run.reserve_file.unlink(missing_ok=True)
        snapshot = self.recorder.snapshot
        verdict = judge(
            self.plan, self.run, snapshot, attempt, ended,
            stop=self.stop.by, halt=self._guard.halt.by, in_order=self._guard.stops_in_order,
        )  # fmt: skip
        attempt = end_attempt(
            self.run, attempt, outcome=verdict.outcome, reason=verdict.reason, kind=verdict.kind,
            values=values_of(verdict, snapshot), step=snapshot.step,
        )  # fmt: skip
        return attempt, verdict

    def _again(self, verdict: Verdict) -> tuple[Next | None, str]:
        """The recovery, or why there is none; the plan is made anew where something is changed for it."""
        recovery = self._recovery(verdict)
        state, _ = newest_state(self.run, self.plan)
        measure: tuple[Override, ...] = ()

        def saving() -> str:
            nonlocal measure
            measure = saving_measure(self.plan, read_again(self.run), going_on=state is not None)
            return measure[0].id if measure else ""

        decision = decide(
            read_attempts(self.run), recovery, limit=int(self.plan.safety["recover"]), saving=saving,
            wished=self._recovers(verdict),
        )  # fmt: skip
        if not decision.again:
            return None, decision.reason
        if LOWER_RATE in decision.measures:
            measure = lower_rates(self.plan)
        if measure and not self._change(measure):
            return None, "recovery.cannot_change"
        self._recovered_from = verdict.reason
        step = state.step if state else 0
        self.recorder.record(
            Recovering(verdict.reason, str(state.path) if state else "", step, decision.measures)
        )
        return Next(state, decision.measures), ""

    def _recovery(self, verdict: Verdict) -> str:
        """What can help, in the words of `Diagnosis.recovery`."""
        if verdict.reason in RECOVERY:
            return RECOVERY[verdict.reason]
        if verdict.kind == KILLED and not was_short_of_memory(
            self.recorder.snapshot, read_attempts(self.run)
        ):
            return RETRY
        return verdict.diagnosis.recovery if verdict.diagnosis else ""

    def _recovers(self, verdict: Verdict) -> bool:
        """Whether [safety] wishes for another attempt after this trouble, if it was one."""
        if self._guard.halt.asked:
            return self._guard.recovers
        return verdict.reason != "trouble.nan" or self.plan.safety["nan"] == "recover"

    def _change(self, measure: tuple[Override, ...]) -> bool:
        """Make the plan anew with this change; False if it cannot be carried out."""
        try:
            plan = plan_again(self.plan, read_again(self.run), measure)
            if plan.errors:
                return False
            write_plan(self.run, plan)
        except DriverError:
            return False
        self.plan = plan
        return True

    def _conclude(self, verdict: Verdict, ended: Ended | None) -> RunResult:
        """Write the result, last of all, and also if whoever is told of the end fails at it."""
        result = result_of(self.plan, self.run, self.recorder, verdict, ended.status if ended else None)
        try:
            self.recorder.record(RunFinished(result.outcome, result.final, result.reason))
        finally:
            try:
                self._write_result(result)
            finally:
                self._notifier.send(finished_note(result, self.recorder.snapshot))
                self._notifier.close()
        if result.outcome == "succeeded":
            self._clear_states()
        return result

    def _write_result(self, result: RunResult) -> None:
        """Where the disk is full, it is tried again for a while, and what a finished run needs no more makes room.

        Raises:
            HostError: it cannot be written. What the run has come to is seen from its folder later (`run/late.py`).
        """
        end = time.monotonic() + ROOM_SECONDS
        while True:
            try:
                files.write_json(self.run.result_file, result.to_json())
                return
            except HostError as failure:
                if failure.code != "files.disk_full":
                    raise
                if time.monotonic() >= end or self.stop.hurry:
                    raise _not_noted(result) from failure
            if result.outcome == "succeeded":
                self._clear_states()
            time.sleep(1)

    def _clear_states(self) -> None:
        """Those that are written by the clock serve to go on after a stop; there is nothing to go on with."""
        files.remove_tree(self.run.states_folder)

    def _abandon(self, attempt: Attempt | None, failure: BaseException) -> None:
        """After a KeyboardInterrupt where nobody handles signals, or a fault of ours: the engine must not go on alone."""
        self.recorder.silence()
        child, status = self._child, None
        if child:
            process.stop_child(child, hurry=lambda: self.stop.hurry)
            status = child.poll()
        process.kill_marked(str(self.run.folder))
        stopped = isinstance(failure, KeyboardInterrupt)
        ended = None if status is None else Ended(status, "")
        attempt = attempt or Attempt(1, self.recorder.started)
        verdict = judge(
            self.plan, self.run, self.recorder.snapshot, attempt, ended,
            stop="SIGINT" if stopped else "", halt="",
        )  # fmt: skip
        if verdict.outcome != "succeeded" and not stopped:
            reason = failure.code if isinstance(failure, DriverError) else "run.driver_failed"
            evidence = "".join(traceback.format_exception(failure))
            verdict = replace(verdict, outcome="failed", reason=reason, evidence=evidence)
        self.run.reserve_file.unlink(missing_ok=True)
        end_attempt(self.run, attempt, outcome=verdict.outcome, reason=verdict.reason)
        with contextlib.suppress(HostError):
            self._conclude(verdict, ended)

    # --- what others are told

    def _hear(self, record: Record, snapshot: RunSnapshot) -> None:
        self._guard.see(record, snapshot)
        if isinstance(record.event, Resumed) and self._recovered_from:
            self._notifier.send(recovered_note(snapshot, self._recovered_from))
            self._recovered_from = ""
        if self.on_event:
            self.on_event(record, snapshot)

    def _on_trouble(self, trouble: TroubleSeen) -> None:
        self._notifier.send(trouble_note(trouble, self.recorder.snapshot))


def _not_noted(result: RunResult) -> HostError:
    if result.outcome == "succeeded":
        return HostError("run.done_not_noted", result.folder, final=result.final)
    outcome = texts.say(f"event.outcome.{result.outcome}")
    return HostError("run.not_noted", result.folder, outcome=outcome, name=Path(result.folder).name)


def name_supervisor(run: Run, engine_pid: int) -> None:
    """This process watches over the run from now on."""
    files.write_json(
        run.supervisor_file,
        {
            "pid": os.getpid(),
            "started": process.own_start(),
            "engine_pid": engine_pid,
            "mark": str(run.folder),
        },
    )
