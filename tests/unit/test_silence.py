"""[checks] silence: what may be ignored, what may not, and how it is shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from kohya_driver import api
from kohya_driver.errors import Finding, Severity, error, warning
from kohya_driver.planning.model import Plan
from kohya_driver.planning.silence import check_codes, is_check
from kohya_driver.preset.load import load_preset
from kohya_driver.views.findings import print_findings
from tests.project import MAC, write_project

UNPROVEN, REASON = "base.v_unproven", "the page says v-prediction"


def plan_of(folder: Path, checks: str) -> Plan:
    """A project with one warning (base.v_unproven) and these [checks]."""
    preset = write_project(folder)
    text = preset.read_text(encoding="utf-8").replace("[dataset]", "v_parameterization = true\n[dataset]")
    preset.write_text(f"{text}[checks]\n{checks}\n", encoding="utf-8")
    return api.plan(load_preset(preset), host=MAC)


def codes(plan: Plan) -> list[tuple[str, str]]:
    return [(f.code, str(f.severity)) for f in plan.findings if f.severity != "info" and not f.silenced]


def test_a_warning_is_silenced_with_a_reason(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f'silence = {{ "{UNPROVEN}" = "{REASON}" }}')
    assert codes(plan) == []
    kept = next(item for item in plan.to_json()["findings"] if item["code"] == UNPROVEN)
    assert kept["silenced"] == REASON
    assert plan.findings[-1].code == UNPROVEN
    assert Plan.from_json(plan.to_json()).findings[-1].silenced == REASON


def test_as_a_table_of_its_own(tmp_path: Path) -> None:
    assert codes(plan_of(tmp_path, f'[checks.silence]\n"{UNPROVEN}" = "{REASON}"')) == []


def test_without_it_the_warning_stands(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, "silence = {}")
    assert codes(plan) == [(UNPROVEN, "warning")]
    assert all(item["silenced"] == "" for item in plan.to_json()["findings"])


@pytest.mark.parametrize(
    ("code", "reason", "wanted"),
    [
        ("base.v_unprovn", "x", "plan.silence_unknown_close"),
        ("qqq", "x", "plan.silence_unknown"),
        ("base.v_unproven.hint", "x", "plan.silence_unknown_close"),
        ("cli.description", "x", "plan.silence_unknown"),
        (UNPROVEN, " ", "plan.silence_without_reason"),
    ],
)
def test_a_wrong_code_or_an_empty_reason_is_an_error(
    tmp_path: Path, code: str, reason: str, wanted: str
) -> None:
    plan = plan_of(tmp_path, f'silence = {{ "{code}" = "{reason}" }}')
    (found,) = plan.errors
    assert found.code == wanted and code in found.message and found.hint
    assert "preset.toml:" in found.where


def test_the_right_code_is_suggested(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, 'silence = { "base.v_unprovn" = "x" }')
    assert UNPROVEN in plan.errors[0].hint


def test_an_error_cannot_be_silenced(tmp_path: Path) -> None:
    preset = write_project(tmp_path, extra='[checks]\nsilence = { "base.vae_not_found" = "never mind" }\n')
    plan = api.plan(load_preset(preset, sets=["model.vae=nowhere.safetensors"]), host=MAC)
    assert codes(plan) == [("base.vae_not_found", "error"), ("plan.silence_error", "warning")]
    assert "base.vae_not_found" in plan.findings[1].message


def test_known_codes() -> None:
    assert "base.v_unproven" in check_codes() and "plan.workers_on_mac" in check_codes()
    assert not any(code.endswith(".hint") for code in check_codes())
    assert not is_check("") and not is_check("base") and not is_check("view.duration.hours")


def shown(findings: list[Finding]) -> str:
    console = Console(file=io.StringIO(), width=100, color_system=None)
    print_findings(findings, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_findings_are_shown_in_groups_errors_first() -> None:
    silenced = Finding("base.clip_skip_sd2", Severity.WARNING, silenced="meant")
    text = shown([warning("base.clip_skip_sdxl"), silenced, error("base.empty"), error("base.gguf")])
    places = [text.index(part) for part in (
        "2 error(s)", "base.empty", "base.gguf", "1 warning(s)", "base.clip_skip_sdxl", "1 silenced", "base.clip_skip_sd2", "meant",
    )]  # fmt: skip
    assert places == sorted(places)


def test_one_finding_has_no_heading() -> None:
    text = shown([error("base.empty")])
    assert "error(s)" not in text and text.startswith("error  ")


def test_nothing_is_shown_of_nothing() -> None:
    assert shown([]) == ""
