"""What the self-test says, read and judged. On a Mac it would say `mps`: those texts are put together by hand here."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kohya_driver.checkup.engine import selftest_item
from kohya_driver.checkup.selftest import Operation, SelfTest, check_selftest, parse_selftest, run_selftest

ABOUT = {
    "torch": "2.13.0",
    "device": "mps",
    "reference": "cpu float32",
    "trains_on": "mps",
    "mps_built": True,
    "mps_available": True,
    "block_bytes": 1 << 24,
    "allocated_bytes": 1 << 24,
    "device_seconds": 0.001,
    "cpu_seconds": 0.01,
}
GOOD = Operation("silu", 1e-7, 2e-7, 1e-3)
MPS = replace(SelfTest(**ABOUT, seconds=4.2), operations=(GOOD,))  # type: ignore[arg-type]
CPU = replace(MPS, device="cpu", trains_on="cpu", allocated_bytes=0, mps_built=False, mps_available=False)


def lines(*values: Mapping[str, object]) -> str:
    return "".join(f"\n{json.dumps(value)}" for value in values)


SILU = {
    "operation": "silu",
    "output": 1e-7,
    "gradient": 2e-7,
    "limit": 1e-3,
    "failure": "",
    "fell_back": False,
}
WHOLE = lines(ABOUT, {"begin": "silu"}, SILU, {"seconds": 4.2}) + "\n"


def test_a_whole_answer() -> None:
    assert parse_selftest(WHOLE) == MPS
    assert MPS.speed == pytest.approx(10)


def test_what_libraries_print_between_is_passed_over() -> None:
    noise = "Warning: something\n{not json}\n"
    assert parse_selftest(noise + WHOLE.replace('{"begin"', noise + '{"begin"') + noise) == MPS


def test_an_abort_is_known_by_the_operation() -> None:
    """MPSGraph writes its assertion right behind the last line."""
    assertion = "(mpsFileLoc): error: 'mps.matmul' op failed assertion `shape'\n"
    test = parse_selftest(lines(ABOUT, {"begin": "silu"}, SILU, {"begin": "gelu"}) + assertion)
    assert (test.died_in, test.seconds, test.operations) == ("gelu", None, (GOOD,))
    assert assertion.strip() in test.last_words


def test_no_answer() -> None:
    test = parse_selftest("Traceback …\nModuleNotFoundError: No module named 'torch'\n")
    assert (test.device, test.died_in) == ("", "")
    assert "No module named" in test.last_words


def codes(test: SelfTest, accelerator: str = "mps") -> dict[str, str]:
    return {finding.code: str(finding.severity) for finding in check_selftest(test, accelerator)}


def of(*operations: Operation) -> SelfTest:
    return replace(MPS, operations=(GOOD, *operations))


@pytest.mark.parametrize(
    ("test", "found"),
    [
        (MPS, {}),
        (of(Operation("gelu", 0.2, 1e-7, 1e-3)), {"doctor.wrong_numbers": "error"}),
        (of(Operation("gelu", 1e-7, 1000.0, 1e-3)), {"doctor.wrong_numbers": "error"}),
        (of(Operation("gelu", 1e-7, None, 1e-3)), {"doctor.wrong_numbers": "error"}),
        (
            of(Operation("gelu", None, None, 1e-3, failure="RuntimeError: x")),
            {"doctor.wrong_numbers": "error"},
        ),
        (of(Operation("bf16_linear", 0.2, 1e-7, 5e-2)), {"doctor.bf16_wrong": "warning"}),
        (of(Operation("gelu", 1e-7, 1e-7, 1e-3, fell_back=True)), {"doctor.fell_back": "warning"}),
        (replace(MPS, died_in="gelu", seconds=None), {"doctor.selftest_died": "error"}),
        (replace(MPS, died_in="bf16_linear", seconds=None), {"doctor.bf16_died": "warning"}),
        (replace(MPS, seconds=None), {"doctor.selftest_silent": "error"}),
        (SelfTest(), {"doctor.selftest_silent": "error"}),
        (CPU, {"doctor.device_unused": "error"}),
        (replace(MPS, trains_on="cpu"), {"doctor.trains_elsewhere": "error"}),
        (replace(MPS, allocated_bytes=0), {"doctor.not_on_device": "error"}),
    ],
)
def test_each_fault_has_its_code(test: SelfTest, found: dict[str, str]) -> None:
    assert codes(test) == found


def test_a_machine_with_a_processor_only_is_in_order() -> None:
    assert codes(CPU, accelerator="cpu") == {}


def test_a_wrong_operation_is_named_with_its_errors() -> None:
    (finding,) = check_selftest(of(Operation("gelu", None, 3.0, 1e-3)), "mps")
    assert "gelu (NaN / 3.0e+00)" in finding.message


def test_the_item_tells_how_many_agree() -> None:
    item = selftest_item(of(Operation("gelu", 1.0, 1.0, 1e-3)), "mps")
    assert "1 of 2" in item.value and "10.0 times" in item.value and item.status == "error"
    assert item.details["operations"][1]["operation"] == "gelu"
    assert selftest_item(SelfTest(), "mps").value == "no answer"


def test_a_python_without_torch_gives_no_answer() -> None:
    assert "torch" in run_selftest(Path(sys.executable), {}).last_words


def test_no_python_gives_no_answer(tmp_path: Path) -> None:
    assert codes(run_selftest(tmp_path / "python", {})) == {"doctor.selftest_silent": "error"}
