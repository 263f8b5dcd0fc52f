"""Opens a preset of one's own in an editor."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kohya_driver.errors import HostError, UsageError
from kohya_driver.preset.library import find_source
from kohya_driver.process import run_in_terminal
from kohya_driver.wording import reason_of


@dataclass(frozen=True, slots=True)
class Edited:
    path: Path
    waited: bool
    """Whether the editor has ended; a Mac's own goes on beside us."""


def edit_preset(name: str) -> Edited:
    """Open it in VISUAL or EDITOR; without them in the Mac's text editor, or in vi.

    Raises:
        UsageError: it is a shipped one.
        PresetError: there is none.
        HostError: the editor cannot be started, or fails.
    """
    found = find_source(name)
    if found.origin == "shipped":
        raise UsageError("preset.not_yours", name=name)
    command = editor(os.environ, sys.platform)
    try:
        status = run_in_terminal([*command, found.path])
    except OSError as failure:
        reason = reason_of(failure)
        raise HostError("preset.no_editor", command[0], reason=reason, path=found.path) from failure
    if status:
        raise HostError("preset.no_editor", command[0], reason=f"exit {status}", path=found.path)
    return Edited(found.path, waited=command != MAC_EDITOR)


MAC_EDITOR = ("open", "-t")
"""Returns at once (`man open`); with -W it would wait until the person quits the whole editor."""


def editor(environment: Mapping[str, str], platform: str) -> Sequence[str]:
    """The command, without the file."""
    for name in ("VISUAL", "EDITOR"):
        words = shlex.split(environment.get(name, ""))
        if words:
            return tuple(words)
    return MAC_EDITOR if platform == "darwin" else ("vi",)
