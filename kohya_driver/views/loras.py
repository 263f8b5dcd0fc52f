"""The engine's tools for LoRA files in a terminal: what will be done, how far it is, what came of it."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.progress import TaskID
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Severity
from kohya_driver.inspection.model import Inspection
from kohya_driver.inspection.names import place_of
from kohya_driver.loras.model import LoraCheck, MadeFile, TensorCheck, ToolPlan, ToolProgress
from kohya_driver.views.bars import Bars
from kohya_driver.views.console import human_bytes, human_duration, stderr_console, stdout_console
from kohya_driver.views.rows import named_rows

PLAIN_SECONDS = 30.0
"""Between two lines, where there is no terminal."""


def print_tool_plan(plan: ToolPlan, console: Console | None = None, *, dry: bool = False) -> None:
    """What will be done. Errors are told by whoever raises them."""
    console = console or stdout_console()
    console.print(Text(_say(f"verb.{plan.verb}"), style="bold"))
    console.print(named_rows("lora_screen", _of_plan(plan)))
    if dry and not any(finding.severity is Severity.ERROR for finding in plan.findings):
        console.print(Text(_say("would"), "bold green"))


def _of_plan(plan: ToolPlan) -> Iterator[tuple[str, str]]:
    for source in plan.sources:
        yield "source", _source(source)
    yield "output", str(plan.output)
    yield "tool", plan.script
    yield "how", _say("how", device=_say(plan.device), precision=plan.precision)


def _source(found: Inspection) -> str:
    if not found.is_adapter:
        return _say("source_model", path=found.path, family=found.family)
    return _say(
        "source_lora", path=found.path, kind=found.kind, family=found.family, rank=_ranks(found.ranks)
    )


def _ranks(ranks: Mapping[int, int]) -> str:
    """One number, or the least and the most."""
    present = sorted(ranks)
    if not present:
        return "–"
    return str(present[0]) if len(present) == 1 else f"{present[0]}–{present[-1]}"


def print_made(made: MadeFile, console: Console | None = None) -> None:
    console = console or stdout_console()
    console.print(Text(_say("done"), style="bold green"))
    console.print(named_rows("lora_screen", _of_made(made)))
    model = made.plan.makes_checkpoint
    console.print(Text(_say("next_model" if model else "next_lora", path=made.path)), soft_wrap=True)


def _of_made(made: MadeFile) -> Iterator[tuple[str, str]]:
    yield "output", str(made.path)
    before = made.plan.sources[0].size_bytes
    size = human_bytes(made.found.size_bytes)
    yield "size", f"{human_bytes(before)} → {size}" if len(made.plan.sources) == 1 else size
    if made.found.is_adapter:
        yield "rank", _ranks(made.found.ranks)
    if made.share is not None:
        yield "share", f"{made.share:.1%}"
    if made.found.trigger:
        yield "trigger", made.found.trigger
    yield "time", human_duration(made.seconds)


class ToolBar(Bars):
    """How far a tool is: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        super().__init__(console or stderr_console(), quiet=quiet)
        self._task: TaskID | None = None
        self._told = 0.0

    def show(self, progress: ToolProgress) -> None:
        if self._quiet:
            return
        if not self._console.is_terminal:
            self._tell(progress)
            return
        if self._task is None:
            self._task = self._bars.add_task(_say("working"))
        self._bars.update(self._task, completed=progress.done, total=progress.of)

    def _tell(self, progress: ToolProgress) -> None:
        now = time.monotonic()
        if now - self._told >= PLAIN_SECONDS:
            self._told = now
            self._console.print(Text(_say("plain", done=progress.done, count=progress.of)))


# --- checking


def print_check(checked: LoraCheck, console: Console | None = None) -> None:
    """A line for each part of the model and half of a layer."""
    console = console or stdout_console()
    console.print(Text(_source(checked.found)), soft_wrap=True)
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right", "right"):
        table.add_column(justify=justify, no_wrap=True)
    table.add_row(
        *(Text(_say(f"check_{name}"), style="bold") for name in ("part", "tensors", "mean", "zero"))
    )
    for name, tensors in _grouped(checked.tensors).items():
        mean = sum(one.mean for one in tensors) / len(tensors)
        style = "red" if not math.isfinite(mean) else ""
        zero = sum(one.mean == 0 for one in tensors)
        table.add_row(name, str(len(tensors)), Text(f"{mean:.3g}", style), str(zero))
    if checked.tensors:
        console.print(Padding(table, (0, 0, 0, 2), expand=False))
    if checked.tensors and not any(finding.severity is Severity.ERROR for finding in checked.findings):
        console.print(Text(_say("check_good", count=len(checked.tensors)), style="green"))


def _grouped(tensors: Iterable[TensorCheck]) -> dict[str, list[TensorCheck]]:
    groups: dict[str, list[TensorCheck]] = {}
    for one in tensors:
        layer, _, half = one.name.removesuffix(".weight").rpartition(".")
        groups.setdefault(f"{place_of(layer).part}  {half}", []).append(one)
    return groups


def _say(code: str, **values: object) -> str:
    return texts.say(f"lora_screen.{code}", **values)
