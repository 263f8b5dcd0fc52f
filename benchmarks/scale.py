"""How time and memory grow with the number of pictures and of runs, as whole processes; the exponent of a straight line through the logarithms.

An exponent of 1 is linear; below it what does not grow counts. It is fitted to what a command takes beyond its start with nothing to do.
"""

from __future__ import annotations

import math
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import PYTHON, Row, keep, median
from benchmarks.plan_pictures import make_pictures
from kohya_driver import files
from kohya_driver.run.folder import Run
from tests.project import write_base
from tests.reports import make_run

TIMES = 3
PICTURES = (10, 100, 1000, 10000)
RUNS = (10, 100, 1000)


@dataclass(frozen=True, slots=True)
class Taken:
    """By a whole process."""

    seconds: float
    megabytes: float


NOISE = 0.02
"""Seconds; less than this says nothing about growth."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = write_base(folder / "base.safetensors")
        sets = {count: make_pictures(folder / str(count) / "1_ning", count).parent for count in PICTURES}
        rows = [*growth("`plan`, pictures", PICTURES, lambda count: plan(sets[count], base))]
        rows += growth("`audit --quick`, pictures", PICTURES, lambda count: audit(sets[count]))
        home = folder / "home"
        for count in RUNS:
            fill(folder / f"runs{count}", count)
        rows += growth("`runs`, runs in one project", RUNS, lambda count: runs(folder / f"runs{count}", home))
    keep("scale", rows)


def growth(figure: str, counts: Sequence[int], once: Callable[[int], Taken]) -> list[Row]:
    both = {count: [once(count) for _ in range(TIMES)] for count in counts}
    taken = {count: [one.seconds for one in each] for count, each in both.items()}
    middles = {count: median(seconds) for count, seconds in taken.items()}
    least, most = (median([one.megabytes for one in both[count]]) for count in (counts[0], counts[-1]))
    rows = [
        Row(f"{figure}: {count:,}", middles[count], "s", raw=tuple(seconds))
        for count, seconds in taken.items()
    ]
    return [
        *rows,
        Row(f"{figure}: exponent", exponent(middles), "", bound="≤ 1.1"),
        Row(f"{figure}: peak memory of {counts[-1]:,}", most, "MB", f"of {counts[0]:,}", least),
    ]


def exponent(middles: dict[int, float]) -> float:
    """The slope of log seconds over log count, by least squares, of what comes on top of the smallest."""
    least = min(middles.values())
    points = [(math.log(n), math.log(s - least)) for n, s in middles.items() if s - least > NOISE]
    if len(points) < 2:
        return 0.0
    x, y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def plan(images: Path, base: Path) -> Taken:
    words = ["--images", str(images), "--base", str(base), "--trigger", "ning"]
    return measured(["plan", "sd15-anime-character", "--json", *words])


def audit(images: Path) -> Taken:
    return measured(["audit", str(images), "--quick", "--json"])


def fill(folder: Path, count: int) -> None:
    """Copies of one finished run under other names, each with its own events."""
    made = make_run(folder / "made", steps=50)
    for number in range(count):
        one = Run(folder / "runs" / f"ning-{number:04}")
        one.folder.mkdir(parents=True)
        for path in (made.plan_file, made.events_file, made.result_file, made.preset_file):
            files.write_bytes(one.folder / path.name, path.read_bytes())


def runs(folder: Path, home: Path) -> Taken:
    return measured(["runs", "--json"], {"KOHYA_DRIVER_HOME": str(home)}, folder)


def measured(
    words: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Taken:
    begin = time.perf_counter()
    child = subprocess.Popen(
        [PYTHON, "-m", "kohya_driver", *words],
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env={**os.environ, **(environment or {})},
    )
    _, status, usage = os.wait4(child.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    return Taken(time.perf_counter() - begin, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
