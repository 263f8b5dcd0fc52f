"""The signals by which a person, the system or a closed terminal ends a program."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def heard(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """While this lasts, `hear` is called for each. What `nohup` or a shell has told us to ignore stays ignored."""
    wanted = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, hear) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
