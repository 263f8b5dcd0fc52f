"""What the quickstart says between its steps."""

from __future__ import annotations

from rich.text import Text

from kohya_driver import texts
from kohya_driver.views.console import stdout_console


def say(code: str, *, quiet: bool, **values: object) -> None:
    if not quiet:
        stdout_console().print(Text(texts.say(code, **values), overflow="fold"))


def print_base_progress(what: str, share: float) -> None:
    """On one line of a terminal; nowhere else."""
    console = stdout_console()
    if console.is_terminal:
        line = texts.say("cli.quickstart.base_progress", what=what, percent=f"{share:.0%}".rstrip("%"))
        console.print(Text(line, style="dim"), end="\x1b[K\r", soft_wrap=True, highlight=False)
