"""What `crop` shows: a bar while it works, and at the end what was done and what is worth a look."""

from __future__ import annotations

from rich.console import Console
from rich.progress import TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from kohya_driver import texts
from kohya_driver.prepare.crop_report import LEFT_OUT, UNCHANGED, WRITTEN, CropRecord, CropReport
from kohya_driver.views.bars import Bars
from kohya_driver.views.console import stderr_console, stdout_console
from kohya_driver.views.findings import print_findings

MOST_SIZES = 8


class CropProgress(Bars):
    """A bar for the pictures and one for the contact sheet; nothing where there is no terminal."""

    def __init__(self, console: Console | None = None) -> None:
        columns = (TimeRemainingColumn(), TextColumn("[dim]{task.fields[name]}"))
        super().__init__(console or stderr_console(), *columns)
        self._tasks: dict[str, TaskID] = {}

    def cut(self, done: int, of: int, record: CropRecord) -> None:
        self._show("crop_screen.cutting", done, of, record.source)

    def drawn(self, done: int, of: int) -> None:
        self._show("crop_screen.drawing", done, of, "")

    def _show(self, code: str, done: int, of: int, name: str) -> None:
        if code not in self._tasks:
            self._tasks[code] = self._bars.add_task(texts.say(code), name="")
        shown = name.replace("[", r"\[")
        self._bars.update(self._tasks[code], completed=done, total=of, name=shown)


def print_report(report: CropReport, console: Console | None = None) -> None:
    """Findings to the error stream, the rest to this console."""
    left_out = [one.finding for one in report.pictures if one.status == LEFT_OUT and one.finding]
    findings = [*report.failures, *left_out, *report.warnings]
    if findings:
        print_findings(findings)
    console = console or stdout_console()
    for line in report_lines(report):
        console.print(Text(line, overflow="fold"))


def report_lines(report: CropReport) -> list[str]:
    lines = [
        texts.say(
            "crop_screen.done",
            kept=len(report.kept),
            count=len(report.pictures),
            folder=report.target,
            written=report.count(WRITTEN),
            unchanged=report.count(UNCHANGED),
        )
    ]
    sizes = sorted(report.sizes().items(), key=lambda item: -item[1])
    if sizes:
        shown = [f"{width}×{height} ({count})" for (width, height), count in sizes[:MOST_SIZES]]
        lines.append(
            texts.say("crop_screen.sizes", sizes=", ".join(shown) + (" …" if len(sizes) > MOST_SIZES else ""))
        )
    if report.removed:
        lines.append(texts.say("crop_screen.removed", count=len(report.removed)))
    if report.passed:
        lines.append(texts.say("crop_screen.passed", count=len(report.passed)))
    if report.flagged:
        lines.append(texts.say("crop_screen.to_look_at", count=len(report.flagged), flags=_flags(report)))
    if report.sheet:
        lines.append(texts.say("crop_screen.sheet_at", path=report.sheet))
    elif report.flagged:
        lines.append(texts.say("crop_screen.no_sheet"))
    return lines


def _flags(report: CropReport) -> str:
    counts = report.flag_counts()
    words = {flag: texts.say(f"crop_screen.flag.{flag.replace('-', '_')}") for flag in counts}
    return ", ".join(f"{words[flag]} {count}" for flag, count in counts.items())
