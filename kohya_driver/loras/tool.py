"""Starts one of the engine's tools and watches over it: its new file stands whole, or there is none."""

from __future__ import annotations

import contextlib
import math
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kohya_driver import files, process
from kohya_driver.diagnosis.brief import brief_reason
from kohya_driver.engine import tool_script
from kohya_driver.engine.model import Engine
from kohya_driver.engine.weights import read_header
from kohya_driver.errors import DriverError, Finding, RunError, StoppedError, warning
from kohya_driver.host import probe_host
from kohya_driver.inspection.look import inspect_file
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras import says
from kohya_driver.loras.model import MadeFile, OnProgress, ToolPlan, ToolProgress
from kohya_driver.loras.rewrite import write_with_metadata
from kohya_driver.run import machine
from kohya_driver.run.awake import keep_awake
from kohya_driver.run.follow import Follower
from kohya_driver.run.stop import Stop

LOOK_SECONDS = 0.1
_BAR = re.compile(rb"(\d+)/(\d+) \[")
"""tqdm's, as the tools draw it for layers."""
CLOSE = 1e-3
"""How far a share may be from what it should be: 16 bits are exact to half of that."""


def make_file(
    plan: ToolPlan,
    engine: Engine,
    *,
    on_progress: OnProgress = lambda progress: None,
    stop: Stop | None = None,
) -> MadeFile:
    """Carry out a plan.

    Raises:
        RunError: the plan has errors, a training runs on this machine, the tool failed (`lora.failed`), or what it wrote is
            worth nothing (`lora.made_nothing`, `lora.made_broken`).
        StoppedError: `lora.stopped`.
        HostError: the folder cannot be written.
    """
    plan.raise_for_errors()
    begun = time.monotonic()
    held = plan.output.with_suffix("")  # a name that no file has: others look there for a run
    alone = machine.holding(held) if plan.is_long else contextlib.nullcontext()
    with alone, _workplace(plan) as folder:
        made = folder / plan.output.name
        save = [plan.save_option] if plan.save_option else []
        command = [*plan.arguments, *save, str(made)]
        run_script(engine, plan.script, command, plan.verb, stop or Stop(), on_progress, mark=str(held))
        made = made.with_name(f"{made.stem}{plan.written}{made.suffix}")
        found, share = _look(plan, made)
        if plan.metadata:
            made = _with_metadata(plan, made)
        files.move_into_place(made, plan.output, overwrite=plan.overwrite)
    found = replace(inspect_file(plan.output), norms=found.norms)
    return MadeFile(plan, plan.output, found, time.monotonic() - begun, share, tuple(_remarks(plan, share)))


@contextlib.contextmanager
def _workplace(plan: ToolPlan) -> Iterator[Path]:
    """A hidden folder beside the file that is to stand; it goes, however this ends."""
    folder = plan.output.parent / f".{plan.output.stem[:40]}.{secrets.token_hex(4)}.partial"
    try:
        folder.mkdir(parents=True)
    except OSError as failure:
        raise files.host_error(failure, plan.output.parent) from failure
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_script(
    engine: Engine,
    script: str,
    arguments: list[str],
    verb: str,
    stop: Stop,
    on_progress: OnProgress,
    *,
    mark: str = "",
) -> str:
    """A tool to its end; returns what it printed. Its log stays if it fails.

    Args:
        mark: what it carries in its environment, by which it is found even if this process dies.

    Raises:
        RunError: `lora.failed`, with the cause that its log tells; `run.cannot_start`.
        StoppedError: `lora.stopped`.
    """
    log = files.home() / "logs" / f"lora-{verb}-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise files.host_error(failure, log) from failure
    command = [str(engine.python), str(tool_script()), str(engine.checkout / script), *arguments]
    child = _start(engine, command, log, mark or str(log))
    try:
        with keep_awake(probe_host(), child.pid, str(log)):
            _follow(child, log, stop, on_progress)
    except BaseException:
        process.stop_child(child, hurry=lambda: True)
        raise
    status = child.poll()
    if stop.asked and status != 0:
        log.unlink(missing_ok=True)
        raise StoppedError("lora.stopped")
    if status != 0:
        raise RunError("lora.failed", log, script=Path(script).name, reason=brief_reason(log, status))
    printed = log.read_text(encoding="utf-8", errors="replace")
    log.unlink(missing_ok=True)
    return printed


def _start(engine: Engine, command: list[str], log: Path, mark: str) -> process.Child:
    surroundings = {
        "PYTHONPATH": str(engine.checkout),
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        # Nothing is fetched, and nothing is written into the checkout.
        "PYTHONDONTWRITEBYTECODE": "1",
        "HF_HUB_OFFLINE": "1",
        "COLUMNS": "400",
        "PYTORCH_ENABLE_MPS_FALLBACK": "1",
        "OMP_NUM_THREADS": str(probe_host().performance_cores),
    }
    try:
        return process.start_child(
            command, cwd=engine.checkout, env=process.clean_environment(surroundings), log=log, mark=mark
        )
    except OSError as failure:
        raise RunError("run.cannot_start", engine.python, reason=failure.strerror or failure) from failure


def _follow(child: process.Child, log: Path, stop: Stop, on_progress: OnProgress) -> None:
    told = Follower(log)
    while child.poll() is None:
        if bars := _BAR.findall(told.read()):
            on_progress(ToolProgress(int(bars[-1][0]), int(bars[-1][1])))
        if stop.asked:
            process.stop_child(child, hurry=lambda: stop.hurry)
            break
        time.sleep(LOOK_SECONDS)
    process.sweep(child)


# --- what it wrote


def _look(plan: ToolPlan, made: Path) -> tuple[Inspection, float | None]:
    """What the new file is, and its change as a share of the source's.

    Raises:
        RunError: `lora.made_nothing`, `lora.made_broken`.
    """
    try:
        found = inspect_file(made, norms=not plan.makes_checkpoint)
    except DriverError as failure:
        raise RunError("lora.made_broken", plan.output, reason=failure.findings[0].message) from failure
    if plan.makes_checkpoint:
        if found.kind != "checkpoint":
            raise RunError("lora.made_broken", plan.output, reason=found.kind)
        return found, None
    size = found.norms.norm if found.norms else None
    if size is not None and not math.isfinite(size):
        raise RunError("lora.made_broken", plan.output, reason="NaN")
    if size == 0:
        raise RunError("lora.made_nothing", plan.output)
    return found, _share(plan, size)


def _share(plan: ToolPlan, size: float | None) -> float | None:
    if size is None or plan.expected_share is None:
        return None
    norms = inspect_file(plan.sources[0].path, norms=True).norms
    before = norms.norm if norms else None
    return size / before if before and math.isfinite(before) else None


def _remarks(plan: ToolPlan, share: float | None) -> Iterator[Finding]:
    if plan.verb == "convert" and share is not None and abs(share - 1) > CLOSE:
        yield warning("lora.changed", plan.output, share=f"{share:.1%}")


def _with_metadata(plan: ToolPlan, made: Path) -> Path:
    metadata = {**read_header(made).metadata, **plan.metadata}
    whole = made.with_name(f"whole-{plan.output.name}")
    write_with_metadata(made, whole, {key: value for key, value in metadata.items() if key not in says.STALE})
    made.unlink()
    return whole
