"""A disk that is full while a training runs, on a stand-in for the engine and on a small disk of its own.

The supervisor runs in this process. What entry.py does about it in the engine's is played at the end.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kohya_driver import api, process
from kohya_driver.cli.main import main
from kohya_driver.errors import HostError
from kohya_driver.events.model import (
    CheckpointSaved,
    LogMessage,
    ProcessExited,
    Record,
    StateNotSaved,
    StateSaved,
    StepDone,
)
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.run import course, vitals, watchdog
from kohya_driver.run.folder import Run, RunResult
from kohya_driver.run.overview import overview
from kohya_driver.run.stop import Stop
from kohya_driver.run.watchdog import disk_needed
from tests.faults.nights import EVERY, EXTRA, STEPS, Table, check_curve, counted, reached, wait
from tests.faults.stand_in_engine import install_stand_in, left_over, runs_below
from tests.faults.test_run import small_disk
from tests.project import write_project

ENTRY = Path(course.__file__).parent.parent / "engine" / "entry.py"
WARN = ["safety.disk=warn"]
SMALL = "[network]\ndim = 1\nalpha = 1\n"
MB = 1 << 20
EPOCH = STEPS // 2

Hear = Callable[[Record, RunSnapshot], None]


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    yield from counted()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = install_stand_in(tmp_path / "home")
    for name, value in {
        "KOHYA_DRIVER_HOME": str(made),
        "KOHYA_DRIVER_LANG": "en",
        "STAND_IN": "",
        "STAND_IN_STEP_SECONDS": "0.05",
        "STAND_IN_STATE_EVERY": str(EVERY),
    }.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def preset(tmp_path: Path, home: Path) -> Iterator[Path]:
    """In a project whose runs are on a small disk."""
    made = write_project(tmp_path / "project", extra=EXTRA + SMALL)
    with small_disk(made.parent / "runs"):
        yield made
        assert not list(left_over(made.parent))


class Filler:
    """Takes the room of the small disk."""

    def __init__(self, preset: Path) -> None:
        self.path = preset.parent / "runs" / "filler"

    def fill(self, *, leave: int = 0) -> None:
        """All but so many bytes."""
        room = os.statvfs(self.path.parent)
        size = room.f_bavail * room.f_frsize - leave
        with contextlib.suppress(OSError), self.path.open("ab", buffering=0) as file:
            while size > 0:
                size -= file.write(bytes(min(size, MB)))
            while not leave:
                file.write(bytes(512))

    def free(self) -> None:
        self.path.unlink(missing_ok=True)


@pytest.fixture
def filler(preset: Path) -> Filler:
    return Filler(preset)


class Pace:
    """Of the trainer: slow behind a step, so that there is time for what happens to its disk there."""

    def __init__(self, hurry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._hurry, self._set = hurry, monkeypatch.setenv
        self._set("STAND_IN_HURRY", str(hurry))

    def slow_after(self, step: int, seconds: float = 0.05) -> None:
        """Until then steps take `seconds`."""
        self._set("STAND_IN_SLOW_AFTER", str(step))
        self._set("STAND_IN_STEP_SECONDS", str(seconds))

    def hurry(self) -> None:
        """From now on, in further attempts too."""
        self._hurry.touch()


@pytest.fixture
def pace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pace:
    return Pace(tmp_path / "hurry", monkeypatch)


def train(preset: Path, on_event: Hear, sets: list[str] = WARN, stop: Stop | None = None) -> RunResult:
    return api.train(api.load_preset(preset, sets=sets), on_event=on_event, stop=stop)


def at_step(wanted: int, act: Callable[[], object]) -> Hear:
    """Does it once, when this step is told, or a later one."""
    done: list[bool] = []

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and record.event.step >= wanted and not done:
            done.append(True)
            act()

    return hear


def nothing(record: Record, snapshot: RunSnapshot) -> None:
    pass


def run_of(result: RunResult) -> Run:
    return Run(Path(result.folder))


ELSEWHERE = """
import os, sys
from pathlib import Path
from kohya_driver.errors import DriverError
from kohya_driver import load_preset, train
from kohya_driver.run import course
from kohya_driver.run.folder import Run
from tests.faults.test_disk import Filler

preset = Path(sys.argv[1])

def hear(record, snapshot):
    {act}

