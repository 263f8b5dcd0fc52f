"""What a report does not pass on: addresses with a key in them, tokens, passwords. A page is made to be shown to others."""

from __future__ import annotations

import re

HIDDEN = "…"
"""Stands in the place of a value."""
_NAMES = re.compile(r"webhook|token|key|secret|password", re.I)
_OPEN = frozenset({"class_tokens", "keep_tokens_separator", "t5_tokenizer_path", "tokenizer_cache_dir"})
"""Settings of a preset that are called so, and hold a text that is no secret."""
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
    if name in _OPEN or not _NAMES.search(name) or not value.strip("\"'"):
        return found[0]
    return f"{found['name']}{found['equals']}{value[0]}{HIDDEN}{value[0]}"
