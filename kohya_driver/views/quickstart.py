"""What the quickstart says between its steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.text import Text

from kohya_driver import texts
from kohya_driver.engine.choose import Choice
from kohya_driver.engine.model import Engine
from kohya_driver.errors import Severity
from kohya_driver.views.console import clear_line, rewrite_line, stdout_console
from kohya_driver.views.findings import print_findings


def say(code: str, *, quiet: bool, **values: object) -> None:
    if not quiet:
        console = stdout_console()
        clear_line(console)
        console.print(Text(texts.say(code, **values), overflow="fold"))


def say_looking(*, quiet: bool) -> None:
    """On a terminal's last line, which the next one takes: a network that swallows everything is waited for."""
    if not quiet:
        rewrite_line(stdout_console(), texts.say("cli.quickstart.looking"))


def say_beginning(choice: Choice, folder: Path, *, quiet: bool) -> None:
    """The first line: what is done, with which engine, and why it is not the usual one. Beside JSON, on stderr."""
    if choice.reason is None:
        say(f"cli.quickstart.begin_{_word(choice.kind.name)}", quiet=quiet, folder=folder)
    elif quiet:
        print_findings([replace(choice.reason, severity=Severity.WARNING)])
    else:
        say("cli.quickstart.begin_instead", quiet=False, reason=choice.reason.message, folder=folder)


def say_base(engine: Engine, *, quiet: bool) -> None:
    say(f"cli.quickstart.base_{_word(engine.name)}", quiet=quiet)


def say_end(choice: Choice, folder: Path, *, is_real: bool, quiet: bool) -> None:
    """What was proved, and what to do next; the last line says once more if another engine stood in."""
    kind = "real" if is_real else "random"
    say(f"cli.quickstart.end_{kind}", quiet=quiet, folder=folder)
    if choice.reason is not None:
        say("cli.quickstart.end_instead", quiet=quiet)
    elif not is_real:
        say(f"cli.quickstart.next_{_word(choice.kind.name)}", quiet=quiet)


def _word(name: str) -> str:
    return name.replace("-", "_")


def print_base_progress(share: float) -> None:
    """On one line of a terminal; nowhere else."""
    rewrite_line(stdout_console(), texts.say("cli.quickstart.base_progress", percent=round(share * 100)))
