"""A command run to its end, with the highest memory that it held."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

WATCH = """
import os, subprocess, sys, time
begin = time.perf_counter()
child = subprocess.Popen(sys.argv[1:])
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - begin
print(f"\\n{usage.ru_maxrss * (1 if sys.platform == 'darwin' else 1024)} {usage.ru_utime + usage.ru_stime} {seconds}")
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""A child's peak begins with the memory of the process that started it, and the process that runs the tests grows with
their number. So a small one stands between."""


class Watched(NamedTuple):
    """`memory` in bytes: the highest of any one process among it and its children; `processor` and `seconds` of time."""

    code: int
    stdout: str
    stderr: str
    memory: int
    processor: float
    seconds: float


def run_watched(
    command: Sequence[str | Path], env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Watched:
    done = subprocess.run(
        [sys.executable, "-S", "-c", WATCH, *map(str, command)],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
    )
    stdout, _, last = done.stdout.rstrip("\n").rpartition("\n")
    memory, processor, seconds = last.split()
    return Watched(done.returncode, stdout, done.stderr, int(memory), float(processor), float(seconds))
