"""How long 64 photos take to be cut, of 12 and of 2 megapixels, and how much memory: beside a bare loop of PIL."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy
from PIL import Image, ImageFilter, ImageOps

from benchmarks.measure import PYTHON, Row, keep
from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.prepare.images import open_rgb
from tests.watched import run_watched

COUNT = 64
TIMES = 3
KINDS = {"12 MP": (4000, 3000), "2 MP": (1920, 1080)}
SIZE = 512


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind, size in KINDS.items():
            source = make_photos(Path(folder) / kind.replace(" ", ""), size)
            timed = [(run(source, "ours"), run(source, "loop")) for _ in range(TIMES)]
            ours, loop = [pair[0] for pair in timed], [pair[1] for pair in timed]
            rows += [
                Row.of(figure, [one[place] for one in ours], unit, against, [one[place] for one in loop])
                for place, (figure, unit, against) in enumerate((
                    (f"`crop` of {COUNT} photos of {kind}, whole process", "s", "bare PIL loop: decode, centre crop, PNG"),
                    (f"its processor time, {kind}", "s", "the same loop"),
                    (f"its peak memory, {kind}", "MB", "the same loop"),
                ))
            ]  # fmt: skip
        many = make_photos(Path(folder) / "many", KINDS["2 MP"], count=4 * COUNT)
        peak = run(many, "ours")[2]
        rows.append(
            Row(f"peak memory for {4 * COUNT} of 2 MP", peak, "MB", f"for {COUNT}", rows[-1].ours, "≤ 1.1")
        )
    keep("crop_photos", rows)


def make_photos(folder: Path, size: tuple[int, int], count: int = COUNT) -> Path:
    """Photos with the detail that real ones have, a face in every other one; eight made, the others links to them."""
    folder.mkdir()
    name = "skimage/data/astronaut.png"
    person = open_rgb(fetch_wheel_files("scikit-image", [name])[name])
    for number in range(8):
        pixels = numpy.random.default_rng(number).integers(0, 255, (size[1] // 4, size[0] // 4, 3))
        grain = Image.fromarray(pixels.astype(numpy.uint8)).filter(ImageFilter.GaussianBlur(2)).resize(size)
        if number % 2:
            side = size[1] // 2
            grain.paste(person.resize((side, side)), (number * size[0] // 20, size[1] // 4))
        grain.save(folder / f"{number:03d}.jpg", quality=90)
    for number in range(8, count):
        os.link(folder / f"{number % 8:03d}.jpg", folder / f"{number:03d}.jpg")
    return folder


def run(source: Path, how: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and megabytes of one whole process."""
    with tempfile.TemporaryDirectory() as out:
        command = [PYTHON, "-m", "kohya_driver", "crop", str(source), "--out", f"{out}/out", "--json"]
        if how == "loop":
            command = [PYTHON, str(Path(__file__).resolve()), "--loop", str(source), out]
        done = run_watched(command)
    assert done.code == 0, done.stderr
    return done.seconds, done.processor, done.memory / 1e6


def loop(source: Path, out: Path) -> None:
    """What anybody would write: no faces, no subject, one picture after another."""
    for path in sorted(source.iterdir()):
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image.convert("RGB"))
            ImageOps.fit(upright, (SIZE, SIZE), Image.Resampling.LANCZOS).save(out / f"{path.stem}.png")


if __name__ == "__main__":
    if "--loop" in sys.argv:
        loop(Path(sys.argv[-2]), Path(sys.argv[-1]))
    else:
        main()
