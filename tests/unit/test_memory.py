"""Memory: the model against what real trainings took, what does not fit, and the mildest change with which it does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.memory_runs import table, workload
from kohya_driver import api, files, texts
from kohya_driver.errors import Severity
from kohya_driver.host import Host
from kohya_driver.planning.build import build_plan
from kohya_driver.planning.checks.memory import ACCURACY
from kohya_driver.planning.fit import STEPS
from kohya_driver.planning.inputs import read_inputs
from kohya_driver.planning.memory import MemoryUse, Workload, predict_phases
from kohya_driver.planning.model import Plan
from kohya_driver.preset.load import load_preset
from tests.project import CPU, CUDA, GIB, MAC, OLD_MAC, SMALL_MAC, write_project

ROOT = Path(__file__).parent.parent.parent
MEASURED = sorted((ROOT / "tests" / "golden" / "memory").glob("*.json"))
SMALL_CPU = replace(CPU, memory_bytes=8 * GIB)


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = files.read_json(path)
    return found


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_the_peak_is_within_15_percent_of_the_real_one(path: Path) -> None:
    run = read(path)
    predicted = max(predict_phases(workload(run)).values())
    assert predicted == pytest.approx(max(run["peak_bytes"].values()), rel=ACCURACY - 1)


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_so_is_each_phase(path: Path) -> None:
    run = read(path)
    predicted = predict_phases(workload(run))
    for phase, size in predicted.items():
        assert size == pytest.approx(run["peak_bytes"][phase], rel=0.2), phase


def test_the_table_in_the_docs_is_that_of_the_model() -> None:
    assert table() in (ROOT / "docs" / "memory.md").read_text(encoding="utf-8")


def test_enough_was_measured() -> None:
    runs = [read(path) for path in MEASURED]
    assert len(runs) >= 8
    assert {run["family"] for run in runs} == {"sd15", "sdxl"}
    for option in ("gradient_checkpointing", "cache_latents", "network_train_unet_only"):
        assert {bool(run["training"].get(option)) for run in runs} == {True, False}, option
    assert len({run["resolution"] for run in runs}) >= 4
    assert sum(run["use"] == "check" for run in runs) >= 4


WORK = Workload("sd15", "cpu", {"train_batch_size": 1, "sdpa": True, "cache_latents": True}, (512, 512))


def peak(**training: Any) -> int:
    return max(predict_phases(replace(WORK, training={**WORK.training, **training})).values())


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({}, {"train_batch_size": 2}),
        ({"gradient_checkpointing": True}, {}),
        ({"network_dim": 8}, {"network_dim": 128}),
        ({"network_dim": 128, "optimizer_type": "Lion"}, {"network_dim": 128, "optimizer_type": "AdamW"}),
        ({"network_train_unet_only": True}, {}),
        ({"mixed_precision": "bf16"}, {"mixed_precision": "no"}),
        ({}, {"sdpa": False}),
    ],
)
def test_what_takes_more(less: dict[str, Any], more: dict[str, Any]) -> None:
    assert peak(**less) < peak(**more)


def test_mps_makes_whole_attention_matrices() -> None:
    cpu, mps = predict_phases(WORK), predict_phases(replace(WORK, device="mps"))
    tokens = (512 // 8) ** 2
    assert mps["training"] - cpu["training"] > 8 * tokens**2 * 4 * 5


def test_phases_are_those_that_will_be() -> None:
    assert set(predict_phases(WORK)) == {"loading", "caching", "training", "saving"}
    uncached = replace(WORK, training={"sdpa": True}, sample_size=(512, 512))
    assert set(predict_phases(uncached)) == {"loading", "training", "sampling", "saving"}


def test_caching_sdxls_text_frees_nothing_where_all_memory_is_one() -> None:
    """The engine moves the text encoders to the processor, in 32 bits, and keeps them."""
    options = {"network_train_unet_only": True, "sdpa": True}
    work = Workload("sdxl", "mps", options, (1024, 1024))
    cached = replace(work, training={**options, "cache_text_encoder_outputs": True})
    assert predict_phases(cached)["training"] >= predict_phases(work)["training"]


def plan_of(
    preset: Path, *sets: str, host: Host = SMALL_MAC, available: int | None = None, fit: bool = False, strict: bool = False
) -> Plan:  # fmt: skip
    inputs = read_inputs(load_preset(preset, sets=sets), host, preset.parent / "runs" / "x-001")
    return build_plan(replace(inputs, available_bytes=available), fit=fit, strict=strict)


def codes(plan: Plan) -> dict[str, Severity]:
    return {one.code: one.severity for one in plan.findings if one.code.startswith("memory.")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "项目")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    return write_project(tmp_path / "大", family="sdxl", sizes=[(1024, 1024)])


def test_a_plan_says_what_it_needs(project: Path) -> None:
    plan = plan_of(project)
    value = json.loads(files.dump_json(plan.to_json()))
    memory = value["memory"]
    assert memory["peak_bytes"] == max(memory["phases"].values()) and memory["fits"] is True
    assert memory["total_bytes"] == 16 * GIB and memory["available_bytes"] is None
    assert memory["basis"] == "memory.basis_mps" and texts.say(memory["basis"])
    assert Plan.from_json(value).memory == plan.memory
    assert codes(plan) == {}


def test_nothing_is_said_of_a_card_with_its_own_memory(project: Path) -> None:
    plan = plan_of(project, host=CUDA)
    assert plan.memory is None and plan.to_json()["memory"] is None
    assert Plan.from_json(plan.to_json()).memory is None


def test_too_large_for_a_mac_is_a_warning(large: Path) -> None:
    found = codes(plan_of(large))
    assert found.pop("memory.does_not_fit") is Severity.WARNING
    assert found and set(found.values()) == {Severity.INFO}
    assert all(code.startswith("memory.cost_") for code in found)


def test_too_large_for_a_processor_is_an_error(large: Path) -> None:
    assert codes(plan_of(large, host=SMALL_CPU))["memory.nothing_fits"] is Severity.ERROR


def test_less_is_free_now(project: Path) -> None:
    plan = plan_of(project, "training.train_batch_size=4", host=MAC, available=12 * GIB)
    assert codes(plan)["memory.busy"] is Severity.WARNING
    assert plan.memory and not plan.memory.fits
    busy = next(one for one in plan.findings if one.code == "memory.busy")
    assert "train_batch_size = 1" in busy.hint and "--fit" in busy.hint
    assert codes(plan_of(project, host=SMALL_MAC, available=3 * GIB)) == {
        "memory.nothing_fits_now": Severity.WARNING
    }


def test_the_memory_of_this_machine_is_not_held_against_another(project: Path) -> None:
    assert api.plan(load_preset(project), host=MAC).to_json()["memory"]["available_bytes"] is None
    own = api.plan(load_preset(project))
    assert own.memory is None or own.memory.available_bytes is not None


@pytest.mark.parametrize("gib", [5, 6, 7, 8, 10, 12, 16, 24])
def test_fit_fits_and_says_how(project: Path, gib: int) -> None:
    sets = ("training.train_batch_size=4", "training.gradient_checkpointing=false", "dataset.resolution=768")
    asked = plan_of(project, *sets, host=MAC, available=gib * GIB)
    fitted = plan_of(project, *sets, host=MAC, available=gib * GIB, fit=True)
    assert asked.memory and not asked.memory.fits
    done = [one for one in fitted.overrides if one.id.startswith("memory.fit_")]
    if "memory.nothing_fits_now" in codes(asked):
        assert not done
        return
    assert fitted.memory and fitted.memory.fits and done and codes(fitted) == {}
    assert all(one.reason for one in done)
    for one in done:
        section, _, option = one.option.partition(".")
        config = fitted.training_config if section == "training" else fitted.dataset_config["datasets"][0]
        assert config[option] == one.after
    assert not fitted.errors


def test_the_mildest_change_comes_first_and_a_lower_resolution_last(project: Path) -> None:
    sets = ("training.train_batch_size=4", "training.gradient_checkpointing=false")
    steps = []
    for gib in range(48, 4, -1):
        plan = plan_of(project, *sets, host=OLD_MAC, available=gib * GIB, fit=True)
        made = {one.id for one in plan.overrides if one.id.startswith("memory.fit_")}
        if made and made not in steps:
            steps.append(made)
    assert steps[0] == {"memory.fit_checkpointing"}
    assert "memory.fit_resolution" in steps[-1]


def test_accumulation_keeps_the_pictures_of_a_step(project: Path) -> None:
    sets = (
        "training.train_batch_size=4",
        "training.gradient_accumulation_steps=2",
        "training.gradient_checkpointing=true",
    )
    for gib in range(24, 4, -1):
        plan = plan_of(project, *sets, host=MAC, available=gib * GIB, fit=True)
        if plan.training_config["train_batch_size"] == 1:
            assert plan.training_config["gradient_accumulation_steps"] == 8
            return
    pytest.fail("no amount of memory asked for a smaller batch")


def test_latents_are_not_cached_where_pictures_vary(project: Path) -> None:
    sets = ("dataset.color_aug=true", "training.cache_latents=false", "training.train_batch_size=8")
    plan = plan_of(project, *sets, host=MAC, available=8 * GIB, fit=True)
    assert not plan.training_config.get("cache_latents")


def test_fit_is_no_offence_to_strict(project: Path) -> None:
    sets = ("training.train_batch_size=4", "training.gradient_checkpointing=false")
    plan = plan_of(project, *sets, host=MAC, available=10 * GIB, fit=True, strict=True)
    assert any(one.id.startswith("memory.fit_") for one in plan.overrides) and not plan.errors


def test_every_step_says_its_cost_and_its_reason() -> None:
    for step in STEPS:
        for code in (
            f"memory.cost_{step.id}",
            f"memory.cost_{step.id}.hint",
            f"override.memory.fit_{step.id}",
        ):
            assert texts.has(code), code


def test_memory_use_knows_its_room() -> None:
    use = MemoryUse({"training": 6}, total_bytes=8, available_bytes=5, basis="memory.basis_cpu")
    assert (use.peak_bytes, use.room_bytes, use.fits) == (6, 5, False)
    assert replace(use, available_bytes=None).fits
    assert MemoryUse.from_json(use.to_json()) == use
