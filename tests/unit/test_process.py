"""Processes: real ones, and nothing of them left."""

from __future__ import annotations

import contextlib
import os
import resource
import sys
import time
from pathlib import Path

import psutil
import pytest

from kohya_driver import process

STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) > 1:
    subprocess.Popen([sys.executable, __file__], start_new_session=True)
print("ready", flush=True)
time.sleep(600)
"""


def start(folder: Path, code: str, *arguments: str) -> process.Child:
    script = folder / "child.py"
    script.write_text(code)
    return process.start_child(
        [sys.executable, str(script), *arguments],
        cwd=folder,
        env=dict(os.environ),
        log=folder / "log",
        mark=str(folder),
    )


def test_a_number_that_belongs_to_a_stranger_by_now(tmp_path: Path) -> None:
    """An engine that is gone is not followed, and not signalled, by its number alone."""
    stranger = start(tmp_path, "import time; print('ready', flush=True); time.sleep(600)")
    wait_for(tmp_path, "ready")
    gone = process.Child(stranger.pid, "another mark")
    assert not gone.tree()
    process.stop_child(gone)
    assert stranger.poll() is None
    assert process.ask_to_end(stranger.pid, "another mark") is False
    assert process.ask_to_end(stranger.pid, str(tmp_path)) is True
    assert stranger.wait_all(10)


def wait_for(folder: Path, text: str, count: int = 1) -> None:
    end = time.monotonic() + 30
    while (folder / "log").read_text().count(text) < count:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_polite_child_ends_at_the_first_step(tmp_path: Path) -> None:
    child = start(tmp_path, "import time\nprint('ready', flush=True)\ntime.sleep(600)")
    wait_for(tmp_path, "ready")
    process.stop_child(child)
    assert child.poll() == -2
    assert "KeyboardInterrupt" in (tmp_path / "log").read_text()


def test_a_stubborn_child_with_a_grandchild_in_its_own_session(tmp_path: Path) -> None:
    child = start(tmp_path, STUBBORN, "with-child")
    wait_for(tmp_path, "ready", 2)
    assert len(process.marked(str(tmp_path))) == 2
    process.stop_child(child, interrupt_seconds=0.2, terminate_seconds=0.2)
    assert child.poll() == -9
    assert not process.marked(str(tmp_path))


def test_hurry_skips_the_patient_steps(tmp_path: Path) -> None:
    child = start(tmp_path, STUBBORN)
    wait_for(tmp_path, "ready")
    begin = time.monotonic()
    process.stop_child(child, hurry=lambda: True)
    assert child.poll() == -9
    assert time.monotonic() - begin < process.INTERRUPT_SECONDS


def test_sweep_finds_an_orphan_by_its_mark(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)"
    )
    child = start(tmp_path, code)
    assert child.popen
    child.popen.wait()
    assert len(process.sweep(child)) == 1
    assert not process.marked(str(tmp_path))


def test_run_tool(tmp_path: Path) -> None:
    seen: list[str] = []
    done = process.run_tool(
        [sys.executable, "-c", "import sys; print('出'); print('e', file=sys.stderr); sys.exit(3)"],
        env={**os.environ, "PYTHONUTF8": "1"},
        on_line=seen.append,
    )
    assert done.status == 3
    assert sorted(seen) == ["e", "出"]


def test_run_tool_ends_in_time() -> None:
    before = _children()
    with pytest.raises(TimeoutError):
        process.run_tool([sys.executable, "-c", "import time; time.sleep(600)"], timeout_seconds=0.3)
    assert _children() <= before


def _children() -> set[psutil.Process]:
    """The living ones of this process, all the way down."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has just ended
            found |= {child} if child.status() != psutil.STATUS_ZOMBIE else set()
    return found


def test_a_process_is_not_mistaken_for_a_later_one_with_its_number() -> None:
    assert process.is_alive(os.getpid(), process.own_start())
    assert not process.is_alive(os.getpid(), process.own_start() - 1000)


def test_environment() -> None:
    found = process.clean_environment({"KOHYA_TEST": "1"}, ["PATH"])
    assert found["KOHYA_TEST"] == "1" and "PATH" not in found


def test_a_child_may_open_many_files(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        child = start(tmp_path, "import resource; print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])")
        assert child.wait_all(30)
        most = process.OPEN_FILES if hard == resource.RLIM_INFINITY else min(process.OPEN_FILES, hard)
        assert int((tmp_path / "log").read_text()) == most
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
