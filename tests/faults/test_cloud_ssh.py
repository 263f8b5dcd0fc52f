"""A run elsewhere by a real ssh and a real rsync, with this machine as the other one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.cloud import sync
from kohya_driver.errors import RunError
from kohya_driver.run.remote import Remote, write_mark

SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(
    not (SSHD and shutil.which("ssh") and shutil.which("rsync") and os.geteuid() == 0),
    reason="needs sshd, ssh and rsync, and a user who may start sshd (root)",
)
HOST = "kohya-ning-001"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An sshd of the test's own, which ssh knows by a cluster's name, as SkyPilot writes it into ~/.ssh/config."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(exist_ok=True)
    options = {
        "ListenAddress": "127.0.0.1", "Port": port, "HostKey": tmp_path / "host", "AuthorizedKeysFile": tmp_path / "user.pub",
        "StrictModes": "no", "UsePAM": "no", "PidFile": "none", "PermitRootLogin": "yes",
    }  # fmt: skip
    arguments = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    assert SSHD
    child = subprocess.Popen([SSHD, "-D", "-f", "/dev/null", *arguments], stderr=subprocess.DEVNULL)
    (tmp_path / "config").write_text(
        f"Host {HOST}\n HostName 127.0.0.1\n Port {port}\n User root\n IdentityFile {tmp_path}/user\n"
        f" StrictHostKeyChecking no\n UserKnownHostsFile {tmp_path}/known\n LogLevel ERROR\n",
        encoding="utf-8",
    )
    wrapper = tmp_path / "bin" / "ssh"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {tmp_path}/config "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:{os.environ['PATH']}")
    _wait_for(port)
    yield
    child.terminate()
    child.wait()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < end, "sshd does not listen"
            time.sleep(0.05)


@pytest.fixture
def run(tmp_path: Path) -> api.Run:
    there = tmp_path / "there it is" / "runs" / "ning-001"
    (there / "models").mkdir(parents=True)
    (there / "plan.json").write_text('{"folder": "/x", "steps": 3}', encoding="utf-8")
    (there / "models" / "宁光.safetensors").write_bytes(b"lora")
    files.write_json(there / "supervisor.json", {"pid": os.getpid(), "started": 1.0})
    here = api.Run(tmp_path / "runs" / "ning-004")
    write_mark(here.folder, Remote(HOST, str(there), str(there.parent.parent)))
    return here


def test_fetched_over_ssh(server: None, run: api.Run, tmp_path: Path) -> None:
    assert api.sync_run(run).alive and run.state() == "running"
    assert (run.folder / "models" / "宁光.safetensors").read_bytes() == b"lora"
    there = tmp_path / "there it is" / "runs" / "ning-001"
    files.write_json(there / "supervisor.json", {"pid": 999999999, "started": 1.0})
    assert not api.sync_run(run).alive and run.state() == "cut off"


def test_what_it_is_asked_is_said_there(server: None, run: api.Run, tmp_path: Path) -> None:
    """The program there is a stand-in that fails, and says with what."""
    with pytest.raises(RunError) as raised:
        sync.ask_there(run, "stop", "--no-wait")
    assert raised.value.code == "remote.unreachable" and "kohya/venv/bin/python" in str(raised.value)


def test_a_machine_that_is_gone(run: api.Run) -> None:
    with pytest.raises(RunError) as raised:
        api.sync_run(run)
    assert raised.value.code == "remote.unreachable"
