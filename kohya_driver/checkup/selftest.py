"""Runs engine/selftest.py in the engine's interpreter and judges what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from kohya_driver.engine import selftest_script
from kohya_driver.errors import Finding, error, warning
from kohya_driver.process import run_tool

TIMEOUT_SECONDS = 300.0
LAST_CHARACTERS = 600
BF16 = "bf16_"
"""What the names of the operations in 16 bits begin with: a training without mixed precision does not need them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation's largest errors, relative to the reference's largest value. None: not a finite number."""

    operation: str
    output: float | None
    gradient: float | None
    limit: float
    fell_back: bool = False
    """MPS lacks a part of it, and the processor did it."""
    failure: str = ""

    @property
    def is_wrong(self) -> bool:
        errors = (self.output, self.gradient)
        return bool(self.failure) or any(number is None or number > self.limit for number in errors)

    def __str__(self) -> str:
        shown = ("NaN" if number is None else f"{number:.1e}" for number in (self.output, self.gradient))
        return f"{self.operation} ({self.failure or ' / '.join(shown)})"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What engine/selftest.py said, as far as it got."""

    torch: str = ""
    device: str = ""
    """Empty: it did not get so far."""
    reference: str = ""
    trains_on: str = ""
    """The device that accelerate chooses, and with it the engine."""
    mps_built: bool = False
    mps_available: bool = False
    block_bytes: int = 0
    """Of a tensor that was put on the device."""
    allocated_bytes: int = 0
    """By how much the device's memory in use grew by that."""
    device_seconds: float = 0.0
    cpu_seconds: float = 0.0
    operations: tuple[Operation, ...] = ()
    died_in: str = ""
    """The operation in which the process ended."""
    seconds: float | None = None
    last_words: str = ""

    @property
    def speed(self) -> float:
        """How many times as fast as the processor the device multiplies matrices."""
        return self.cpu_seconds / self.device_seconds if self.device_seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def run_selftest(python: Path, env: Mapping[str, str]) -> SelfTest:
    """Takes 5 to 30 seconds, most of it the import of torch."""
    # -P: the folder of our own modules must not stand before the engine's packages.
    command: list[str | Path] = [python, "-P", selftest_script()]
    try:
        output = run_tool(command, env=env, timeout_seconds=TIMEOUT_SECONDS).output
    except (TimeoutError, OSError) as failure:
        return SelfTest(last_words=str(failure))
    return parse_selftest(output)


def parse_selftest(output: str) -> SelfTest:
    """Its lines, among whatever else was printed: an abort may write behind one of them."""
    about: dict[str, Any] = {}
    operations, begun = [], ""
    for value in _objects(output):
        if "begin" in value:
            begun = value["begin"]
        elif "operation" in value:
            operations.append(Operation(**value))
            begun = ""
        else:
            about |= value
    known = {name: about[name] for name in (field.name for field in fields(SelfTest)) if name in about}
    ended = "seconds" in about
    words = "" if ended else output.strip()[-LAST_CHARACTERS:]
    return SelfTest(**known, operations=tuple(operations), died_in="" if ended else begun, last_words=words)


def _objects(output: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    for line in output.splitlines():
        if line.startswith("{"):
            try:
                yield decoder.raw_decode(line)[0]
            except ValueError:
                continue


def check_selftest(test: SelfTest, accelerator: str) -> Iterator[Finding]:
    if test.died_in:
        code = "doctor.bf16_died" if test.died_in.startswith(BF16) else "doctor.selftest_died"
        tell = warning if test.died_in.startswith(BF16) else error
        yield tell(code, operation=test.died_in, last_words=test.last_words)
    elif test.seconds is None:
        yield error("doctor.selftest_silent", last_words=test.last_words)
    if test.device:
        yield from _device(test, accelerator)
    yield from _operations(test)


def _device(test: SelfTest, accelerator: str) -> Iterator[Finding]:
    """Whether the graphics part of the chip is really used."""
    if accelerator != "cpu" and test.device == "cpu":
        yield error("doctor.device_unused", wanted=accelerator, built=test.mps_built)
    elif test.trains_on != test.device:
        yield error("doctor.trains_elsewhere", device=test.device, found=test.trains_on)
    elif test.device != "cpu" and test.allocated_bytes < test.block_bytes:
        yield error("doctor.not_on_device", device=test.device)


def _operations(test: SelfTest) -> Iterator[Finding]:
    wrong = [operation for operation in test.operations if operation.is_wrong]
    full = [str(operation) for operation in wrong if not operation.operation.startswith(BF16)]
    half = [str(operation) for operation in wrong if operation.operation.startswith(BF16)]
    slow = [operation.operation for operation in test.operations if operation.fell_back]
    if full:
        yield error("doctor.wrong_numbers", operations=", ".join(full), device=test.device)
    if half:
        yield warning("doctor.bf16_wrong", operations=", ".join(half), device=test.device)
    if slow:
        yield warning("doctor.fell_back", operations=", ".join(slow))
