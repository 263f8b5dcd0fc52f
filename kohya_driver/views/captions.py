"""What `captions` shows: tags with their numbers, and the difference that a change makes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from kohya_driver import texts
from kohya_driver.prepare.caption_edits import CaptionSet, Change, EditReport, TagCount
from kohya_driver.prepare.tag_names import fold, split_tags
from kohya_driver.views.console import stdout_console
from kohya_driver.views.findings import print_findings
from kohya_driver.views.tag import print_line, undo

MOST_TAGS = 60
MOST_CHANGES = 20
"""Shown of a longer list; `--json` has all."""


def print_set(found: CaptionSet, console: Console | None = None) -> None:
    _print(found, set_lines(found), console)


def print_common(found: CaptionSet, share: float, console: Console | None = None) -> None:
    _print(found, common_lines(found, share), console)


def print_edit(report: EditReport, console: Console | None = None) -> None:
    _print(report, edit_lines(report), console)


def _print(found: CaptionSet | EditReport, lines: Iterator[RenderableType], console: Console | None) -> None:
    print_findings(found.findings)
    shown = console or stdout_console()
    for line in lines:
        print_line(line, shown)


def set_lines(found: CaptionSet) -> Iterator[RenderableType]:
    counts = found.counts()
    head = texts.say("tag_screen.set", captions=len(found.captions), folder=found.folder, tags=len(counts))
    yield Text(head, style="bold", overflow="fold")
    yield from _counts(counts[:MOST_TAGS])
    yield from _more(len(counts) - MOST_TAGS)
    yield from _missing(found.missing, found.folder)


def common_lines(found: CaptionSet, share: float) -> Iterator[RenderableType]:
    """Those that stand first in every caption are meant to be common."""
    fixed = front_of(found)
    counts = [one for one in found.common(share) if fold(one.tag) not in fixed]
    values = {"share": round(share * 100), "captions": len(found.captions)}
    if not counts:
        yield Text(texts.say("tag_screen.common_none", **values))
        return
    yield Text(texts.say("tag_screen.common", **values), style="bold")
    yield from _counts(counts)
    yield Text(texts.say("tag_screen.common_why"))
    command = shlex.join(
        ["kohya-driver", "captions", "remove", str(found.folder), *(one.tag for one in counts), "--write"]
    )
    yield Text(texts.say("tag_screen.common_prune", command=command), style="dim", no_wrap=True)


def front_of(found: CaptionSet) -> set[str]:
    """What all captions begin with, such as the trigger."""
    heads = {tuple(map(fold, split_tags(caption.text)[:1])) for caption in found.captions}
    return set(next(iter(heads))) if len(heads) == 1 else set()


def edit_lines(report: EditReport) -> Iterator[RenderableType]:
    for change in report.changes[:MOST_CHANGES]:
        yield Text(_inside(change.path, report.folder), style="cyan", overflow="fold")
        yield Padding(difference(change), (0, 0, 0, 4), expand=False)
    yield from _more(len(report.changes) - MOST_CHANGES)
    values = {"count": len(report.changes), "captions": report.captions}
    if not report.changes:
        yield Text(texts.say("tag_screen.nothing", captions=report.captions))
    elif report.written:
        yield Text(texts.say("tag_screen.changed", **values), style="bold green")
    else:
        yield Text(texts.say("tag_screen.would", **values), style="bold yellow")
    yield from _missing(report.missing, report.folder)
    if report.backup:
        yield Text(undo(report.backup, report.folder), style="dim", no_wrap=True)


def difference(change: Change) -> Text:
    """The caption with what goes struck out in red, and what comes in green; - and + where there are no colours."""
    before, after = split_tags(change.before), split_tags(change.after)
    parts: list[Text] = []
    for tag in before:
        if tag not in after:
            parts.append(Text(f"-{tag}", style="red strike"))
    kept = [tag for tag in before if tag in after]
    moved = _moved(kept, [tag for tag in after if tag in before])
    for tag in after:
        is_new = tag not in before or tag in moved
        parts.append(Text(f"+{tag}", style="green") if is_new else Text(tag, style="dim"))
    return Text(", ").join(parts)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Tags that now stand in front of more than they did."""
    return {tag for tag in after if set(after[after.index(tag) + 1 :]) - set(before[before.index(tag) + 1 :])}


def _counts(counts: Sequence[TagCount]) -> Iterator[Text]:
    for one in counts:
        yield Text.assemble((f"{one.count:>6}  {one.share:>4.0%}  ", "cyan"), one.tag, overflow="fold")


def _more(count: int) -> Iterator[Text]:
    if count > 0:
        yield Text(texts.say("tag_screen.more", count=count), style="dim")


def _missing(pictures: Sequence[Path], folder: Path) -> Iterator[Text]:
    if pictures:
        said = texts.say("tag_screen.missing", count=len(pictures), folder=shlex.quote(str(folder)))
        yield Text(said, style="yellow", overflow="fold")


def _inside(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
