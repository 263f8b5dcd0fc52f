"""`kohya-driver diagnose`: anybody's log, a run's folder, standard input, in both languages."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from kohya_driver import api
from kohya_driver.cli.main import main
from kohya_driver.diagnosis.classify import diagnose_log, diagnose_text
from kohya_driver.views.diagnosis import print_diagnosis

GOLDEN = Path(__file__).parent.parent / "golden"
LOG = GOLDEN / "broken_logs" / "h13_optimizer_no_8bit.log"

Captured = pytest.CaptureFixture[str]


def test_a_log(capsys: Captured) -> None:
    assert main(["diagnose", str(LOG), "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert not err
    assert "needs bitsandbytes" in out and "opt.bnb_missing" in out
    assert 'type = "AdamW"' in out.replace("\n", " ")
    assert "It came as far as: Preparing." in out
    assert (
        "The end of the log" in out
        and "ImportError: No bitsandbytes" in out.rpartition("The end of the log")[2]
    )


def test_in_chinese(capsys: Captured) -> None:
    assert main(["diagnose", str(LOG), "--lang", "zh"]) == 0
    out = capsys.readouterr().out
    assert "该优化器需要 bitsandbytes" in out and "日志的最后几行" in out


def test_json(capsys: Captured) -> None:
    assert main(["diagnose", str(LOG), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data == diagnose_log(LOG).to_json()
    number = data["cause"]["evidence"][0]["number"]
    assert "bitsandbytes" in LOG.read_bytes().decode().split("\n")[number - 1]


def test_standard_input(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOG.read_bytes())))
    assert main(["diagnose", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "opt.bnb_missing"


def test_a_runs_folder(tmp_path: Path) -> None:
    (tmp_path / "engine.log").write_bytes(LOG.read_bytes())
    assert api.diagnose_log(tmp_path).kind == "opt.bnb_missing"


def test_a_healthy_log(capsys: Captured) -> None:
    assert main(["diagnose", str(GOLDEN / "logs" / "no_captions.log"), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Nothing in this log is a failure.")
    assert "3 pictures were trained without a caption" in out and "model saved." in out


def test_an_unknown_failure_shows_the_engines_words(capsys: Captured, tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text(
        'start\nTraceback (most recent call last):\n  File "a.py", line 1, in b\n    c\nOddError: d\n'
    )
    assert main(["diagnose", str(log), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert "not a failure that kohya-driver knows: OddError: d" in out
    assert "The engine's own words" in out and '  File "a.py", line 1, in b' in out


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("no.log", "diagnosis.no_file"),
        ("folder", "diagnosis.no_log_in_folder"),
        ("empty.log", "diagnosis.empty"),
        ("binary", "diagnosis.not_text"),
    ],
)
def test_what_is_no_log(name: str, code: str, capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.log").touch()
    (tmp_path / "binary").write_bytes(bytes(100))
    assert main(["diagnose", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert not out and code in err


@pytest.mark.parametrize("width", [40, 80, 200])
def test_at_any_width(width: int) -> None:
    """Nothing is cut: long lines are folded."""
    console = Console(width=width, file=io.StringIO(), highlight=False)
    diagnosis = diagnose_text("RuntimeError: Invalid buffer size: 3 GB " + "[bold]x" * 30 + "\n")
    print_diagnosis(diagnosis, console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert all(len(line) <= width for line in shown.splitlines())
    assert "".join(shown.split()).count("[bold]") == 60  # once as evidence, once as the end
