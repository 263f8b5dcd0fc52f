"""The pin and its locks, as shipped."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kohya_driver import resources
from kohya_driver.engine.pin import load_pin, load_recipe, locked_versions, platform_name

PLATFORMS = ("macos-arm64", "linux-x86_64")
LOCKS = {name: resources.vendor() / f"requirements-{name}.txt" for name in PLATFORMS}


def test_the_pin_names_one_commit() -> None:
    pin = load_pin()
    assert re.fullmatch(r"[0-9a-f]{40}", pin.commit)
    assert pin.url.startswith("https://")
    assert set(pin.disk_bytes) == set(PLATFORMS)
    assert "!/bitsandbytes_windows/" in pin.sparse


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS.keys())
def test_every_locked_package_has_a_version_and_hashes(lock: Path) -> None:
    requirement = ""
    hashes: dict[str, int] = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line[:1].isalnum():
            requirement = line.split(" ")[0]
            assert "==" in requirement
            hashes[requirement] = 0
        elif "--hash=sha256:" in line:
            hashes[requirement] += 1
    assert len(hashes) > 50
    assert all(hashes.values())


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS.keys())
def test_the_locks_hold_what_was_asked_for(lock: Path) -> None:
    locked = locked_versions(lock.read_text(encoding="utf-8"))
    asked = locked_versions(
        (resources.vendor() / "requirements.in").read_text(encoding="utf-8").replace("[torch]", "")
    )
    assert asked.items() <= locked.items()
    assert locked["torch"] == load_pin().torch
    assert not {"bitsandbytes", "xformers", "tensorflow"} & locked.keys()


def test_both_platforms_have_the_same_versions() -> None:
    mac, linux = (locked_versions(lock.read_text(encoding="utf-8")) for lock in LOCKS.values())
    assert mac.items() <= linux.items()


def test_the_lock_is_told_apart_by_its_hash() -> None:
    recipe = load_recipe()
    assert recipe.folder_name == f"{recipe.pin.commit[:12]}-{recipe.lock[:12]}"


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("darwin", "arm64", "macos-arm64"),
        ("darwin", "x86_64", "macos-arm64"),
        ("linux", "x86_64", "linux-x86_64"),
    ],
)
def test_platform_names(system: str, machine: str, name: str) -> None:
    assert platform_name(system, machine) == name


def test_extras_and_comments_in_a_requirements_file() -> None:
    text = "# via x==9\nTorch==2.13.0 \\\n    --hash=sha256:00\n    # via accelerate==1\nnumpy\n"
    assert locked_versions(text) == {"torch": "2.13.0"}
