"""The same short training on this machine's device and on its processor: whether both compute the same.

The embedded engine draws all its random numbers on the processor, so that the losses of both can be held against each
other, step by step. What a step makes of the weights shows in the losses of the next ones: so gradients and the optimizer are tried
too. Only the first few are compared, as training makes ever more of the differences of mere rounding (benchmarks/trial.py).
"""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kohya_driver import files, texts
from kohya_driver.checkup.model import Item, OnStep
from kohya_driver.dataset.noise import noise_picture
from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.errors import DriverError, Finding, RunError, Severity, error
from kohya_driver.events.model import StepDone
from kohya_driver.host import Host, probe_host
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.preset.load import load_preset
from kohya_driver.run.folder import Run
from kohya_driver.run.start import start_run

STEPS = 20
COMPARED = 5
"""The first steps, whose losses are compared; the others tell the speed."""
SIDE = 64
PICTURES = 4
RATE, EPSILON = 5e-2, 1e-1
"""An epsilon this large makes AdamW's step follow the gradient. Its sign alone would turn with rounding where it is near zero."""
LIMIT = 1e-3
"""Of the largest difference of a loss, as a share of it."""
CPU = "cpu"


@dataclass(frozen=True, slots=True)
class Trained:
    """One of the two trainings."""

    device: str
    losses: tuple[float, ...]
    step_seconds: float
    """The median step's."""

    def to_json(self) -> dict[str, Any]:
        """JSON has no NaN."""
        losses = [loss if math.isfinite(loss) else None for loss in self.losses]
        return {"device": self.device, "losses": losses, "step_seconds": self.step_seconds}


@dataclass(frozen=True, slots=True)
class Trial:
    """Both trainings. On a machine without a graphics part both are the processor's."""

    device: Trained
    cpu: Trained

    @property
    def differences(self) -> tuple[float, ...]:
        """Of each step's losses, as a share of the processor's."""
        pairs = zip(self.device.losses, self.cpu.losses, strict=True)
        return tuple(abs(found - wanted) / max(abs(wanted), 1e-12) for found, wanted in pairs)

    @property
    def compared(self) -> tuple[float, ...]:
        return self.differences[:COMPARED]

    @property
    def largest(self) -> float:
        """Infinite where one of them has lost its numbers."""
        return max((math.inf if math.isnan(each) else each for each in self.compared), default=0.0)

    @property
    def is_right(self) -> bool:
        return self.largest <= LIMIT

    @property
    def speed(self) -> float:
        """How many times as fast as the processor the device trains so small a model."""
        return self.cpu.step_seconds / max(self.device.step_seconds, 1e-9)

    def to_json(self) -> dict[str, Any]:
        return {
            "steps": STEPS,
            "compared": COMPARED,
            "limit": LIMIT,
            "largest_difference": self.largest if math.isfinite(self.largest) else None,
            "device": self.device.to_json(),
            "cpu": self.cpu.to_json(),
        }


def trial_item(on_step: OnStep = lambda sentence: None) -> Item:
    """Train twice and say how it went, as an item of a checkup. Nothing is raised for what does not work."""
    if kind_of(EMBEDDED).find() is None:
        missing = Finding("doctor.train_missing", Severity.WARNING)
        return Item("engine", "training", "doctor.train_not_made", findings=(missing,))
    try:
        return judged(try_training(probe_host(), on_step))
    except DriverError as failure:
        return Item("engine", "training", "doctor.train_not_made", findings=failure.findings)


def judged(trial: Trial) -> Item:
    values = {
        "device": trial.device.device,
        "steps": STEPS,
        "compared": COMPARED,
        "largest": f"{100 * trial.largest:.2g}",
        "limit": f"{100 * LIMIT:g}",
        "speed": f"{trial.speed:.1f}",
        "seconds": f"{trial.device.step_seconds:.2g}",
    }
    code = "doctor.train_twice" if trial.device.device == CPU else "doctor.train_both"
    wrong = () if trial.is_right else (error("doctor.train_differs", **values),)
    return Item("engine", "training", code, values, wrong, trial.to_json())


def try_training(host: Host, on_step: OnStep) -> Trial:
    """
    Raises:
        DriverError: one of the trainings could not be made, or failed.
    """
    kind = kind_of(EMBEDDED)
    engine = kind.find()
    assert engine is not None
    base = kind.random_base(engine, "sd15", lambda share: None)
    trained = []
    with tempfile.TemporaryDirectory(prefix="kohya-driver-trial-") as folder:
        for number, device in enumerate((host.accelerator, CPU)):
            on_step(texts.say("doctor.step_train", device=device, number=number + 1))
            trained.append(_train(write_project(Path(folder) / str(number), base, device), host))
    return Trial(*trained)


def write_project(folder: Path, base: Path, device: str) -> Path:
    """Pictures of noise with captions, and a preset; returns the preset."""
    for number in range(PICTURES):
        path = folder / "image" / "1_noise" / f"{number}.png"
        files.write_bytes(path, noise_picture(SIDE, seed=number))
        files.write_text(path.with_suffix(".txt"), f"noise, picture {number}\n")
    values = {
        "model": {"base": str(base)},
        "dataset": {
            "trigger": "noise",
            "train_data_dir": "image",
            "resolution": SIDE,
            "enable_bucket": False,
        },
        "network": {"dim": 8, "alpha": 8.0},
        "optimizer": {
            "args": {"eps": EPSILON},
            "learning_rate": RATE,
            "lr_scheduler": "constant",
            "lr_warmup_steps": 0,
        },
        "training": {"max_train_steps": STEPS},
        # Half precision rounds a thousand times as much as what is looked for here.
        "precision": {"mixed_precision": "no"},
        "launch": {"engine": EMBEDDED, "device": device},
        "saving": {"output_name": "trial"},
        "safety": {"recover": 0},
    }
    preset = folder / "preset.toml"
    files.write_text(preset, files.dump_toml(values))
    return preset


def _train(preset_file: Path, host: Host) -> Trained:
    plan = build_plan(read_inputs(load_preset(preset_file), host, preset_file.parent / "run"))
    result = start_run(plan, source=None)
    if result.outcome == "failed":
        last = result.evidence.strip().rpartition("\n")[2]
        reason = texts.say(result.reason, **result.reason_values)
        raise RunError("doctor.train_failed", device=plan.device, reason=reason, last=last)
    if result.outcome != "succeeded":
        raise RunError("doctor.train_stopped")
    steps = list(_steps(Run(plan.folder)))
    return Trained(plan.device, tuple(loss for _, loss in steps), _median_step([at for at, _ in steps]))


def _steps(run: Run) -> Iterator[tuple[float, float]]:
    """When each step was done, and its loss."""
    for record in run.events():
        if isinstance(record.event, StepDone):
            yield record.time, record.event.loss


def _median_step(times: Sequence[float]) -> float:
    return statistics.median(after - before for before, after in itertools.pairwise(times))
