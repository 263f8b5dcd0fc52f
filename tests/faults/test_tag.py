"""Tagging while things go wrong: each caption is whole or untouched, and a further run completes the set."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from PIL import Image

from kohya_driver.errors import HostError
from kohya_driver.prepare.caption_edits import Add, edit_captions
from kohya_driver.prepare.tag_config import Existing, TagConfig, TagReport
from kohya_driver.prepare.tag_policy import TagPolicy
from kohya_driver.prepare.tagger import tag_folder
from tests.wd_model import write_model

KILLS = 20
PICTURES = 60
OLD = "old words, which a person has written"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "m")


def fill(folder: Path, count: int = PICTURES, old: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    generator = numpy.random.default_rng(1)
    for number in range(count):
        pixels = generator.integers(0, 256, (90, 70, 3), dtype=numpy.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.jpg")
        if old and number % 2:
            (folder / f"{number}.txt").write_text(OLD, encoding="utf-8")
    return folder


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.txt")}


def command(folder: Path, model: Path) -> list[str]:
    words = ["tag", str(folder), "--model", str(model), "--trigger", "ning", "--existing", "overwrite"]
    return [sys.executable, "-m", "kohya_driver", *words]


def tag(folder: Path, model: Path, existing: Existing = Existing.OVERWRITE) -> TagReport:
    return tag_folder(folder, TagConfig(TagPolicy(trigger="ning"), model=str(model), existing=existing))


def test_killed_at_random(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty times, by SIGKILL and Ctrl-C, at moments spread over the work; then a run completes it."""
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "reference"))
    wanted = fill(tmp_path / "wanted")
    tag(wanted, model)
    whole = state(wanted)
    home, folder = tmp_path / "home", fill(tmp_path / "pictures", old=True)
    chance = random.Random(7)
    cut = 0

    def done() -> int:
        return sum(state(folder).get(name) == text for name, text in whole.items())

    for number in range(KILLS):
        before = done()
        if before > PICTURES // 2:  # begin anew, so that all parts of the work are met
            for path in [*folder.glob("*.txt"), *home.rglob("*.f16")]:
                path.unlink()
            fill(folder, old=True)
            before = 0
        process = start(folder, model, home)
        goal = before + chance.randrange(PICTURES - before)
        while done() < goal and process.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02) if goal > before else chance.uniform(0, 2))
        process.send_signal(signal.SIGINT if number % 4 == 0 else signal.SIGKILL)
        process.wait(60)
        cut += before < done() < PICTURES
        assert all(text in (whole[name], OLD.encode()) for name, text in state(folder).items()), number
    assert cut >= KILLS // 4, "the work was hardly ever cut in the middle"
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(home))
    known = len([*home.rglob("*.f16")])
    report = tag(folder, model)
    assert state(folder) == whole and not report.findings
    assert (report.cached, report.inferred) == (known, PICTURES - known)
    assert not [path for path in folder.iterdir() if path.suffix == ".tmp"]
    backups = [path.read_text(encoding="utf-8") for path in folder.glob(".kohya-driver/backup/*/*.txt")]
    assert backups and OLD in backups


def start(folder: Path, model: Path, home: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "KOHYA_DRIVER_HOME": str(home)}
    nothing = subprocess.DEVNULL
    return subprocess.Popen(command(folder, model), env=environment, stdout=nothing, stderr=nothing)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can only be mounted by root: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def resize(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(disk)], check=True)


def test_the_pictures_disk_is_full(
    tmp_path: Path, model: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    folder = fill(small_disk / "p", 20)
    free = small_disk.joinpath("filler")
    room = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    free.write_bytes(b"x" * (room - 4 * 4096))
    with pytest.raises(HostError) as caught:
        tag(folder, model)
    assert caught.value.code == "files.disk_full"
    done = state(folder)
    assert 0 < len(done) < 20 and all(text.startswith(b"ning, ") for text in done.values())
    assert not [path for path in folder.iterdir() if path.suffix == ".tmp"]
    with pytest.raises(HostError):
        edit_captions(folder, Add(("hat",)), write=True)
    assert state(folder) == done
    free.unlink()
    report = tag(folder, model)
    assert len(state(folder)) == 20 and report.unchanged == len(done)
    assert report.inferred < 20


def test_the_disk_for_scores_is_full(
    tmp_path: Path, model: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Captions are what counts: they are written, and it is said that the scores are not kept."""
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(small_disk))
    folder = fill(tmp_path / "p", 30)
    room = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
    (small_disk / "filler").write_bytes(b"x" * (room - 10 * 4096))
    report = tag(folder, model)
    assert report.written == 30
    assert [one.code for one in report.findings] == ["tag.scores_not_kept"]
    (small_disk / "filler").unlink()
    report = tag(folder, model)
    assert 0 < report.cached < 30 and report.unchanged == 30 and not report.findings


def test_a_disk_that_may_only_be_read(
    tmp_path: Path, model: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    folder = fill(small_disk / "p", 3)
    resize(small_disk, "ro")
    with pytest.raises(HostError) as caught:
        tag(folder, model)
    assert caught.value.code == "files.not_writable"
    resize(small_disk, "rw")
    report = tag(folder, model)
    assert report.written == 3


def test_two_at_once(tmp_path: Path, model: Path) -> None:
    """The second waits for the first, and finds all done."""
    folder = fill(tmp_path / "pictures", 30, old=True)
    environment = {**os.environ, "KOHYA_DRIVER_HOME": str(tmp_path / "home")}
    both = [
        subprocess.Popen(
            [*command(folder, model), "--json"], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted('"written": 30' in out for out in outputs) == [False, True]
    assert len(state(folder)) == 30
