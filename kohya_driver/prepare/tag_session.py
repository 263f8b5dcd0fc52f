"""A WD model on onnxruntime: its tag list, its input, pictures made ready for it, batches of scores.

Pictures are made ready as SmilingWolf's own space does it: on white, padded to a square with white, one bicubic resize to
the model's size, BGR, 0 to 255 as float32, rows × columns × channels.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kohya_driver import texts
from kohya_driver.dataset.model import Size
from kohya_driver.errors import DatasetError
from kohya_driver.prepare.images import WHITE, open_picture
from kohya_driver.prepare.tag_models import ModelFiles
from kohya_driver.prepare.tag_policy import TagRow
from kohya_driver.wording import reason_of

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray
    from PIL.Image import Image

    Pixels = NDArray[float32]
    Scores = NDArray[float32]

CPU = "CPUExecutionProvider"
COREML = "CoreMLExecutionProvider"
DECODE_AT = 3
"""A JPEG may be decoded smaller, but with at least so many times the pixels per side that the model takes: with 2 odd sizes
come below 50 dB of the reference, and decoding is a small part of the work anyway."""

MakeSession = Callable[[Path, Sequence[Any], int | None], Any]
"""Makes an onnxruntime session from the model file, providers, and a batch size to be made fixed."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a model takes and gives."""

    input: str
    size: int
    """Pixels per side."""
    batch: int | None
    """Pictures that it takes at once, neither more nor fewer; None: as many as one likes (models of v3)."""
    outputs: int | None


def read_rows(path: Path) -> tuple[TagRow, ...]:
    """The model's tags, a row for each of its outputs.

    Raises:
        DatasetError: `tag.list_unreadable`.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = csv.DictReader(io.StringIO(text, newline=""))
        rows = tuple(TagRow(row["name"], int(row["category"])) for row in table)
    except KeyError as failure:
        raise DatasetError(
            "tag.list_unreadable", path, reason=texts.say("system.no_column", name=failure)
        ) from failure
    except (OSError, ValueError, TypeError, csv.Error) as failure:
        raise DatasetError("tag.list_unreadable", path, reason=reason_of(failure).rstrip(".")) from failure
    if not rows or not all(row.name for row in rows):
        raise DatasetError(
            "tag.list_unreadable",
            path,
            reason=texts.say("system.row_without_name" if rows else "system.no_rows"),
        )
    return rows


class WdModel:
    """One model, loaded with one provider."""

    def __init__(
        self, found: ModelFiles, providers: Sequence[Any] = (CPU,), fixed: int | None = None, make: MakeSession | None = None
    ) -> None:  # fmt: skip
        """
        Args:
            providers: as onnxruntime takes them.
            fixed: fix the free batch size, which CoreML needs.

        Raises:
            DatasetError: the model cannot be loaded, is none of this kind, or does not fit its tag list.
        """
        self.rows = read_rows(found.list)
        try:
            self._session = (make or make_session)(found.model, providers, fixed)
        except Exception as failure:  # onnxruntime raises classes of its C++ side
            reason = " ".join(str(failure).split())[:300]
            raise DatasetError("tag.model_not_loaded", found.model, reason=reason) from failure
        self.shape = _shape(found.model, self._session, fixed)
        if self.shape.outputs not in (None, len(self.rows)):
            raise DatasetError(
                "tag.list_mismatch", found.list, rows=len(self.rows), outputs=self.shape.outputs
            )
        self._list = found.list

    @property
    def providers(self) -> tuple[str, ...]:
        """What onnxruntime took."""
        return tuple(self._session.get_providers())

    def scores(self, pictures: Sequence[Pixels]) -> Scores:
        """A row of scores for each picture; a batch that is too short for the model is filled up with white.

        Raises:
            DatasetError: `tag.list_mismatch`.
        """
        import numpy

        batch = numpy.stack(pictures)
        if self.shape.batch and len(pictures) < self.shape.batch:
            missing = self.shape.batch - len(pictures)
            white = numpy.full((missing, *batch.shape[1:]), WHITE[0], dtype=numpy.float32)
            batch = numpy.concatenate([batch, white])
        (found,) = self._session.run(None, {self.shape.input: batch})
        found = found.reshape(len(batch), -1)
        if found.shape[1] != len(self.rows):
            raise DatasetError("tag.list_mismatch", self._list, rows=len(self.rows), outputs=found.shape[1])
        scores: Scores = found[: len(pictures)].astype(numpy.float32, copy=False)
        return scores


def make_session(path: Path, providers: Sequence[Any], fixed: int | None) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # its warnings are about graphs, and for developers
    if fixed:
        for name in _free_names(path):
            options.add_free_dimension_override_by_name(name, fixed)
    return onnxruntime.InferenceSession(str(path), options, providers=list(providers))


def _free_names(path: Path) -> list[str]:
    """Names of the batch dimension, which differ between exports."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=[CPU])
    first = session.get_inputs()[0].shape[:1]
    return [name for name in first if isinstance(name, str)]


