"""How time and memory grow with the number of pictures and of runs, as whole processes; the exponent of a straight line through the logarithms.

An exponent of 1 is linear; below it what does not grow counts. It is fitted to what a command takes beyond its start with nothing to do.
"""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.measure import Row, keep, taken
from benchmarks.plan_pictures import make_pictures, plan_once
from kohya_driver import files
from kohya_driver.run.folder import Run
from tests.project import write_base
from tests.reports import make_run
from tests.watched import Watched

TIMES = 7
PICTURES = (10, 100, 1000, 10000)
RUNS = (10, 100, 1000, 3000)
NOISE = 0.02
"""Seconds; less than this says nothing about growth."""


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = write_base(folder / "base.safetensors")
        sets = {count: make_pictures(folder / str(count) / "1_ning", count).parent for count in PICTURES}
        rows = [*growth("`plan`, pictures", PICTURES, lambda count: plan_once(sets[count], base))]
        rows += growth("`audit --quick`, pictures", PICTURES, lambda count: audit(sets[count]))
        home = folder / "home"
        for count in RUNS:
            fill(folder / f"runs{count}", count)
        rows += growth("`runs`, runs in one project", RUNS, lambda count: runs(folder / f"runs{count}", home))
    keep("scale", rows)


def growth(figure: str, counts: Sequence[int], once: Callable[[int], Watched]) -> list[Row]:
    both = {count: [once(count) for _ in range(TIMES)] for count in counts}
    seconds = {count: [one.seconds for one in each] for count, each in both.items()}
    least, most = ([one.memory / 1e6 for one in both[count]] for count in (counts[0], counts[-1]))
    rows = [Row.of(f"{figure}: {count:,}", values, "s") for count, values in seconds.items()]
    return [
        *rows,
        Row(
            f"{figure}: exponent",
            exponent({count: min(each) for count, each in seconds.items()}),
            "",
            bound="≤ 1.1",
        ),
        Row.of(f"{figure}: peak memory of {counts[-1]:,}", most, "MB", f"of {counts[0]:,}", least),
    ]


def exponent(seconds: dict[int, float]) -> float:
    """The slope of log seconds over log count, by least squares, of what comes on top of the smallest.

    Of the quickest rounds: what else a machine does only adds, and where the start takes most of it, that would be the slope.
    """
    least = min(seconds.values())
    points = [(math.log(n), math.log(s - least)) for n, s in seconds.items() if s - least > NOISE]
    if len(points) < 2:
        return 0.0
    x, y = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    return sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)


def audit(images: Path) -> Watched:
    return taken(["audit", str(images), "--quick", "--json"])


def fill(folder: Path, count: int) -> None:
    """Copies of one finished run under other names, each with its own events."""
    made = make_run(folder / "made", steps=50)
    for number in range(count):
        one = Run(folder / "runs" / f"ning-{number:04}")
        one.folder.mkdir(parents=True)
        for path in (made.plan_file, made.events_file, made.result_file, made.preset_file):
            files.write_bytes(one.folder / path.name, path.read_bytes())


def runs(folder: Path, home: Path) -> Watched:
    return taken(["runs", "--json"], {"KOHYA_DRIVER_HOME": str(home)}, folder)


if __name__ == "__main__":
    os.environ.setdefault("KOHYA_DRIVER_LANG", "en")
    main()
