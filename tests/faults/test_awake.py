"""Keeping the machine awake, with real processes and stand-ins for the system's programs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kohya_driver import process, texts
from kohya_driver.events.model import KeptAwake
from kohya_driver.host import Host
from kohya_driver.run.awake import Awake, awake_command, keep_awake
from tests.project import CPU, MAC

OTHER = Host("FreeBSD", "x86_64", "?", "1", "", 1, 1, "cpu")
# caffeinate -w, and systemd-inhibit which runs what is behind its options.
CAFFEINATE = """#!/bin/sh
echo "$@" > "$ROOM/said"
while kill -0 "$3" 2> /dev/null; do sleep 0.05; done
"""
INHIBIT = """#!/bin/sh
echo "$@" > "$ROOM/said"
while [ "${1#--}" != "$1" ]; do shift; done
"$@"
"""
REFUSED = """#!/bin/sh
echo "$@" > "$ROOM/said"
echo "Failed to inhibit: Access denied" >&2
exit 1
"""


@pytest.fixture
def engine() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for the engine's."""
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield sleeper
    sleeper.kill()
    sleeper.wait()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a program in front on PATH."""
    monkeypatch.setenv("ROOM", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")

    def write(name: str, text: str) -> None:
        path = tmp_path / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    return write


def wait_for(is_so: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


def wait_until_gone(folder: Path) -> None:
    """What was killed may be seen for a moment longer."""
    wait_for(lambda: not process.marked(str(folder)))


def is_over(awake: Awake) -> bool:
    return awake.child is None or awake.child.poll() is not None


def test_commands() -> None:
    assert awake_command(MAC, 42) == ("caffeinate", "-is", "-w", "42")
    command = awake_command(CPU, 42)
    assert command is not None
    assert command[:3] == ("systemd-inhibit", "--what=sleep:idle", "--who=kohya-driver")
    assert command[3] == f"--why={texts.say('event.awake')}"
    assert command[4:] == ("--mode=block", "tail", "--pid=42", "-f", "/dev/null")
    assert awake_command(OTHER, 42) is None


CASES = [
    pytest.param(MAC, "caffeinate", CAFFEINATE, id="mac"),
    pytest.param(CPU, "systemd-inhibit", INHIBIT, id="linux"),
]


@pytest.mark.parametrize(("host", "name", "script"), CASES)
def test_it_lives_until_it_is_closed(
    host: Host,
    name: str,
    script: str,
    engine: subprocess.Popen[bytes],
    install: Callable[[str, str], None],
    tmp_path: Path,
) -> None:
    install(name, script)
    with keep_awake(host, engine.pid, str(tmp_path)) as awake:
        wait_for((tmp_path / "said").exists)
        assert [awake.look(now) for now in (5.0, 5.5, 6.0, 6.1)] == [None, None, KeptAwake(name), None]
        assert process.marked(str(tmp_path))
    wait_until_gone(tmp_path)
    assert engine.poll() is None
    assert awake.look(7.0) is None


@pytest.mark.parametrize(("host", "name", "script"), CASES)
def test_it_ends_with_the_engine_though_nobody_ends_it(
    host: Host,
    name: str,
    script: str,
    engine: subprocess.Popen[bytes],
    install: Callable[[str, str], None],
    tmp_path: Path,
) -> None:
    install(name, script)
    awake = keep_awake(host, engine.pid, str(tmp_path))
    wait_for((tmp_path / "said").exists)
    assert [awake.look(now) for now in (0.0, 2.0)] == [None, KeptAwake(name)]
    engine.kill()
    engine.wait()
    wait_for(lambda: is_over(awake))
    assert awake.look(3.0) == KeptAwake("")
    assert awake.look(4.0) is None
    wait_until_gone(tmp_path)
    awake.close()


def test_it_ends_whatever_happens(
    engine: subprocess.Popen[bytes], install: Callable[[str, str], None], tmp_path: Path
) -> None:
    install("caffeinate", CAFFEINATE)
    with pytest.raises(KeyboardInterrupt), keep_awake(MAC, engine.pid, str(tmp_path)):
        raise KeyboardInterrupt
    wait_until_gone(tmp_path)


def test_a_sweep_finds_it(
    engine: subprocess.Popen[bytes], install: Callable[[str, str], None], tmp_path: Path
) -> None:
    install("systemd-inhibit", INHIBIT)
    awake = keep_awake(CPU, engine.pid, str(tmp_path))
    wait_for((tmp_path / "said").exists)
    assert process.kill_marked(str(tmp_path))
    wait_for(lambda: is_over(awake))
    awake.close()
    assert engine.poll() is None


def test_one_that_is_refused_is_not_told_of(
    engine: subprocess.Popen[bytes], install: Callable[[str, str], None], tmp_path: Path
) -> None:
    install("systemd-inhibit", REFUSED)
    with keep_awake(CPU, engine.pid, str(tmp_path)) as awake:
        wait_for(lambda: is_over(awake))
        assert [awake.look(now) for now in (0.0, 1.0, 9.0)] == [None, None, None]


@pytest.mark.parametrize("host", [MAC, OTHER])
def test_where_there_is_nothing_nothing_happens(
    host: Host, install: Callable[[str, str], None], tmp_path: Path
) -> None:
    with keep_awake(host, 1, str(tmp_path)) as awake:
        assert awake.look(9.0) is None
    wait_until_gone(tmp_path)


def test_one_that_cannot_be_started(install: Callable[[str, str], None], tmp_path: Path) -> None:
    install("caffeinate", "#!/no/such/interpreter\n")
    with keep_awake(MAC, 1, str(tmp_path)) as awake:
        assert awake.look(9.0) is None
