"""Addresses that people have set: taken apart without a fuss, shown without passwords."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@")


def parts(address: str) -> SplitResult:
    """Of a URL; all empty for what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def without_credentials(address: str) -> str:
    """A URL without the name and password that it may hold."""
    return _CREDENTIALS.sub("", address)
