"""What the quickstart says between its steps."""

from __future__ import annotations

from rich.text import Text

from kohya_driver import texts
from kohya_driver.views.console import clear_line, rewrite_line, stdout_console


def say(code: str, *, quiet: bool, **values: object) -> None:
    if not quiet:
        console = stdout_console()
        clear_line(console)
        console.print(Text(texts.say(code, **values), overflow="fold"))


def print_base_progress(share: float) -> None:
    """On one line of a terminal; nowhere else."""
    rewrite_line(stdout_console(), texts.say("cli.quickstart.base_progress", percent=round(share * 100)))
