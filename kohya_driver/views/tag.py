"""What `tag` shows: one line that moves on, and at the end what was done."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Severity
from kohya_driver.prepare.tag_config import Stage, TagProgress, TagReport
from kohya_driver.views.console import (
    SEPARATOR,
    clear_line,
    cut_end,
    human_bytes,
    human_duration,
    rewrite_line,
    stderr_console,
    stdout_console,
)
from kohya_driver.views.findings import print_findings

BAR = 24
"""Cells of a bar."""
EVERY_SECONDS = 0.1


class ProgressLine:
    """Shows progress in the terminal's last line; nothing where there is no terminal."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console or stderr_console()
        self._clock = clock
        self._start = clock()
        self._shown = float("-inf")
        self._stage: Stage | None = None

    def __call__(self, progress: TagProgress) -> None:
        now = self._clock()
        if progress.stage != self._stage:
            self._stage, self._start = progress.stage, now
        elif now - self._shown < EVERY_SECONDS and progress.done != progress.total:
            return
        self._shown = now
        rewrite_line(
            self._console, progress_text(progress, now - self._start, max(20, self._console.width - 1))
        )

    def clear(self) -> None:
        clear_line(self._console)


def progress_text(progress: TagProgress, seconds: float, width: int) -> str:
    """One line of at most so many cells."""
    if progress.stage == Stage.DOWNLOAD:
        here, total = human_bytes(progress.done), human_bytes(progress.total)
        code = "tag_screen.download" if progress.total else "tag_screen.download_open"
        parts = [texts.say(code, name=progress.name, here=here, total=total)]
    else:
        parts = [f"{progress.done}/{progress.total}", progress.name]
    if 0 < progress.done < progress.total and seconds > 1:
        left = seconds / progress.done * (progress.total - progress.done)
        parts.insert(1, texts.say("tag_screen.left", time=human_duration(left)))
    line = SEPARATOR.join(part for part in parts if part)
    share = min(1.0, progress.done / progress.total) if progress.total else None
    return cut_end(line if share is None else f"{bar(share)} {line}", width)


def bar(share: float) -> str:
    filled = round(share * BAR)
    return "█" * filled + "░" * (BAR - filled)


def print_report(report: TagReport, front: tuple[str, ...], console: Console | None = None) -> None:
    """The findings to the error stream, the rest to this console."""
    print_findings(report.findings)
    shown = console or stdout_console()
    for line in report_lines(report, front):
        print_line(line, shown)


def print_line(line: RenderableType, console: Console) -> None:
    """A command stays in one piece, so that it can be copied."""
    console.print(line, soft_wrap=isinstance(line, Text) and bool(line.no_wrap))


def report_lines(report: TagReport, front: tuple[str, ...]) -> Iterator[Text]:
    good = "bold green" if not report.failed else "bold yellow"
    yield Text(
        texts.say("tag_screen.done", count=report.written, folder=report.folder), style=good, overflow="fold"
    )
    rest = [
        texts.say(code, count=count)
        for code, count in (
            ("tag_screen.unchanged", report.unchanged),
            ("tag_screen.skipped", report.skipped),
            ("tag_screen.failed", sum(one.severity is Severity.ERROR for one in report.findings)),
        )
        if count
    ]
    if rest:
        yield Text(f"    {SEPARATOR.join(rest)}")
    if report.model_sha256:
        yield Text(f"    {_work(report)}", overflow="fold")
    if report.keep_tokens:
        said = texts.say("tag_screen.keep_tokens", count=report.keep_tokens, front=", ".join(front))
        yield Text(f"    {said}", overflow="fold")
    if report.backup:
        yield Text(f"    {undo(report.backup, report.folder)}", style="dim", no_wrap=True)


def _work(report: TagReport) -> str:
    parts = [texts.say("tag_screen.model", model=report.model)]
    if report.provider:
        parts.append(texts.say(report.provider.reason, speedup=report.provider.speedup))
    values = {"inferred": report.inferred, "cached": report.cached, "time": human_duration(report.seconds)}
    return SEPARATOR.join([*parts, texts.say("tag_screen.computed", **values)])


def undo(backup: Path, folder: Path) -> str:
    """How to put the captions back that were replaced."""
    command = shlex.join(["cp", "-Rp", f"{backup}/.", f"{folder}/"])
    return texts.say("tag_screen.undo", command=command)
