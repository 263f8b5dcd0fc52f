"""Memory and time on the real engine: what a plan predicts against what a small training takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import memory_runs
from kohya_driver import bench
from kohya_driver.engine.model import Engine
from kohya_driver.planning.memory import predict_phases
from kohya_driver.planning.pace import read_history

pytestmark = pytest.mark.engine

NEEDED_BYTES = 9 << 30


def test_the_peak_of_a_small_training(installed_engine: Engine, tmp_path: Path) -> None:
    import psutil

    if psutil.virtual_memory().available < NEEDED_BYTES:
        pytest.skip("this training takes 5.5 GB of memory, and 3 GB are to stay free")
    case = memory_runs.Case("live", "check", "sd15", 128, (memory_runs.UNET_ONLY,), launcher=True)
    run = memory_runs.measure(case, tmp_path)
    predicted = predict_phases(memory_runs.workload(run))
    assert max(predicted.values()) == pytest.approx(max(run["peak_bytes"].values()), rel=0.15)
    assert predicted["loading"] == pytest.approx(run["peak_bytes"]["loading"], rel=0.15)


def test_a_bench_is_kept(installed_engine: Engine, random_base: Path) -> None:
    benched = bench.bench(installed_engine, resolution=64, steps=3)
    assert benched is not None
    assert benched.measured.step > 0 and benched.measured.picture is not None
    assert read_history(benched.file)[-1] == benched.measured
