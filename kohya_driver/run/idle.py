"""Whether a run may be renamed, pruned or removed: not while it trains, and not while the queue is about to go on with it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from kohya_driver.errors import Finding, RunError, warning
from kohya_driver.run import machine, queue
from kohya_driver.run.folder import Run
from kohya_driver.run.noted import place_of
from kohya_driver.run.watching import is_over


@contextlib.contextmanager
def standing_still(run: Run) -> Iterator[None]:
    """It does not train, and no training begins while this lasts.

    Raises:
        RunError: `run.not_a_run`, `kept.running`, `kept.queued`.
    """
    with machine.keeping_from_starting():
        check_stands_still(run)
        yield


def check_stands_still(run: Run) -> None:
    """Raises RunError as `standing_still` does."""
    if not run.plan_file.is_file():  # renamed or removed just now
        raise RunError("run.not_a_run", run.folder)
    if not is_over(run):
        raise RunError("kept.running", run.folder, run=run.folder.name)
    number = _queued_as(run)
    if number is not None:
        raise RunError("kept.queued", run.folder, run=run.folder.name, number=number)


def _queued_as(run: Run) -> int | None:
    for entry in queue.entries():
        if entry.status not in queue.OVER and entry.run and place_of(Path(entry.run)) == run.folder:
            return entry.id
    return None


def named_by(run: Run, others: Iterable[Run]) -> tuple[Finding, ...]:
    """A warning for each other run, and each preset of its project, that names a file in this run's folder by its path."""
    inside = json.dumps(f"{run.place}/", ensure_ascii=False)[1:-1]
    found = [other.plan_file for other in others if other.place != run.place]
    found = [path for path in found if inside in _text(path)]
    wanted = (inside, f'"runs/{run.folder.name}/')
    presets = sorted(run.folder.parent.parent.glob("*.toml"))
    found += [path for path in presets if any(words in _text(path) for words in wanted)]
    return tuple(warning("kept.named_elsewhere", path, run=run.folder.name) for path in found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
