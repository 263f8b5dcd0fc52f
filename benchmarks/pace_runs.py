"""Benches this machine, then trains a few ways and sets what the bench predicted against what each took.

The result stands in tests/golden/pace.json; docs/memory.md shows it. It takes seven minutes on two processor cores that have nothing else to do:
beside another busy process a step takes several times as long.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measure import machine
from kohya_driver import api, bench, quickstart
from kohya_driver.engine.install import find_engine
from kohya_driver.planning.needs import work_of
from kohya_driver.planning.pace import Amount, Measured, TimeUse, Work, estimate

RESULT = Path(__file__).parent.parent / "tests" / "golden" / "pace.json"
BENCH_RESOLUTION = 128
RUNS: tuple[tuple[int, int, int, tuple[str, ...]], ...] = (
    (128, 1, 12, ()),
    (128, 2, 8, ()),
    (192, 1, 8, ()),
    (192, 1, 8, ("training.gradient_checkpointing=true",)),
)
"""Resolution, batch, steps, what else is set."""


def main() -> None:
    engine = find_engine()
    assert engine is not None, "install the engine first: kohya-driver engine install"
    benched = bench.bench(engine, resolution=BENCH_RESOLUTION)
    assert benched is not None
    value = {
        "machine": machine(),
        "bench": benched.measured.to_json(),
        "runs": [run(engine, benched.measured, *settings) for settings in RUNS],
    }
    RESULT.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(table())


def run(
    engine: api.Engine, measured: Measured, resolution: int, batch: int, steps: int, sets: tuple[str, ...]
) -> dict[str, object]:
    base = quickstart.random_base(engine)
    with tempfile.TemporaryDirectory() as folder:
        preset = bench.write_project(Path(folder), base, "sd15", resolution, steps=steps, batch=batch)
        plan = api.plan(api.load_preset(preset, sets=list(sets)))
        work = work_of(plan.family, plan.device, plan.training_config, plan.buckets)
        amount = Amount(plan.steps, plan.images, plan.samples, len(plan.checkpoints))
        result = api.train(api.load_preset(preset, sets=list(sets)))
        result.raise_for_failure()
    said = estimate(work, amount, [measured])
    print(resolution, batch, steps, sets, said, result.seconds, flush=True)
    return {"work": asdict(work), "amount": asdict(amount), "seconds": result.seconds}


def table() -> str:
    """What the bench says of each run, as Markdown."""
    lines = ["| training | real | predicted | its middle is off by |", "|---|---|---|---|"]
    for work, amount, seconds, said in read():
        kind = f"{work.pixels**0.5:.0f} px, batch {work.batch}, {amount.steps} steps"
        kind += ", checkpointing" if work.checkpointing else ""
        middle = (said.seconds_low + said.seconds_high) / 2
        lines.append(
            f"| {kind} | {seconds:.0f} s | {said.seconds_low:.0f} to {said.seconds_high:.0f} s | "
            f"{middle / seconds - 1:+.0%} |"
        )
    return "\n".join(lines)


def read() -> list[tuple[Work, Amount, float, TimeUse]]:
    """Each kept run with what the bench, and nothing else, says of it."""
    value = json.loads(RESULT.read_text(encoding="utf-8"))
    measured, found = Measured.from_json(value["bench"]), []
    for one in value["runs"]:
        work, amount = Work(**one["work"]), Amount(**one["amount"])
        said = estimate(work, amount, [measured])
        assert said is not None
        found.append((work, amount, float(one["seconds"]), said))
    return found


if __name__ == "__main__":
    main()
