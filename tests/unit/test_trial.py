"""What is said of a trial training: from the losses of both devices to an item of the checkup."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver import api, trial
from kohya_driver.checkup.model import Diagnosis
from kohya_driver.engine.kinds import EMBEDDED, Kind, kind_of
from kohya_driver.errors import RunError, Severity
from kohya_driver.trial import LIMIT, Trained, Trial, judged, trial_item
from tests.project import CPU, CUDA, MAC, write_base

LOSSES = (0.9, 1.1, 0.4, 1.3)


def trained(device: str, losses: tuple[float, ...] = LOSSES, seconds: float = 0.5) -> Trained:
    return Trained(device, losses, seconds)


def test_the_same_on_both() -> None:
    item = judged(Trial(trained("mps", seconds=0.1), trained("cpu")))
    assert (item.code, item.findings, item.status) == ("doctor.train_both", (), "ok")
    assert item.values["largest"] == "0" and item.values["speed"] == "5.0"


def test_rounding_is_no_fault() -> None:
    item = judged(Trial(trained("mps", tuple(loss * (1 + LIMIT / 2) for loss in LOSSES)), trained("cpu")))
    assert not item.findings


@pytest.mark.parametrize("wrong", [1.3 * (1 + 2 * LIMIT), math.nan, math.inf, 0.0])
def test_one_step_that_differs_is_a_fault(wrong: float) -> None:
    item = judged(Trial(trained("mps", (*LOSSES[:3], wrong)), trained("cpu")))
    assert [finding.code for finding in item.findings] == ["doctor.train_differs"]
    assert item.findings[0].severity == Severity.ERROR
    assert "mps" in item.findings[0].message and item.findings[0].hint
    json.dumps(item.to_json(), allow_nan=False)


def test_what_rounding_becomes_later_is_not_judged() -> None:
    late = (*LOSSES, *[1.0] * 16)
    assert judged(Trial(trained("mps", (*late[:-1], 1.2)), trained("cpu", late))).status == "ok"


def test_without_a_graphics_part_it_says_that_it_was_the_processor_twice() -> None:
    assert judged(Trial(trained("cpu"), trained("cpu"))).code == "doctor.train_twice"


def test_without_the_engine_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KOHYA_DRIVER_HOME", str(tmp_path))
    item = trial_item()
    assert [finding.code for finding in item.findings] == ["doctor.train_missing"]
    assert "--engine embedded" in item.findings[0].hint


def test_a_failure_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: object) -> Trial:
        raise RunError("doctor.train_failed", device="mps", reason="It ended.", last="RuntimeError: x")

    monkeypatch.setattr(Kind, "find", lambda self: object())
    monkeypatch.setattr(trial, "try_training", fail)
    item = trial_item()
    assert item.code == "doctor.train_not_made"
    assert [finding.code for finding in item.findings] == ["doctor.train_failed"]
    assert "RuntimeError: x" in item.findings[0].message


def test_a_diagnosis_takes_it_in() -> None:
    item = judged(Trial(trained("mps", (*LOSSES[:3], 9.0)), trained("cpu")))
    diagnosis = Diagnosis((), {}, "", 1.0).with_item(item)
    assert diagnosis.items == (item,) and diagnosis.status == "error"


@pytest.mark.parametrize("host", [MAC, CUDA, replace(CPU, bf16=True)], ids=lambda host: host.accelerator)
def test_its_project_is_planned_for_each_device(tmp_path: Path, host: object) -> None:
    base = write_base(tmp_path / "base.safetensors", "sd15")
    for device in (host.accelerator, "cpu"):  # type: ignore[attr-defined]
        preset = api.load_preset(trial.write_project(tmp_path / device, base, device))
        plan = api.plan(preset, host=host)  # type: ignore[arg-type]
        assert not plan.errors
        assert (plan.steps, plan.device) == (trial.STEPS, device)
        assert plan.training_config["mixed_precision"] == "no"  # what is compared is the device, not rounding
        assert preset.launch.engine == EMBEDDED and plan.script == kind_of(EMBEDDED).script("sd15")
