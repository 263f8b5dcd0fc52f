"""Names with their values, one a line; a name that comes again is not said again."""

from __future__ import annotations

from collections.abc import Iterable

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kohya_driver import texts


def named_rows(area: str, rows: Iterable[tuple[str, str]]) -> Padding:
    """
    Args:
        area: of the texts; `AREA.row.CODE` is a row's name.
        rows: code and value.
    """
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    before = ""
    for code, value in rows:
        table.add_row("" if code == before else texts.say(f"{area}.row.{code}"), Text(value))
        before = code
    return Padding(table, (0, 0, 0, 2), expand=False)
