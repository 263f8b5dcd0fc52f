"""`kohya-driver doctor` as a person uses it, on this machine, with nothing of the network in reach."""

from __future__ import annotations

import getpass
import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from kohya_driver import api
from kohya_driver.checkup.report import LOOPBACK, SHORTEST_NAME
from kohya_driver.errors import PresetError
from tests.cli.test_cli import Done, check_chinese, check_silence, finish, run_in_both
from tests.faults.stand_in_engine import environment, install_stand_in, start
from tests.project import write_project

GROUPS = {"machine", "folders", "engine", "environment", "network"}
NOWHERE = dict.fromkeys(
    ("HF_ENDPOINT", "UV_DEFAULT_INDEX", "KOHYA_DRIVER_ENGINE_SOURCE"), "http://127.0.0.1:9"
)
SECONDS = 20
"""Three on a machine that does nothing else; the tests' may be busy."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in NOWHERE.items():
        monkeypatch.setenv(name, value)
    return tmp_path / "home 数据"


def doctor(home: Path, *arguments: str | Path, **more: str) -> Done:
    return finish(start("doctor", *arguments, env=environment(home, **more), cwd=home.parent))


def by_name(done: Done) -> dict[str, Any]:
    return {item["name"]: item for item in json.loads(done.stdout)["items"]}


def codes(done: Done) -> set[str]:
    return {finding["code"] for item in by_name(done).values() for finding in item["findings"]}


def test_without_an_engine_it_says_so(home: Path) -> None:
    done = doctor(home, "--json")
    check_silence(done)
    told = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    assert told["seconds"] < SECONDS
    assert {item["group"] for item in told["items"]} >= GROUPS
    assert by_name(done)["engine"]["findings"][0]["code"] == "doctor.engine_missing"
    assert "selftest" not in by_name(done)
    assert not home.exists()


def test_what_cannot_be_reached_fails_nothing(home: Path) -> None:
    done = doctor(home, "--json")
    assert {"doctor.unreachable_github", "doctor.unreachable_index", "doctor.unreachable_hub"} <= codes(done)
    assert done.returncode == 0


def test_it_is_shown_in_both_languages(home: Path) -> None:
    english, chinese = run_in_both(home, "doctor", "--quick")
    for done in (english, chinese):
        check_silence(done)
        assert done.returncode == 0 and "doctor.engine_missing" in done.stdout
    assert "Ready to train" in english.stdout
    check_chinese(chinese.stdout)


def test_a_broken_engine_is_an_error(home: Path) -> None:
    install_stand_in(home)
    done = doctor(home, "--json", "--quick")
    assert done.returncode == 5
    assert by_name(done)["engine"]["status"] == "error"
    assert "selftest" not in by_name(done)


def test_an_engine_that_cannot_compute_is_an_error(home: Path) -> None:
    install_stand_in(home)
    done = doctor(home, "--json")
    assert done.returncode == 5
    assert by_name(done)["selftest"]["findings"][0]["code"] == "doctor.selftest_silent"


def test_pictures_in_icloud_are_an_error(home: Path) -> None:
    pictures = home.parent / "图 片"
    pictures.mkdir()
    (pictures / ".a.png.icloud").touch()
    done = doctor(home, pictures, "--quick")
    assert done.returncode == 5
    assert "doctor.evicted" in done.stdout and "must be put right" in done.stdout


def test_a_presets_folders_are_looked_at(home: Path) -> None:
    preset = write_project(home.parent / "我的 项目")
    items = by_name(doctor(home, preset, "--json", "--quick"))
    assert items["pictures"]["value"].startswith(str(preset.parent / "image"))
    assert {"project", "model"} <= set(items)


def test_a_target_that_is_nothing_is_refused(home: Path) -> None:
    done = doctor(home, home / "nothing.toml", "--quick")
    assert done.returncode == PresetError.exit_code and "preset.not_found" in done.stderr


def test_a_report_can_be_shown_to_everybody(home: Path) -> None:
    pictures = home.parent / "zhangsan's pictures"
    pictures.mkdir()
    report = home.parent / "report.json"
    more = {"https_proxy": "http://zhangsan:secret@10.1.2.3:8080"}
    done = doctor(home, pictures, "--quick", "--report", report, **more)
    assert done.returncode == 0 and str(report) in done.stdout
    text = report.read_text(encoding="utf-8")
    told = json.loads(text)
    assert {item["group"] for item in told["items"]} >= GROUPS and told["versions"]["kohya-driver"]
    # A name that is very short, or every machine's, tells of nobody.
    own = (getpass.getuser(), socket.gethostname())
    names = [name for name in own if len(name) >= SHORTEST_NAME and name not in LOOPBACK]
    for private in (str(Path.home()), str(home.parent), *names, "zhangsan", "secret", "10.1.2.3"):
        assert not re.search(rf"(?<!\w){re.escape(private)}(?!\w)", text), private


def test_a_report_that_cannot_be_written_is_an_error(home: Path) -> None:
    (home.parent / "file").touch()
    done = doctor(home, "--quick", "--report", home.parent / "file" / "report.json")
    assert done.returncode == 5 and "files.not_writable" in done.stderr


def test_the_api_says_the_same(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(home))
    monkeypatch.chdir(home.parent)
    steps: list[str] = []
    found = api.doctor(quick=True, on_step=steps.append).to_json()
    assert [item["name"] for item in found["items"]] == list(by_name(doctor(home, "--json", "--quick")))
    assert steps == []
