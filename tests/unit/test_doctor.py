"""The checks of `doctor`: a good machine has no trouble, and each trouble has its code."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.checkup import environment, folders, machine, power
from kohya_driver.checkup.facts import Facts, read_facts
from kohya_driver.checkup.look import Folder, Place, look_at, places
from kohya_driver.checkup.model import GROUPS, Diagnosis, Item, disk_gb, memory_gb
from kohya_driver.engine.model import Engine
from kohya_driver.engine.pin import load_recipe
from kohya_driver.errors import PresetError, error, warning
from kohya_driver.host import Memory, Power
from kohya_driver.views.doctor import MARKS, render_diagnosis
from tests.project import CPU, CUDA, GIB, MAC, OLD_MAC, write_project

HOME = Path("/Users/ming")
GOOD = Facts(
    host=replace(MAC, memory_bytes=32 * GIB),
    memory=Memory(32 * GIB, 20 * GIB, 0),
    power=Power(False, 100, False, 0),
    recipe=replace(load_recipe(), platform="macos-arm64"),
    engine=Engine(HOME / "engine", "c", "t", "l"),
    folders=(Folder(Place("home", HOME / "data")), Folder(Place("pictures", HOME / "LoRA"), files=12)),
    free={HOME: 10**12},
    environment={"PATH": "/usr/bin"},
    proxies={},
    user_home=HOME,
)


def host(**values: object) -> Callable[[Facts], Facts]:
    return lambda facts: replace(facts, host=replace(facts.host, **values))  # type: ignore[arg-type]


def facts(**values: object) -> Callable[[Facts], Facts]:
    return lambda old: replace(old, **values)  # type: ignore[arg-type]


def folder(role: str = "pictures", path: Path = HOME / "LoRA", **values: object) -> Callable[[Facts], Facts]:
    return facts(folders=(Folder(Place(role, path), **values),))  # type: ignore[arg-type]


def variables(**values: str) -> Callable[[Facts], Facts]:
    return facts(environment=values)


@dataclass(frozen=True)
class Case:
    change: Callable[[Facts], Facts]
    code: str
    severity: str


CASES = (
    Case(host(machine="x86_64", accelerator="cpu"), "host.unsupported", "error"),
    Case(host(rosetta=True, accelerator="cpu"), "host.rosetta", "error"),
    Case(host(os_version="13.6"), "host.macos_too_old", "error"),
    Case(host(os_version="26.3.1"), "doctor.macos_sum", "info"),
    Case(host(os_version="26.5.2"), "doctor.macos_watchdog", "info"),
    Case(host(os_version="27.0"), "doctor.macos_bf16", "info"),
    Case(facts(host=CPU), "doctor.no_accelerator", "info"),
    Case(facts(memory=Memory(8 * GIB, 5 * GIB, 0)), "doctor.memory_small", "warning"),
    Case(facts(memory=Memory(32 * GIB, 2 * GIB, 0)), "doctor.memory_short", "warning"),
    Case(facts(memory=Memory(32 * GIB, 20 * GIB, 9 * GIB)), "doctor.swap_much", "warning"),
    Case(facts(free={HOME: 5 * 10**9}), "doctor.disk_low", "warning"),
    Case(facts(free={HOME: 10**8}), "doctor.disk_full", "error"),
    Case(facts(free={HOME: 10**9, Path("/"): 10**12}, engine=None), "engine.too_little_space", "error"),
    Case(facts(power=Power(True, 60, False, 0)), "doctor.battery", "warning"),
    Case(facts(power=Power(False, 60, True, 0)), "doctor.low_power", "warning"),
    Case(facts(power=Power(False, 60, False, 10)), "doctor.sleeps", "warning"),
    Case(facts(power=Power(False, 60, False, 10, "sharingd")), "doctor.sleeps", "warning"),
    Case(variables(PYTORCH_MPS_FAST_MATH="1"), "doctor.risky_variable", "warning"),
    Case(variables(PYTORCH_MPS_HIGH_WATERMARK_RATIO="0.0"), "doctor.no_watermark", "warning"),
    Case(facts(proxies={"https": "socks5://127.0.0.1:7891"}), "doctor.proxy_socks", "info"),
    Case(folder(exists=False), "doctor.folder_missing", "error"),
    Case(folder("model", exists=False), "doctor.folder_missing", "error"),
    Case(folder(write_errno=errno.EROFS), "doctor.pictures_read_only", "info"),
    Case(folder("current", write_errno=errno.EROFS), "doctor.not_writable", "warning"),
    Case(folder("home", write_errno=errno.EROFS), "doctor.not_writable", "error"),
    Case(folder("project", write_errno=errno.EACCES), "doctor.not_writable", "error"),
    # What macOS's privacy settings forbid is refused with EPERM.
    Case(folder(unreadable={"a": errno.EPERM}), "doctor.private", "error"),
    Case(folder(unreadable={"a": errno.EACCES}), "doctor.unreadable", "error"),
    Case(folder(evicted=3, evicted_example="a.png"), "doctor.evicted", "error"),
    Case(folder(path=HOME / "Library/Mobile Documents/com~apple~CloudDocs/x"), "doctor.in_icloud", "warning"),
    Case(folder(path=HOME / "Desktop"), "doctor.in_personal", "info"),
    Case(folder(path=Path("/Volumes/T7/x")), "doctor.in_volume", "info"),
)
COMPANIONS = {
    "doctor.macos_sum": {"doctor.macos_watchdog"},
    "engine.too_little_space": {"doctor.disk_low"},
}


def items_of(looked_at: Facts) -> list[Item]:
    checks = (*machine.CHECKS, *power.CHECKS, *environment.CHECKS)
    return [item for check in checks if (item := check(looked_at))] + [*folders.check_folders(looked_at)]


def found_in(looked_at: Facts) -> dict[str, str]:
    return {finding.code: str(finding.severity) for item in items_of(looked_at) for finding in item.findings}


def test_a_good_machine_has_no_trouble() -> None:
    assert found_in(GOOD) == {}
    assert {item.status for item in items_of(GOOD)} == {"ok"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.code}-{n}" for n, case in enumerate(CASES)])
def test_each_trouble_has_its_code(case: Case) -> None:
    found = found_in(case.change(GOOD))
    assert found.pop(case.code) == case.severity
    assert set(found) <= COMPANIONS.get(case.code, set())


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_everything_can_be_said_and_shown(language: str) -> None:
    texts.use_language(language)
    for case in CASES:
        items = items_of(case.change(GOOD))
        for item in items:
            assert item.title and item.value and item.group in GROUPS and item.status in MARKS
        assert all(finding.message for item in items for finding in item.findings)
        assert render_diagnosis(Diagnosis(tuple(items), {}, "", 0.0))


@pytest.mark.parametrize(
    "looked_at", [replace(GOOD, host=CUDA), replace(GOOD, host=CPU), replace(GOOD, host=OLD_MAC)]
)
def test_nothing_is_said_of_places_and_systems_that_are_not_there(looked_at: Facts) -> None:
    looked_at = replace(looked_at, power=Power())
    assert not any(item.group == "power" for item in items_of(looked_at))
    if not looked_at.host.is_mac:
        assert "doctor.in_personal" not in found_in(folder(path=HOME / "Desktop")(looked_at))


@pytest.mark.parametrize(
    ("values", "away"),
    [
        ({}, ()),
        ({"VIRTUAL_ENV": "x", "HOME": "y"}, ("VIRTUAL_ENV",)),
        ({"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.7"}, ()),
    ],
)
def test_what_is_kept_away_from_the_engine(values: Mapping[str, str], away: tuple[str, ...]) -> None:
    assert environment.kept_away(values) == away


def test_a_proxys_password_is_not_shown() -> None:
    proxies = {"https": "http://me:secret@10.0.0.1:8080", "no": "localhost"}
    (item,) = (item for item in items_of(replace(GOOD, proxies=proxies)) if item.name == "proxies")
    assert item.value == "https → http://10.0.0.1:8080"


# Looking at folders


def test_a_folder_is_read_through(tmp_path: Path) -> None:
    for name in ("a.png", "b/c.png", "b/.d.png.icloud"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    seen = look_at(Place("pictures", tmp_path))
    assert (seen.files, seen.evicted, seen.write_errno, seen.unreadable) == (3, 1, 0, {})
    assert seen.evicted_example == str(tmp_path / "b" / ".d.png.icloud")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b"]


def test_files_in_icloud_are_not_opened(tmp_path: Path) -> None:
    """Opening would begin a download, or hang. A pipe that nobody writes into hangs too."""
    os.mkfifo(tmp_path / "a.png")
    seen = look_at(Place("pictures", tmp_path), evicted=lambda name, status: True)
    assert seen.evicted == 1


def test_what_cannot_be_read_is_told_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone")
    assert look_at(Place("pictures", tmp_path)).unreadable == {str(tmp_path / "a.png"): errno.ENOENT}


def test_a_base_model_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "base.safetensors"
    assert not look_at(Place("model", path)).exists
    path.write_bytes(b"x")
    assert look_at(Place("model", path)).files == 1


def test_a_folder_that_cannot_be_made_is_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert look_at(Place("home", tmp_path / "file" / "data")).write_errno == errno.ENOTDIR
    assert look_at(Place("home", tmp_path / "not" / "yet")).write_errno == 0
    assert not (tmp_path / "not").exists()


def test_large_folders_are_not_read_to_their_end(tmp_path: Path) -> None:
    for name in ("a/1", "a/2", "b/1", "b/2", "c/1", "c/2"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert look_at(Place("pictures", tmp_path), most_files=3).files == 4


def test_the_folders_of_a_preset(tmp_path: Path) -> None:
    preset = write_project(tmp_path)
    roles = {place.role: place.path for place in places(preset)}
    assert roles["pictures"] == tmp_path / "image"
    assert roles["model"] == tmp_path / "base.safetensors"
    assert roles["project"] == tmp_path
    assert [place.role for place in places(tmp_path)][-1] == "pictures"


def test_a_target_that_is_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PresetError):
        places(tmp_path / "nothing.toml")


def test_this_machine_can_be_looked_at() -> None:
    items = items_of(read_facts(None))
    assert {"chip", "memory", "disk", "home", "current"} <= {item.name for item in items}


# The diagnosis


def test_the_worst_finding_is_the_status() -> None:
    def item(*found: object) -> Item:
        return Item("machine", "chip", "doctor.on", findings=tuple(found))  # type: ignore[arg-type]

    bad, poor = error("doctor.evicted", count=1), warning("doctor.low_power")
    assert [item(*found).status for found in ((), (poor,), (poor, bad))] == ["ok", "warning", "error"]
    assert Diagnosis((item(poor), item(bad)), {}, "", 0.0).errors == (bad,)


@pytest.mark.parametrize(("size", "shown"), [(16 * GIB, "16"), (int(3.25 * GIB), "3.2"), (0, "0")])
def test_memory_is_named_as_a_mac_names_it(size: int, shown: str) -> None:
    assert memory_gb(size) == shown


@pytest.mark.parametrize(("size", "shown"), [(57_300_000_000, "57"), (1_230_000_000, "1.2")])
def test_disk_is_named_as_the_finder_names_it(size: int, shown: str) -> None:
    assert disk_gb(size) == shown
