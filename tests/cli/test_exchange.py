"""`import` and `export` as a person sees them, in both languages, with their exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kohya_driver.cli.main import main
from tests import exchanged
from tests.exchanged import write
from tests.project import write_project

ENGLISH_SENTENCE = re.compile(r"(?:[A-Za-z']+ ){3}[A-Za-z']+")
NAMES = re.compile(r"`[^`]*`|\"[^\"]*\"|\S*/\S*|kohya-driver(?: [a-z0-9-]+)*|M1 Max|\\S*_\\S*")
"""The same in every language."""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    return tmp_path


def test_an_import_is_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "my preset.json", exchanged.OLD_GUI)
    assert main(["import", "my preset.json", "--lang", "en"]) == 0
    told = capsys.readouterr()
    assert "Taken (" in told.out and "Decided by the plan (" in told.out and "Not mapped" not in told.out
    for key in exchanged.OLD_GUI:
        assert key in told.out, key
    assert (here / "my preset.toml").is_file() and "kohya-driver plan" in told.out
    assert main(["import", "my preset.json", "--lang", "en"]) == 2
    assert (
        "[exchange.output_exists]" in capsys.readouterr().err.replace("  ", " ")
        or (here / "my preset.toml").is_file()
    )


def test_in_chinese(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "config.toml", exchanged.CONFIG)
    assert main(["import", "config.toml", "--output", "a.toml", "--lang", "zh"]) == 0
    said = capsys.readouterr()
    assert "已采用" in said.out and "另一台机器的路径" in said.err
    for line in [*said.out.splitlines(), *said.err.splitlines()]:
        assert not ENGLISH_SENTENCE.search(NAMES.sub("", line)), line
    text = (here / "a.toml").read_text(encoding="utf-8")
    assert "未采用：" in text and "原程序在未指定时就是这样做的" in text


def test_as_json_nothing_is_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here, "a.json", exchanged.ONETRAINER)
    assert main(["import", "a.json", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert {item["fate"] for item in value["items"]} == {"taken", "default", "plan", "left"}
    assert all(item["reason"] for item in value["items"] if item["fate"] != "taken")
    assert [path.name for path in here.iterdir() if path.is_file()] == ["a.json"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["import", "nowhere.json"], 3, "exchange.not_found"),
        (["import", "c.toml", "--strict"], 3, "exchange.strict"),
        (["import", "a.png"], 3, "exchange.no_text"),
        (["import", "c.toml", "--from", "nonsense"], 2, "--from"),
        (["import"], 2, "FILE"),
        (["export", "project/preset.toml"], 2, "--to"),
        (
            ["export", "project/preset.toml", "--to", "shell", "--output", "there.sh"],
            2,
            "exchange.output_exists",
        ),
        (["export", "nowhere.toml", "--to", "shell"], 3, "preset.not_found"),
    ],
)
def test_exit_codes(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    write_project(here / "project")
    write(here, "c.toml", exchanged.CONFIG)
    write(here, "a.png", b"\x89PNG\r\n\0\0")
    write(here, "there.sh", "mine")
    assert main([*words, "--lang", "en"]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("target", ["sd-scripts", "kohya_ss", "shell"])
def test_an_export_is_told(here: Path, capsys: pytest.CaptureFixture[str], target: str) -> None:
    write_project(here / "project", extra="[safety]\nrecover = 0\n")
    for language in ("en", "zh"):
        assert (
            main(
                [
                    "export",
                    "project/preset.toml",
                    "--to",
                    target,
                    "--output",
                    f"out-{language}",
                    "--lang",
                    language,
                ]
            )
            == 0
        )
        said = capsys.readouterr()
        assert "[safety] recover" in said.out and "[dataset] trigger" in said.out
        if language == "zh":
            for line in said.out.splitlines():
                assert not ENGLISH_SENTENCE.search(NAMES.sub("", line)) or "accelerate" in line, line
    assert main(["export", "project/preset.toml", "--to", target, "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["target"] == target and all(Path(path).exists() for path in value["files"])
