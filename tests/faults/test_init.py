"""`init` while things go wrong: the source stays as it is, the project is whole or not there, and a second run completes."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.prepare.staging import lock_file
from kohya_driver.preset.load import load_preset
from tests.faults.killing import kill_at_random
from tests.faults.stand_in_engine import environment, start
from tests.preparing import tree
from tests.project import write_base

SECONDS = 120
KILLS = 5 * int(os.environ.get("KOHYA_DRIVER_FAULT_TIMES", "1"))
"""Twenty in `make long`."""
PICTURES = 24


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Noise, so that a small disk is full soon."""
    from PIL import Image

    folder = tmp_path / "照片"
    folder.mkdir()
    for number in range(PICTURES):
        Image.frombytes("RGB", (256, 256), random.Random(number).randbytes(256 * 256 * 3)).save(
            folder / f"IMG_{number}.png"
        )
    write_base(tmp_path / "base.safetensors")
    return folder


def begin(home: Path, photos: Path, project: Path, *more: str) -> subprocess.Popen[str]:
    words: list[str | Path] = [
        "init", project, "--images", photos, "--trigger", "ning", "--style", "anime",
        "--base", home.parent / "base.safetensors", "--resolution", "256", "--detector", "none", "--tag", "none",
        "--json", *more,
    ]  # fmt: skip
    return start(*words, env=environment(home), cwd=home.parent)


