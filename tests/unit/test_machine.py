"""One training at a time on a machine; what is left of a dead one holds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import files, process
from kohya_driver.errors import RunError
from kohya_driver.run import machine

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home 数据"))
    return tmp_path / "home 数据"


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another supervisor."""
    child = subprocess.Popen(SLEEP)
    yield child
    child.kill()
    child.wait()


def started(child: subprocess.Popen[bytes]) -> float:
    import psutil

    return psutil.Process(child.pid).create_time()


def end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()


def test_nobody_trains_at_first(home: Path) -> None:
    assert machine.holder() is None
    machine.release(home / "ning-001")


def test_while_it_is_held(tmp_path: Path) -> None:
    with machine.holding(tmp_path / "ning-001"):
        present = machine.holder()
        assert present and present.folder == tmp_path / "ning-001"
        with pytest.raises(RunError) as caught:
            machine.take(tmp_path / "ning-002")
        finding = caught.value.findings[0]
        assert (finding.code, finding.where) == ("run.machine_busy", str(tmp_path / "ning-001"))
        assert "ning-001" in finding.message and "queue add" in finding.hint
    assert machine.holder() is None


def test_it_is_released_after_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), machine.holding(tmp_path / "ning-001"):
        raise ZeroDivisionError
    assert machine.holder() is None


def test_the_engine_is_named_later(tmp_path: Path) -> None:
    with machine.holding(tmp_path / "ning-001"):
        machine.take(tmp_path / "ning-001", engine_pid=77)
        assert files.read_json(files.home() / "training.json")["engine_pid"] == 77


def test_a_killed_supervisor_holds_nothing(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    machine.take(tmp_path / "ning-001", other.pid, started(other))
    with pytest.raises(RunError):
        machine.take(tmp_path / "ning-002")
    end(other)
    assert machine.holder() is None
    with machine.holding(tmp_path / "ning-002"):
        pass


def test_a_number_that_is_used_again(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    machine.take(tmp_path / "ning-001", other.pid, started(other) - 100)
    assert machine.holder() is None


@pytest.mark.parametrize("moved", [-0.5, 0.5])
def test_a_clock_that_was_corrected_a_little(
    tmp_path: Path, other: subprocess.Popen[bytes], moved: float
) -> None:
    machine.take(tmp_path / "ning-001", other.pid, started(other) + moved)
    assert machine.holder() is not None


@pytest.mark.parametrize("moved", [-86400.0, 86400.0])
def test_a_clock_that_was_set_while_the_engine_computes(
    tmp_path: Path, other: subprocess.Popen[bytes], moved: float
) -> None:
    """The supervisor is not known again, but the engine's mark is."""
    folder = tmp_path / "宁 光-001"
    machine.take(folder, other.pid, started(other) + moved)
    engine = process.start_child(SLEEP, cwd=tmp_path, env={}, log=tmp_path / "log", mark=str(folder))
    try:
        with pytest.raises(RunError):
            machine.take(tmp_path / "ning-002")
    finally:
        process.stop_child(engine)
    assert machine.holder() is None


def test_an_engine_without_a_supervisor(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    folder = tmp_path / "ning-001"
    machine.take(folder, other.pid, started(other))
    engine = process.start_child(SLEEP, cwd=tmp_path, env={}, log=tmp_path / "log", mark=str(folder))
    try:
        end(other)
        present = machine.holder()
        assert present and present.folder == folder
        with pytest.raises(RunError):
            machine.take(tmp_path / "ning-002")
        machine.take(folder)  # a new supervisor of the same run
    finally:
        process.stop_child(engine)
    machine.release(folder)


def test_one_run_has_one_supervisor(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    machine.take(tmp_path / "ning-001", other.pid, started(other))
    with pytest.raises(RunError):
        machine.take(tmp_path / "ning-001")


def test_handing_over(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    machine.take(tmp_path / "ning-001")
    machine.take(tmp_path / "ning-001", other.pid, started(other))
    machine.release(tmp_path / "ning-001")
    assert machine.holder() is not None
    with pytest.raises(RunError):
        machine.take(tmp_path / "ning-001")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', "\x00\x00"])
def test_a_torn_file(tmp_path: Path, text: str) -> None:
    files.write_text(files.home() / "training.json", text)
    assert machine.holder() is None
    with machine.holding(tmp_path / "ning-001"):
        assert machine.holder() is not None


RACE = """
import sys, time
from pathlib import Path
from kohya_driver.errors import RunError
from kohya_driver.run import machine
begin, folder = float(sys.argv[1]), Path(sys.argv[2])
time.sleep(max(0, begin - time.time()))
try:
    machine.take(folder)
except RunError as failure:
    print(failure.code, flush=True)
else:
    print("taken", flush=True)
sys.stdin.read()
"""


def test_several_at_the_same_moment(tmp_path: Path, home: Path) -> None:
    import time

    begin = str(time.time() + 1.5)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, begin, str(tmp_path / f"ning-{number:03}")],
            env={**os.environ, "KOHYA_DRIVER_HOME": str(home)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for number in range(4)
    ]
    said = [racer.stdout.readline().strip() for racer in racers if racer.stdout]
    for racer in racers:
        racer.communicate()
    assert sorted(said) == ["run.machine_busy"] * 3 + ["taken"]
    assert machine.holder() is None