try:
    train(load_preset(preset, sets=["safety.disk=warn"]), on_event=hear)
except DriverError as failure:
    sys.exit(print(failure) or failure.exit_code)
"""


def train_elsewhere(preset: Path, act: str) -> tuple[int, str]:
    """In a process of its own, which ends: its exit code, and what it said. `act`: at each event."""
    body = textwrap.indent(textwrap.dedent(act).strip(), "    ").lstrip()
    command = [sys.executable, "-c", ELSEWHERE.replace("{act}", body), str(preset)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout


def only_run(preset: Path) -> Run:
    [run] = [run for run in runs_below(preset.parent) if run.plan_file.is_file()]
    return run


def test_a_checkpoint(preset: Path, filler: Filler, pace: Pace, table: Table) -> None:
    """Nothing can be written any more, not even what the engine says of it."""

    def fill() -> None:
        filler.fill()
        pace.hurry()

    pace.slow_after(EPOCH + 1)
    result = train(preset, at_step(EPOCH + 1, fill))
    run = run_of(result)
    assert (result.outcome, result.reason, result.attempts) == ("failed", "run.engine_failed", 1)
    assert result.diagnosis["kind"] == "save.disk_full"
    assert result.not_recovered == "recovery.no_use"
    assert [Path(path).name for path in result.checkpoints] == ["ning-000001.safetensors"]
    assert Path(result.state).name >= "step-00000016"
    assert run.result() == result and overview(run).state == "failed"
    assert not run.reserve_file.exists()
    filler.free()
    again = api.resume(run)
    assert (again.outcome, again.attempts, again.steps) == ("succeeded", 2, STEPS)
    told = [step for step, _, _ in run.snapshot().losses.points]
    lost = set(range(1, STEPS + 1)) - set(told)  # what could not be told, and was done before the state
    assert told == sorted(told) and lost <= set(range(EPOCH + 1, int(result.state[-2:]) + 1))
    table["full at a checkpoint", "told with its cause, the LoRA and the state before it kept, resumed"] += 1


def test_a_train_state(
    preset: Path, filler: Filler, pace: Pace, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    """The one behind the step at which the disk fills up, or the next one where that takes its time."""
    monkeypatch.setenv("STAND_IN_STATE_BYTES", str(40 * MB))
    pace.slow_after(2 * EVERY, 0.1)
    not_saved: list[int] = []
    saved: list[str] = []

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        filling(record, snapshot)
        if isinstance(record.event, StateNotSaved):
            not_saved.append(record.event.step)
            assert "No space left" in record.event.reason
            assert not Path(snapshot.folder, "states", f".step-{record.event.step:08d}").exists()
            filler.free()
            pace.hurry()
        elif isinstance(record.event, StateSaved):
            saved.append(Path(record.event.path).name)

    filling = at_step(EVERY + 1, lambda: filler.fill(leave=20 * MB))
    result = train(preset, hear)
    assert (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 1)
    assert not_saved and saved[0] == "step-00000004" and int(saved[-1][-2:]) > not_saved[-1]
    check_curve(run_of(result))
    table["no room for a train state", "told, the next one saved, succeeded"] += 1


def test_log_and_values(preset: Path, filler: Filler, pace: Pace, table: Table) -> None:
    """For a while nothing can be written at all; there is room again before the first checkpoint."""

    def free() -> None:
        filler.free()
        pace.hurry()

    def fill() -> None:
        filler.fill()
        threading.Timer(0.4, free).start()

    pace.slow_after(8, 0.1)
    result = train(preset, at_step(2, fill))
    run = run_of(result)
    assert (result.outcome, result.attempts, len(result.checkpoints)) == ("succeeded", 1, 2), result
    assert run.snapshot().step == result.steps == STEPS
    table["no room for log, values and events", "they have gaps, succeeded"] += 1


def test_events(preset: Path, filler: Filler, tmp_path: Path, table: Table) -> None:
    """Of all files only this one is on the full disk."""
    preset = write_project(tmp_path / "elsewhere", extra=EXTRA + SMALL)
    far = filler.path.with_name("events")
    moved: list[bool] = []

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        if not moved:
            moved.append(True)
            file = Run(Path(snapshot.folder)).events_file
            shutil.move(file, far)
            file.symlink_to(far)
            filler.fill()
        freeing(record, snapshot)

    freeing = at_step(EPOCH, filler.free)
    result = train(preset, hear)
    run = run_of(result)
    assert (result.outcome, result.attempts) == ("succeeded", 1)
    events = [record.event for record in run.events()]
    [told] = [event.text for event in events if isinstance(event, LogMessage) and event.source == "driver"]
    steps = [event.step for event in events if isinstance(event, StepDone)]
    assert "could not be written to events.jsonl" in told
    assert int(told.split()[0]) >= STEPS - len(steps) > 0
    assert steps == sorted(set(steps)) and steps[-1] == STEPS
    assert run.snapshot().outcome == "succeeded"
    table["no room for the events", "counted, told when there was room, succeeded"] += 1


def test_who_watches_cannot_be_written_down(
    preset: Path, filler: Filler, pace: Pace, monkeypatch: pytest.MonkeyPatch, table: Table
) -> None:
    """The disk is full when the engine has just been started, and no more at its first checkpoint."""
    start = process.start_child
    pace.slow_after(8)

    def free() -> None:
        filler.free()
        pace.hurry()

    def start_and_fill(command: list[str], **options: object) -> process.Child:
        child = start(command, **options)  # type: ignore[arg-type]
        if str(options["log"]).endswith("engine.log"):
            filler.fill()
            threading.Timer(0.4, free).start()
        return child

    monkeypatch.setattr(process, "start_child", start_and_fill)
    result = train(preset, nothing)
    assert (result.outcome, result.attempts) == ("succeeded", 1)
    table["full at the start", "the training goes on, succeeded"] += 1


def test_a_wish_to_stop_cannot_be_written_down(
    preset: Path, filler: Filler, pace: Pace, table: Table
) -> None:
    stop = Stop()
    pace.slow_after(2 * EVERY + 1)

    def fill_and_stop() -> None:
        filler.fill()
        stop.ask("SIGINT")

    result = train(preset, at_step(2 * EVERY + 1, fill_and_stop), stop=stop)
    run = run_of(result)
    assert (result.outcome, result.reason) == ("stopped", "run.stopped")
    assert result.seconds < process.INTERRUPT_SECONDS
    assert Path(result.state).name >= "step-00000008"
    filler.free()
    pace.hurry()
    assert api.resume(run).outcome == "succeeded"
    check_curve(run)
    table["full, and asked to stop", "stopped, resumed"] += 1


def test_the_result_makes_room_for_itself(preset: Path, filler: Filler, table: Table) -> None:
    """The states of a finished run are needed no more."""

    def hear(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, ProcessExited):
            Run(Path(snapshot.folder)).reserve_file.unlink()
            filler.fill()

    result = train(preset, hear)
    assert result.outcome == "succeeded" and run_of(result).result() == result
    table["no room for the result", "the states of the finished run gave way"] += 1


def test_the_result_has_no_room(
    preset: Path,
    filler: Filler,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    table: Table,
) -> None:
    """It is told, with the exit code of a full disk; and written by whoever looks at the run when there is room."""
    monkeypatch.setenv("STAND_IN_STATE_EVERY", "0")
    code, said = train_elsewhere(
        preset,
        """
        if record.event.kind == "process_exited":
            course.ROOM_SECONDS = 1.0
            Run(Path(snapshot.folder)).reserve_file.unlink()
            Filler(preset).fill()
        """,
    )
    run = only_run(preset)
    assert code == HostError.exit_code and f"The LoRA is whole: {run.plan().final}" in said
    assert run.plan().final.exists()
    assert run.state() == "cut off"
    assert main(["runs"]) == 0
    assert "cut off" in capsys.readouterr().out
    filler.free()
    assert main(["runs"]) == 0
    assert "done" in capsys.readouterr().out
    result = run.result()
    assert result and (result.outcome, result.steps, result.attempts) == ("succeeded", STEPS, 1)
    assert result.final == str(run.plan().final)
    check_curve(run)
    table["no room for the result at all", "exit code 5, the LoRA kept, written later by `runs`"] += 1


def test_it_stops_before_the_disk_is_full(
    preset: Path,
    filler: Filler,
    pace: Pace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    table: Table,
) -> None:
    monkeypatch.setattr(watchdog, "DISK_MARGIN", 20 * MB)
    monkeypatch.setattr(vitals, "DISK_SECONDS", 0.2)
    pace.slow_after(5)
    needed = disk_needed(api.plan(api.load_preset(preset)))

    def fill_later() -> None:
        wait(lambda: reached(preset, 5))
        filler.fill(leave=needed - 5 * MB)

    filling = threading.Thread(target=fill_later)
    filling.start()
    code = main(["train", str(preset), "--plain"])
    filling.join()
    said = capsys.readouterr()
    run = only_run(preset)
    result = run.result()
    assert result and (code, result.outcome, result.reason) == (10, "stopped", "trouble.disk"), said
    assert "left on the disk" in said.err and "kohya-driver resume" in said.err
    assert "Make room" in said.err
    assert Path(result.state).is_dir() and len(result.saved) == 1 and result.status == 0
    filler.free()
    pace.hurry()
    assert main(["resume", run.folder.name, "--plain"]) == 0
    check_curve(run)
    table["nearly full", "saved, stopped, resumed when there was room"] += 1


def test_an_end_that_nobody_saw(preset: Path, table: Table) -> None:
    """The supervisor is dead, and the trainer comes to its end before anybody looks."""
    train_elsewhere(preset, "if record.event.kind == 'step' and record.event.step == 5: os._exit(1)")
    run = only_run(preset)
    wait(lambda: not run.engine_alive())
    assert run.state() == "cut off"
    assert main(["show", str(run.folder)]) == 0
    result = run.result()
    assert result and (result.outcome, result.steps) == ("succeeded", STEPS)
    assert len([record for record in run.events() if isinstance(record.event, CheckpointSaved)]) == 2
    check_curve(run)
    table["the supervisor dies, the trainer ends alone", "judged by whoever looks: succeeded"] += 1


# What entry.py does in the engine's own process.

SCRIPT = """
import sys
from accelerate.tracking import TensorBoardTracker
tracker = TensorBoardTracker()
for step in range(3):
    print("x" * 100_000)
    sys.stderr.write("steps: 1%\\r" * 1000)
    sys.stderr.flush()
    tracker.log({"loss/current": 0.5}, step=step)
