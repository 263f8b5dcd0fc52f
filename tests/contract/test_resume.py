"""Stopped, saved, killed and resumed on the real engine, at random steps: the end is that of a training never interrupted.

One training is made in one piece; each of the others must come to the same file names, rates, losses and weights, to the bit.
That is so on a processor with one thread, where the engine's own arithmetic repeats itself. These take minutes each; the same
machinery is held every day on the embedded engine (tests/embedded/test_resume.py), and what it takes hold of in sd-scripts by
test_entry.py.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kohya_driver import api, files, process
from kohya_driver.engine.weights import read_header
from kohya_driver.events.model import Record, Resumed, StateSaved, StepDone
from kohya_driver.events.snapshot import RunSnapshot
from kohya_driver.run.stop import Stop
from tests.project import write_picture

pytestmark = [pytest.mark.engine, pytest.mark.long]

PRESET = """
[dataset]
trigger = "ning"
train_data_dir = "image"
resolution = 64
shuffle_caption = true
caption_dropout_rate = 0.1

[network]
dim = 2
alpha = 1.0

[training]
max_train_epochs = 4
gradient_accumulation_steps = 2
seed = 7

[sampling]
prompts = ["{trigger}, smile"]
every_n_epochs = 2
steps = 2

[saving]
every_n_epochs = 1
every_n_steps = 5

[launch]
num_cpu_threads_per_process = 1

