"""What is said when a base with random weights cannot be made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from kohya_driver.engine import bases
from kohya_driver.engine.model import EMBEDDED, Engine
from kohya_driver.errors import EngineError, HostError


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path / "home"))
    python = tmp_path / "engine" / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    return Engine(tmp_path / "engine", "abc", "", "", EMBEDDED)


def make(engine: Engine, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = engine.root / "script.py"
    file.write_text(script, encoding="utf-8")
    monkeypatch.setattr(bases, "TINY_SCRIPT", file)
    bases.tiny_base(engine)


def test_a_full_disk(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    script = """print('{"error": "disk_full", "reason": "No space left on device"}'); raise SystemExit(1)"""
    with pytest.raises(HostError) as raised:
        make(engine, script, monkeypatch)
    assert raised.value.code == "files.disk_full"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("""print('{"error": "not_writable", "reason": "vocab.json: not there"}'); raise SystemExit(1)""", "vocab.json: not there"),
        ("import torch_that_is_not_there", "ModuleNotFoundError: No module named 'torch_that_is_not_there'"),
        ("print('[1]'); raise SystemExit(1)", "[1]"),
    ],
)  # fmt: skip
def test_the_engines_own_trouble(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    """In its words, with the command that looks at this very engine."""
    with pytest.raises(EngineError) as raised:
        make(engine, script, monkeypatch)
    (finding,) = raised.value.findings
    assert finding.code == "engine.random_base_failed" and finding.message.endswith(reason)
    assert finding.hint.count("--engine embedded") == 2
