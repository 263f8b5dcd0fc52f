"""Two steps on the real engine, many times over: what `networks`, `optimizers` and `presets_started` have in common.

The engine's interpreter imports everything once (`inside/start_many.py`); each training is a fork of it, which runs the driver's
own entry and the engine's own script on a config that a plan made. That saves the half minute that a start takes for its imports and for
loading the base.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import psutil
from PIL import Image

from benchmarks.measure import machine
from benchmarks.memory_runs import SAMPLE_SECONDS, SPARE_BYTES, Watch, without_launcher
from benchmarks.tables import RESULTS
from kohya_driver import api, files, quickstart
from kohya_driver.engine.install import find_engine
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.run.attempt import begin_attempt
from kohya_driver.run.follow import Follower
from kohya_driver.run.prepare import prepare_folder

INSIDE = Path(__file__).parent / "inside"
THREADS = 1
"""Two wait for each other where anything else computes: seventeen seconds a step against one."""
SIDE = 64
PICTURES = 2
AFTER_LOADING = ("training", "sampling", "saving")
LAST_WORDS = re.compile(r"^(?:\w+\.)*\w*(?:Error|Exception|Interrupt)\b.*$", re.M)
SHRUNK = (
    f"dataset.resolution={SIDE}", "dataset.validation_split=0.0", "training.max_train_steps=2", "launch.device=cpu",
    f"launch.num_cpu_threads_per_process={THREADS}",
)  # fmt: skip
"""What costs, as small as it goes; all else stays as a preset has it."""
SMALL = (*SHRUNK, "dataset.enable_bucket=false", "precision.mixed_precision=no")


@dataclass(frozen=True, slots=True)
class Started:
    """How two steps went."""

    code: int
    reason: str
    """The last error in its log, or what is wrong with its file; empty if it trained."""
    moved: bool
    """Whether the file holds anything but zeros where it began with zeros: some optimizers wait for more steps than two."""
    trained: int
    """Numbers that the optimizer got."""
    kept: int
    """Numbers that the optimizer kept beside them."""
    file_bytes: int
    memory_bytes: int
    """The highest after the base was loaded; of anonymous memory."""
    step_seconds: float
    """Of the second step."""
    losses: tuple[float, ...]
    rates: tuple[float, ...]
    """Of the first part, at each step."""
    seconds: float
    final: Path

    @property
    def succeeded(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Fork:
    """A training, as `Watch` looks at one."""

    pid: int

    def tree(self) -> tuple[psutil.Process, ...]:
        return (psutil.Process(self.pid),) if psutil.pid_exists(self.pid) else ()


class Starter:
    """The engine's interpreter, with everything imported."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._child = subprocess.Popen(
            [str(engine.python), str(INSIDE / "start_many.py")],
            cwd=engine.checkout,
            env={
                **os.environ, "PYTHONPATH": str(engine.checkout), "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1",
                "OMP_NUM_THREADS": str(THREADS), "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1", "COLUMNS": "400",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        self._answer()

    def train(self, plan: Plan, refused: Sequence[str] = ()) -> Started:
        """Two steps as a plan says, or fewer, if it ends before.

        Args:
            refused: codes of errors in spite of which it is tried.
        """
        if any(finding.code not in refused for finding in plan.errors):
            plan.raise_for_errors()
        run = prepare_folder(plan)
        begin_attempt(run, plan, None)
        counts = run.folder / "counts.json"
        order = {
            "command": without_launcher(plan)[1:], "cwd": str(plan.engine.checkout), "log": str(run.log_file), "counts": str(counts),
            "environment": dict(plan.environment), "base": plan.training_config["pretrained_model_name_or_path"],
            "family": plan.family,
        }  # fmt: skip
        begin = time.monotonic()
        print(json.dumps(order), file=self._input, flush=True)
        watch, code = self._follow(Fork(self._answer()["pid"]), run.log_file)
        seconds = time.monotonic() - begin
        log = run.log_file.read_text(encoding="utf-8", errors="replace")
        lines = (
            [json.loads(one) for one in run.metrics_file.read_text().splitlines()]
            if run.metrics_file.exists()
            else []
        )
        steps = [line for line in lines if "loss/current" in line.get("values", {})]
        told = json.loads(counts.read_text()) if counts.exists() else {"trained": 0, "kept": 0}
        return Started(
            code=code,
            reason=_reason(code, log, plan, [line["values"]["loss/current"] for line in steps]),
            moved=code == 0 and "run.final_untrained" not in _faults(plan),
            trained=told["trained"],
            kept=told["kept"],
            file_bytes=plan.final.stat().st_size if plan.final.exists() else 0,
            memory_bytes=max((watch.peaks.get(phase, 0) for phase in AFTER_LOADING), default=0),
            step_seconds=next((round(b["time"] - a["time"], 3) for a, b in pairwise(steps)), 0.0),
            losses=tuple(line["values"]["loss/current"] for line in steps),
            rates=tuple(_rate(line["values"]) for line in steps),
            seconds=round(seconds, 1),
            final=plan.final,
        )

    def _follow(self, fork: Fork, log: Path) -> tuple[Watch, int]:
        watch, begin = Watch(Follower(log)), time.monotonic()
        done = psutil.Process(fork.pid)
        while done.is_running() and done.status() != psutil.STATUS_ZOMBIE:
            watch.look(fork, time.monotonic() - begin)  # type: ignore[arg-type]
            if watch.lowest_available < SPARE_BYTES // 2:
                done.kill()
            time.sleep(SAMPLE_SECONDS)
        return watch, self._answer()["code"]

    @property
    def _input(self) -> IO[str]:
        assert self._child.stdin is not None
        return self._child.stdin

    def _answer(self) -> dict[str, Any]:
        """The next line that is one of its own: imports print too."""
        assert self._child.stdout is not None
        for line in self._child.stdout:
            if line.startswith("{"):
                found: dict[str, Any] = json.loads(line)
                return found
        raise RuntimeError(f"the engine's interpreter has ended: {self._child.wait()}")

    def close(self) -> None:
        with self._child:
            self._input.close()
            self._child.wait(timeout=30)


def _rate(values: Mapping[str, float]) -> float:
    return next((value for name, value in values.items() if name.startswith("lr/") and "d*" not in name), 0.0)


@contextmanager
def starter() -> Iterator[Starter]:
    engine = find_engine()
    assert engine is not None, "install the engine first: kohya-driver engine install"
    made = Starter(engine)
    try:
        yield made
    finally:
        made.close()


def _reason(code: int, log: str, plan: Plan, losses: Sequence[float]) -> str:
    if code:
        said = LAST_WORDS.findall(log)
        return said[-1] if said else f"exit status {code}"
    if len(losses) != plan.steps:
        return f"{len(losses)} of {plan.steps} steps"
    return next((code for code in _faults(plan) if code != "run.final_untrained"), "")


def _faults(plan: Plan) -> list[str]:
    return [finding.code for finding in check_lora(plan.final)]


def make_project(folder: Path, family: str = "sd15") -> Path:
    """Noise for pictures, and a base with random weights. Returns the preset."""
    engine = find_engine()
    assert engine is not None
    for number in range(PICTURES):
        path = folder / "image" / "1_photos" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((SIDE, SIDE), 80 + number).convert("RGB").save(path)
        path.with_suffix(".txt").write_text("photos, noise", encoding="utf-8")
    values = {
        "model": {"base": str(quickstart.random_base(engine, family))},
        "dataset": {"trigger": "photos", "train_data_dir": "image"},
    }
    preset = folder / "preset.toml"
    preset.write_text(files.dump_toml(values), encoding="utf-8")
    return preset


def plan_of(preset: Path, sets: Sequence[str]) -> Plan:
    return api.plan(load_preset(preset, sets=[*SMALL, *sets]))


def result_file(name: str) -> Path:
    return RESULTS / f"{name}.json"


def read_rows(name: str) -> dict[str, dict[str, Any]]:
    """What is kept, by its first column."""
    path = result_file(name)
    return {row["name"]: row for row in files.read_json(path)["rows"]} if path.exists() else {}


def keep_row(name: str, row: dict[str, Any], order: Sequence[str]) -> None:
    keep_rows(name, [row], order)


def keep_rows(name: str, found: Sequence[dict[str, Any]], order: Sequence[str]) -> None:
    """Write more rows, in this order; what is no longer asked for goes."""
    engine = find_engine()
    assert engine is not None
    rows = {**read_rows(name), **{row["name"]: row for row in found}}
    value = {
        "date": str(date.today()),
        "machine": machine(),
        "engine": engine.commit,
        "rows": [rows[one] for one in order if one in rows],
    }
    RESULTS.mkdir(parents=True, exist_ok=True)
    result_file(name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
