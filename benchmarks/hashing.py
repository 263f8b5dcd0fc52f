"""How fast files are hashed: the driver's way against the system's own tool, and against hashing what is in memory already."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row, keep, wall_seconds
from kohya_driver import files

SIZE = 1 << 30
TIMES = 5
BLOCK = 1 << 20


def main() -> None:
    block = os.urandom(BLOCK)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "base.safetensors"
        with path.open("wb") as file:
            for _ in range(SIZE // BLOCK):
                file.write(block)
        files.sha256(path)
        ours, tool, bare = [], [], []
        for _ in range(TIMES):
            ours.append(seconds(lambda: files.sha256(path)))
            tool.append(wall_seconds(["sha256sum", path]))
            bare.append(seconds(lambda: in_memory(block)))
    speeds = [[SIZE / 1e6 / one for one in each] for each in (ours, tool, bare)]
    keep(
        "hashing",
        [
            Row.of("SHA-256 of a file of 1 GiB", speeds[0], "MB/s", against, theirs)
            for against, theirs in (("sha256sum", speeds[1]), ("hashing alone, nothing read", speeds[2]))
        ],
    )


def in_memory(block: bytes) -> None:
    digest = hashlib.sha256()
    for _ in range(SIZE // BLOCK):
        digest.update(block)


def seconds(call: object) -> float:
    assert callable(call)
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
