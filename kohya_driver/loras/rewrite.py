"""The same tensors with other metadata: a safetensors file is written anew, its numbers byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from collections.abc import Mapping
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import RunError

PIECE = 1 << 20
ALIGNED = 8
"""The format pads its header with blanks, so that the tensors begin at a multiple of this."""
HASH = "sshs_model_hash"
"""SHA-256 of everything behind the header, by which webui and Civitai know a LoRA (train_util.py: addnet_hash_safetensors)."""


def write_with_metadata(source: Path, target: Path, metadata: Mapping[str, str]) -> None:
    """Write SOURCE's tensors to TARGET; the hash of the tensors is put among the metadata.

    Raises:
        HostError: the disk is full, or refuses.
        RunError: `lora.made_broken`, the source cannot be read.
    """
    try:
        with source.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            entries = json.loads(file.read(length))
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError, struct.error) as failure:
        raise RunError("lora.made_broken", source, reason=str(failure)[:200]) from failure
    entries["__metadata__"] = {**metadata, HASH: digest}
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNED)
    try:
        with source.open("rb") as file, target.open("wb") as new:
            file.seek(8 + length)
            new.write(struct.pack("<Q", len(text)) + text)
            while piece := file.read(PIECE):
                new.write(piece)
            new.flush()
            os.fsync(new.fileno())
    except OSError as failure:
        raise files.host_error(failure, target) from failure