def ended(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    with child:
        output, errors = child.communicate(timeout=SECONDS)
    assert "Traceback" not in output + errors
    return child.returncode, output, errors


def check_whole(project: Path, pictures: int = PICTURES) -> None:
    """Every file that the manifest names is there, with a caption, and nothing else."""
    data = json.loads((project / "manifest.json").read_text(encoding="utf-8"))
    named = {one[key] for one in data["files"] for key in ("picture", "caption")}
    assert {name for name in tree(project) if name.startswith("image/")} == named
    assert len(data["files"]) == pictures
    assert load_preset(project / "preset.toml").dataset.trigger == "ning"


def left_beside(project: Path) -> list[str]:
    return [path.name for path in project.parent.iterdir() if path.name.startswith(".")]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(["-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)])
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def mount(words: list[str]) -> None:
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"only root can mount: {done.stderr.strip()}")


def test_a_full_disk_leaves_nothing(home: Path, photos: Path, small_disk: Path) -> None:
    project = small_disk / "项目"
    code, _, errors = ended(begin(home, photos, project))
    assert (code, "files.disk_full" in errors) == (5, True), errors
    assert list(small_disk.iterdir()) == []
    subprocess.run(["mount", "-o", "remount,size=40m", str(small_disk)], check=True)
    assert ended(begin(home, photos, project))[0] == 0
    check_whole(project)


def test_a_disk_that_fills_up_later_leaves_the_project_as_it_was(
    home: Path, photos: Path, small_disk: Path, tmp_path: Path
) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in sorted(photos.iterdir())[:3]:
        shutil.copy(path, few)
    project = small_disk / "项目"
    assert ended(begin(home, few, project))[0] == 0
    before = tree(project)
    code, _, errors = ended(begin(home, photos, project))
    assert (code, "files.disk_full" in errors) == (5, True), errors
    assert tree(project) == before
    assert load_preset(project / "preset.toml")


def test_a_source_that_can_only_be_read(home: Path, photos: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "disc"
    mounted.mkdir()
    mount(["--bind", str(photos), str(mounted)])
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(mounted)], check=True)
        with pytest.raises(OSError):
            (mounted / "x").touch()
        project = tmp_path / "项目"
        assert ended(begin(home, mounted, project))[0] == 0
        check_whole(project)
        assert ended(begin(home, mounted, project))[0] == 0
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_a_target_that_cannot_be_written(home: Path, photos: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "disc"
    mounted.mkdir()
    mount(["-t", "tmpfs", "-o", "size=1m,ro", "tmpfs", str(mounted)])
    try:
        code, _, errors = ended(begin(home, photos, mounted / "项目"))
        assert (code, "files.not_writable" in errors) == (5, True), errors
    finally:
        subprocess.run(["umount", str(mounted)], check=True)


def test_two_at_once(home: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither begins before both wait for a third, which is done then."""
    project = tmp_path / "项目"
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(home))
    with files.lock(lock_file(project)):
        both = [begin(home, photos, project), begin(home, photos, project)]
        for child in both:
            assert child.stderr and "init" in child.stderr.readline()  # it says that it waits
    results = [ended(child) for child in both]
    assert [code for code, _, _ in results] == [0, 0], results
    counts = [json.loads(output)["counts"] for _, output, _ in results]
    assert sorted(one["added"] for one in counts) == [0, PICTURES]
    assert sorted(one["unchanged"] for one in counts) == [0, PICTURES]
    check_whole(project)


@pytest.mark.parametrize("is_there", [False, True])
def test_ctrl_c(home: Path, photos: Path, tmp_path: Path, is_there: bool) -> None:
    project = tmp_path / "项目"
    if is_there:
        assert ended(begin(home, photos, project))[0] == 0
    before = tree(project)
    child = begin(home, photos, project, "--resolution", "128")
    partial = project / ".partial" if is_there else project.with_name(f".{project.name}.partial")
    until = time.monotonic() + SECONDS
    while not list(partial.rglob("*.png")) and time.monotonic() < until and child.poll() is None:
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    code, _, errors = ended(child)
    assert code in (130, 0), errors  # it may just have been done
    assert left_beside(project) == [] and not (project / ".partial").exists()
    if code:
        assert tree(project) == before
    assert ended(begin(home, photos, project))[0] == 0
    check_whole(project)


def test_killed_at_random(home: Path, photos: Path, tmp_path: Path) -> None:
    """In a new project, and in one in which everything has to be made anew and a caption is a person's own."""
    source = tree(photos)
    project = tmp_path / "项目"
    started = time.monotonic()
    assert ended(begin(home, photos, project))[0] == 0
    whole_seconds = time.monotonic() - started
    shutil.rmtree(project)
    chance = random.Random()
    killed = 0
    for number in range(KILLS):
        resolution = "128" if number % 2 else "192"
        child = begin(home, photos, project, "--resolution", resolution)
        took = kill_at_random(child, chance, whole_seconds)
        killed += took is None
        whole_seconds = min(whole_seconds, took or whole_seconds)  # the machine was busy when it was measured
        child.communicate()
        if project.exists():
            check_whole(project)
            own = project / "image/6_ning/0001.txt"
            if number % 3 == 0:
                own.write_text(f"ning, my own words {number}", encoding="utf-8")
    assert tree(photos) == source
    own = project / "image/6_ning/0001.txt"
    words = own.read_text(encoding="utf-8") if own.exists() else ""
    assert ended(begin(home, photos, project))[0] == 0
    check_whole(project)
    if "my own" in words:
        assert own.read_text(encoding="utf-8") == words
    assert left_beside(project) == [] and not (project / ".partial").exists()
    assert killed


def test_ended_between_the_exchange_and_the_manifest(home: Path, photos: Path, tmp_path: Path) -> None:
    """As a kill in the narrow moment would leave it: the next run finishes what was decided."""
    project = tmp_path / "项目"
    assert ended(begin(home, photos, project))[0] == 0
    other = tmp_path / "other"
    shutil.copytree(project, other)
    (photos / "IMG_0.png").unlink()
    assert ended(begin(home, photos, project))[0] == 0
    decided = project / ".partial"
    decided.mkdir()
    shutil.move(project / "manifest.json", decided / "manifest.json")
    shutil.copy(other / "manifest.json", project)
    identity = (project / "image").stat().st_ino
    (decided / "commit.json").write_text(json.dumps({"trees": {"image": identity}}), encoding="utf-8")
    shutil.copytree(other / "image", decided / "image")
    code, output, _ = ended(begin(home, photos, project))
    assert (code, json.loads(output)["counts"]["unchanged"]) == (0, PICTURES - 1)
    check_whole(project, PICTURES - 1)
    assert not decided.exists()
