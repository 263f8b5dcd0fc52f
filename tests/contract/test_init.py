"""From a folder as people have them to a trained LoRA, with nothing done by hand between."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from kohya_driver import api, quickstart
from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.engine.model import Engine
from tests.preparing import tree

pytestmark = pytest.mark.engine

SIDE = 128
"""Small enough for a processor."""
GOOD = 13
ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six real photos, and what real folders also hold."""
    folder = tmp_path_factory.mktemp("my files") / "我的 照片"
    folder.mkdir()
    fetched = fetch_wheel_files("scikit-image", [f"skimage/data/{name}" for name in quickstart.PHOTOS])
    for name in quickstart.PHOTOS:
        shutil.copy(fetched[f"skimage/data/{name}"], folder)
    cat = Image.open(folder / "chelsea.png").convert("RGB")
    woman = Image.open(folder / "astronaut.png").convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    woman.rotate(90, expand=True).resize((500, 480)).save(folder / "IMG_0001.JPG", exif=exif)
    woman.crop((60, 0, 460, 400)).save(folder / "telephone.heic", "PNG")  # a name that says something else
    masked = cat.resize((400, 300))
    masked.putalpha(Image.linear_gradient("L").resize(masked.size))
    masked.save(folder / "透明.png")
    cat.transpose(Image.Transpose.FLIP_LEFT_RIGHT).rotate(180).convert("CMYK").save(folder / "print.jpg")
    grey = Image.radial_gradient("L").resize((300, 400)).point(lambda value: value * 257, "I")
    grey.convert("I;16").save(folder / "sixteen.png")
    woman.resize((260, 260)).save(folder / "moving.gif")
    shutil.copy(folder / "coffee.png", folder / "coffee copy.PNG")
    whole = (folder / "rocket.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").touch()
    (folder / "._chelsea.png").write_bytes(b"\x00\x05\x16\x07")
    (folder / ".DS_Store").write_bytes(b"\x00")
    (folder / "notes.docx").write_bytes(b"x")
    return folder


def test_from_photos_to_a_lora(
    installed_engine: Engine, random_base: Path, photos: Path, tmp_path: Path
) -> None:
    before = tree(photos)
    project = tmp_path / "项目 一"
    report = api.init_project(
        project, images=photos, trigger="ningguang", style="anime", base=random_base, resolution=SIDE,
        repeats=1, tag="none",
    )  # fmt: skip
    assert tree(photos) == before
    assert report.counts.added == GOOD
    codes = {finding.code: finding for finding in report.findings}
    assert {"prepare.truncated", "prepare.empty_file", "init.passed_over", "dataset.duplicate"} <= set(codes)
    assert codes["prepare.truncated"].where.endswith("truncated.jpg")
    for path in sorted((project / "image").rglob("*.png")):
        with Image.open(path) as image:
            assert (image.mode, bool(image.getexif())) == ("RGB", False)
    preset = api.load_preset(report.preset, sets=["training.max_train_steps=3"])
    plan = api.plan(preset)
    assert (plan.images, plan.repeats) == (GOOD, GOOD)
    result = api.train(preset)
    result.raise_for_failure()
    assert (result.outcome, result.steps) == ("succeeded", 3)
    assert Path(result.final or "").is_file()
    again = api.init_project(project)
    assert (again.counts.unchanged, again.counts.added, again.counts.changed) == (GOOD, 0, 0)
