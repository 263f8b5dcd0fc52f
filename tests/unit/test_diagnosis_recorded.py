"""Real logs (tests/golden/broken_logs/README.md): what failed is told right, and what went well is not misread."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver.diagnosis.classify import diagnose_chunks, diagnose_log

GOLDEN = Path(__file__).parent.parent / "golden"
INDEX = json.loads((GOLDEN / "broken_logs" / "index.json").read_text(encoding="utf-8"))
OLDER = {
    "crash_adamw8bit": "opt.bnb_missing",
    "crash_xformers": "attn.xformers_missing",
    "interrupted": "proc.sigterm_int",
    "killed": "proc.sigkill",
    "no_data": "data.none_found",
}
"""The failures in tests/golden/logs; the others there went well."""
BROKEN = [(GOLDEN / "broken_logs" / f"{name}.log", told["kind"]) for name, told in INDEX.items()]
BROKEN += [(GOLDEN / "logs" / f"{name}.log", kind) for name, kind in OLDER.items()]
HEALTHY = [*(GOLDEN / "healthy_logs").glob("*.log")]
HEALTHY += [path for path in (GOLDEN / "logs").glob("*.log") if path.stem not in OLDER]
HARMLESS = {"device.cpu_only", "noise.deepspeed_syntax"}
"""Told of every run here."""


def test_there_are_enough() -> None:
    assert len(BROKEN) >= 80 and len(HEALTHY) >= 25
    assert {path.stem for path in (GOLDEN / "broken_logs").glob("*.log")} == set(INDEX)
    assert len({kind for _, kind in BROKEN}) >= 60
    assert all(path.stat().st_size < 30_000 for path in (GOLDEN / "broken_logs").iterdir())


@pytest.mark.parametrize(("path", "kind"), BROKEN, ids=[path.stem for path, _ in BROKEN])
def test_broken(path: Path, kind: str) -> None:
    found = diagnose_log(path)
    assert found.kind == kind
    assert found.cause is not None and found.cause.evidence
    assert found.cause.message and found.cause.why and found.cause.hint
    assert "…" not in found.cause.message  # every value is found in a real log
    lines = path.read_bytes().decode().split("\n")
    for line in found.cause.evidence:
        first = line.text.split()[0][:16]
        assert first in lines[line.number - 1], "the line is where the evidence says"


@pytest.mark.parametrize("name", INDEX)
def test_the_exit_status_does_not_mislead(name: str) -> None:
    told = INDEX[name]
    found = diagnose_log(GOLDEN / "broken_logs" / f"{name}.log", status=told["status"])
    assert found.kind == told.get("kind_with_status", told["kind"])


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_healthy(path: Path) -> None:
    for status in (0, None):
        found = diagnose_log(path, status=status)
        assert found.kind == "" and not found.failed and found.finished and not found.recovery
    notes = {note.kind for note in found.notes} - HARMLESS
    expected = {
        "no_captions": {"caption.none_used"},
        "sample_missing_file": {"sample.missing_file"},
    }
    assert notes == expected.get(path.stem, set())


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_a_healthy_log_that_is_cut_off(path: Path) -> None:
    """At whatever place: it just stops, and nothing is accused."""
    data = path.read_bytes()
    for part in range(1, 8):
        piece = data[: len(data) * part // 8]
        if b"model saved." not in piece:
            assert diagnose_chunks([piece]).kind == "log.unfinished"


@pytest.mark.parametrize(("path", "kind"), BROKEN[:30], ids=[path.stem for path, _ in BROKEN[:30]])
def test_a_broken_log_in_pieces(path: Path, kind: str) -> None:
    data = path.read_bytes()
    pieces = (data[at : at + 100] for at in range(0, len(data), 100))
    assert diagnose_chunks(pieces).kind == kind
