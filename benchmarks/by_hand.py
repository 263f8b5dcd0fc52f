"""A plan's command in a plan's environment, as it would be supervised, with nobody looking on."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence

from kohya_driver import process
from kohya_driver.planning.model import Plan
from kohya_driver.run.attempt import begin_attempt
from kohya_driver.run.folder import Run
from kohya_driver.run.prepare import prepare_folder


def run_by_hand(plan: Plan, command: Sequence[str] = ()) -> tuple[Run, float]:
    """Its run and its seconds, from the command to its end; raises if it fails.

    Args:
        command: in place of the plan's own.
    """
    run = prepare_folder(plan)
    begin_attempt(run, plan, None)
    environment = process.clean_environment(plan.environment, plan.removed_environment)
    with run.log_file.open("wb") as log:
        begin = time.perf_counter()
        subprocess.run(
            command or plan.command,
            check=True,
            cwd=plan.engine.checkout,
            env=environment,
            stdout=log,
            stderr=log,
        )
        return run, time.perf_counter() - begin