[safety]
notify = false
"""
PICTURES = 7
STEPS = 16
"""Seven pictures in two shapes are seven batches; two make a step, and the last of an epoch stands alone."""
SECONDS = 500


def project(folder: Path, base: Path, extra: str = "") -> Path:
    for number in range(PICTURES):
        size = (64, 96) if number % 2 else (96, 64)
        write_picture(folder / "image" / "1_ning" / f"{number}.png", size, "ning, red, blue, green, smile")
    preset = folder / "preset.toml"
    preset.write_text(f'[model]\nbase = "{base}"\n{PRESET}{extra}', encoding="utf-8")
    return preset


@pytest.fixture(scope="module")
def whole(random_base: Path, tmp_path_factory: pytest.TempPathFactory) -> api.Run:
    """The training that nothing interrupted."""
    result = api.train(api.load_preset(project(tmp_path_factory.mktemp("whole"), random_base)))
    assert (result.outcome, result.steps) == ("succeeded", STEPS)
    return api.open_run(result.folder)


def tensors(path: Path) -> dict[str, bytes]:
    data = path.read_bytes()
    return {
        name: data[tensor.start : tensor.start + tensor.size_bytes]
        for name, tensor in read_header(path).tensors.items()
    }


def curve(run: api.Run) -> list[tuple[int, float, float, dict[str, float]]]:
    """Every step as it was told first after the place where the run went on: number, loss, average, rates."""
    steps: dict[int, StepDone] = {}
    for record in run.events():
        if isinstance(record.event, Resumed):
            steps = {step: event for step, event in steps.items() if step <= record.event.step}
        elif isinstance(record.event, StepDone):
            steps.setdefault(record.event.step, record.event)
    return [(n, e.loss, e.average_loss, dict(e.learning_rates)) for n, e in sorted(steps.items())]


def names(run: api.Run) -> list[str]:
    return sorted(path.name for path in (run.folder / "models").glob("*.safetensors"))


def sample_starts(run: api.Run) -> list[str]:
    """Samples by step and prompt; the time of day stands behind."""
    return sorted({path.name[:15] for path in (run.folder / "models" / "sample").glob("*.png")})


def assert_same(run: api.Run, whole: api.Run) -> None:
    assert curve(run) == curve(whole)
    assert [point[0] for point in run.snapshot().losses.points] == list(range(1, STEPS + 1))
    assert names(run) == names(whole)
    assert sample_starts(run) == sample_starts(whole)
    for name in names(whole):
        assert tensors(run.folder / "models" / name) == tensors(whole.folder / "models" / name), name
    assert not process.marked(str(run.folder))


def stopping_at(step: int) -> tuple[Stop, Callable[[Record, RunSnapshot], None]]:
    stop = Stop()

    def watch(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and record.event.step >= step and not stop.asked:
            stop.ask()

    return stop, watch


def lora_at_stop(result: api.RunResult) -> Path:
    """The LoRA that a stop left."""
    return lora_at(result, result.steps)


def lora_at(result: api.RunResult, step: int) -> Path:
    """The LoRA that was asked for. Where the preset asks for one at that very step, it is that one."""
    (found,) = (
        Path(one) for one in (*result.saved, *result.checkpoints) if Path(one).stem.endswith(f"{step:08d}")
    )
    return found


def states(run: api.Run) -> list[int]:
    """The steps of the train states that the driver has asked for, by wish or by the clock."""
    saved = (Path(record.event.path).name for record in run.events() if isinstance(record.event, StateSaved))
    return [int(name.removeprefix("step-")) for name in saved]


def test_stopped_and_resumed_three_times(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    at = sorted(random.sample(range(1, STEPS // 2), 3))
    print(f"stopped after steps {at}")
    stop, watch = stopping_at(at[0])
    result = api.train(api.load_preset(project(tmp_path, random_base)), on_event=watch, stop=stop)
    for step in [*at[1:], STEPS + 1]:
        assert (result.outcome, result.status) == ("stopped", 0), result.evidence
        assert Path(result.state).is_dir() and lora_at_stop(result).is_file()
        reached = result.steps
        stop, watch = stopping_at(max(step, reached + 1))
        result = api.resume(result.folder, on_event=watch, stop=stop)
        if result.outcome == "succeeded":
            break
    assert (result.outcome, result.steps) == ("succeeded", STEPS), result.evidence
    run = api.open_run(result.folder)
    assert result.attempts >= 3
    assert_same(run, whole)
    # What was saved at a stop is the training as it stood there.
    assert all(
        read_header(Path(path)).metadata["ss_steps"] == Path(path).stem[-8:].lstrip("0")
        for path in result.saved
    )


def test_killed_and_resumed_by_itself(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    """With a train state every few seconds; the trainer is killed some time after the second."""
    seen = 0
    at = random.randint(2, 4)

    def kill(record: Record, snapshot: RunSnapshot) -> None:
        nonlocal seen
        seen += isinstance(record.event, StateSaved)
        if seen == at and snapshot.attempt == 1 and isinstance(record.event, StepDone):
            seen += 1
            os.kill(files.read_json(Path(snapshot.folder) / "trainer.json")["pid"], signal.SIGKILL)

    preset = project(tmp_path, random_base, "autosave_minutes = 0.03\n")
    result = api.train(api.load_preset(preset), on_event=kill)
    assert (result.outcome, result.attempts) == ("succeeded", 2), result.evidence
    run = api.open_run(result.folder)
    assert next(record.event.step for record in run.events() if isinstance(record.event, Resumed)) > 0
    assert_same(run, whole)


def test_the_launcher_is_killed(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    """The trainer goes on without it, and is followed to its end."""
    at = random.randint(1, STEPS - 4)

    def kill(record: Record, snapshot: RunSnapshot) -> None:
        if isinstance(record.event, StepDone) and record.event.step == at and snapshot.pid:
            os.kill(snapshot.pid, signal.SIGKILL)

    preset = api.load_preset(project(tmp_path, random_base), sets=["launch.launcher=accelerate"])
    result = api.train(preset, on_event=kill)
    assert (result.outcome, result.attempts, result.status) == ("succeeded", 1, 0), result.evidence
    assert_same(api.open_run(result.folder), whole)


def test_asked_to_save_and_then_orphaned(whole: api.Run, random_base: Path, tmp_path: Path) -> None:
    """`save --sample`, then the supervisor is killed: whoever looks next gives the training a new one."""
    preset = project(tmp_path, random_base)
    child = subprocess.Popen(
        [sys.executable, "-m", "kohya_driver", "train", str(preset), "--plain"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    run = api.Run(tmp_path / "runs" / "ning-001")
    wait(lambda: run.snapshot().step >= 2)
    assert cli("save", str(run.folder), "--sample") == 0
    wait(lambda: states(run))
    child.kill()
    child.wait()
    assert run.state() == "unwatched"
    assert cli("watch", str(run.folder), "--plain") == 0
    result = run.result()
    assert result and (result.outcome, result.attempts) == ("succeeded", 1)
    assert lora_at(result, states(run)[0]).is_file()
    drawn = [path.name for path in (run.folder / "models" / "sample").glob("*.png")]
    asked_for = [name for name in drawn if not any(name.startswith(start) for start in sample_starts(whole))]
    assert len(asked_for) == 1
    (run.folder / "models" / "sample" / asked_for[0]).unlink()
    assert_same(run, whole)


def wait(look: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not look():
        assert time.monotonic() < end
        time.sleep(0.2)


def cli(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "kohya_driver", *arguments], timeout=SECONDS).returncode
