"""`doctor --train`: what faults of a device make of the losses, and what mere rounding does, against its limit."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.measure import Row, keep
from kohya_driver import process
from kohya_driver.engine import entry_script
from kohya_driver.engine.kinds import EMBEDDED, kind_of
from kohya_driver.host import probe_host
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.preset.load import load_preset
from kohya_driver.run.prepare import prepare_folder
from kohya_driver.trial import LIMIT, Trained, Trial, write_project

FAULTS = ("", "rounding", "zero_gradient", "gradient_too_large", "attention_of_strides", "silu_of_a_permuted")
FAULTY = Path(__file__).parents[1] / "tests" / "contract" / "inside" / "faulty_trainer.py"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        trained = {fault: train(Path(folder) / (fault or "sound"), fault) for fault in FAULTS}
    rows = []
    for fault in FAULTS[1:]:
        trial = Trial(trained[fault], trained[""])
        bound = f"<= {LIMIT}" if fault == "rounding" else f"> {LIMIT}"
        rows.append(Row(f"largest difference of a loss: {fault}", trial.largest, "share", bound=bound))
        print(f"{fault:24} {trial.largest:10.2g}  {'sound' if trial.is_right else 'found'}")
    keep("trial", rows)


def train(folder: Path, fault: str) -> Trained:
    """A trial's training, on a torch with this fault; "" for none."""
    kind = kind_of(EMBEDDED)
    engine = kind.find()
    assert engine is not None, "the embedded engine is not installed"
    base = kind.random_base(engine, "sd15", lambda share: None)
    preset = load_preset(write_project(folder, base, "cpu"))
    plan = build_plan(read_inputs(preset, probe_host(), folder / "run"))
    plan.raise_for_errors()
    prepare_folder(plan)
    alone = {name: value for name, value in plan.environment.items() if name != "KOHYA_DRIVER_ATTEMPT"}
    env = {**alone, "KOHYA_DRIVER_FAULT": fault, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    command = [engine.python, entry_script(), FAULTY, "--config_file", plan.folder / "config.toml"]
    done = subprocess.run(
        list(map(str, command)),
        cwd=engine.checkout,
        env=process.clean_environment(env),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = map(json.loads, (plan.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
    losses = tuple(float(line["values"]["loss/current"]) for line in lines if "values" in line)
    return Trained("cpu", losses, 0.0)


if __name__ == "__main__":
    main()
