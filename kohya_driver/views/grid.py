"""What `sample` shows: the plan of a grid, a bar while it is drawn, and where it stands."""

from __future__ import annotations

import time
from collections.abc import Iterator

from rich.console import Console
from rich.progress import TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Severity
from kohya_driver.sampling.model import Grid, GridPlan, GridProgress
from kohya_driver.views.bars import Bars
from kohya_driver.views.console import human_duration, stderr_console, stdout_console
from kohya_driver.views.picture import print_picture

PLAIN_SECONDS = 30.0
"""Between two lines, where there is no terminal."""


def print_grid_plan(plan: GridPlan, console: Console | None = None) -> None:
    """What will be drawn. Errors are told by whoever raises them."""
    console = console or stdout_console()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for code, value in _rows(plan):
        table.add_row(texts.say(f"grid.screen_{code}"), Text(value))
    console.print(table)
    if not any(finding.severity is Severity.ERROR for finding in plan.findings):
        console.print(Text(texts.say("grid.screen_ready"), "bold green"))


def _rows(plan: GridPlan) -> Iterator[tuple[str, str]]:
    yield "source", str(plan.source)
    yield "base", f"{plan.base}  ({plan.family})"
    yield "columns", ", ".join(lora.label if lora.path else texts.say("grid.without") for lora in plan.loras)
    yield "rows", ", ".join(f"{weight:g}" for weight in plan.weights)
    for prompt in plan.prompts:
        yield "prompts", prompt.text
        settings = {
            "width": prompt.width, "height": prompt.height, "seed": prompt.seed, "steps": prompt.steps,
            "scale": f"{prompt.scale:g}", "sampler": plan.sampler,
        }  # fmt: skip
        yield "settings", texts.say("grid.page_settings", **settings)
    yield "pictures", texts.say("grid.screen_count", count=len(plan.cells), device=plan.device)
    yield "folder", str(plan.folder)


class GridBar(Bars):
    """How far the drawing is: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        super().__init__(console or stderr_console(), TextColumn("[dim]{task.fields[left]}"), quiet=quiet)
        self._task: TaskID | None = None
        self._told = (-1, 0.0)

    def show(self, progress: GridProgress) -> None:
        if self._quiet:
            return
        if not self._console.is_terminal:
            self._tell(progress)
            return
        drawing = progress.step or progress.done
        words = texts.say("grid.screen_drawing" if drawing else "grid.screen_loading")
        if progress.steps:
            words += f" {progress.step}/{progress.steps}"
        if self._task is None:
            self._task = self._bars.add_task(words, total=progress.of, left="")
        self._bars.update(
            self._task, description=words, completed=progress.done, total=progress.of, left=_left(progress)
        )

    def _tell(self, progress: GridProgress) -> None:
        done, at = self._told
        now = time.monotonic()
        if progress.done == done or (now - at < PLAIN_SECONDS and progress.done != progress.of):
            return
        self._told = (progress.done, now)
        line = texts.say("grid.screen_plain", done=progress.done, count=progress.of)
        self._console.print(Text("  ".join(part for part in (line, _left(progress)) if part)))


def _left(progress: GridProgress) -> str:
    if not progress.seconds_left:
        return ""
    return texts.say("grid.screen_left", duration=human_duration(progress.seconds_left))


def print_grid(grid: Grid, console: Console | None = None, *, show: bool = False) -> None:
    """Where it stands; `show`: and the pictures themselves, where the terminal can."""
    console = console or stdout_console()
    lines = [texts.say("grid.screen_done", count=len(grid.plan.cells), duration=human_duration(grid.seconds))]
    if grid.reused:
        lines.append(texts.say("grid.screen_reused", count=grid.reused))
    lines += [texts.say("grid.screen_sheet", path=sheet) for sheet in grid.sheets]
    lines.append(texts.say("grid.screen_page", path=grid.page))
    for line in lines:
        console.print(Text(line), soft_wrap=True)
    for sheet in grid.sheets if show else ():
        if not print_picture(sheet, console, columns=console.width - 1):
            console.print(Text(texts.say("grid.screen_not_shown"), "dim"))
            break
