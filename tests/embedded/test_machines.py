"""Two machines that train together: two network namespaces, each with an address of its own and a wire between them.

Each trains with the embedded engine. The tests need root and iproute2, and are skipped without.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kohya_driver import api, files
from kohya_driver.engine.lora import check_lora
from kohya_driver.engine.weights import read_header
from tests.contract.test_resume import project, wait
from tests.project import empty_home

pytestmark = [pytest.mark.engine, pytest.mark.long]

ADDRESSES = ("10.77.0.1", "10.77.0.2")
STEPS = 8
"""Seven batches are four a machine; two of them make a step, in each of four epochs."""


@dataclass(frozen=True)
class Machine:
    rank: int
    space: str
    folder: Path

    @property
    def run(self) -> api.Run:
        return api.Run(self.folder / "runs" / "ning-001")

    def start(self, *sets: str) -> subprocess.Popen[bytes]:
        """`kohya-driver train` as it is typed on this machine."""
        wanted = (
            "launch.engine=embedded", "launch.device=cpu", "launch.num_machines=2", "launch.num_processes=2",
            f'launch.main_process_ip="{ADDRESSES[0]}"', f"launch.machine_rank={self.rank}", *sets,
        )  # fmt: skip
        options = [part for one in wanted for part in ("--set", one)]
        environment = {**os.environ, "KOHYA_DRIVER_HOME": str(self.folder / "home")}
        return subprocess.Popen(
            ["ip", "netns", "exec", self.space, sys.executable, "-m", "kohya_driver", "train", self.folder / "preset.toml", "--plain", *options],
            env=environment, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def spaces() -> Iterator[tuple[str, str]]:
    """Two namespaces with a wire between them."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("network namespaces need root and iproute2")
    mark = secrets.token_hex(2)
    first, second = f"kd{mark}a", f"kd{mark}b"
    try:
        ip("netns", "add", first)
    except subprocess.CalledProcessError as failure:
        pytest.skip(f"no network namespaces here: {failure.stderr.decode().strip()}")
    try:
        ip("netns", "add", second)
        ip("link", "add", first, "netns", first, "type", "veth", "peer", "name", second, "netns", second)
        for space, address in zip((first, second), ADDRESSES, strict=True):
            ip("-n", space, "addr", "add", f"{address}/24", "dev", space)
            ip("-n", space, "link", "set", space, "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield first, second
    finally:
        for space in (first, second):
            subprocess.run(["ip", "netns", "delete", space], check=False, capture_output=True)


@pytest.fixture
def machines(spaces: tuple[str, str], embedded_base: Path, tmp_path: Path) -> tuple[Machine, Machine]:
    """Each with the same pictures and preset, and a data folder of its own."""
    made = [Machine(rank, space, tmp_path / str(rank)) for rank, space in enumerate(spaces)]
    for one in made:
        project(one.folder, embedded_base)
        empty_home(one.folder / "home")
    return made[0], made[1]


def finish(children: list[subprocess.Popen[bytes]]) -> list[int]:
    try:
        return [child.wait(timeout=240) for child in children]
    finally:
        for child in children:
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def test_they_train_one_lora(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    assert finish([first.start(), second.start()]) == [0, 0]
    results = [one.run.result() for one in machines]
    plans = [one.run.plan() for one in machines]
    assert results[0] and results[1]
    assert [plan.steps for plan in plans] == [result.steps for result in results if result] == [STEPS, STEPS]
    assert [plan.environment["GLOO_SOCKET_IFNAME"] for plan in plans] == [first.space, second.space]
    # The first one writes the LoRA; the second has seen the same steps, and says how it ended.
    lora = Path(results[0].final)
    assert not check_lora(lora) and read_header(lora).metadata["ss_steps"] == str(STEPS)
    assert results[1].final == "" and not list((second.run.folder / "models").glob("*.safetensors"))
    assert second.run.snapshot().step == STEPS and second.run.state() == "succeeded"


def test_stopped_on_the_first_they_stop_together(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    children = [first.start(), second.start()]
    wait(lambda: first.run.snapshot().step >= 2)
    api.ask_to_stop(first.run)
    assert finish(children) == [10, 10]
    results = [one.run.result() for one in machines]
    assert results[0] and results[1] and results[0].steps == results[1].steps < STEPS
    assert results[0].saved or results[0].checkpoints
    assert not results[1].saved and not results[1].checkpoints


def test_one_dies_and_the_other_is_not_left_waiting(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    children = [first.start(), second.start()]
    wait(lambda: first.run.snapshot().step >= 2)
    killed = time.monotonic()
    os.kill(files.read_json(second.run.trainer_file)["pid"], signal.SIGKILL)
    assert finish(children) == [9, 9]
    assert time.monotonic() - killed < 90
    result = first.run.result()
    assert result and result.diagnosis["kind"] == "proc.one_of_several"
    # Neither starts anew by itself: the other would not be there.
    assert result.attempts == 1


def test_machines_that_train_something_else_do_not_wait(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    assert finish([first.start(), second.start("training.max_train_epochs=5")]) == [9, 9]
    result = first.run.result()
    assert result and result.diagnosis["kind"] == "acc.not_alike"
    assert "steps: 8, 10" in str(result.diagnosis)
