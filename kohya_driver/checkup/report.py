"""Takes out of a report what would tell who somebody is: names, paths, addresses, serial numbers."""

from __future__ import annotations

import getpass
import os
import pwd
import re
import socket
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kohya_driver.checkup.addresses import parts

KEPT = frozenset({"code", "severity", "status", "group", "name", "at"})
"""Our own words, never a person's."""

PATTERNS = (
    # A name and a password in an address.
    (re.compile(r"(?<=//)[^/@\s]+@"), ""),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "<mail>"),
    (re.compile(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b"), "<mac>"),
    (re.compile(r"\b(?!127\.|0\.0\.0\.0)(?:\d{1,3}\.){3}\d{1,3}\b"), "<ip>"),
    (re.compile(r"\bhf_\w{10,}"), "<token>"),
    # Apple's serial numbers: 10 to 12 capital letters and digits, some of each.
    (re.compile(r"\b(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{10,12}\b"), "<serial>"),
)

SHORTEST_NAME = 2
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def private_words(folders: Iterable[Path], proxies: Iterable[str] = ()) -> dict[str, str]:
    """What stands for this person and this machine, and what to write instead; the longest first.

    Args:
        folders: those in question; their names are a person's own.
        proxies: their addresses; a company's proxy has the company's name.
    """
    home, host = Path.home(), socket.gethostname()
    words = {str(path): f"<folder {number}>" for number, path in enumerate(folders, start=1)}
    words |= dict.fromkeys((getpass.getuser(), home.name, *_full_name()), "<user>")
    words |= dict.fromkeys((host, host.partition(".")[0]), "<host>")
    words |= {parts(address).hostname or "": "<proxy>" for address in proxies}
    words |= dict.fromkeys((str(home), str(home.resolve())), "~")
    kept = {word: mark for word, mark in words.items() if len(word) >= SHORTEST_NAME and word not in LOOPBACK}
    return dict(sorted(kept.items(), key=lambda pair: -len(pair[0])))


def _full_name() -> tuple[str, ...]:
    try:
        name = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
    except KeyError:
        return ()
    return (name, *name.split())


def anonymise(value: Any, private: Mapping[str, str]) -> Any:
    """The same JSON value with private words and patterns replaced in every text, except under our own keys."""
    if isinstance(value, str):
        return clean(value, private)
    if isinstance(value, Mapping):
        return {
            clean(str(key), private): inner if key in KEPT else anonymise(inner, private)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [anonymise(inner, private) for inner in value]
    return value


def clean(text: str, private: Mapping[str, str]) -> str:
    """Paths wherever they stand; names as whole words, in any case."""
    for word, mark in private.items():
        if word.startswith(os.sep):
            text = re.sub(rf"{re.escape(word)}(?![\w.-])", mark, text)
        elif not word.isascii():  # Chinese sets no spaces between words
            text = text.replace(word, mark)
        else:
            text = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", mark, text, flags=re.IGNORECASE)
    for pattern, mark in PATTERNS:
        text = pattern.sub(mark, text)
    return text
