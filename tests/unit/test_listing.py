"""Which runs are listed, in which order, and that a thousand of them are quick."""

from __future__ import annotations

import inspect
import io
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from kohya_driver import api, files, texts
from kohya_driver.cli.main import build_parser, main
from kohya_driver.errors import UsageError
from kohya_driver.run.listing import fits, read_since, runs_in, size_of
from kohya_driver.run.noted import remember_run
from kohya_driver.run.overview import Overview
from kohya_driver.views.runs import print_runs
from tests.unit.kept_runs import NOW, make_plan, make_run

DAY = 86400.0
MANY = 1000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "home"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "我的 项目"
    make_run(make_plan(project), ended=NOW - 10 * DAY)
    make_run(
        make_plan(project, "saving.output_name=宁光"), outcome="stopped", checkpoints=(), ended=NOW - 2 * DAY
    )
    make_run(make_plan(project), outcome="failed", ended=NOW - DAY)
    make_run(make_plan(project), outcome="", checkpoints=(9, 18, 27, 28, 29), ended=NOW - 60)
    return project


def names(found: list[Overview]) -> list[str]:
    return [one.name for one in found]


def test_what_is_said_of_a_run(project: Path) -> None:
    [one] = api.list_runs(state=["succeeded"])
    assert (one.name, one.step, one.loss, Path(one.base).name) == ("ning-001", 36, 1 / 36, "base.safetensors")
    assert one.size_bytes == size_of(project / "runs" / "ning-001") > 4000
    assert one.to_json()["loss"] == 1 / 36


def test_filters(project: Path) -> None:
    assert names(api.list_runs()) == ["ning-003", "ning-002", "宁光-001", "ning-001"]
    assert names(api.list_runs(state=["failed", "cut-off"])) == ["ning-003", "ning-002"]
    assert names(api.list_runs(name="宁")) == ["宁光-001"]
    assert names(api.list_runs(name="NING-00[12]")) == ["ning-002", "ning-001"]
    assert names(api.list_runs(since="3d")) == ["ning-003", "ning-002", "宁光-001"]
    assert names(api.list_runs(limit=1)) == ["ning-003"]
    assert names(api.list_runs(base="sdxl")) == []
    assert len(api.list_runs(base="base.*")) == 4
    assert names(api.list_runs(sort="size"))[0] == "ning-003"
    assert names(api.list_runs(sort="steps", limit=2)) == ["ning-003", "ning-002"]


def test_the_lowest_loss_first(project: Path) -> None:
    events = project / "runs" / "ning-001" / "events.jsonl"
    text = events.read_text().replace('"average_loss": 0.02777', '"average_loss": 0.00777')
    events.write_text(text)
    other = project / "runs" / "ning-002" / "events.jsonl"
    other.write_text(other.read_text().replace(f'"average_loss": {1 / 36}', '"average_loss": "NaN"'))
    found = api.list_runs(sort="loss")
    assert names(found) == ["ning-001", "ning-003", "宁光-001", "ning-002"]
    assert found[-1].to_json()["loss"] is None


def test_of_one_project(project: Path, tmp_path: Path) -> None:
    another = tmp_path / "another"
    make_run(make_plan(another))
    copied = tmp_path / "copied" / "runs" / "ning-009"
    shutil.copytree(project / "runs" / "ning-001", copied)
    (tmp_path / "copied" / "runs" / ".removed-x").mkdir()
    assert len(api.list_runs(project)) == len(api.list_runs(project / "runs")) == 4
    assert names(api.list_runs(another)) == ["ning-001"]
    assert [run.folder for run in runs_in(tmp_path / "copied")] == [copied]
    assert len(api.list_runs()) == 5
    with pytest.raises(UsageError) as caught:
        api.list_runs(tmp_path / "nowhere")
    assert caught.value.code == "kept.no_folder"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7d", 7 * DAY), ("12h", DAY / 2), ("30m", 1800.0), ("2w", 14 * DAY), ("1.5 d", 1.5 * DAY)],
)
def test_spans(text: str, seconds: float) -> None:
    assert read_since(text, NOW) == NOW - seconds


