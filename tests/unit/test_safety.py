"""What [safety] may say, and how it comes into a plan."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kohya_driver import api
from kohya_driver.errors import PresetError
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from kohya_driver.preset.model import Safety
from tests.project import MAC, write_project

ADDRESS = "https://example.org/hook?key=宁"


def codes(folder: Path, line: str) -> list[str]:
    (folder / "preset.toml").write_text(f"[safety]\n{line}\n", encoding="utf-8")
    try:
        load_preset(folder / "preset.toml")
    except PresetError as refused:
        assert all("preset.toml:2 [safety]" in finding.where for finding in refused.findings)
        return [finding.code for finding in refused.findings]
    return []


@pytest.mark.parametrize(
    "line",
    [
        "autosave_minutes = 0",
        "autosave_minutes = 2.5",
        "autosave_minutes = 5",
        "recover = 0",
        'memory = "recover"',
        'battery = "stop"',
        'webhook = ""',
        'webhook = "http://127.0.0.1:8080"',
        f'webhook = "{ADDRESS}"',
    ],
)
def test_good_values(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, line) == []


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("autosave_minutes = -1", "preset.out_of_range"),
        ("keep_states = 0", "preset.out_of_range"),
        ("recover = -1", "preset.out_of_range"),
        ("recover = true", "preset.wrong_type"),
        ('nan = "ignore"', "preset.not_a_choice"),
        ('disk = "recover"', "preset.not_a_choice"),
        ('battery = "recover"', "preset.not_a_choice"),
        ("webhook = 1", "preset.wrong_type"),
        ('webhook = "example.org/hook"', "preset.not_an_address"),
        ('webhook = "ftp://example.org"', "preset.not_an_address"),
        ('webhook = "https://"', "preset.not_an_address"),
        ('webhook = "https://example.org/a b"', "preset.not_an_address"),
        ("autosave = 3", "preset.unknown_key_close"),
    ],
)
def test_faults(tmp_path: Path, line: str, code: str) -> None:
    assert codes(tmp_path, line) == [code]


def test_the_plan_has_it_whole_and_keeps_it(tmp_path: Path) -> None:
    extra = f'[safety]\nautosave_minutes = 5\nslow = "stop"\nwebhook = "{ADDRESS}"\n'
    plan = api.plan(load_preset(write_project(tmp_path / "p", extra=extra)), host=MAC)
    given = {"autosave_minutes": 5.0, "slow": "stop", "webhook": ADDRESS}
    assert plan.safety == {**Safety().model_dump(), **given}
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))).safety == plan.safety
    again = load_preset(_written(tmp_path / "again.toml", plan.resolved_preset))
    assert again.safety.model_dump() == plan.safety


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_an_older_plan_gets_the_defaults(tmp_path: Path) -> None:
    value = api.plan(load_preset(write_project(tmp_path / "p")), host=MAC).to_json()
    older = {name: part for name, part in value.items() if name != "safety"}
    assert Plan.from_json(older).safety == Safety().model_dump()
    assert Plan.from_json({**value, "safety": {"nan": "stop"}}).safety["nan"] == "stop"
    assert Plan.from_json({**value, "safety": {"nan": "stop"}}).safety["keep_states"] == 2
