"""Which runs there are, and which one a person means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kohya_driver import files
from kohya_driver.errors import RunError
from kohya_driver.run import machine
from kohya_driver.run.folder import Run
from kohya_driver.run.noted import remember_run
from kohya_driver.run.registry import find_run, known_runs


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "home"


def make_run(folder: Path, *, remember: bool = True) -> Run:
    files.write_json(folder / "plan.json", {})
    if remember:
        remember_run(folder)
    return Run(folder)


def test_the_latest_first(tmp_path: Path) -> None:
    first, second = (make_run(tmp_path / "项目" / "runs" / f"宁 光-{number:03}") for number in (1, 2))
    assert known_runs() == [second, first]
    remember_run(first.folder)  # it is resumed
    assert known_runs() == [first, second]


def test_folders_that_are_gone(tmp_path: Path) -> None:
    kept, gone = (make_run(tmp_path / name) for name in ("ning-001", "ning-002"))
    gone.plan_file.unlink()
    assert known_runs() == [kept]


def test_no_runs_yet() -> None:
    assert known_runs() == []


@pytest.mark.parametrize("torn", [b'{"folder": "/half', b"\x00\x00\xff\n", b"[]\n", b"7\n", b'{"time": 1}\n'])
def test_torn_lines(tmp_path: Path, torn: bytes) -> None:
    first = make_run(tmp_path / "ning-001")
    with (files.home() / "runs.jsonl").open("ab") as file:
        file.write(torn)
    second = make_run(tmp_path / "ning-002")
    assert known_runs() == [second, first]


def test_it_does_not_matter_if_it_cannot_be_noted(home: Path, tmp_path: Path) -> None:
    home.write_text("a file where the data folder should be")
    remember_run(tmp_path / "ning-001")
    assert known_runs() == []


def test_several_at_once(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from kohya_driver.run.noted import remember_run\n"
        "for number in range(50): remember_run(Path(sys.argv[1]) / f'ning-{number:03}')"
    )
    folders = [tmp_path / str(number) for number in range(3)]
    children = [subprocess.Popen([sys.executable, "-c", script, str(folder)]) for folder in folders]
    assert [child.wait() for child in children] == [0, 0, 0]
    text = (files.home() / "runs.jsonl").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 150
    for folder in folders:
        make_run(folder / "ning-049", remember=False)
    assert len(known_runs()) == 3


def test_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_run(tmp_path / "runs" / "ning-001", remember=False)
    assert find_run(str(made.folder)) == made
    monkeypatch.chdir(tmp_path)
    assert find_run("runs/ning-001") == made
    monkeypatch.chdir(tmp_path / "runs")
    assert find_run("ning-001") == made


def test_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_run(tmp_path / "a" / "runs" / "ning-001")
    make_run(tmp_path / "a" / "runs" / "ning-002")
    assert find_run("ning-001") == made
    local = make_run(tmp_path / "elsewhere" / "runs" / "cat-001", remember=False)
    assert find_run("cat-001") == local


def test_one_run_by_two_ways_is_one(tmp_path: Path) -> None:
    made = make_run(tmp_path / "elsewhere" / "runs" / "ning-001")
    assert find_run("ning-001") == made


def test_two_of_the_same_name(tmp_path: Path) -> None:
    folders = [make_run(tmp_path / project / "runs" / "ning-001").folder for project in "ab"]
    with pytest.raises(RunError) as caught:
        find_run("ning-001")
    assert caught.value.code == "run.ambiguous"
    assert all(str(folder) in caught.value.findings[0].hint for folder in folders)


def test_a_name_where_there_is_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(RunError) as caught:
        find_run("ning-001")
    assert caught.value.code == "run.unknown_first" and "Did you mean" not in caught.value.findings[0].hint


def test_a_name_that_is_misspelt(tmp_path: Path) -> None:
    make_run(tmp_path / "ningguang-001")
    with pytest.raises(RunError) as caught:
        find_run("ninguang-001")
    assert caught.value.code == "run.unknown"
    assert "ningguang-001" in caught.value.findings[0].hint


@pytest.mark.parametrize("text", ["runs/nothing", "folder"])
def test_a_folder_without_a_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "elsewhere" / "folder").mkdir()
    with pytest.raises(RunError) as caught:
        find_run(text)
    assert caught.value.code == "run.not_a_run"


def test_nothing_said(tmp_path: Path) -> None:
    for default, code in (("running", "run.none_running"), ("newest", "run.none")):
        with pytest.raises(RunError) as caught:
            find_run(default=default)  # type: ignore[arg-type]
        assert caught.value.code == code
    local = make_run(tmp_path / "elsewhere" / "runs" / "cat-001", remember=False)
    assert find_run(default="newest") == local
    old, new = (make_run(tmp_path / name) for name in ("ning-001", "ning-002"))
    assert find_run(default="newest") == new
    with machine.holding(old.folder):
        assert find_run() == find_run(default="newest") == old
