"""Draws a grid with the engine, under supervision: one heavy thing at a time, stopped in order, whole or not at all."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kohya_driver import files, process
from kohya_driver.diagnosis.brief import brief_reason
from kohya_driver.engine.kinds import kind_of
from kohya_driver.engine.model import Engine
from kohya_driver.errors import RunError, StoppedError
from kohya_driver.host import probe_host
from kohya_driver.run import machine
from kohya_driver.run.awake import keep_awake
from kohya_driver.run.follow import Follower
from kohya_driver.run.stop import Stop
from kohya_driver.sampling.build import next_number
from kohya_driver.sampling.job import Workplace, environment, job, missing, workplace
from kohya_driver.sampling.model import Grid, GridPlan, GridProgress
from kohya_driver.sampling.page import write_page
from kohya_driver.sampling.sheet import annotate, write_sheets
from kohya_driver.wording import reason_of

LOOK_SECONDS = 0.1
OnProgress = Callable[[GridProgress], None]


def draw_grid(
    plan: GridPlan,
    engine: Engine,
    *,
    on_progress: OnProgress = lambda progress: None,
    stop: Stop | None = None,
    script: Path | None = None,
) -> Grid:
    """Draw every picture that is not there yet, then lay them out; the grid's folder appears when all of it stands.

    Args:
        script: what draws, in place of the engine's own.

    Raises:
        RunError: the plan has errors, another training runs on this machine, or the engine failed (`grid.failed`).
        StoppedError: `grid.stopped`; the same wish goes on with the pictures that stand.
        HostError: the folder cannot be written.
    """
    plan.raise_for_errors()
    begun = time.monotonic()
    place = workplace(plan)
    with machine.holding(plan.folder):
        try:
            (place.folder / "cells").mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise files.host_error(failure, place.folder) from failure
        script = script or kind_of(plan.engine).draw_script()
        drawing = _Drawing(plan, engine, script, place, on_progress, stop or Stop())
        drawing.go()
    return _lay_out(plan, place, drawing, begun)


@dataclass(slots=True)
class _Drawing:
    """One start of the engine."""

    plan: GridPlan
    engine: Engine
    script: Path
    place: Workplace
    on_progress: OnProgress
    stop: Stop
    reused: int = 0
    begun: float = field(default_factory=time.monotonic)
    loading: float = 0.0
    seconds: list[float] = field(default_factory=list)
    _rest: bytes = b""
    _progress: GridProgress = field(default_factory=lambda: GridProgress(0, 0))

    def go(self) -> None:
        cells = missing(self.plan, self.place)
        self.reused = len(self.plan.cells) - len(cells)
        self._progress = GridProgress(self.reused, len(self.plan.cells))
        if not cells:
            return
        self.on_progress(self._progress)
        self.place.tell_file.unlink(missing_ok=True)
        files.write_json(self.place.job_file, job(self.plan, self.place, cells, self.engine, self.script))
        child = self._start()
        try:
            with keep_awake(probe_host(), child.pid, str(self.plan.folder)):
                self._follow(child)
        except BaseException:
            process.stop_child(child, hurry=lambda: True)
            raise
        self._judge(child.poll())

    def _start(self) -> process.Child:
        threads = probe_host().performance_cores
        try:
            return process.start_child(
                [str(self.engine.python), str(self.script), str(self.place.job_file)],
                cwd=self.engine.checkout,
                env=process.clean_environment(dict(environment(self.engine.checkout, threads))),
                log=self.place.log_file,
                mark=str(self.plan.folder),
            )
        except OSError as failure:
            raise RunError("run.cannot_start", self.engine.python, reason=reason_of(failure)) from failure

    def _follow(self, child: process.Child) -> None:
        told = Follower(self.place.tell_file)
        while child.poll() is None:
            self._read(told)
            if self.stop.asked:
                process.stop_child(child, hurry=lambda: self.stop.hurry)
                break
            time.sleep(LOOK_SECONDS)
        process.sweep(child)
        self._read(told)

    def _read(self, told: Follower) -> None:
        while data := told.read():
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                with suppress(ValueError, KeyError, TypeError):
                    self._heed(json.loads(line))

    def _heed(self, told: dict[str, Any]) -> None:
        if told["event"] == "ready":
            self.loading = time.monotonic() - self.begun
        elif told["event"] == "drawn":
            self.seconds.append(float(told["seconds"]))
            self._tell(done=self._progress.done + 1, step=0, steps=0)
        elif told["event"] == "step":
            self._tell(step=int(told["done"]), steps=int(told["of"]))

    def _tell(self, **changes: int) -> None:
        self._progress = replace(self._progress, **changes)
        left = self._progress.of - self._progress.done - self._progress.step / max(1, self._progress.steps)
        usual = statistics.median(self.seconds) if self.seconds else None
        self.on_progress(replace(self._progress, seconds_left=left * usual if usual else None))

    def _judge(self, status: int | None) -> None:
        left = missing(self.plan, self.place)
        if self.stop.asked and left:
            kept = len(self.plan.cells) - len(left)
            raise StoppedError("grid.stopped", self.place.folder, kept=kept, count=len(self.plan.cells))
        if status != 0 or left:
            raise RunError(
                "grid.failed", self.place.log_file, reason=brief_reason(self.place.log_file, status)
            )

    @property
    def timings(self) -> dict[str, float]:
        if not self.seconds:
            return {}
        return {"loading": round(self.loading, 1), "picture": round(statistics.median(self.seconds), 2)}


def _lay_out(plan: GridPlan, place: Workplace, drawing: _Drawing, begun: float) -> Grid:
    """The settings into each picture, all of them onto a sheet and a page; then the folder gets its name."""
    for cell in plan.cells:
        annotate(place.folder / cell.file, plan, cell)
    sheets = write_sheets(plan, place.folder)
    page = write_page(plan, place.folder, sheets)
    for leftover in (place.job_file, place.tell_file):
        leftover.unlink(missing_ok=True)
    seconds = time.monotonic() - begun
    grid = Grid(plan.folder, plan, sheets, page, seconds, drawing.reused, drawing.timings)
    told = {name: value for name, value in grid.to_json().items() if name != "folder"}  # it may be moved
    files.write_json(place.folder / "grid.json", told)
    folder = _give_name(place.folder, plan.folder)
    return replace(
        grid,
        folder=folder,
        plan=replace(plan, folder=folder),
        sheets=tuple(folder / path.name for path in sheets),
        page=folder / page.name,
    )


def _give_name(partial: Path, wanted: Path) -> Path:
    """An empty folder of that name gives way; of two grids that were drawn at once, one takes the next number."""
    try:
        if wanted.exists() and any(wanted.iterdir()):
            name = wanted.name.rpartition("-")[0] or wanted.name
            wanted = next_number(wanted.parent, name)
        partial.rename(wanted)
    except OSError as failure:
        raise files.host_error(failure, wanted) from failure
    return wanted