tracker.finish()
if len(sys.argv) > 1:
    tracker.log({}, step=0, failure=PermissionError(13, "no"))
"""
TRACKING = """
class TensorBoardTracker:
    def log(self, values, step=None, failure=None, **options):
        raise failure or OSError(28, "No space left on device")

    def finish(self):
        raise OSError(28, "No space left on device")
"""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_engines_own_words(tmp_path: Path, unbuffered: str, table: Table) -> None:
    """print and tqdm, and TensorBoard's writer, would end a training for want of room."""
    package = tmp_path / "script" / "accelerate"
    package.mkdir(parents=True)
    for name, text in {
        "__init__": "",
        "tracking": TRACKING,
        "optimizer": "class AcceleratedOptimizer:\n    def step(self): pass",
        "state": "class GradientState:\n    sync_gradients = True",
    }.items():
        (package / f"{name}.py").write_text(text)
    script = package.parent / "script.py"
    script.write_text(SCRIPT)
    with small_disk(tmp_path / "disk"):
        (tmp_path / "disk" / "filler").write_bytes(bytes(255 * MB))
        metrics, log = tmp_path / "disk" / "metrics.jsonl", tmp_path / "disk" / "log"
        with contextlib.suppress(OSError), log.open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        env = {**os.environ, "KOHYA_DRIVER_METRICS": str(metrics), "PYTHONUNBUFFERED": unbuffered}
        env.pop("KOHYA_DRIVER_ATTEMPT", None)
        for arguments, status in ([], 0), (["more"], 1):
            with log.open("ab") as file:
                command = [sys.executable, str(ENTRY), str(script), *arguments]
                assert subprocess.run(command, env=env, stdout=file, stderr=file).returncode == status
        (tmp_path / "disk" / "filler").unlink()
        roomy = [sys.executable, str(ENTRY), str(script)]
        assert subprocess.run(roomy, env=env, capture_output=True).returncode == 0
        lines = [json.loads(line) for line in metrics.read_text().splitlines()[-3:]]
        assert [line["step"] for line in lines] == [0, 1, 2]
    table["print, tqdm and TensorBoard on a full disk", "lost, the engine goes on"] += 1
