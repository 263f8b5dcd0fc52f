"""What `init` shows: a line that moves on, and at the end what was made and what comes next."""

from __future__ import annotations

import functools
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Severity
from kohya_driver.prepare.report import ConceptReport, InitReport, Progress
from kohya_driver.views.console import clear_line, rewrite_line, stderr_console, stdout_console
from kohya_driver.views.findings import print_findings

_BAR = 24
_SECONDS = 0.1
"""Between two redrawings of the line."""


class ProgressLine:
    """How far it is, on the error stream's last line; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._console = stderr_console()
        self._drawn = 0.0
        self._step = ""

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        is_due = now - self._drawn >= _SECONDS or progress.step != self._step or progress.done >= progress.of
        if not is_due:
            return
        self._drawn, self._step = now, progress.step
        full = round(_BAR * progress.done / progress.of) if progress.of else 0
        step = texts.say(f"init_screen.step.{progress.step}")
        line = texts.say("init_screen.progress", step=step, done=progress.done, of=progress.of)
        rewrite_line(self._console, f"{'━' * full}{'╌' * (_BAR - full)}  {line}")

    def end(self) -> None:
        clear_line(self._console)


def print_waiting(project: Path) -> None:
    stderr_console().print(Text(texts.say("init_screen.waiting", project=project), overflow="fold"))


def print_init(report: InitReport) -> None:
    """What was made goes to the output, what was found to the error stream, and the next command comes last."""
    console = stdout_console()
    # A path or a command that is to be copied stays in one piece.
    say = functools.partial(console.print, soft_wrap=True)
    for line in _lines(report):
        say(Text(line))
    print_findings(report.findings)
    if report.dry_run:
        return
    if report.sheet:
        say(Text(texts.say("init_screen.sheet", sheet=report.sheet)))
        overrides = texts.say(
            "init_screen.overrides", file=report.project / "crops.toml", project=_quoted(report.project)
        )
        say(Text(overrides))
    has_errors = any(finding.severity is Severity.ERROR for finding in report.findings)
    style = "bold yellow" if has_errors else "bold green"
    command = texts.say("init_screen.next", preset=_quoted(report.preset))
    say(Text(command, style=style))


def _lines(report: InitReport) -> Iterator[str]:
    code = "init_screen.would" if report.dry_run else "init_screen.made"
    yield texts.say(code, project=report.project)
    for concept in report.concepts:
        yield f"  {_concept(concept)}"
    counts = report.counts
    yield "  " + texts.say(
        "init_screen.counts",
        added=counts.added,
        changed=counts.changed,
        removed=counts.removed,
        unchanged=counts.unchanged,
    )
    if not report.dry_run:
        yield "  " + texts.say(
            "init_screen.captions",
            source=counts.captions_from_source,
            tags=counts.captions_from_tags,
            trigger=counts.captions_trigger_only,
            kept=counts.captions_kept,
        )
    if report.tag_model:
        yield "  " + texts.say("init_screen.tagger", model=report.tag_model)
    yield "  " + texts.say("init_screen.family", family=report.family, resolution=report.resolution)


def _concept(concept: ConceptReport) -> str:
    total = concept.pictures * concept.repeats
    why = texts.say(f"init_screen.repeats.{concept.repeats_from}", total=total)
    return texts.say(
        "init_screen.concept",
        folder=concept.folder,
        pictures=concept.pictures,
        repeats=concept.repeats,
        why=why,
    )


def _quoted(path: Path) -> str:
    """As it can be typed: shorter from where one is, and with blanks quoted."""
    here = Path.cwd()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))
