"""Trains for a few steps in many ways on the real engine, and keeps what memory and time each phase took.

`python benchmarks/memory_runs.py` runs every case that has no measurement yet; names as arguments run those again;
`--table` prints what the model says of each.
What comes out stands in tests/golden/memory, one file per case: unit tests hold the model of
kohya_driver/planning/memory.py against it. A case takes half a minute to four minutes, and SDXL 17 GB of free memory.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measure import machine
from kohya_driver import api, files, process, quickstart
from kohya_driver.engine.install import find_engine
from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.model import PhaseChanged
from kohya_driver.events.parse import Parser
from kohya_driver.planning.memory import Workload, predict_phases
from kohya_driver.planning.model import Plan
from kohya_driver.run.attempt import begin_attempt
from kohya_driver.run.folder import Run
from kohya_driver.run.follow import Follower
from kohya_driver.run.prepare import prepare_folder

RESULTS = Path(__file__).parent.parent / "tests" / "golden" / "memory"
SAMPLE_SECONDS = 0.1
SPARE_BYTES = 3 << 30
NEEDED_BYTES = {"sd15": 11 << 30, "sdxl": 20 << 30}
"""Free memory that a case waits for."""
PICTURES = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One way to train. `use` is `fit` or `check`: only the former may be used to find the model's numbers."""

    name: str
    use: str
    family: str
    resolution: int
    sets: tuple[str, ...] = ()
    launcher: bool = False


BATCH = "training.train_batch_size={}".format
CHECKPOINTING = "training.gradient_checkpointing=true"
NO_CHECKPOINTING = "training.gradient_checkpointing=false"
UNET_ONLY = "network.train_unet_only=true"
CACHED_TEXTS = "training.cache_text_encoder_outputs=true"
PLAIN = 'training.attention="plain"'
BF16 = 'precision.mixed_precision="bf16"'
SAMPLING = 'sampling.prompts=["photos, a cup"]'
NO_CACHE = "training.cache_latents=false"

CASES = (
    Case("sd15-64", "fit", "sd15", 64, (NO_CHECKPOINTING,)),
    Case("sd15-256-b1", "fit", "sd15", 256, (NO_CHECKPOINTING,)),
    Case("sd15-256-b4", "check", "sd15", 256, (NO_CHECKPOINTING, BATCH(4))),
    Case("sd15-512-b1", "check", "sd15", 512, (NO_CHECKPOINTING,)),
    Case("sd15-256-b2-checkpointing", "fit", "sd15", 256, (CHECKPOINTING, BATCH(2))),
    Case("sd15-512-b1-checkpointing", "fit", "sd15", 512, (CHECKPOINTING,)),
    Case("sd15-384-b2-checkpointing", "check", "sd15", 384, (CHECKPOINTING, BATCH(2))),
    Case("sd15-256-b2-unet-only", "check", "sd15", 256, (NO_CHECKPOINTING, BATCH(2), UNET_ONLY)),
    Case("sd15-128-b4-no-cache", "check", "sd15", 128, (NO_CHECKPOINTING, BATCH(4), NO_CACHE)),
    Case("sd15-384-no-cache", "check", "sd15", 384, (CHECKPOINTING, NO_CACHE)),
    Case("sd15-384-plain", "fit", "sd15", 384, (NO_CHECKPOINTING, PLAIN)),
    Case("sd15-512-plain-checkpointing", "check", "sd15", 512, (CHECKPOINTING, PLAIN)),
    Case("sd15-256-dim128", "check", "sd15", 256, (NO_CHECKPOINTING, "network.dim=128")),
    Case("sd15-384-sampling", "fit", "sd15", 384, (CHECKPOINTING, SAMPLING, "sampling.steps=2")),
    Case("sd15-256-bf16", "check", "sd15", 256, (NO_CHECKPOINTING, BF16)),
    Case("sd15-128-launcher", "check", "sd15", 128, (NO_CHECKPOINTING, BATCH(2)), launcher=True),
    Case("sdxl-64", "check", "sdxl", 64, (CHECKPOINTING, UNET_ONLY, CACHED_TEXTS)),
    Case("sdxl-256", "fit", "sdxl", 256, (NO_CHECKPOINTING, UNET_ONLY, CACHED_TEXTS)),
    Case("sdxl-256-checkpointing", "fit", "sdxl", 256, (CHECKPOINTING, UNET_ONLY, CACHED_TEXTS)),
    Case("sdxl-128-b2-texts", "check", "sdxl", 128, (CHECKPOINTING, UNET_ONLY, BATCH(2))),
    Case("sdxl-64-text-encoders", "check", "sdxl", 64, (CHECKPOINTING,)),
    Case("sdxl-256-bf16", "fit", "sdxl", 256, (NO_CHECKPOINTING, UNET_ONLY, CACHED_TEXTS, BF16)),
    Case("sdxl-512-bf16-checkpointing", "check", "sdxl", 512, (CHECKPOINTING, UNET_ONLY, CACHED_TEXTS, BF16)),
)