def test_dates() -> None:
    assert time.strftime("%Y-%m-%d %H:%M", time.localtime(read_since("2026-11-01"))) == "2026-11-01 00:00"
    assert time.strftime("%H:%M", time.localtime(read_since("2026-11-01 20:30"))) == "20:30"
    for wrong in ("", "7", "d", "-3d", "2026-13-01", "yesterday", "7y"):
        with pytest.raises(UsageError) as caught:
            read_since(wrong)
        assert caught.value.code == "kept.bad_since"


@pytest.mark.parametrize(
    ("name", "pattern", "does"),
    [
        ("Ning-001", "ning", True),
        ("ning-001", "ning*", True),
        ("xning", "ning*", False),
        ("a", "", True),
        ("a[b", "a[b", True),
    ],
)
def test_patterns(name: str, pattern: str, does: bool) -> None:
    assert fits(name, pattern) is does


def test_a_base_that_has_another_name_elsewhere_takes_no_room(tmp_path: Path) -> None:
    files.write_bytes(tmp_path / "base", bytes(5000))
    files.write_bytes(tmp_path / "run" / "deep" / "file", bytes(70))
    os.link(tmp_path / "base", tmp_path / "run" / "base")
    (tmp_path / "run" / "link").symlink_to(tmp_path / "base")
    assert size_of(tmp_path / "run") == 70 + (tmp_path / "run" / "link").lstat().st_size
    assert size_of(tmp_path / "nowhere") == 0


def test_the_command(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> str:
        assert main(["--lang", "en", "runs", *words]) == 0
        return capsys.readouterr().out

    assert [one["name"] for one in json.loads(said("--json", "--limit", "2"))] == ["ning-003", "ning-002"]
    assert [one["name"] for one in json.loads(said(str(project), "--state", "stopped", "--json"))] == [
        "宁光-001"
    ]
    assert said("list", "--names").split() == ["ning-003", "ning-002", "宁光-001", "ning-001"]
    assert "No run fits" in said("--name", "nothing*")
    assert "4 runs" in said()
    for wrong in (
        ["--limit", "0"],
        ["--state", "good"],
        ["--sort", "name"],
        ["--since", "x"],
        ["/nowhere/at/all"],
    ):
        assert main(["--lang", "en", "runs", *wrong]) == UsageError.exit_code


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("width", [80, 120])
def test_it_fits(project: Path, language: str, width: int) -> None:
    texts.use_language(language)
    console = Console(file=io.StringIO(), width=width)
    print_runs(api.list_runs(), console, now=NOW)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert max(map(cell_len, text.splitlines())) <= width
    assert all(name in text for name in ("ning-001", "宁光-001", "36/36", "0.02778"))


def test_a_thousand_runs_in_one_project(project: Path) -> None:
    """Some of them broken. Linear, and well below two seconds."""
    whole, broken = project / "runs" / "ning-001", ("{", "[]", "", "null")
    for number in range(4, MANY + 1):
        copy = project / "runs" / f"ning-{number:04}"
        shutil.copytree(whole, copy)
        if number % 100 == 0:
            (copy / "plan.json").write_text(broken[number // 100 % 4])
        remember_run(copy)
    begin = time.process_time()
    found = api.list_runs(project)
    took = time.process_time() - begin
    print(f"{len(found)} runs in {took:.2f} s")
    assert len(found) == MANY + 1 and sum(one.state == "unreadable" for one in found) == 10
    assert took < 2


def test_the_command_and_the_api_say_the_same_words() -> None:
    parser = build_parser(["runs"]).parse_args
    words = vars(parser(["runs", "--state", "failed"]))
    assert words["state"] == ["failed"]
    shared = set(inspect.signature(api.list_runs).parameters)
    assert shared == set(words) - {"json", "names", "command", "action", "do", "run"}
