"""Keeps a run's folder here in step with the one elsewhere, while somebody watches."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from kohya_driver.cloud.sync import fetch_run
from kohya_driver.errors import DriverError
from kohya_driver.run.folder import Run
from kohya_driver.run.remote import read_mark

EVERY_SECONDS = 10.0


@contextlib.contextmanager
def kept_in_step(
    run: Run,
    *,
    every_seconds: float = EVERY_SECONDS,
    fetch: Callable[[Run], object] = fetch_run,
) -> Iterator[None]:
    """While this lasts. Nothing is done for a run of this machine's own.

    A machine that does not answer for a moment is asked again; at the beginning and the end it is an error.

    Raises:
        RunError: the machine does not answer.
    """
    if read_mark(run.folder) is None:
        yield
        return
    fetch(run)
    ended = threading.Event()

    def fetch_on() -> None:
        while not ended.wait(every_seconds):
            with contextlib.suppress(DriverError):
                fetch(run)

    follower = threading.Thread(target=fetch_on, daemon=True)
    follower.start()
    try:
        yield
    finally:
        ended.set()
        follower.join()
