"""Findings as a person reads them: what happened, where, what to do; errors first, what is silenced dim at the end."""

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
        lines.append(Padding(Text(finding.where, style="cyan", overflow="fold"), (0, 0, 0, 4), expand=False))
    if finding.hint:
        lines.append(Padding(Text.assemble(("→ ", "green"), finding.hint), (0, 0, 0, 4), expand=False))
    return Group(*lines)


def render_findings(findings: Iterable[Finding]) -> RenderableType:
    """One group for each severity, headed by how many there are; what is silenced is one dim line each."""
    found = tuple(findings)
    groups: list[RenderableType] = []
    for severity in Severity:
        group = [finding for finding in found if finding.severity is severity and not finding.silenced]
        if group and len(found) > 1:
            heading = texts.say(f"show.{severity}_group", count=len(group))
            groups.append(Text(heading, style=_STYLES[severity]))
        groups += map(render_finding, group)
    silenced = [finding for finding in found if finding.silenced]
    if silenced:
        groups.append(Text(texts.say("show.silenced_group", count=len(silenced)), style="dim"))
        groups += [Text(f"    {f.code}  {f.message}  ({f.silenced})", style="dim") for f in silenced]
    return Group(*groups)


def print_findings(findings: Iterable[Finding], console: Console | None = None) -> None:
    """All of them, to the error stream unless another console is given."""
    found = tuple(findings)
    if found:
        (console or stderr_console()).print(render_findings(found))