@dataclass(slots=True)
class Watch:
    """Follows one engine: the largest memory of its tree in each phase, and when each phase began."""

    log: Follower
    phase: str = "starting"
    peaks: dict[str, int] = field(default_factory=dict)
    begins: list[tuple[str, float]] = field(default_factory=list)
    lowest_available: int = 1 << 62
    _parser: Parser = field(default_factory=Parser)
    _splitter: LineSplitter = field(default_factory=LineSplitter)

    def look(self, child: process.Child, elapsed: float) -> None:
        used = sum(map(anonymous_bytes, child.tree()))
        self.peaks[self.phase] = max(used, self.peaks.get(self.phase, 0))
        self.lowest_available = min(self.lowest_available, psutil.virtual_memory().available)
        while data := self.log.read():
            for line in self._splitter.feed(data):
                for event in self._parser.feed(line):
                    if isinstance(event, PhaseChanged):
                        self.phase = event.phase
                        self.begins.append((event.phase, round(elapsed, 2)))


def anonymous_bytes(one: psutil.Process) -> int:
    """What no file stands behind: it must be in memory, or in swap."""
    try:
        memory = one.memory_info()
    except psutil.Error:
        return 0
    return max(0, memory.rss - memory.shared)


def measure(case: Case, folder: Path) -> dict[str, Any]:
    plan = make_plan(case, folder)
    plan.raise_for_errors()
    run = prepare_folder(plan)
    begin_attempt(run, plan, None)
    command = plan.command if case.launcher else without_launcher(plan)
    environment = process.clean_environment(
        {**plan.environment, "OMP_NUM_THREADS": str(plan.threads)}, plan.removed_environment
    )
    begin = time.monotonic()
    child = process.start_child(
        command, cwd=plan.engine.checkout, env=environment, log=run.log_file, mark=str(run.folder)
    )
    watch = Watch(Follower(run.log_file))
    try:
        while child.poll() is None:
            watch.look(child, time.monotonic() - begin)
            if watch.lowest_available < SPARE_BYTES:
                raise MemoryError(f"{case.name}: less than {SPARE_BYTES >> 30} GB are left")
            time.sleep(SAMPLE_SECONDS)
    finally:
        process.sweep(child)
    if child.poll() != 0:
        raise RuntimeError(run.log_file.read_text(encoding="utf-8", errors="replace")[-3000:])
    return report(case, plan, run, watch, time.monotonic() - begin)


