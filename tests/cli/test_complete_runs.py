"""What real shells complete where a run or a preset is wanted: the names of those that there are at the moment."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.cli.shells import completion_script
from kohya_driver.preset.library import known_names, own_folder
from kohya_driver.run.noted import remember_run
from tests.cli.test_options import bash, completed

__all__ = ["bash"]


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runs(tmp_path: Path, on_path: None) -> tuple[str, str]:
    """Two known runs, and the command on the path."""
    for name in ("宁光-002", "ning-001"):
        files.write_json(tmp_path / "runs" / name / "plan.json", {})
        remember_run(tmp_path / "runs" / name)
    return ("ning-001", "宁光-002")


def test_bash_completes_runs(bash: Path, runs: tuple[str, str]) -> None:
    for words in (("watch",), ("show",), ("runs", "rename"), ("runs", "prune", "ning-001"), ("resume",)):
        assert completed(bash, *words, "") == set(runs), words
    assert completed(bash, "runs", "compare", "ning-001", "宁") == {"宁光-002"}
    assert completed(bash, "runs", "r") == {"rename", "remove"}
    assert {"--state", "--sort", "--help"} <= completed(bash, "runs", "--")
    assert completed(bash, "runs", "list", "--sort", "") == {"time", "loss", "size", "steps"}


def test_bash_completes_the_presets_of_the_moment(bash: Path, on_path: None) -> None:
    """The script was printed before."""
    assert completed(bash, "train", "") == set(known_names())
    assert completed(bash, "presets", "edit", "") == set()
    files.write_text(own_folder() / "我的-1.toml", "")
    for words in (("train",), ("presets", "check"), ("queue", "add"), ("presets", "new", "x", "--from")):
        assert completed(bash, *words, "我") == {"我的-1"}, words
    assert completed(bash, "presets", "edit", "") == {"我的-1"}
    assert completed(bash, "presets", "new", "x", "--from", "sd2-style-8") == {"sd2-style-8gb"}
    assert completed(bash, "presets", "new", "") == set()


def test_zsh_completes_presets(tmp_path: Path, on_path: None) -> None:
    begin = "autoload -U compinit; compinit -u; source script"
    files.write_text(own_folder() / "ning-001.toml", "")
    assert "kohya-driver train ning-001" in in_terminal("zsh", tmp_path, begin, "kohya-driver train ning\t")


def test_zsh_completes_runs(tmp_path: Path, runs: tuple[str, str]) -> None:
    """In a terminal of its own, as zsh completes nothing without one."""
    said = in_terminal(
        "zsh", tmp_path, "autoload -U compinit; compinit -u; source script", "kohya-driver watch n\t"
    )
    assert "kohya-driver watch ning-001" in said


def test_fish_completes_runs(tmp_path: Path, runs: tuple[str, str]) -> None:
    if shutil.which("fish") is None:
        pytest.skip("there is no fish here")
    (tmp_path / "script").write_text(completion_script("fish"), encoding="utf-8")
    code = "source script; complete -C 'kohya-driver watch '; complete -C 'kohya-driver runs --'"
    done = subprocess.run(["fish", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    lines = {line.partition("\t")[0] for line in done.stdout.splitlines()}
    assert {*runs, "--state"} <= lines


def test_fish_completes_presets(tmp_path: Path, on_path: None) -> None:
    if shutil.which("fish") is None:
        pytest.skip("there is no fish here")
    (tmp_path / "script").write_text(completion_script("fish"), encoding="utf-8")
    files.write_text(own_folder() / "mine.toml", "")
    code = "source script; complete -C 'kohya-driver plan mi'; complete -C 'kohya-driver presets new x --from mi'"
    done = subprocess.run(["fish", "-c", code], capture_output=True, text=True, check=True, timeout=60)
    lines = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    assert lines == ["mine", "mine"]


def in_terminal(shell: str, folder: Path, begin: str, typed: str) -> str:
    """What an interactive shell shows after these keys."""
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    (folder / "script").write_text(completion_script(shell), encoding="utf-8")
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(shell, [shell, "-f", "-i"], {**os.environ, "TERM": "dumb", "PS1": "ready> "})
    said = ""
    try:
        for keys in (f"{begin}; echo be''gun\n", typed):
            os.write(terminal, keys.encode())
            said = read_until(terminal, "begun\r\n" if keys.endswith("\n") else "ning-001")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    return said


def read_until(terminal: int, words: str, seconds: float = 60) -> str:
    said, end = "", time.monotonic() + seconds
    while words not in said and time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            said += os.read(terminal, 4096).decode("utf-8", "replace")
    return said
