"""What a report does not pass on: addresses with a key in them, tokens, passwords. A page is made to be shown to others."""

from __future__ import annotations

import re

from kohya_driver.preset.secrets import HIDDEN, is_secret

_VALUE = re.compile(
    r"""(?P<name>"[^"\n]*"|'[^'\n]*'|[\w-]+)(?P<equals>[ \t]*=[ \t]*)"""
    r"""(?P<value>"{3}.*?(?:"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?)""",
    re.S,
)
"""A text by its name, as TOML has it; a comment may hold one too, and a damaged file one without an end."""


def masked(text: str) -> str:
    """A preset as it was written, with each secret value hidden. Only texts can be secret: numbers stay."""
    return _VALUE.sub(_hide, text)


def _hide(found: re.Match[str]) -> str:
    name, value = found["name"].strip("\"'"), found["value"]
    if not is_secret(name) or not value.strip("\"'"):
        return found[0]
    return f"{found['name']}{found['equals']}{value[0]}{HIDDEN}{value[0]}"
