"""Both engines on the command line: chosen, planned for, asked for, refused and offered. Nothing is installed here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.cli.main import main
from kohya_driver.engine.model import NAMES
from kohya_driver.errors import EngineError, PlanError, PresetError, UsageError
from tests.project import write_project

Captured = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("_empty_home")


@pytest.fixture
def _empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KOHYA_DRIVER_ENGINE_SOURCE", raising=False)


def run(*words: str | Path) -> int:
    return main([*map(str, words), "--lang", "en"])


@pytest.mark.parametrize("name", NAMES)
def test_plan_takes_the_engine(tmp_path: Path, capsys: Captured, name: str) -> None:
    assert run("plan", write_project(tmp_path), "--engine", name, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["engine"]["name"] == name
    assert plan["command"][-3].endswith("train_network.py")


def test_plan_refuses_by_name_and_tells_the_place(tmp_path: Path, capsys: Captured) -> None:
    preset = write_project(
        tmp_path, extra='[network]\nmodule = "lycoris.kohya"\n[optimizer]\ntype = "Lion"\n'
    )
    assert run("plan", preset, "--engine", "embedded") == PlanError.exit_code
    said = " ".join(capsys.readouterr().out.split())
    for name, line in (("network_module", 7), ("optimizer_type", 9)):
        assert f"`{name}`" in said
        assert f"preset.toml:{line}" in said
    assert said.count("needs sd-scripts") == 2
    assert "--engine sd-scripts" in said


def test_train_refuses_before_anything_is_installed(tmp_path: Path, capsys: Captured) -> None:
    preset = write_project(tmp_path, extra='[network]\nmodule = "lycoris.kohya"\n')
    assert run("train", preset, "--engine", "embedded", "--plain") == PlanError.exit_code
    assert "plan.needs_sd_scripts_value" in capsys.readouterr().err
    assert not (tmp_path / "home" / "engines").exists()


def test_train_never_switches_and_says_what_can_be_done(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ("https://127.0.0.1:1/sd-scripts.git",)
    monkeypatch.setattr("kohya_driver.engine.install.sources_in_order", lambda source, recipe: away)
    monkeypatch.setattr("kohya_driver.engine.install.check_host", lambda *_: ())
    assert run("train", write_project(tmp_path), "--plain") == EngineError.exit_code
    said = " ".join(capsys.readouterr().err.split())
    assert "engine.source_unreachable" in said
    assert "engine.embedded_offered" in said
    assert "`--engine embedded`" in said
    assert not list((tmp_path / "runs").glob("*"))


def test_an_engine_that_there_is_not(tmp_path: Path, capsys: Captured) -> None:
    preset = write_project(tmp_path, extra='[launch]\nengine = "embeded"\n')
    assert run("plan", preset) == PresetError.exit_code
    assert "preset.toml:7" in capsys.readouterr().err
    assert run("plan", preset, "--engine", "embeded") == UsageError.exit_code


@pytest.mark.parametrize("name", NAMES)
def test_status_and_verify_of_what_is_not_there(capsys: Captured, name: str) -> None:
    assert run("engine", "status", "--engine", name, "--json") == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["engine"], status["installed"], status["is_guest"]) == (name, False, False)
    assert run("engine", "status", "--engine", name) == 0
    assert f"{name}, not installed" in capsys.readouterr().out
    assert run("engine", "verify", "--engine", name) == EngineError.exit_code
    assert f"--engine {name}" in capsys.readouterr().err
    assert run("engine", "remove", "--engine", name) == 0


def test_doctor_tells_of_both(capsys: Captured) -> None:
    run("doctor", "--quick", "--json")
    items = {item["name"]: item for item in json.loads(capsys.readouterr().out)["items"]}
    codes = [finding["code"] for name in ("engine", "embedded") for finding in items[name]["findings"]]
    assert codes == ["doctor.engine_missing", "doctor.embedded_missing"]
