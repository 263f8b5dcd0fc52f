"""A LoRA file looked through tensor by tensor, by the engine's check_lora_weights.py."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path

from kohya_driver.engine.model import Engine
from kohya_driver.errors import Finding, error, warning
from kohya_driver.inspection.model import Inspection
from kohya_driver.loras.model import LoraCheck, TensorCheck
from kohya_driver.loras.read import read_lora
from kohya_driver.loras.tool import run_script
from kohya_driver.run.stop import Stop

SCRIPT = "networks/check_lora_weights.py"
_LINE = re.compile(r"(?P<name>[^,\s]+),\((?P<shape>[\d-]*),?\),(?P<mean>[-+.\w]+),(?P<least>[-+.\w]+)")
"""`lora_unet_….lora_down.weight,(4-320),0.0269,1.2e-08` (check_lora_weights.py:32); of one side, `(320,)`."""


def check_file(path: Path, engine: Engine, *, stop: Stop | None = None) -> LoraCheck:
    """What the engine reads in a LoRA file.

    Raises:
        RunError: it is no LoRA (`lora.missing` …), of a kind that the tool does not know (`lora.check_unfit`), or the tool
            failed (`lora.failed`).
    """
    found = read_lora(path.expanduser())
    command = [str(found.path.absolute())]
    printed = run_script(engine, SCRIPT, command, "check", stop or Stop(), lambda progress: None)
    tensors = tuple(parse_check(printed))
    return LoraCheck(found, tensors, (*found.findings, *_judge(found, tensors)))


def parse_check(printed: str) -> Iterator[TensorCheck]:
    for line in printed.splitlines():
        if match := _LINE.fullmatch(line.strip()):
            shape = tuple(int(side) for side in match["shape"].split("-") if side)
            yield TensorCheck(match["name"], shape, float(match["mean"]), float(match["least"]))


def _judge(found: Inspection, tensors: tuple[TensorCheck, ...]) -> Iterator[Finding]:
    if not tensors:
        yield warning("lora.check_unfit", found.path, kind=found.kind)
    bad = [one.name for one in tensors if not math.isfinite(one.mean)]
    if bad:
        yield error("lora.check_not_finite", found.path, count=len(bad), example=bad[0])
    halves = [one for one in tensors if one.name.endswith(("lora_up.weight", "lora_B.weight"))]
    empty = [one.name for one in halves if one.mean == 0]
    if empty and len(empty) == len(halves):
        yield error("lora.check_untrained", found.path)
    elif empty:
        yield warning("lora.check_partly", found.path, count=len(empty), of=len(halves), example=empty[0])
