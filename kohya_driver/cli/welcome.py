"""`kohya-driver` without a command: the one next step in this folder, told in a moment."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kohya_driver import texts

if TYPE_CHECKING:
    from kohya_driver.guidance.model import Step


def welcome() -> int:
    """Looks at the current folder, writes what to do, and returns the exit code."""
    from kohya_driver.guidance.look import look
    from kohya_driver.guidance.step import next_step

    sys.stdout.write(_told(next_step(look(Path()))))
    return 0


def _told(step: Step) -> str:
    about = [texts.say(f"guidance.about_{name}") for name in step.blanks]
    command = " ".join(map(_word, step.command))
    return "\n".join(
        [
            texts.say(step.code, **step.values),
            "",
            f"    {command}",
            "",
            *about,
            texts.say("guidance.more"),
            "",
        ]
    )


def _word(text: str) -> str:
    """As a shell takes it; letters of any language need no quotes."""
    return text if re.fullmatch(r"[\w@%+=:,./-]+", text) else shlex.quote(text)
