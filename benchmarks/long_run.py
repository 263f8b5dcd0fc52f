"""A run of 100,000 steps: reading its log and values, opening `watch` and `report` on it; as whole processes where it says so."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from benchmarks.measure import PYTHON, Row, keep, wall_seconds
from kohya_driver.events.lines import LineSplitter
from kohya_driver.events.parse import MetricsReader, Parser
from tests.reports import make_run

STEPS = 100_000
TIMES = 3
LOG = Path(__file__).parents[1] / "tests" / "golden" / "logs" / "accumulation.log"
LOG_BYTES = 20_000_000


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = make_run(Path(folder), steps=STEPS)
        watch = [
            wall_seconds([PYTHON, "-m", "kohya_driver", "watch", run.folder, "--once"]) for _ in range(TIMES)
        ]
        report = [wall_seconds([PYTHON, "-m", "kohya_driver", "report", run.folder]) for _ in range(TIMES)]
        values = run.metrics_file.read_bytes()
    log = LOG.read_bytes()
    logs = [parse(log * (LOG_BYTES // len(log) + 1)) for _ in range(TIMES)]
    metrics = [read_values(values) for _ in range(TIMES)]
    keep(
        "long_run",
        [
            Row.of("`watch --once`, 100,000 steps", watch, "s", bound="< 2 s"),
            Row.of("`report`, 100,000 steps", report, "s", bound="< 2 s"),
            Row.of("the engine's log, parsed", logs, "MB/s"),
            Row.of("values of the steps, read", metrics, "MB/s"),
        ],
    )


def parse(data: bytes) -> float:
    """Megabytes a second, in the pieces in which a supervisor reads."""
    splitter, parser, begin = LineSplitter(), Parser(), time.perf_counter()
    for start in range(0, len(data), 65_536):
        for line in splitter.feed(data[start : start + 65_536]):
            parser.feed(line)
    return len(data) / 1e6 / (time.perf_counter() - begin)


def read_values(data: bytes) -> float:
    splitter, reader, begin = LineSplitter(), MetricsReader(), time.perf_counter()
    for start in range(0, len(data), 65_536):
        for line in splitter.feed(data[start : start + 65_536]):
            reader.feed(line)
    return len(data) / 1e6 / (time.perf_counter() - begin)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
