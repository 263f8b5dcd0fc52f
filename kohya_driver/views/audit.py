"""An audit as a person reads it: the numbers, then what is wrong, then the verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Finding
from kohya_driver.prepare.audit_model import AuditReport, Repaired
from kohya_driver.views.console import clear_line, rewrite_line, stderr_console, stdout_console
from kohya_driver.views.findings import print_findings

_BAR = 24
_QUIET_SECONDS = 0.5
"""What is done sooner needs no bar."""
_SECONDS = 0.1
"""Between two redrawings."""
_EACH = 5
"""Findings of one code that are shown."""
_STAGES = {"read": "audit.reading", "look": "audit.looking", "copy": "audit.copying"}


class ProgressLine:
    """How far it is, on the error stream's last line; nothing where that is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or stderr_console()
        self._due = time.monotonic() + _QUIET_SECONDS

    def show(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now < self._due or not total:
            return
        self._due = now + _SECONDS
        full = round(_BAR * done / total)
        line = f"{'━' * full}{'╌' * (_BAR - full)}  {texts.say(_STAGES[stage])}  {done}/{total}"
        rewrite_line(self._console, line)

    def end(self) -> None:
        clear_line(self._console)


def print_report(report: AuditReport, console: Console | None = None) -> None:
    console = console or stdout_console()
    if report.repaired:
        _print_repairs(report.repaired, console)
    console.print(_numbers(report))
    if report.findings:
        shown, more = _first_of_each(report.findings)
        console.rule(texts.say("show.findings"), align="left")
        print_findings(shown, console)
        for code, count in more.items():
            console.print(Text(texts.say("audit.more", count=count, code=code), style="dim"))
    console.print(_verdict(report))


def _first_of_each(findings: Iterable[Finding]) -> tuple[list[Finding], Mapping[str, int]]:
    """A set can have hundreds of pairs of the same picture."""
    seen: Counter[str] = Counter()
    shown = []
    for finding in findings:
        seen[finding.code] += 1
        if seen[finding.code] <= _EACH:
            shown.append(finding)
    return shown, {code: count - _EACH for code, count in seen.items() if count > _EACH}


def _numbers(report: AuditReport) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(report):
        table.add_row(texts.say(f"audit.{name}"), Text(value, overflow="fold"))
    return table


def _rows(report: AuditReport) -> Iterator[tuple[str, str]]:
    counts = report.counts
    yield (
        "pictures",
        texts.say(
            "audit.pictures_value",
            pictures=counts.pictures,
            folders=counts.folders,
            captions=counts.captions,
            images=counts.images,
        ),
    )
    if counts.reg_pictures:
        yield "reg", texts.say("audit.reg_value", count=counts.reg_pictures)
    if report.buckets:
        yield "buckets", ", ".join(f"{one.width}×{one.height}: {one.count}" for one in report.buckets)
        yield "steps", texts.say("audit.steps_value", steps=counts.steps, batch_size=report.batch_size)
    if report.depth == "quick":
        yield "duplicates", texts.say("audit.not_compared")
    elif report.duplicates:
        found = dict.fromkeys(("exact", "near", "mirrored"), 0)
        for group in report.duplicates:
            found[group.kind] += len(group.others)
        yield "duplicates", texts.say("audit.duplicates_value", **found)


def _print_repairs(repaired: Repaired, console: Console) -> None:
    count = len(repaired.changed)
    line = texts.say("audit.repaired", out=repaired.out, files=repaired.files, repaired=count)
    console.print(Text(line, overflow="fold"))
    for heading, kind, found in (
        ("audit.repairs", "repair", repaired.changes),
        ("audit.left_out", "left", repaired.left_out),
    ):
        if found:
            console.print(Text(texts.say(heading), style="bold"))
        for name, paths in found.items():
            line = f"  {texts.say(f'audit.{kind}.{name}', count=len(paths))}: {_names(paths)}"
            console.print(Text(line, overflow="fold"))
    console.print()


def _names(paths: tuple[Path, ...]) -> str:
    return ", ".join(path.name for path in paths[:_EACH]) + (" …" if len(paths) > _EACH else "")


def _verdict(report: AuditReport) -> Text:
    errors, warnings = len(report.errors), len(report.warnings)
    if not errors and not warnings:
        return Text(texts.say("audit.clean"), style="bold green")
    style = "bold red" if errors else "bold yellow"
    return Text(texts.say("audit.verdict", errors=errors, warnings=warnings), style=style)
