"""A checkup as a person reads it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.checkup.model import GROUPS, Diagnosis, Item
from kohya_driver.errors import Finding, Severity
from kohya_driver.views.console import clear_line, rewrite_line, stderr_console, stdout_console

MARKS = {
    "ok": ("✓", "green"),
    "info": ("·", "blue"),
    "warning": ("!", "bold yellow"),
    "error": ("✗", "bold red"),
}


def print_step(sentence: str) -> None:
    """What is done now, on the terminal's last line, where there is one."""
    rewrite_line(stderr_console(), sentence)


def print_diagnosis(diagnosis: Diagnosis, console: Console | None = None) -> None:
    clear_line(stderr_console())
    console = console or stdout_console()
    console.print(render_diagnosis(diagnosis))


def print_report_written(path: Path) -> None:
    stdout_console().print(Text(texts.say("doctor.report_written", path=path), overflow="fold"))


def render_diagnosis(diagnosis: Diagnosis) -> RenderableType:
    """Group by group: a mark, what it is, what it is like; below it what is wrong and the fix."""
    parts: list[RenderableType] = []
    for group in GROUPS:
        items = [item for item in diagnosis.items if item.group == group]
        if items:
            parts += [Text(texts.say(f"doctor.group.{group}"), style="bold"), *map(_item, items), Text()]
    return Group(*parts, _verdict(diagnosis))


def _item(item: Item) -> RenderableType:
    mark, style = MARKS[item.status]
    line = Table.grid(padding=(0, 1))
    line.add_column()
    line.add_column(width=19)
    line.add_column(overflow="fold")
    line.add_row(Text(mark, style=style), item.title, Text(item.value, overflow="fold"))
    return Group(line, *(Padding(_finding(finding), (0, 0, 0, 4), expand=False) for finding in item.findings))


def _finding(finding: Finding) -> RenderableType:
    style = MARKS[str(finding.severity)][1]
    message = Text.assemble(
        (finding.message, style if finding.severity != Severity.INFO else ""), "  ", (finding.code, "dim")
    )
    lines = [message]
    if finding.where:
        lines.append(Text(finding.where, style="cyan", overflow="fold"))
    if finding.hint:
        lines.append(Text.assemble(("→ ", "green"), finding.hint))
    return Group(*lines)


def _verdict(diagnosis: Diagnosis) -> Text:
    warnings = sum(finding.severity == Severity.WARNING for finding in diagnosis.findings)
    code = "doctor.verdict_warnings" if warnings else "doctor.verdict_ok"
    if diagnosis.errors:
        code = "doctor.verdict_errors"
    style = "bold red" if diagnosis.errors else "bold green"
    return Text(texts.say(code, errors=len(diagnosis.errors), warnings=warnings), style=style)
