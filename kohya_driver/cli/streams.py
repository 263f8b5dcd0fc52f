"""The output streams where they cannot take our words: another encoding, or nobody who reads."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO


def escape_what_cannot_be_shown() -> None:
    """Chinese on a terminal that is not set to UTF-8 must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def mute(stream: TextIO) -> None:
    """Send a stream whose reader has gone nowhere; Python would complain of it once more at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
