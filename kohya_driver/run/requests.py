"""What somebody asks of a running training, in a file in its folder: the engine looks at it after every step.

A file, and no signal: it can be written by any process, also where the supervisor is dead, and it cannot reach a later
process that has got the same number.
"""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass

from kohya_driver import files, process
from kohya_driver.errors import HostError
from kohya_driver.run.folder import Run


@dataclass(frozen=True, slots=True)
class Request:
    """`save`: a LoRA and a train state, and go on; `sample`: and draw the prompts; `stop`: save, and end."""

    id: int
    save: bool = False
    sample: bool = False
    stop: bool = False


def ask(run: Run, *, save: bool = False, sample: bool = False, stop: bool = False) -> Request:
    """Write a request down; one that was not heeded yet is not forgotten.

    Raises:
        HostError: it cannot be written.
    """
    with files.lock(run.folder / ".request.lock"):
        last = read_request(run)
        request = Request(
            (last.id if last else 0) + 1,
            save=save,
            sample=sample,
            stop=stop or bool(last and last.stop),
        )
        files.write_json(run.request_file, asdict(request))
    return request


def ask_to_stop(run: Run) -> int:
    """Ask it to save and end; returns the request's id. Where the disk has no room for a request, its trainer gets a SIGTERM,
    which it takes for the same; the id is 0 then.

    Raises:
        HostError: the request cannot be written, and there is no trainer to be asked in the other way.
    """
    try:
        return ask(run, stop=True).id
    except (HostError, OSError) as failure:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if process.ask_to_end(int(files.read_json(run.trainer_file)["pid"]), str(run.folder)):
                return 0
        raise (
            failure if isinstance(failure, HostError) else files.host_error(failure, run.request_file)
        ) from failure


def read_request(run: Run) -> Request | None:
    """The last one; None if there is none, or if it cannot be read."""
    try:
        return Request(**files.read_json(run.request_file))
    except (OSError, ValueError, TypeError):
        return None


def forget_requests(run: Run) -> None:
    """They were made of an attempt that is over."""
    run.request_file.unlink(missing_ok=True)