def _shape(path: Path, session: Any, fixed: int | None) -> Shape:
    inputs, outputs = session.get_inputs(), session.get_outputs()
    taken = [*inputs[0].shape] if inputs else []
    wanted = len(inputs) == 1 and len(outputs) == 1 and len(taken) == 4 and taken[3] == 3
    if not wanted or not isinstance(taken[1], int) or taken[1] != taken[2]:
        found = ", ".join(f"{one.name} {'×'.join(map(str, one.shape))}" for one in inputs) or "nothing"
        raise DatasetError("tag.model_unsuitable", path, found=found)
    width = outputs[0].shape[-1] if outputs[0].shape else None
    batch = taken[0] if isinstance(taken[0], int) and taken[0] > 0 else fixed
    return Shape(inputs[0].name, taken[1], batch, width if isinstance(width, int) else None)


def read_pixels(path: Path, size: int) -> Pixels:
    """A picture, ready for a model of this size.

    Raises:
        DatasetError: it cannot be read.
    """
    opened = open_picture(path, min_side=DECODE_AT * size, background=WHITE)
    return to_pixels(opened.image, size, opened.size)


def to_pixels(image: Image, size: int, whole: Size) -> Pixels:
    """Padded first, then one resize: the other way round loses half a pixel where the border is odd.

    Args:
        whole: of the file; the image may be decoded to a half, a quarter or an eighth of it. What is cut out for the resize
            is measured in pixels of the file, as one row of 4001 makes 2001 and not 2000.5.
    """
    import numpy
    from PIL import Image as pil

    side = max(whole)
    scale = 1 / max(1, round(whole[0] / image.width))
    x, y = ((side - one) // 2 * scale for one in whole)
    left, top = math.ceil(x), math.ceil(y)
    box = (left - x, top - y, left - x + side * scale, top - y + side * scale)
    extent = (max(math.ceil(box[2]), left + image.width), max(math.ceil(box[3]), top + image.height))
    if extent != image.size:
        square = pil.new("RGB", extent, WHITE)
        square.paste(_without_overhang(image, whole, scale), (left, top))
        image = square
    if image.size != (size, size):
        image = image.resize((size, size), pil.Resampling.BICUBIC, box)
    pixels = numpy.asarray(image, dtype=numpy.float32)[:, :, ::-1]
    return numpy.ascontiguousarray(pixels)


def _without_overhang(image: Image, whole: Size, scale: float) -> Image:
    """The last row and column of an image decoded smaller may be partly beyond the file's; that part is white."""
    from PIL import Image as pil

    for covered, box in (
        (whole[0] * scale - image.width + 1, (image.width - 1, 0, image.width, image.height)),
        (whole[1] * scale - image.height + 1, (0, image.height - 1, image.width, image.height)),
    ):
        if covered < 1:
            edge = image.crop(box)
            image.paste(pil.blend(pil.new("RGB", edge.size, WHITE), edge, covered), box)
    return image


COREML_OPTIONS: Mapping[str, str] = {
    "ModelFormat": "MLProgram",
    "MLComputeUnits": "ALL",
    "RequireStaticInputShapes": "1",
}
