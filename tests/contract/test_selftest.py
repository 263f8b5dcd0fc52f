"""The self-test in the engine's interpreter: right on this machine, and it finds what is made wrong on purpose."""

from __future__ import annotations

import pytest

from kohya_driver import api
from kohya_driver.checkup.selftest import SelfTest, check_selftest, parse_selftest, run_selftest
from kohya_driver.engine import selftest_script
from kohya_driver.engine.model import Engine
from kohya_driver.host import probe_host
from kohya_driver.process import clean_environment, run_tool
from tests.contract.conftest import INSIDE

pytestmark = pytest.mark.engine

OPERATIONS = {
    "linear", "linear_one_row", "linear_transposed_weight", "linear_more_rows_than_before", "sum_of_linear",
    "lora_branch", "conv2d", "conv2d_stride_2", "conv2d_not_contiguous", "group_norm", "layer_norm", "silu",
    "silu_permuted", "gelu", "geglu", "softmax", "attention", "attention_not_contiguous",
    "attention_larger_batch_than_before", "embedding", "upsample", "mse_loss", "adamw_step", "bf16_linear",
    "bf16_linear_transposed_weight", "bf16_attention",
}  # fmt: skip
FAR_BELOW_THE_LIMIT = 1 / 20


@pytest.fixture(scope="module")
def sound(installed_engine: Engine) -> SelfTest:
    return run_selftest(installed_engine.python, clean_environment({"PYTORCH_ENABLE_MPS_FALLBACK": "1"}))


def test_this_machine_computes_rightly(sound: SelfTest) -> None:
    accelerator = probe_host().accelerator
    assert list(check_selftest(sound, accelerator)) == []
    assert {operation.operation for operation in sound.operations} == OPERATIONS
    assert (sound.device, sound.trains_on) == (accelerator, accelerator)
    assert sound.reference == ("cpu float64" if accelerator == "cpu" else "cpu float32")


def test_float32_stays_far_below_the_limit(sound: SelfTest) -> None:
    """So that a limit that is passed means something."""
    for operation in sound.operations:
        assert operation.output is not None and operation.gradient is not None
        largest = max(operation.output, operation.gradient)
        if not operation.operation.startswith("bf16_"):
            assert largest < operation.limit * FAR_BELOW_THE_LIMIT, operation


def with_faults(engine: Engine, faults: str) -> SelfTest:
    script = INSIDE / "selftest_with_faults.py"
    return parse_selftest(
        run_tool([engine.python, script, selftest_script(), faults], timeout_seconds=300).output
    )


def test_faults_are_found(installed_engine: Engine) -> None:
    test = with_faults(installed_engine, "wrong_gradient,wrong_result,not_a_number,falls_back")
    found = {finding.code for finding in check_selftest(test, test.device)}
    assert found == {"doctor.wrong_numbers", "doctor.fell_back"}
    wrong = {operation.operation: operation for operation in test.operations if operation.is_wrong}
    # `silu` and `gelu` are parts of others.
    assert set(wrong) == {
        "silu",
        "silu_permuted",
        "linear_more_rows_than_before",
        "gelu",
        "geglu",
        "layer_norm",
    }
    assert (wrong["silu"].output or 1) < 1e-6 < 1 < (wrong["silu"].gradient or 0)
    assert (wrong["gelu"].output or 0) > (wrong["gelu"].gradient or 1)
    assert wrong["layer_norm"].output is None
    assert {operation.operation for operation in test.operations} == OPERATIONS


def test_an_operation_that_kills_the_process_is_named(installed_engine: Engine) -> None:
    test = with_faults(installed_engine, "dies")
    (finding,) = check_selftest(test, test.device)
    assert finding.code == "doctor.selftest_died" and "`embedding`" in finding.message
    assert "failed assertion" in test.last_words


def test_doctor_starts_the_engine_and_the_self_test(installed_engine: Engine) -> None:
    steps: list[str] = []
    diagnosis = api.doctor(on_step=steps.append)
    items = {item.name: item for item in diagnosis.items}
    assert items["engine"].status == items["selftest"].status == "ok"
    assert len(steps) == 2 and diagnosis.versions["torch"]
    assert len(items["selftest"].details["operations"]) == len(OPERATIONS)
