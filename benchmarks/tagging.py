"""Tagging a folder of photos with a model of real size: against a bare onnxruntime loop, and against the engine's own script.

    python -m benchmarks.tagging [--pictures 32] [--onnx-packages DIR]

The bare loop is the same session on a batch that is decoded already: what is lost against it is decoding, hashing, choosing tags
and writing captions. Both take turns batch by batch, so that other work on the machine falls on both alike. The engine's script needs `onnx`
and `onnxruntime`, which its environment does not have: `--onnx-packages` names a folder with them (`pip install --target DIR
--no-deps onnx onnxruntime protobuf flatbuffers ml_dtypes`); without it that comparison is left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from benchmarks.measure import PYTHON, Row, keep
from benchmarks.vit_base import SIZE, write
from kohya_driver import files
from kohya_driver.engine.install import find_engine
from kohya_driver.prepare import tag_run
from kohya_driver.prepare.tag_config import TagConfig
from kohya_driver.prepare.tag_models import find_model
from kohya_driver.prepare.tag_session import CPU, make_session
from kohya_driver.prepare.tagger import tag_folder

BATCH = 4
SIZES = ((4000, 3000, "jpg"), (1600, 1200, "jpg"), (1024, 1024, "png"))
SCRIPT = Path("finetune", "tag_images_by_wd14_tagger.py")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=32)
    parser.add_argument("--onnx-packages", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        pictures = make_pictures(work / "pictures", arguments.pictures)
        model = write(files.home() / "bench" / "vit_base")
        rows = against_bare(model, pictures)
        if arguments.onnx_packages:
            rows += against_script(model, pictures, arguments.onnx_packages.resolve(), work)
    keep("tagging", rows)


def make_pictures(folder: Path, count: int) -> Path:
    """Photos of 12 and 2 MP and drawings of 1 MP in turn: soft, with the noise of a sensor."""
    folder.mkdir()
    random = numpy.random.default_rng(1)
    for number in range(count):
        width, height, kind = SIZES[number % len(SIZES)]
        small = Image.fromarray(random.integers(0, 256, (12, 12, 3), dtype=numpy.uint8))
        soft = numpy.asarray(small.resize((width, height), Image.Resampling.BICUBIC), dtype=numpy.int16)
        noise = random.integers(-6, 7, (height, width, 1), dtype=numpy.int16)
        pixels = numpy.clip(soft + noise, 0, 255).astype(numpy.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.{kind}", quality=92)
    return folder


@contextmanager
def new_home(work: Path) -> Iterator[None]:
    """No scores are known in it."""
    before = os.environ.get("KOHYA_DRIVER_HOME")
    os.environ["KOHYA_DRIVER_HOME"] = tempfile.mkdtemp(dir=work)
    try:
        yield
    finally:
        shutil.rmtree(os.environ.pop("KOHYA_DRIVER_HOME"))
        if before is not None:
            os.environ["KOHYA_DRIVER_HOME"] = before


class Alternating:
    """A session that after each batch runs another one for nothing, which is timed by itself, with no picture decoded."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.gate = threading.Event()
        self.gate.set()
        self.bare = [0.0, 0.0]
        self.pictures = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, outputs: Any, inputs: dict[str, Any]) -> Any:
        found = self._session.run(outputs, inputs)
        self.gate.clear()
        begin = time.perf_counter(), time.process_time()
        self._session.run(outputs, inputs)
        self.bare[0] += time.perf_counter() - begin[0]
        self.bare[1] += time.process_time() - begin[1]
        self.pictures += len(found[0])
        self.gate.set()
        return found


def against_bare(model: Path, pictures: Path) -> list[Row]:
    """Pictures a second and processor time, with one session, batch by batch in turn."""
    session = Alternating(make_session(model / "model.onnx", [CPU], None))
    session.run(None, {"input": numpy.zeros((BATCH, SIZE, SIZE, 3), numpy.float32)})
    session.bare, session.pictures = [0.0, 0.0], 0
    running: Any = tag_run
    real = running.read_pixels

    def gated(path: Path, size: int) -> Any:
        session.gate.wait()
        return real(path, size)

    running.read_pixels = gated
    config = TagConfig(model=str(model), batch=BATCH)
    with new_home(pictures.parent):
        find_model(str(model))  # its hash is known from now on, as in every run but the first
        begin = time.perf_counter(), time.process_time()
        report = tag_folder(pictures, config, make=lambda *arguments: session)
        total = time.perf_counter() - begin[0], time.process_time() - begin[1]
    count = session.pictures
    assert report.written == report.inferred == count, report
    walls = {"ours": [count / (total[0] - session.bare[0])], "bare": [count / session.bare[0]]}
    processors = {"ours": [(total[1] - session.bare[1]) / count], "bare": [session.bare[1] / count]}
    for caption in pictures.glob("*.txt"):
        caption.unlink()
    return [
        row("pictures a second", walls, "1/s", "onnxruntime alone", ">= 0.9"),
        row("processor seconds a picture", processors, "s", "onnxruntime alone", "<= 1.1"),
    ]


def row(figure: str, found: dict[str, list[float]], unit: str, against: str, bound: str) -> Row:
    return Row.of(figure, found["ours"], unit, against, found["bare"], bound)


def against_script(model: Path, pictures: Path, packages: Path, work: Path) -> list[Row]:
    """Whole processes, as they are started from a terminal; each once, as a run takes minutes."""
    engine = find_engine()
    if engine is None:
        return []
    place = work / "models" / "bench_vit"
    place.mkdir(parents=True)
    for name in ("model.onnx", "selected_tags.csv"):
        (place / name).symlink_to(model / name)
    python, script = engine.python, engine.checkout / SCRIPT
    theirs: list[Any] = [python, script, "--onnx", "--model_dir", work / "models", "--repo_id", "bench/vit"]
    theirs += ["--batch_size", BATCH, "--remove_underscore", "--caption_extension", ".caption", pictures]
    found = {"bare": [process(theirs, {"PYTHONPATH": f"{packages}:{engine.checkout}"})]}
    with new_home(work):
        ours: list[Any] = [PYTHON, "-m", "kohya_driver", "tag", pictures, "--model", model]
        found["ours"] = [process(ours, {})]
    assert len([*pictures.glob("*.txt")]) == len([*pictures.glob("*.caption")])
    count = len([*pictures.glob("*.txt")])
    walls = {name: [count / wall for wall, _ in values] for name, values in found.items()}
    processors = {name: [seconds / count for _, seconds in values] for name, values in found.items()}
    return [
        row("whole command, pictures a second", walls, "1/s", str(SCRIPT), ">= 1"),
        row("whole command, processor seconds a picture", processors, "s", str(SCRIPT), "<= 1"),
    ]


def process(command: list[Any], extra: dict[str, str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run(
        [str(one) for one in command], check=True, env={**os.environ, **extra}, capture_output=True
    )
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
