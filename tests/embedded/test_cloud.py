"""A rented machine's whole way, with a folder of this one as the machine: files up, its own scripts, watched, stopped, back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from kohya_driver import api, process
from kohya_driver.cloud.machine import Rented
from kohya_driver.cloud.start import prepare_rental
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.model import Engine
from kohya_driver.run.overview import overview
from kohya_driver.run.remote import read_mark, write_mark
from tests.contract.test_resume import lora_at_stop, wait
from tests.embedded.conftest import preset
from tests.project import empty_home
from tests.unit.test_cloud import lay_out

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(shutil.which("rsync") is None, reason="rsync is not installed here"),
]


@pytest.fixture
def rented_home(tmp_path: Path, engine: Engine) -> Path:
    """The home folder there, with what the task's setup leaves: an environment for this program, and the engine."""
    home = tmp_path / "rented"
    python = home / "kohya" / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    empty_home(home / "kohya" / "home")
    return home


@pytest.fixture
def training(
    tmp_path: Path, tiny_base: Path, rented_home: Path, request: pytest.FixtureRequest
) -> Iterator[tuple[api.Run, subprocess.Popen[bytes]]]:
    """A run here, and the script that trains it "there". The parameter, if there is one, is set in its preset."""
    sets = ["launch.num_cpu_threads_per_process=1", *getattr(request, "param", ())]
    rental = api.plan_cloud(preset(tmp_path / "here", tiny_base, *sets), Rented("", 0))
    run = prepare_rental(rental)
    task = yaml.safe_load(rental.task_file.read_text(encoding="utf-8"))
    lay_out(task, rented_home)
    mark = rental.remote
    there, project = (str(rented_home / one.removeprefix("~/")) for one in (mark.folder, mark.project))
    write_mark(run.folder, replace(mark, host="", folder=there, project=project))
    environment = {"HOME": str(rented_home), "PATH": os.environ["PATH"]}
    child = subprocess.Popen(["bash", "-c", task["run"]], env=environment, start_new_session=True)
    yield run, child
    child.kill()
    child.wait()
    process.kill_marked(there)


# It is to go on for as long as files are fetched and a program is started there.
@pytest.mark.parametrize("training", [("training.max_train_epochs=40",)], indirect=True, ids=["long"])
def test_watched_and_stopped(
    training: tuple[api.Run, subprocess.Popen[bytes]], rented_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, child = training
    wait(lambda: api.sync_run(run) and run.snapshot().step >= 2)
    told = overview(run)
    assert (told.state, run.is_running()) == ("running", True) and told.host and told.step >= 2
    assert told.steps == run.plan().steps
    # The program there is to look for its own folder.
    monkeypatch.setenv("HOME", str(rented_home))
    api.ask_to_stop(run)
    assert child.wait(timeout=120) == 10
    mark = api.sync_run(run)
    assert not mark.alive and run.state() == "stopped"
    result = run.result()
    assert result and result.steps < run.plan().steps
    saved = lora_at_stop(result)
    assert saved.is_relative_to(run.folder) and not check_lora(saved)


def test_trained_to_the_end(
    training: tuple[api.Run, subprocess.Popen[bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    """`watch` follows it to its end, as one of this machine's own."""
    run, child = training
    from kohya_driver.cli.main import main

    assert main(["watch", str(run.folder), "--plain"]) == 0
    assert child.wait(timeout=60) == 0
    assert run.state() == "succeeded" and "16 of 16" in capsys.readouterr().out
    result, mark = run.result(), read_mark(run.folder)
    assert result and mark and mark.synced
    assert Path(result.final).is_relative_to(run.folder) and not check_lora(Path(result.final))
