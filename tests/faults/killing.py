"""Kills a process at a moment at random."""

from __future__ import annotations

import random
import subprocess
import time


def kill_at_random(child: subprocess.Popen[str], chance: random.Random, whole_seconds: float) -> float | None:
    """Within the time that it takes at most. How long it took, if it was done before; None: it was killed."""
    begun = time.monotonic()
    try:
        child.wait(timeout=chance.uniform(0.1, whole_seconds))
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return None
    return time.monotonic() - begun
