"""`kohya-driver report`: where it goes, which run is meant, and that a training's last lines name it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kohya_driver import texts
from kohya_driver.cli.live import tell_result
from kohya_driver.cli.main import main
from kohya_driver.process import ToolResult
from kohya_driver.report import browser
from kohya_driver.run.folder import Run
from tests.project import CPU, MAC
from tests.reports import make_run


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("KOHYA_DRIVER_LANG", "en")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return make_run(tmp_path_factory.mktemp("whole"), steps=8)


@pytest.fixture
def run(whole: Run, tmp_path: Path) -> Run:
    shutil.copytree(whole.folder, tmp_path / "ning-001")
    return Run(tmp_path / "ning-001")


def test_the_page_goes_into_the_runs_folder(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run.folder)]) == 0
    assert capsys.readouterr().out == f"Report: {run.folder}/report.html\n"
    assert run.report_file.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')


def test_in_chinese(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run.folder), "--lang", "zh"]) == 0
    assert capsys.readouterr().out.startswith("训练报告：")
    assert "训练完成：8 步" in run.report_file.read_text(encoding="utf-8")


def test_json_and_markdown_go_to_the_terminal(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(run.folder), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["state"] == "succeeded"
    assert main(["report", str(run.folder), "--format", "md"]) == 0
    assert capsys.readouterr().out.startswith("# ning-001\n")
    assert not run.report_file.exists()


@pytest.mark.parametrize("format", ["html", "md", "json"])
def test_to_a_file(run: Run, tmp_path: Path, format: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "new folder" / "x"
    assert main(["report", str(run.folder), "--format", format, "--output", str(output)]) == 0
    assert capsys.readouterr().out == f"Report: {output}\n"
    assert "models/ning.safetensors" in output.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["report", str(run.folder), "--output", str(tmp_path / "file" / "x.html")]) == 5
    assert "files.not_writable" in capsys.readouterr().err


def test_the_latest_run_is_meant(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(run.folder, tmp_path / "runs" / "ning-001")
    monkeypatch.chdir(tmp_path)
    assert main(["report"]) == 0
    assert capsys.readouterr().out == f"Report: {tmp_path}/runs/ning-001/report.html\n"
    assert main(["report", "ning-001"]) == 0


def test_a_damaged_run_if_its_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    assert main(["report", str(tmp_path / "empty")]) == 0
    assert "plan.json is not there" in (tmp_path / "empty" / "report.html").read_text(encoding="utf-8")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.jpg").write_bytes(b"x")
    assert main(["report", str(tmp_path / "pictures")]) == 8
    assert "run.not_a_run" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "pictures").iterdir()] == ["a.jpg"]
    assert main(["report", "nothing-001"]) == 8


def test_the_last_lines_of_a_training_name_it(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    result = run.result()
    assert result is not None
    tell_result(result, json=False)
    assert f"Report: {run.folder}/report.html" in capsys.readouterr().out.splitlines()
    run.report_file.unlink()
    tell_result(result, json=True)
    assert capsys.readouterr().out == "" and run.report_file.is_file()


def test_a_report_that_fails_takes_nothing_from_the_result(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    run.report_file.mkdir()  # nothing can be written there
    result = run.result()
    assert result is not None and result.outcome == "succeeded"
    tell_result(result, json=False)
    told = capsys.readouterr()
    assert "Done: 8 steps" in told.out and "Report:" not in told.out
    assert "warning" in told.err and "files.not_writable" in told.err
    assert run.result() == result


def test_a_run_that_failed_has_one_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(tmp_path, steps=8, outcome="failed")
    result = run.result()
    assert result is not None
    tell_result(result, json=False)
    assert f"Report: {run.folder}/report.html" in capsys.readouterr().err


# In the browser


def test_without_a_screen_it_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    texts.use_language("en")
    assert browser.open_page(run.report_file, CPU, {}) is False
    assert main(["report", str(run.folder), "--open"]) == 0
    told = capsys.readouterr()
    assert "Report: " in told.out and "report.cannot_open" in told.err


@pytest.mark.parametrize("status", [0, 1])
def test_on_a_mac_open_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    asked: list[list[str]] = []

    def tool(command: list[object], **options: object) -> ToolResult:
        asked.append([str(part) for part in command])
        return ToolResult(status, "")

    monkeypatch.setattr("kohya_driver.process.run_tool", tool)
    assert browser.open_page(tmp_path / "report.html", MAC) is (status == 0)
    assert asked == [["/usr/bin/open", str(tmp_path / "report.html")]]


def test_with_a_screen_the_browser_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def opened(address: str) -> bool:
        asked.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", opened)
    path = tmp_path / "宁 光.html"
    assert browser.open_page(path, CPU, {"DISPLAY": ":0"})
    assert asked == [path.as_uri()]
