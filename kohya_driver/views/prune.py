"""What pruning or removing would take away, what stays and why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts
from kohya_driver.run.folder import Run
from kohya_driver.run.products import Product
from kohya_driver.run.prune import Freed, Pruning, Staying
from kohya_driver.run.remove import Removal
from kohya_driver.views.console import human_bytes, stdout_console
from kohya_driver.views.findings import print_findings


def print_prunings(
    prunings: Sequence[Pruning],
    skipped: Sequence[Run] = (),
    *,
    trash: bool,
    to_do: bool,
    console: Console | None = None,
) -> None:
    """Run by run: what goes and what stays. Of one from which nothing goes, only that.

    Args:
        to_do: it will be asked about; else it is only shown.
    """
    console = console or stdout_console()
    for pruning in prunings:
        _print_pruning(pruning, console)
    if skipped:
        _say(console, "runs.prune_skipped", runs=", ".join(run.folder.name for run in skipped))
    going = [one for pruning in prunings for one in pruning.goes]
    if not going:
        _say(console, "runs.prune_nothing")
        return
    size = human_bytes(sum(one.size_bytes for one in going))
    _say(console, "runs.prune_total", style="bold", count=len(going), size=size)
    if to_do:
        _say(console, "runs.prune_trash" if trash else "runs.prune_final")


def _print_pruning(pruning: Pruning, console: Console) -> None:
    console.print(Text(pruning.run.folder.name, style="bold"))
    if not pruning.goes and not pruning.stays:
        _say(console, "runs.prune_empty", indent=2)
        return
    for title, style, rows in (
        ("runs.prune_goes", "red", [(one, "") for one in pruning.goes]),
        ("runs.prune_stays", "green", [(one.product, _why(one)) for one in pruning.stays]),
    ):
        if rows:
            _say(console, title, style=style, indent=2)
            console.print(Padding(_table(rows, pruning.run.folder), (0, 0, 0, 4)))


def _table(rows: Iterable[tuple[Product, str]], folder: Path) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one, why in rows:
        inside = one.path.is_relative_to(folder)
        path = one.path.relative_to(folder) if inside else one.path
        kind = texts.say(f"runs.kind.{one.kind}", step=one.step)
        table.add_row(
            str(path), human_bytes(one.size_bytes), Text(kind, style="dim"), Text(why, style="green")
        )
    return table


def _why(one: Staying) -> str:
    return texts.say(f"runs.stays.{one.why}", by=one.by)


def print_freed(freed: Freed) -> None:
    code = "runs.trashed" if freed.trash else "runs.freed"
    _say(
        stdout_console(), code, style="bold green", count=len(freed.gone), size=human_bytes(freed.size_bytes)
    )


def print_removals(
    removals: Iterable[Removal], *, trash: bool, to_do: bool, console: Console | None = None
) -> None:
    """Each run with all that goes with it."""
    console = console or stdout_console()
    for removal in removals:
        size = human_bytes(removal.size_bytes)
        _say(console, "runs.remove_run", style="bold", run=removal.run.folder.name, size=size)
        console.print(Padding(Text(str(removal.run.folder), style="dim", overflow="fold"), (0, 0, 0, 2)))
        for code, products in (
            ("runs.remove_loras", removal.loras),
            ("runs.remove_elsewhere", removal.elsewhere),
        ):
            if products:
                _say(console, code, indent=2, count=len(products))
                for one in products:
                    console.print(Padding(Text(str(one.path), overflow="fold"), (0, 0, 0, 4)))
        print_findings((*removal.doubts, *removal.named_by), console)
    if to_do:
        _say(console, "runs.prune_trash" if trash else "runs.prune_final")


def print_removed(removal: Removal, *, trash: bool) -> None:
    code = "runs.removed_to_trash" if trash else "runs.removed"
    size = human_bytes(removal.size_bytes)
    _say(stdout_console(), code, style="bold green", run=removal.run.folder.name, size=size)


def _say(console: Console, code: str, *, style: str = "", indent: int = 0, **values: object) -> None:
    console.print(Padding(Text(texts.say(code, **values), style=style, overflow="fold"), (0, 0, 0, indent)))
