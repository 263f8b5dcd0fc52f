"""Scores that a model has given once: kept by the picture's bytes and the model, so that new thresholds cost no inference.

They lie in the user's data folder and not beside the pictures: copies of a picture share them, and the folder stays clean.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import files

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

    Scores = NDArray[float32]

RECIPE = 1
"""To be raised when pictures are prepared in another way, which makes other scores."""
_HEAD = struct.Struct("<4sII")
_MAGIC = b"kdts"


@dataclass(frozen=True, slots=True)
class ScoreStore:
    """The scores of one model.

    Scores are rounded to 16 bit before they are used for the first time, so that the second time says the same.
    """

    digest: str
    """SHA-256 of the model file."""
    outputs: int
    suffix: str = ""
    """Of another way of computing, which was not compared with the usual one."""

    @property
    def folder(self) -> Path:
        return files.home() / "tags" / f"{self.digest[:16]}-{RECIPE}{self.suffix}"

    def path(self, picture: str) -> Path:
        return self.folder / picture[:2] / f"{picture}.f16"

    def read(self, picture: str) -> Scores | None:
        """What was kept for a picture of this SHA-256; None if nothing was, or if it is not whole."""
        import numpy

        try:
            data = self.path(picture).read_bytes()
            magic, count, check = _HEAD.unpack_from(data)
        except (OSError, struct.error):
            return None
        body = data[_HEAD.size :]
        if magic != _MAGIC or count != self.outputs or len(body) != 2 * count or zlib.crc32(body) != check:
            return None
        return numpy.frombuffer(body, dtype="<f2").astype(numpy.float32)

    def write(self, picture: str, scores: Scores) -> Scores:
        """Keep them; returns them as `read` will.

        Raises:
            HostError: they cannot be written.
        """
        import numpy

        rounded = scores.astype("<f2")
        body = rounded.tobytes()
        path = self.path(picture)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")
        try:
            # Not flushed to the disk as other files are: what a crash spoils is found by its checksum.
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_HEAD.pack(_MAGIC, self.outputs, zlib.crc32(body)) + body)
            temporary.replace(path)
        except OSError as failure:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise files.host_error(failure, path) from failure
        return rounded.astype(numpy.float32)


def rounded(scores: Scores) -> Scores:
    """As they would be read from the store."""
    import numpy

    return scores.astype("<f2").astype(numpy.float32)
