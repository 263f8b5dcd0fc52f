"""How long `audit` takes for many pictures, as a whole process, and how its memory grows with them.

The pictures are photos in size and kind: JPEG of 768 × 1024, each another one, with a caption each. `--quick` reads headers and
captions; without it every picture is decoded small, and compared with all others.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.measure import Row, keep, taken

TIMES = 3
COUNTS = (1000, 10000)
BOUNDS = {("--quick", 1000): "< 2 s", ("--quick", 10000): "< 10 s"}
NAMES = {"--quick": "headers and captions", "": "with fingerprints"}
TAGS = (
    "smile",
    "frown",
    "standing",
    "sitting",
    "running",
    "night",
    "rain",
    "window",
    "flower",
    "umbrella",
    "hat",
)


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for how, name in NAMES.items():
            peaks = {}
            for count in COUNTS:
                images = make_pictures(Path(folder) / str(count) / "1_concept", count)
                words = ["audit", str(images.parent), "--trigger", "ning", "--json", *([how] if how else [])]
                runs = [taken(words) for _ in range(TIMES)]
                seconds = [run.seconds for run in runs]
                bound = BOUNDS.get((how, count), "")
                rows.append(Row.of(f"`audit`, {name}, {count:,} pictures", seconds, "s", bound=bound))
                peaks[count] = [run.memory / 1e6 for run in runs]
                busy = [run.processor for run in runs]
                rows.append(Row.of(f"its processor time, {name}, {count:,} pictures", busy, "s"))
            few, many = (peaks[count] for count in COUNTS)
            rows.append(
                Row.of(
                    f"its peak memory, {name}, {COUNTS[1]:,} pictures",
                    many,
                    "MB",
                    f"{COUNTS[0]:,} pictures",
                    few,
                    "≤ 1.5",
                )
            )
    keep("audit", rows)


def make_pictures(folder: Path, count: int) -> Path:
    """Soft random blobs with grain, which no two pictures have alike."""
    if folder.exists():
        return folder
    folder.mkdir(parents=True)
    grain = Image.effect_noise((768, 1024), 24).convert("RGB")
    for number in range(count):
        chance = np.random.default_rng(number)
        blobs = Image.fromarray(chance.integers(0, 255, (8, 6, 3), dtype=np.uint8))
        picture = Image.blend(blobs.resize((768, 1024), Image.Resampling.BICUBIC), grain, 0.15)
        picture.save(folder / f"{number:05d}.jpg", quality=80)
        tags = ", ".join(("ning", *chance.choice(TAGS, 4, replace=False)))
        (folder / f"{number:05d}.txt").write_text(tags, encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
