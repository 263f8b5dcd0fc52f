"""Findings as a person reads them: what happened, where, what to do."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from kohya_driver import texts
from kohya_driver.errors import Finding, Severity
from kohya_driver.views.console import stderr_console

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold blue"}


def render_finding(finding: Finding) -> RenderableType:
    """Two to four lines: severity and message, the place, the fix, the code."""
    head = Text.assemble(
        (texts.say(f"show.{finding.severity}"), _STYLES[finding.severity]), "  ", finding.message, "  ", (finding.code, "dim")
    )  # fmt: skip
    lines: list[RenderableType] = [head]
    if finding.where:
        lines.append(Padding(Text(finding.where, style="cyan", overflow="fold"), (0, 0, 0, 4)))
    if finding.hint:
        lines.append(Padding(Text.assemble(("→ ", "green"), finding.hint), (0, 0, 0, 4)))
    return Group(*lines)


def print_findings(findings: Iterable[Finding], console: Console | None = None) -> None:
    """All of them, to the error stream unless another console is given."""
    console = console or stderr_console()
    for finding in findings:
        console.print(render_finding(finding))
