"""Faces and subjects: what the model's numbers mean, how long pictures are looked at, what Vision's answers are."""

from __future__ import annotations

import itertools
import math
import sys
import types
from typing import Any

import numpy
import pytest
from PIL import Image, ImageDraw

from kohya_driver.errors import DatasetError, EngineError
from kohya_driver.prepare.boxes import Box
from kohya_driver.prepare.faces import (
    DETECTORS,
    Detector,
    Face,
    NoFaces,
    Vision,
    YuNet,
    decode_yunet,
    merge_faces,
    open_detector,
    tile_boxes,
    vision_faces,
)
from kohya_driver.prepare.subject import find_subject


def outputs(**cells: tuple[int, int, float, float, tuple[float, float, float, float]]) -> dict[str, Any]:
    """Empty outputs of the model but for one cell of some strides: row, column, cls, obj, bbox."""
    made: dict[str, Any] = {}
    for stride in (8, 16, 32):
        count = (640 // stride) ** 2
        for kind, width in (("cls", 1), ("obj", 1), ("bbox", 4)):
            made[f"{kind}_{stride}"] = numpy.zeros((1, count, width), numpy.float32)
    for name, (row, column, cls, obj, bbox) in cells.items():
        stride = int(name[1:])
        index = row * (640 // stride) + column
        made[f"cls_{stride}"][0, index] = cls
        made[f"obj_{stride}"][0, index] = obj
        made[f"bbox_{stride}"][0, index] = bbox
    return made


def test_the_models_numbers() -> None:
    (face,) = decode_yunet(outputs(s16=(10, 20, 0.81, 1.0, (0.5, 0.25, math.log(4), math.log(5)))))
    assert face.score == pytest.approx(0.9)
    assert face.box.centre == pytest.approx((20.5 * 16, 10.25 * 16))
    assert (face.box.width, face.box.height) == pytest.approx((64, 80))
    assert face.is_strong


def test_scores_out_of_range_and_too_small_ones() -> None:
    size = (0.5, 0.5, math.log(4), math.log(4))
    (face,) = decode_yunet(outputs(s8=(1, 1, 7.0, 1.2, size), s32=(9, 9, 0.3, 0.4, size)))
    assert face.score == 1.0


def test_each_face_once() -> None:
    sure, twin, other = (
        Face(Box(0, 0, 100, 100), 0.9),
        Face(Box(10, 10, 110, 110), 0.8),
        Face(Box(300, 0, 400, 100), 0.5),
    )
    assert merge_faces([twin, other, sure]) == (sure, other)


@pytest.mark.parametrize("size", [(700, 4000), (4000, 700), (600, 1800), (100, 9000), (1, 5000)])
def test_tiles_cover_a_long_picture(size: tuple[int, int]) -> None:
    tiles = tile_boxes(size)
    assert 1 < len(tiles) <= 24
    frame = Box(0, 0, *size)
    assert all(frame.holds(tile, slack=0.01) for tile in tiles)
    long = 0 if size[0] > size[1] else 1
    ends = [((tile.left, tile.right), (tile.top, tile.bottom))[long] for tile in tiles]
    assert ends[0][0] == 0 and ends[-1][1] == pytest.approx(size[long])
    assert all(after[0] < before[1] for before, after in itertools.pairwise(ends))


def test_no_tiles_of_an_ordinary_picture() -> None:
    assert tile_boxes((1000, 1500)) == ()


@pytest.fixture(scope="module")
def yunet() -> YuNet:
    try:
        return YuNet.fetch()
    except EngineError as failure:
        pytest.skip(f"the face detector cannot be fetched here: {failure.code}")


@pytest.fixture(scope="module")
def astronaut() -> Image.Image:
    from kohya_driver.engine.assets import fetch_wheel_files
    from kohya_driver.prepare.images import open_rgb

    name = "skimage/data/astronaut.png"
    try:
        return open_rgb(fetch_wheel_files("scikit-image", [name])[name])
    except EngineError as failure:
        pytest.skip(f"the photo cannot be fetched here: {failure.code}")


ASTRONAUT = Box(179, 62, 270, 174)


def test_a_real_face(yunet: YuNet, astronaut: Image.Image) -> None:
    (face,) = yunet.detect(astronaut)
    assert face.score > 0.9
    assert face.box.overlap(ASTRONAUT) > 0.9


def test_channels_are_in_the_models_order(yunet: YuNet, astronaut: Image.Image) -> None:
    red, green, blue = astronaut.split()
    exchanged = yunet.detect(Image.merge("RGB", (blue, green, red)))
    assert yunet.detect(astronaut)[0].score > max((face.score for face in exchanged), default=0)


@pytest.mark.parametrize("size", [(700, 4000), (700, 8000), (6000, 700)])
def test_a_small_face_in_a_long_picture(yunet: YuNet, astronaut: Image.Image, size: tuple[int, int]) -> None:
    head = astronaut.crop((150, 20, 300, 200)).resize((100, 120))
    image = Image.new("RGB", size, (128, 140, 150))
    at = (size[0] // 2, size[1] // 3)
    image.paste(head, at)
    found = [face for face in yunet.detect(image) if face.is_strong]
    assert len(found) == 1
    assert Box(*at, at[0] + 100, at[1] + 120).holds(found[0].box, slack=6)


def test_nothing_where_nothing_is(yunet: YuNet) -> None:
    assert yunet.detect(Image.new("RGB", (300, 200), (90, 120, 200))) == ()
    assert yunet.detect(Image.new("RGB", (1, 1))) == ()
    assert NoFaces().detect(Image.new("RGB", (9, 9))) == ()


def test_detectors_by_name(yunet: YuNet) -> None:
    assert {open_detector(name).name for name in DETECTORS if name != "vision"} == {"yunet", "none"}
    with pytest.raises(DatasetError) as caught:
        open_detector("haar")
    assert caught.value.code == "crop.detector_unknown"
    detector: Detector = yunet
    assert detector.name == "yunet"


def observation(x: float, y: float, width: float, height: float, confidence: float) -> Any:
    box = types.SimpleNamespace(
        origin=types.SimpleNamespace(x=x, y=y), size=types.SimpleNamespace(width=width, height=height)
    )
    return types.SimpleNamespace(boundingBox=lambda: box, confidence=lambda: confidence)


def test_visions_boxes_count_from_the_bottom() -> None:
    faces = vision_faces(
        [observation(0.25, 0.5, 0.5, 0.25, 0.98), observation(0.0, 0.0, 0.1, 0.1, 0.1)], (400, 800)
    )
    assert faces == (Face(Box(100, 200, 300, 400), 0.98),)


def test_vision_is_asked_as_its_documentation_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded from Apple's documentation and pyobjc's signatures; no Mac has run it."""
    seen: list[str] = []

    class Request:
        @classmethod
        def alloc(cls) -> Request:
            return cls()

        def init(self) -> Request:
            return self

        def results(self) -> list[Any]:
            return [observation(0.0, 0.5, 0.5, 0.5, 1.0)]

    class Handler:
        works = True

        @classmethod
        def alloc(cls) -> Handler:
            return cls()

        def initWithData_options_(self, data: bytes, options: dict[str, Any]) -> Handler:
            seen.append(data[:4].decode("latin-1"))
            return self

        def performRequests_error_(self, requests: list[Any], error: None) -> tuple[bool, Any]:
            return self.works, None if self.works else "no neural engine"

    class Pool:
        def __enter__(self) -> None:
            seen.append("pool")

        def __exit__(self, *_: object) -> None:
            seen.append("drained")

    framework = types.ModuleType("Vision")
    framework.VNDetectFaceRectanglesRequest = Request  # type: ignore[attr-defined]
    framework.VNImageRequestHandler = Handler  # type: ignore[attr-defined]
    objc = types.ModuleType("objc")
    objc.autorelease_pool = Pool  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "Vision", framework)
    monkeypatch.setitem(sys.modules, "objc", objc)
    detector = open_detector("vision")
    assert detector.name == "vision"
    assert detector.detect(Image.new("RGB", (200, 100))) == (Face(Box(0, 0, 100, 50), 1.0),)
    assert seen == ["pool", "\x89PNG", "drained"]
    Handler.works = False
    with pytest.raises(DatasetError) as caught:
        detector.detect(Image.new("RGB", (200, 100)))
    assert caught.value.code == "crop.vision_failed"
    assert seen[-1] == "drained"


def test_without_vision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "objc", None)
    with pytest.raises(DatasetError) as caught:
        Vision()
    assert caught.value.code == "crop.vision_missing"


def figure(background: Image.Image, box: tuple[int, int, int, int]) -> Image.Image:
    ImageDraw.Draw(background).rounded_rectangle(box, 30, fill=(200, 40, 40))
    return background


def gradient(across: bool) -> Image.Image:
    ramp = numpy.linspace(60, 220, 600 if across else 900, dtype=numpy.uint8)
    grey = numpy.tile(ramp, (900, 1)) if across else numpy.tile(ramp[:, None], (1, 600))
    return Image.merge("RGB", [Image.fromarray(grey)] * 3)


def noise() -> Image.Image:
    pixels = numpy.random.default_rng(1).normal(140, 18, (900, 600, 3))
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


@pytest.mark.parametrize("kind", ["plain", "across", "down", "noise"])
def test_a_subject(kind: str) -> None:
    backgrounds = {
        "plain": lambda: Image.new("RGB", (600, 900), (190, 210, 230)),
        "across": lambda: gradient(across=True),
        "down": lambda: gradient(across=False),
        "noise": noise,
    }
    found = find_subject(figure(backgrounds[kind](), (200, 100, 420, 850)))
    assert found is not None
    assert found.box.overlap(Box(200, 100, 420, 850)) > 0.85
    assert found.is_on_plain == (kind in ("plain", "across", "down"))


def test_a_head_above_a_gap_belongs_to_the_body() -> None:
    image = figure(Image.new("RGB", (600, 900), "white"), (200, 300, 420, 850))
    ImageDraw.Draw(image).ellipse((260, 150, 360, 270), fill=(90, 60, 40))
    found = find_subject(image)
    assert found is not None and found.box.top < 175


def test_no_subject() -> None:
    assert find_subject(Image.new("RGB", (600, 900), (10, 200, 30))) is None
    assert find_subject(noise()) is None
    assert find_subject(Image.new("RGB", (1, 1))) is None
    full = Image.new("RGB", (600, 900), "white")
    ImageDraw.Draw(full).rectangle((30, 0, 569, 899), fill="black")
    assert find_subject(full) is None
