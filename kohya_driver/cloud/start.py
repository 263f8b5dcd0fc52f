"""Prepares a training for a rented machine, and starts it: the plan for there, the folder here, the task, SkyPilot's command."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kohya_driver import files, process
from kohya_driver.cloud import task as tasks
from kohya_driver.cloud.machine import Rented, extras_for
from kohya_driver.cloud.upload import Upload, application, build_upload, preset_text, requirements
from kohya_driver.errors import RunError
from kohya_driver.planning.build import build_plan, run_root
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Preset
from kohya_driver.run.folder import Run, next_folder
from kohya_driver.run.noted import remember_run
from kohya_driver.run.remote import Remote, write_mark

SKY = "sky"
THERE = ("machine.disk_", "plan.engine_missing", "launch.no_address")
"""Findings about this machine's disk and engine, and about what is only known there."""


@dataclass(frozen=True, slots=True)
class Rental:
    """One training that is to be made elsewhere: all that is decided before anything is written or started."""

    plan: Plan
    """As it will be made there; its folder is the run's folder here."""
    rented: Rented
    upload: Upload
    source: str = ""
    """Where the engine is fetched from there; empty: as the pin says."""

    @property
    def name(self) -> str:
        return self.plan.folder.name

    @property
    def task_file(self) -> Path:
        return self.plan.folder / "cloud" / "task.yaml"

    @property
    def preset_file(self) -> Path:
        """The preset for there."""
        return self.plan.folder / "cloud" / "preset.toml"

    @property
    def cluster(self) -> str:
        return tasks.cluster_name(self.name)

    def to_json(self) -> dict[str, Any]:
        """For a script."""
        return {
            "version": 1,
            "folder": str(self.plan.folder),
            "cluster": self.cluster,
            "machine": asdict(self.rented),
            "steps": self.plan.steps,
            "effective_batch": self.plan.effective_batch,
            "upload": {place: str(path) for place, path in self.upload.mounts.items()},
            "upload_bytes": self.upload.size_bytes,
            "overrides": [one.to_json() for one in self.plan.overrides],
            "findings": [one.to_json() for one in self.plan.findings],
        }

    @property
    def remote(self) -> Remote:
        project = tasks.project_folder(self.name)
        folder = next_folder(Path(project) / "runs", self.plan.name)
        return Remote(self.cluster, str(folder), project, self.rented.words)


def plan_rental(preset: Preset, rented: Rented, *, source: str = "", strict: bool = False) -> Rental:
    """Decide everything; nothing is written. What is wrong is among the plan's findings."""
    folder = next_folder(run_root(preset.folder), preset.name)
    asked = preset.launch.model_copy(
        update={
            "device": "auto",
            "num_processes": rented.processes,
            "num_machines": rented.nodes,
            "machine_rank": 0,
            "main_process_ip": "",
        }
    )
    there = preset.model_copy(update={"launch": asked})
    inputs = read_inputs(there, rented.host(), folder, extras=extras_for(preset))
    # What this shell has in its environment does not go along.
    plan = build_plan(replace(inputs, environment={}), strict=strict)
    findings = tuple(one for one in plan.findings if not one.code.startswith(THERE))
    return Rental(replace(plan, findings=findings), rented, build_upload(preset, rented), source)


def task_text(rental: Rental, preset_file: Path) -> str:
    """SkyPilot's task, as YAML."""
    task = tasks.build_task(
        rental.name,
        rental.rented,
        rental.upload,
        preset_file=preset_file,
        application=application(),
        requirements=requirements(),
        engine=rental.plan.engine_name,
        extras=extras_for(load_preset(preset_file)),
        source=rental.source,
    )
    return tasks.as_yaml(task)


def write_task(rental: Rental, path: Path) -> Path:
    """The task in this file, and the preset for there beside it; returns the preset's file.

    Raises:
        PlanError: the plan has errors.
        HostError: it cannot be written.
    """
    rental.plan.raise_for_errors()
    preset = path.with_name(f"{path.stem}.preset.toml") if path != rental.task_file else rental.preset_file
    files.write_text(preset, preset_text(rental.upload))
    files.write_text(path, task_text(rental, preset))
    return preset


def find_sky() -> str | None:
    """SkyPilot's command: beside this Python, or anywhere."""
    beside = Path(sys.executable).with_name(SKY)
    return str(beside) if beside.exists() else shutil.which(SKY)


def launch_command(rental: Rental, sky: str = SKY, *, yes: bool = False) -> list[str]:
    """Without `yes` SkyPilot shows what each provider asks for, and waits for a word."""
    return [sky, "launch", "-c", rental.cluster, "-d", *(["-y"] if yes else []), str(rental.task_file)]


def start_rental(
    rental: Rental, *, yes: bool = False, launch: Callable[[Sequence[str]], int] = process.run_in_terminal
) -> Run:
    """Write the run's folder here and start it there; returns the run.

    Raises:
        PlanError: the plan has errors; nothing was written.
        RunError: there is no SkyPilot, or it did not start it. The task is kept.
        HostError: the folder cannot be written.
    """
    rental.plan.raise_for_errors()
    sky = find_sky()
    if sky is None:
        raise RunError("cloud.no_skypilot", rental.task_file)
    run = prepare_rental(rental)
    status = launch(launch_command(rental, sky, yes=yes))
    if status != 0:
        write_mark(run.folder, replace(rental.remote, alive=False))
        raise RunError("cloud.not_started", rental.task_file, status=status, cluster=rental.cluster)
    return run


def prepare_rental(rental: Rental) -> Run:
    """The run's folder here, with its mark, before anything is there to be fetched."""
    run = Run(rental.plan.folder)
    write_task(rental, rental.task_file)
    files.write_text(run.preset_file, rental.plan.preset_text)
    files.write_text(run.resolved_preset_file, rental.plan.resolved_preset)
    write_mark(run.folder, rental.remote)
    files.write_json(run.plan_file, rental.plan.to_json())
    remember_run(run.folder)
    return run
