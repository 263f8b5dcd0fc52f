"""How long `plan` takes for many pictures, as a whole process, with its peak memory."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import Row, keep, taken
from tests.project import write_base, write_picture
from tests.watched import Watched

TIMES = 5
BOUNDS = {100: "", 1000: "< 2 s", 10000: "< 10 s"}


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        base = write_base(Path(folder) / "base.safetensors")
        for count, bound in BOUNDS.items():
            pictures = make_pictures(Path(folder) / str(count) / "1_concept", count)
            runs = [plan_once(pictures.parent, base) for _ in range(TIMES)]
            seconds = [run.seconds for run in runs]
            rows.append(Row.of(f"`plan`, {count:,} pictures", seconds, "s", bound=bound))
            peaks = [run.memory / 1e6 for run in runs]
            rows.append(Row.of(f"its peak memory, {count:,} pictures", peaks, "MB"))
    keep("plan_pictures", rows)


def make_pictures(folder: Path, count: int) -> Path:
    """Twenty real files of different shapes, the rest copies of them: headers are all that is read."""
    for number in range(min(20, count)):
        write_picture(folder / f"{number:05d}.png", (400 + 40 * number, 900 - 20 * number))
    for number in range(20, count):
        source = folder / f"{number % 20:05d}.png"
        shutil.copy(source, folder / f"{number:05d}.png")
        shutil.copy(source.with_suffix(".txt"), folder / f"{number:05d}.txt")
    return folder


def plan_once(images: Path, base: Path) -> Watched:
    words = ["--images", str(images), "--base", str(base), "--trigger", "ning"]
    return taken(["plan", "sd15-anime-character", "--json", *words])


if __name__ == "__main__":
    main()
