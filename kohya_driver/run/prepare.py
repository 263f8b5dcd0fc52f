"""Makes a run's folder, with everything that the engine is to read."""

from __future__ import annotations

import os
from pathlib import Path

from kohya_driver import files
from kohya_driver.errors import RunError
from kohya_driver.planning.arguments import accelerate_config
from kohya_driver.planning.model import Plan
from kohya_driver.run.folder import Run


def prepare_folder(plan: Plan) -> Run:
    """The run's folder with everything that the engine is to read.

    Raises:
        RunError: `run.folder_taken` if another run took the number meanwhile.
        HostError: it cannot be written.
    """
    run = Run(plan.folder)
    try:
        run.folder.parent.mkdir(parents=True, exist_ok=True)
        _make_folder(run.folder)
        plan.output_dir.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise files.host_error(failure, Path(failure.filename or run.folder)) from failure
    _name_base(plan)
    files.write_text(run.preset_file, plan.preset_text)
    write_plan(run, plan)
    return run


def write_plan(run: Run, plan: Plan) -> None:
    """What the engine reads, and the plan itself last; written again for a further attempt that changes something."""
    files.write_text(run.resolved_preset_file, plan.resolved_preset)
    files.write_text(run.config_file, files.dump_toml(plan.training_config))
    files.write_text(run.dataset_file, files.dump_toml(plan.dataset_config))
    if str(run.accelerate_file) in plan.command:
        config = accelerate_config(cpu=plan.device == "cpu", distribution=plan.distribution)
        files.write_text(run.accelerate_file, config)
    if plan.sample_prompts:
        files.write_text(run.prompts_file, plan.sample_prompts)
    files.write_json(run.plan_file, plan.to_json())


def _name_base(plan: Plan) -> None:
    """A second name in the run's folder for a base that the engine would not know by its own. It takes no space."""
    named = Path(plan.training_config["pretrained_model_name_or_path"])
    if named.parent != plan.folder:
        return
    try:
        os.link(os.path.realpath(plan.base), named)
    except OSError as failure:
        raise files.host_error(failure, named) from failure


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir()
    except FileExistsError as failure:
        raise RunError("run.folder_taken", folder) from failure
