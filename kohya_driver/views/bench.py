"""What a bench measured, as a person reads it."""

from __future__ import annotations

from pathlib import Path

from rich.text import Text

from kohya_driver import texts
from kohya_driver.planning.pace import Measured
from kohya_driver.views.console import stdout_console


def print_benched(measured: Measured, file: Path) -> None:
    lines = [
        texts.say("memory.bench_step", seconds=f"{measured.step:.2f}"),
        texts.say("memory.bench_start", seconds=f"{measured.start:.0f}"),
    ]
    if measured.picture is not None:
        lines.append(texts.say("memory.bench_picture", seconds=f"{measured.picture:.2f}"))
    lines.append(texts.say("memory.bench_kept", file=file))
    stdout_console().print(Text("\n".join(lines), overflow="fold"))