def make_plan(case: Case, folder: Path) -> Plan:
    engine = find_engine()
    assert engine is not None, "install the engine first: kohya-driver engine install"
    base = quickstart.random_base(engine, case.family)
    side = case.resolution
    for number in range(PICTURES):
        path = folder / "image" / "1_photos" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.effect_noise((side, side), 80 + number).convert("RGB").save(path)
        path.with_suffix(".txt").write_text("photos, noise", encoding="utf-8")
    values = {
        "model": {"base": str(base)},
        "dataset": {
            "trigger": "photos",
            "train_data_dir": "image",
            "resolution": side,
            "enable_bucket": False,
        },
        "network": {"dim": 16, "alpha": 8.0},
        "training": {"max_train_steps": 2},
        "precision": {"mixed_precision": "no"},
    }
    preset = folder / "preset.toml"
    preset.write_text(files.dump_toml(values), encoding="utf-8")
    return api.plan(api.load_preset(preset, sets=list(case.sets)))


def without_launcher(plan: Plan) -> list[str]:
    place = next(number for number, part in enumerate(plan.command) if part.endswith("entry.py"))
    return [plan.command[0], *plan.command[place:]]


def report(case: Case, plan: Plan, run: Run, watch: Watch, seconds: float) -> dict[str, Any]:
    times = [json.loads(line)["time"] for line in run.metrics_file.read_text(encoding="utf-8").splitlines()]
    kept = ("network_dim", "train_batch_size", "gradient_checkpointing", "sdpa", "cache_latents", "vae_batch_size",
            "network_train_unet_only", "cache_text_encoder_outputs", "mixed_precision", "lowram",
            "gradient_accumulation_steps", "optimizer_type", "max_data_loader_n_workers", "network_module",
            "network_args", "sample_prompts")  # fmt: skip
    return {
        "case": case.name,
        "use": case.use,
        "machine": machine(),
        "engine": plan.engine_commit,
        "family": plan.family,
        "device": plan.device,
        "launcher": case.launcher,
        "pictures": plan.images,
        "steps": plan.steps,
        "training": {name: plan.training_config[name] for name in kept if name in plan.training_config},
        "resolution": case.resolution,
        "peak_bytes": watch.peaks,
        "phases": watch.begins,
        "seconds": round(seconds, 2),
        "step_seconds": [round(b - a, 3) for a, b in pairwise(times)],
    }


def table() -> str:
    """Predicted against measured peaks, as Markdown, in GB of a thousand million bytes."""
    lines = ["| run | used to | measured | predicted | off by |", "|---|---|---|---|---|"]
    for path in sorted(RESULTS.glob("*.json")):
        run = files.read_json(path)
        real, phases = max(run["peak_bytes"].values()), predict_phases(workload(run))
        said = max(phases.values())
        use = "find the numbers" if run["use"] == "fit" else "check them"
        lines.append(
            f"| `{run['case']}` | {use} | {real / 1e9:.2f} | {said / 1e9:.2f} | {said / real - 1:+.1%} |"
        )
    return "\n".join(lines)


def workload(run: Mapping[str, Any]) -> Workload:
    """Of a kept measurement."""
    size = (run["resolution"], run["resolution"])
    drawn = size if run.get("sampling") else None
    return Workload(run["family"], run["device"], run["training"], size, drawn, launcher=run["launcher"])


def main(names: list[str]) -> None:
    if names == ["--table"]:
        print(table())
        return
    RESULTS.mkdir(parents=True, exist_ok=True)
    by_name = {case.name: case for case in CASES}
    for case in [by_name[name] for name in names] if names else CASES:
        result = RESULTS / f"{case.name}.json"
        if not names and result.exists():
            continue
        while psutil.virtual_memory().available < NEEDED_BYTES[case.family]:
            time.sleep(5)
        with tempfile.TemporaryDirectory() as folder:
            measured = measure(case, Path(folder))
        measured["training"].pop("sample_prompts", None) and measured.update(sampling=True)
        result.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
        peaks = {phase: f"{used / 1e9:.2f}" for phase, used in measured["peak_bytes"].items()}
        print(case.name, peaks, measured["step_seconds"], measured["seconds"], flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
